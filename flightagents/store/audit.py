"""`audit`: what staff did, and when. Entries are added, and leave by age alone."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING

from flightagents.domain.acts import LONGEST_DETAIL, About, Act
from flightagents.domain.pages import Page
from flightagents.store import paging
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.paging import Order
from flightagents.store.reading import Document, Reader

COLLECTION = "audit"
KEEP = timedelta(days=400)
"""Real time: a year, and as long as it takes to notice that something is to be looked up from it."""

NEWEST = Order("at", datetime, descending=True)


class MongoAudit:
    """The log of acts. There is no way to change or to take away one."""

    def __init__(self, database: Database) -> None:
        self._acts = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        newest = NEWEST.sorting()
        await self._acts.create_index(newest, name="at")
        await self._acts.create_index([("by", ASCENDING), *newest], name="by")
        about = [("about.thing", ASCENDING), ("about.id", ASCENDING)]
        await self._acts.create_index([*about, *newest], name="about")
        await self._acts.create_index(
            "stored_at", name="stored_at", expireAfterSeconds=int(KEEP.total_seconds())
        )

    async def write(self, acts: Sequence[Act]) -> None:
        """Add acts."""
        await self._insert([_document(act, place) for place, act in enumerate(acts)])

    @until_stored
    async def _insert(self, documents: Sequence[dict[str, Any]]) -> None:
        """Their ids are made before, so that what is tried again stands there once."""
        if documents:
            with bulk_write(present_stays=True):
                await self._acts.insert_many(documents, ordered=False)

    @until_stored
    async def read(
        self,
        *,
        about: About | None = None,
        by: str | None = None,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Act]:
        """Give a page of acts, newest first. Raises CursorError."""
        wanted = conditions(about=about, by=by)
        return await paging.page(self._acts, wanted, NEWEST, reader, limit=limit, after=after, before=before)


def conditions(*, about: About | None = None, by: str | None = None) -> list[dict[str, Any]]:
    """Ask for the acts of a person, or about a thing."""
    wanted: list[dict[str, Any]] = []
    if about is not None:
        wanted.append({"about.thing": about.thing.value, "about.id": str(about.id)})
    return [*wanted, {"by": str(by)}] if by is not None else wanted


def _document(act: Act, place: int) -> dict[str, Any]:
    """Acts of one moment keep their order: the id begins with their place."""
    return {
        "_id": f"{place:04}{uuid.uuid4().hex}",
        "at": act.at,
        "by": act.by,
        "did": act.did.value,
        "about": {"thing": act.about.thing.value, "id": act.about.id},
        "detail": act.detail[:LONGEST_DETAIL],
        "stored_at": datetime.now(UTC),
    }


def _act(row: Document) -> Act:
    fields = {name: row[name] for name in ("at", "by", "did", "detail")}
    about = (row["about"]["thing"], row["about"]["id"])
    return msgspec.convert({**fields, "about": about}, Act)


reader = Reader(COLLECTION, _act)
