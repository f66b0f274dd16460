"""Bookings by who is on them: what was typed, as beginnings of the words that bookings are found by."""

import re
from typing import Any

from bson.regex import Regex

from flightagents.domain import people_text
from flightagents.domain.bookings import Booking
from flightagents.domain.pages import Count, Page
from flightagents.domain.people_text import PeopleQuery
from flightagents.store import paging
from flightagents.store.bookings import COLLECTION, reader
from flightagents.store.connection import Database, until_stored
from flightagents.store.paging import Order


class MongoPeopleSearch:
    """Reads `bookings` alone; MongoBookings makes the indexes (people_fields.py)."""

    def __init__(self, database: Database) -> None:
        self._bookings = database[COLLECTION]

    @until_stored
    async def search(
        self, query: PeopleQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Booking]:
        """Give a page of the bookings that a query finds. Raises CursorError."""
        wanted = conditions(query)
        if wanted is None:
            return Page(())
        return await paging.page(
            self._bookings, wanted, order_of(query), reader, limit=limit, after=after, before=before
        )

    @until_stored
    async def one(self, key: str) -> Booking | None:
        """Give the booking that a key names."""
        if not paging.is_text(key):
            return None
        found = await reader.read(self._bookings.find(named(key)).limit(1))
        return found[0] if found else None

    @until_stored
    async def count(self, query: PeopleQuery) -> Count:
        """Count the bookings that a query finds, up to 1,000."""
        wanted = conditions(query)
        if wanted is None:
            return Count(0)
        return await paging.count(self._bookings, wanted or [order_of(query).present()])


def named(key: str) -> dict[str, Any]:
    """Match the booking that a key names."""
    return {"place": {"$eq": key}}


def order_of(query: PeopleQuery) -> Order:
    """Give the order of a query."""
    return Order("flies_until", str, descending=query.travels_from is None, tie="place")


def conditions(query: PeopleQuery) -> list[dict[str, Any]] | None:
    """Say what all has to hold; None where nothing can.

    What was typed is escaped, and stands behind the letter of its kind at the beginning of a word. A pattern
    that Python has compiled would carry its Unicode flag, for which MongoDB walks the whole index.
    """
    beginnings = people_text.read(query.text)
    if beginnings is None:
        return None
    wanted: list[dict[str, Any]] = [
        {"words": {"$in": [Regex(f"^{re.escape(each)}") for each in alternatives]}}
        for alternatives in beginnings
    ]
    if query.travels_from is not None:
        wanted.append({"flies_until": {"$gte": query.travels_from.isoformat()}})
    return wanted
