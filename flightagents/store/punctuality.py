"""`daily_punctuality`, `usual_punctuality`: departures by local date, and what the final days add up to.

MongoDB adds up what `flights` holds of each flight (`counted`, as the domain told when its state was stored):
a day of the whole world passes through no worker. Counting again writes the same documents again.
`ranked_punctuality` holds the busiest, as they were found after the last count.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, DESCENDING, UpdateOne

from flightagents.domain.punctuality import D15, VERSION, Counts, Day, Scope, Slot
from flightagents.domain.ranking import Ranking
from flightagents.domain.usual import Usual
from flightagents.store import flights
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.reading import Document, Reader

DAYS = "daily_punctuality"
USUAL = "usual_punctuality"
RANKED = "ranked_punctuality"
BATCH = 1000

Stage = dict[str, Any]
_SUMS = ("planned", "known", "late", "cancelled", "diverted")
_CODES = {Scope.AIRPORT: "$departure.airport", Scope.AIRLINE: "$carrier"}
_IN_ORDER = {"$sortArray": {"input": "$slots", "sortBy": {"zone": 1, "hour": 1}}}
"""So that the same document is written again where nothing has changed, which MongoDB does not write then."""
_WITHOUT_DELAYS = {"slots.delays": 0}


class MongoPunctuality:
    """One document for each airport or airline and local date, and one for what is usual for it."""

    def __init__(self, database: Database) -> None:
        self._flights = database[flights.FLIGHTS]
        self._days = database[DAYS]
        self._usual = database[USUAL]
        self._ranked = database[RANKED]

    @until_stored
    async def prepare(self) -> None:
        """Make the indexes."""
        await self._flights.create_index(
            [("date", ASCENDING), ("counted.version", ASCENDING)], name="counted"
        )
        await self._days.create_index([("date", ASCENDING), ("final", ASCENDING)], name="date")
        busiest = [("scope", ASCENDING), ("date", ASCENDING), ("planned", DESCENDING), ("code", ASCENDING)]
        await self._days.create_index(busiest, name="busiest")
        await self._usual.create_index("until", name="until")

    @until_stored
    async def count(self, dates: Collection[date], *, final: Collection[date]) -> None:
        """Count the flights of these local dates, anew where they were counted before."""
        await self._complete(sorted(day.isoformat() for day in dates))
        for day in dates:
            for scope in Scope:
                counting = _counting(scope, day.isoformat(), final=day in final)
                await self._flights.aggregate(counting, allowDiskUse=True).to_list(None)

    async def _complete(self, dates: Sequence[str]) -> None:
        """Say what those flights count as that were stored before it was said, or by another version."""
        without = {"date": {"$in": dates}, "counted.version": {"$ne": VERSION}}
        found = self._flights.find(without, {"state": 1}).batch_size(BATCH)
        batch: list[Document] = []
        async for document in found:
            batch.append(document)
            if len(batch) == BATCH:
                await self._say(batch)
                batch = []
        await self._say(batch)

    async def _say(self, documents: Sequence[Document]) -> None:
        # A state that took its place meanwhile has a higher ordinal, and has said it itself.
        writes = [
            UpdateOne(
                {"_id": state.flight, "ordinal": state.ordinal},
                {"$set": {"counted": flights.counted_field(state)}},
            )
            for state in await flights.states_in(documents)
        ]
        if writes:
            with bulk_write():
                await self._flights.bulk_write(writes, ordered=False)

    @until_stored
    async def final(self, since: date, until: date) -> set[date]:
        """Give the dates that had departures and were counted as final."""
        found = await self._days.distinct("date", {"date": _between(since, until), "final": True})
        return {date.fromisoformat(day) for day in found}

    @until_stored
    async def sum_up(self, since: date, until: date) -> None:
        """Make the days from `since` to `until` what is usual, in place of what was."""
        for scope in Scope:
            await self._days.aggregate(_summing(scope, since, until), allowDiskUse=True).to_list(None)
        await self._usual.delete_many({"until": {"$ne": until.isoformat()}})

    @until_stored
    async def usual_until(self) -> date | None:
        """Give the last date of what is usual now; None where there is none."""
        newest = await self._usual.find_one({}, {"until": 1}, sort=[("until", DESCENDING)])
        return date.fromisoformat(newest["until"]) if newest else None

    @until_stored
    async def forget(self, before: date) -> None:
        """Remove older days."""
        await self._days.delete_many({"date": {"$lt": before.isoformat()}})

    @until_stored
    async def keep_ranking(self, ranking: Ranking) -> None:
        """Keep the busiest of a scope, in place of the last ranking."""
        document = msgspec.to_builtins(ranking, builtin_types=(datetime,))
        await self._ranked.replace_one({"_id": ranking.scope.value}, document, upsert=True)

    async def ranking(self, scope: Scope) -> Ranking | None:
        """Give the last ranking of a scope; None where there is none."""
        found = await _rankings.read(self._ranked.find({"_id": scope.value}))
        return found[0] if found else None

    async def busiest(self, scope: Scope, on: date, limit: int) -> list[tuple[str, int]]:
        """Give the codes with the most departures on a local date, and how many, most first."""
        query = {"scope": scope.value, "date": on.isoformat()}
        shown = {"_id": 0, "code": 1, "planned": 1}
        order = [("planned", DESCENDING), ("code", ASCENDING)]
        found = self._days.find(query, shown).sort(order).limit(limit)
        return [(row["code"], row["planned"]) async for row in found]

    async def days(
        self, scope: Scope, codes: Sequence[str], dates: Sequence[date], *, delays: bool
    ) -> list[Day]:
        """Give those days of them that there are; without `delays` no medians can be told."""
        these = _named(scope, codes, dates)
        return await _days.read(self._days.find(these, None if delays else _WITHOUT_DELAYS))

    async def counted(self, scope: Scope, codes: Sequence[str], dates: Sequence[date]) -> set[str]:
        """Tell which of these codes had departures on one of these local dates."""
        found = self._days.find(_named(scope, codes, dates), {"code": 1})
        return {row["code"] async for row in found}

    async def usual(self, scope: Scope, codes: Sequence[str], *, delays: bool) -> list[Usual]:
        """Give what is usual for those of them of which that is known; `delays` as with days."""
        ids = [f"{scope.value}|{code}" for code in codes]
        return await _usual.read(self._usual.find({"_id": {"$in": ids}}, None if delays else _WITHOUT_DELAYS))


def _named(scope: Scope, codes: Sequence[str], dates: Sequence[date]) -> Stage:
    """Match days by name."""
    return {"_id": {"$in": [f"{scope.value}|{code}|{day.isoformat()}" for code in codes for day in dates]}}


def _between(since: date, until: date) -> Stage:
    return {"$gte": since.isoformat(), "$lte": until.isoformat()}


def _counting(scope: Scope, day: str, *, final: bool) -> list[Stage]:
    """Flights -> hours -> a day of each code.

    One date and one scope at a time, so that a call ends long before the connection's time-out: both scopes
    at once took MongoDB ten times as long.
    """
    minutes = "$counted.minutes"
    known = {"$gt": [minutes, None]}
    slot = {"code": _CODES[scope], "zone": "$counted.zone", "hour": "$counted.hour"}
    return [
        {"$match": {"date": day, "counted.version": VERSION}},
        {
            "$group": {
                "_id": slot,
                "planned": {"$sum": 1},
                "known": _one_if(known),
                "late": _one_if({"$gte": [minutes, D15]}),
                "cancelled": _one_if("$counted.cancelled"),
                "diverted": _one_if("$counted.diverted"),
                "delays": {"$push": {"$cond": [known, minutes, "$$REMOVE"]}},
            }
        },
        _gathered({"code": "$_id.code"}),
        {
            "$replaceWith": {
                "_id": {"$concat": [scope.value, "|", "$_id.code", "|", day]},
                "scope": scope.value,
                "code": "$_id.code",
                "date": day,
                "planned": {"$sum": "$slots.planned"},
                "final": final,
                "slots": _IN_ORDER,
            }
        },
        {"$merge": {"into": DAYS, "whenMatched": "replace"}},
    ]


def _one_if(condition: Stage | str) -> Stage:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _summing(scope: Scope, since: date, until: date) -> list[Stage]:
    """Days -> hours of all of them -> what is usual."""
    slot = {"code": "$_id", "days": "$days", "zone": "$slots.zone", "hour": "$slots.hour"}
    return [
        {"$match": {"scope": scope.value, "date": _between(since, until)}},
        {"$group": {"_id": "$code", "days": {"$sum": 1}, "slots": {"$push": "$slots"}}},
        {"$unwind": "$slots"},
        {"$unwind": "$slots"},
        {
            "$group": {
                "_id": slot,
                **{name: {"$sum": f"$slots.{name}"} for name in _SUMS},
                "delays": {"$push": "$slots.delays"},
            }
        },
        {"$set": {"delays": {"$reduce": _joined("$delays")}}},
        _gathered({"code": "$_id.code", "days": "$_id.days"}),
        {
            "$replaceWith": {
                "_id": {"$concat": [scope.value, "|", "$_id.code"]},
                "scope": scope.value,
                "code": "$_id.code",
                "days": "$_id.days",
                "since": since.isoformat(),
                "until": until.isoformat(),
                "slots": _IN_ORDER,
            }
        },
        {"$merge": {"into": USUAL, "whenMatched": "replace"}},
    ]


def _joined(lists: str) -> Stage:
    return {"input": lists, "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}


def _gathered(key: Mapping[str, str]) -> Stage:
    """Gather slots by a part of their key."""
    slot = {"zone": "$_id.zone", "hour": "$_id.hour", "delays": "$delays"}
    slot |= {name: f"${name}" for name in _SUMS}
    return {"$group": {"_id": key, "slots": {"$push": slot}}}


def _slot(found: Document) -> Slot:
    counts = Counts(
        planned=found["planned"],
        known=found["known"],
        late=found["late"],
        cancelled=found["cancelled"],
        diverted=found["diverted"],
        delays=dict(Counter(found["delays"])) if "delays" in found else {},
    )
    return Slot(found["zone"], found["hour"], counts)


def _slots(found: Document) -> tuple[Slot, ...]:
    return tuple(_slot(each) for each in found["slots"])


def _day(found: Document) -> Day:
    return Day(
        scope=Scope(found["scope"]),
        code=found["code"],
        date=date.fromisoformat(found["date"]),
        slots=_slots(found),
    )


def _usual_of(found: Document) -> Usual:
    return Usual(
        scope=Scope(found["scope"]),
        code=found["code"],
        days=found["days"],
        since=date.fromisoformat(found["since"]),
        until=date.fromisoformat(found["until"]),
        slots=_slots(found),
    )


_days = Reader(DAYS, _day)
_usual = Reader(USUAL, _usual_of)
_rankings = Reader(RANKED, lambda found: msgspec.convert(found, Ranking))
