"""Lists of the ledger for staff: `notifications`, newest first, without the words that were sent."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING

from flightagents.domain.message_list import Audience, LastWord, MessageQuery, last_words
from flightagents.domain.notifications import Notification, State
from flightagents.domain.pages import Page
from flightagents.domain.said import BESIDE
from flightagents.store import bookings, paging
from flightagents.store.connection import Database, until_stored
from flightagents.store.ledger_rows import COLLECTION, reader
from flightagents.store.paging import MOST, Order, is_text
from flightagents.store.reading import Document, Reader

NEWEST = Order("created_at", datetime, descending=True)
MOST_BOOKINGS = 100
"""Of one reference: a group's."""


class MongoMessageSearch:
    """Reads the ledger, and finds the bookings of a reference: no row names one that could be asked for."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]
        self._bookings = database[bookings.COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes: the newest of all, of what was said, for a reason, and of the few that are held.

        The ledger makes those by state, flight and booking. What is said and why never changes in most rows,
        so these cost a row's insert alone; who it is for, and the channel, half of all rows share, so they
        are looked at while one of these is walked.
        """
        newest = [("created_at", DESCENDING), ("_id", DESCENDING)]
        await self._rows.create_index(newest, name="newest")
        for field in ("said", "reason"):
            await self._rows.create_index([(field, ASCENDING), *newest], name=field)
        await self._rows.create_index(newest, name="held", partialFilterExpression={"hold": True})

    @until_stored
    async def search(
        self, query: MessageQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Notification]:
        """Give a page of the rows that a query finds, newest first, without messages. Raises CursorError."""
        wanted = conditions(query)
        if wanted is not None and query.reference:
            wanted.append({"booking": {"$in": await self._of(query.reference)}})
        if wanted is None:
            return Page(())
        return await paging.page(
            self._rows,
            wanted,
            NEWEST,
            reader,
            limit=limit,
            after=after,
            before=before,
            fields={"message": 0},
        )

    @until_stored
    async def standing_of(self, flights: Collection[str]) -> dict[str, dict[str, LastWord]]:
        """Give, by flight and booking, the last that each person was told, or was to be told."""
        return last_words(await _words.read(self._rows.aggregate(last_of(flights))))

    async def _of(self, reference: str) -> list[str]:
        found = self._bookings.find(of_reference(reference), {"_id": 1}).limit(MOST_BOOKINGS)
        return [row["_id"] async for row in found]


def of_reference(reference: str) -> dict[str, Any]:
    """Match the bookings of a reference."""
    typed = reference.strip()
    return {"reference": {"$in": sorted({typed, typed.upper()})}}


def last_of(flights: Collection[str]) -> list[dict[str, Any]]:
    """Ask for the newest row of each person and channel of these flights, but for what was superseded."""
    asked = sorted(filter(is_text, flights))[:MOST]
    theirs = {
        "flight": {"$in": asked},
        "booking": {"$type": "string"},
        "state": {"$ne": State.SUPERSEDED.value},
        "said": {"$nin": sorted(BESIDE)},
    }
    # Compared field by field, in this order.
    shown = ("ordinal", "turn", "created_at", "said", "state", "reason", "hold", "stuck")
    person = {"flight": "$flight", "booking": "$booking", "channel": "$channel"}
    newest = {"$max": {field: {"$ifNull": [f"${field}", _ABSENT.get(field)]} for field in shown}}
    return [{"$match": theirs}, {"$group": {"_id": person, "last": newest}}]


def conditions(query: MessageQuery) -> list[dict[str, Any]] | None:
    """Say what all has to hold, but for the reference; None where nothing can."""
    if not (is_text(query.flight) and is_text(query.reference)):
        return None
    between = {
        **({"$gte": query.since} if query.since else {}),
        **({"$lt": query.until} if query.until else {}),
    }
    wanted: list[dict[str, Any]] = [{"created_at": between}] if between else []
    if query.flight:
        wanted.append({"flight": query.flight})
    for field, values in (
        ("state", query.states),
        ("channel", query.channels),
        ("said", query.said),
        ("reason", query.reasons),
    ):
        if values:
            wanted.append({field: {"$in": sorted(values)}})
    if query.only_held:
        wanted.append({"hold": True})
    match query.audience:
        case Audience.TRAVELLERS:
            wanted.append({"rule": None})
        case Audience.STAFF:
            wanted.append({"rule": {"$type": "string"}})
        case None:
            pass
    return wanted


_ABSENT = {"turn": 0, "hold": False, "stuck": False}
"""What a row of an earlier version lacks."""


def _word(found: Document) -> LastWord:
    return msgspec.convert({**found["_id"], **found["last"]}, LastWord)


_words = Reader(COLLECTION, _word)
