"""`silences`: why people were not told, a document for each state of a flight that was decided on.

The ledger holds what they were told. Together they explain each message and each silence.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, UpdateOne

from flightagents.domain.alerting import Reason
from flightagents.domain.notifications import Silence
from flightagents.store.connection import Database, bulk_write, until_stored

COLLECTION = "silences"
_KEPT = timedelta(days=90)


class MongoSilences:
    """Decisions not to tell. `people` of a document are keyed hashes by reason."""

    def __init__(self, database: Database) -> None:
        self._silences = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes; what is old leaves by itself."""
        await self._silences.create_index([("flight", ASCENDING), ("ordinal", ASCENDING)], name="flight")
        await self._silences.create_index(
            "stored_at", name="stored_at", expireAfterSeconds=int(_KEPT.total_seconds())
        )

    @until_stored
    async def note(self, silences: Sequence[Silence], at: datetime) -> None:
        """Keep decisions not to tell; one that is kept already stays as it is."""
        states: dict[tuple[str, int], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for silence in silences:
            states[silence.flight, silence.ordinal][f"people.{silence.reason}"].add(silence.person)
        writes = [
            UpdateOne(
                {"_id": f"{flight}/{ordinal}"},
                {
                    "$setOnInsert": {
                        "flight": flight,
                        "ordinal": ordinal,
                        "at": at,
                        "stored_at": datetime.now(UTC),
                    },
                    "$addToSet": {reason: {"$each": sorted(people)} for reason, people in reasons.items()},
                },
                upsert=True,
            )
            for (flight, ordinal), reasons in states.items()
        ]
        if writes:
            with bulk_write():
                await self._silences.bulk_write(writes, ordered=False)

    @until_stored
    async def of_flight(self, flight: str) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell of a flight, oldest first, with the time of each state's first."""
        found: list[tuple[datetime, Silence]] = []
        async for each in self._silences.find({"flight": flight}).sort("ordinal"):
            for reason, people in each["people"].items():
                why, ordinal = Reason(reason), each["ordinal"]
                found += [(each["at"], Silence(flight, ordinal, person, why)) for person in people]
        return found

    @until_stored
    async def counts(self) -> dict[str, int]:
        """Count the decisions by reason."""
        pipeline: list[dict[str, Any]] = [
            {"$project": {"reasons": {"$objectToArray": "$people"}}},
            {"$unwind": "$reasons"},
            {"$group": {"_id": "$reasons.k", "count": {"$sum": {"$size": "$reasons.v"}}}},
        ]
        return {row["_id"]: row["count"] async for row in self._silences.aggregate(pipeline)}
