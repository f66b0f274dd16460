"""What a traveller's page is made of: the ledger's rows of its token, the flight's history, the last look."""

from datetime import datetime
from typing import Any

from pymongo import DESCENDING

from flightagents.domain.changes import Change
from flightagents.domain.notifications import Notification
from flightagents.store import archive, flights, ledger_rows
from flightagents.store.change_search import changes
from flightagents.store.connection import Database, until_stored

MOST = 100
"""Rows and changes of a page: more than a day of a flight has, and few enough for any phone."""


class MongoPages:
    """Reads alone."""

    def __init__(self, database: Database) -> None:
        self._rows = database[ledger_rows.COLLECTION]
        self._changes = database[flights.CHANGES]
        self._records = database[archive.COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index by which a token finds its rows."""
        await self._rows.create_index("link", name="link")

    @until_stored
    async def rows_of(self, link: str) -> list[Notification]:
        """Give the newest rows of a page's token; oldest first."""
        newest = self._rows.find({"link": link}).sort("created_at", DESCENDING).limit(MOST)
        return (await ledger_rows.reader.read(newest))[::-1]

    @until_stored
    async def changes_of(self, flight: str) -> list[Change]:
        """Give a flight's newest changes, without its states; oldest first."""
        newest = self._changes.find({"flight": flight}).sort("ordinal", DESCENDING).limit(MOST)
        return (await changes.read(newest))[::-1]

    @until_stored
    async def seen_at(self, flight: str) -> datetime | None:
        """Give the poll time of the last record of a flight; None where none is kept."""
        last: dict[str, Any] | None = await self._records.find_one(
            {"flight": flight}, {"polled_at": 1}, sort=[("run", DESCENDING)]
        )
        found = last.get("polled_at") if last else None
        return found if isinstance(found, datetime) else None
