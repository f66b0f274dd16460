"""`silences`: why people were not told, a document for each state of a flight that was decided on.

The ledger holds what they were told. Together they explain each message and each silence.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, UpdateOne

from flightagents.domain.notifications import Silence
from flightagents.domain.reasons import Reason
from flightagents.store.connection import Database, bulk_write, until_stored

COLLECTION = "silences"
_KEPT = timedelta(days=90)


class MongoSilences:
    """Decisions not to tell. `people` of a document: by reason, keyed hashes and when it was decided."""

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
    async def note(self, silences: Sequence[Silence], at: datetime) -> list[Silence]:
        """Keep decisions not to tell, with their time, and give those that are new; the others stay."""
        keys = sorted({_key(each) for each in silences})
        stored = self._silences.find({"_id": {"$in": keys}}, {"people": 1}) if keys else None
        known = {row["_id"]: row["people"] async for row in stored} if stored is not None else {}
        new = [
            each
            for each in dict.fromkeys(silences)
            if each.person not in known.get(_key(each), {}).get(each.reason.value, {})
        ]
        states: dict[str, list[Silence]] = defaultdict(list)
        for each in new:
            states[_key(each)].append(each)
        writes = [
            UpdateOne(
                {"_id": key},
                {
                    "$setOnInsert": {
                        "flight": theirs[0].flight,
                        "ordinal": theirs[0].ordinal,
                        "stored_at": datetime.now(UTC),
                    },
                    "$set": {f"people.{each.reason}.{each.person}": at for each in theirs},
                },
                upsert=True,
            )
            for key, theirs in states.items()
        ]
        if writes:
            with bulk_write():
                await self._silences.bulk_write(writes, ordered=False)
        return new

    @until_stored
    async def of_flight(self, flight: str) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell of a flight, by its states, with their times."""
        found: list[tuple[datetime, Silence]] = []
        async for each in self._silences.find({"flight": flight}).sort("ordinal"):
            for reason, people in each["people"].items():
                why, ordinal = Reason(reason), each["ordinal"]
                found += [(at, Silence(flight, ordinal, person, why)) for person, at in people.items()]
        return found

    @until_stored
    async def newest_of(self, flights: Collection[str]) -> dict[str, dict[str, Reason]]:
        """Give, by flight and person, the reason of the last decision not to tell them."""
        found: dict[str, dict[str, tuple[int, datetime, str]]] = {}
        asked = {"flight": {"$in": sorted(map(str, flights))}}
        async for each in self._silences.find(asked, {"flight": 1, "ordinal": 1, "people": 1}):
            known = found.setdefault(each["flight"], {})
            for reason, people in each["people"].items():
                for person, at in people.items():
                    last = (each["ordinal"], at, reason)
                    known[person] = max(known.get(person, last), last)
        return {
            flight: {person: Reason(reason) for person, (_, _, reason) in people.items()}
            for flight, people in found.items()
        }

    @until_stored
    async def counts(self) -> dict[str, int]:
        """Count the decisions by reason."""
        pipeline: list[dict[str, Any]] = [
            {"$project": {"reasons": {"$objectToArray": "$people"}}},
            {"$unwind": "$reasons"},
            {"$group": {"_id": "$reasons.k", "count": {"$sum": {"$size": {"$objectToArray": "$reasons.v"}}}}},
        ]
        return {row["_id"]: row["count"] async for row in self._silences.aggregate(pipeline)}


def _key(silence: Silence) -> str:
    return f"{silence.flight}/{silence.ordinal}"
