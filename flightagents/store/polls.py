"""`polls`: how the last run of the poller ended, and since when runs fail."""

from datetime import datetime
from typing import Any

import msgspec

from flightagents.domain.polls import FAILED, PollReport, PollStanding
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "polls"
LAST = "last"


class MongoPolls:
    """One document, which moves only to a later run."""

    def __init__(self, database: Database) -> None:
        self._polls = database[COLLECTION]

    @until_stored
    async def note(self, report: PollReport) -> None:
        """Note how a run ended; one that is older than the last is left out."""
        nothing: dict[str, Any] = {
            "report": {"run": 0},
            "failures": 0,
            "failing_since": None,
            "good_at": None,
        }
        await self._polls.update_one({"_id": LAST}, {"$setOnInsert": nothing}, upsert=True)
        failed = report.end in FAILED
        noted = {
            "report": {"$literal": msgspec.to_builtins(report, builtin_types=(datetime,))},
            "noted_at": "$$NOW",
            "failures": {"$add": ["$failures", 1]} if failed else 0,
            "failing_since": {"$ifNull": ["$failing_since", "$$NOW"]} if failed else None,
            "good_at": "$good_at" if failed else "$$NOW",
        }
        # $set merges documents: what the last report had is taken away first.
        later = {"_id": LAST, "report.run": {"$lt": report.run}}
        await self._polls.update_one(later, [{"$unset": "report"}, {"$set": noted}])

    @until_stored
    async def last(self) -> PollStanding | None:
        """Give the last one, and how many in a row have failed."""
        found = await _rows.read(self._polls.find({"_id": LAST, "report.run": {"$gt": 0}}).limit(1))
        return found[0] if found else None


def _standing(found: Document) -> PollStanding:
    return msgspec.convert(dict(found), PollStanding)


_rows = Reader(COLLECTION, _standing)
