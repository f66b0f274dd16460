"""`flight_changes` in the order of time: what a back-test walks through.

The index that finds them holds what a rule asks for, so that of the changes that concern no rule only the
index is read. It takes the place of one on the time alone: a write costs as many indexes as before.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import ExecutionTimeout, OperationFailure, PyMongoError

from flightagents.domain.changes import Change
from flightagents.errors import HistoryOutageError, TooSlowError
from flightagents.ports import HistoryQuery
from flightagents.store import flights
from flightagents.store.change_search import changes
from flightagents.store.connection import Database, is_transient, until_stored

PAGE = 200
"""Changes that come at a time. They are decoded in 6 ms, for which everything else in a worker waits."""
_INDEX = ("at", "kind", "severity", "departure.airport", "arrival.airport")
_ENDS = ("departure.airport", "arrival.airport")
_FIELDS = [field.name for field in fields(Change) if field.name not in ("id", "state")]


async def prepare(database: Database) -> None:
    """Make the index, and drop the one that it takes the place of."""
    collection = database[flights.CHANGES]
    await collection.create_index([(field, ASCENDING) for field in _INDEX], name="at_kind")
    with suppress(OperationFailure):  # there is none any more
        await collection.drop_index("at")


class MongoChangeHistory:
    """Reads alone."""

    def __init__(self, database: Database) -> None:
        self._changes = database[flights.CHANGES]

    @until_stored
    async def begins(self) -> datetime | None:
        """Give when the oldest change was; None where there is none."""
        oldest = await self._changes.find_one({}, {"at": 1}, sort=[("at", ASCENDING)])
        return oldest["at"] if oldest else None

    async def walk(self, query: HistoryQuery, within: timedelta) -> AsyncGenerator[Sequence[Change], None]:
        """Give changes in the order of time, a page each. Raises TooSlowError, HistoryOutageError."""
        cursor = self._changes.find(
            wanted(query),
            _FIELDS,
            sort=[("at", ASCENDING)],
            # Else another filter's rarer values may tempt the planner to sort in memory.
            hint="at_kind",
            batch_size=PAGE,
            max_time_ms=max(1, int(within / timedelta(milliseconds=1))),
        )
        try:
            while page := await cursor.to_list(PAGE):
                yield changes.read_all(page)
        except ExecutionTimeout:
            raise TooSlowError("the history of flights took too long to read") from None
        except PyMongoError as exc:
            if is_transient(exc):
                raise HistoryOutageError("MongoDB went away while the history was read; try again") from None
            raise
        finally:
            await cursor.close()


def wanted(query: HistoryQuery) -> dict[str, Any]:
    """Write a query. Each end of a flight is looked for by itself: two walks of the index, merged."""
    every: dict[str, Any] = {"at": {"$gte": query.begin, "$lt": query.end}}
    if query.kinds:
        every["kind"] = {"$in": [kind.value for kind in query.kinds]}
    if query.severities:
        every["severity"] = {"$in": [severity.value for severity in query.severities]}
    if query.airlines:
        sold = [re.compile(f"^{re.escape(airline)}[0-9]") for airline in query.airlines]
        every["$or"] = [{"carrier": {"$in": list(query.airlines)}}, {"marketed_as": {"$in": sold}}]
    if not query.airports:
        return every
    return {"$or": [{**every, end: {"$in": list(query.airports)}} for end in _ENDS]}
