"""Punctuality in memory, out of the states of `FakeFlights`; and flights to count."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from flightagents.domain.flight import FlightId, FlightState, Status, identity
from flightagents.domain.punctuality import D15, Counted, Counts, Day, Scope, Slot, counted, total
from flightagents.domain.ranking import Ranking
from flightagents.domain.times import to_utc
from flightagents.domain.tracking import advance
from flightagents.domain.usual import Usual
from tests.support.fakes import FakeFlights
from tests.support.rows import AIRPORTS, DAY, row, run_of

MINUTE = timedelta(minutes=1)


def flight(
    designator: str = "BA117",
    *,
    route: str = "LHR-JFK",
    day: date = DAY,
    departs: str = "14:35",
    late: int = 0,
    left: bool = True,
    cancelled: bool = False,
    ordinal: int = 1,
) -> FlightState:
    """Give a flight that left so many minutes late, or waits, or is cancelled."""
    state, _ = advance(None, run_of([row()])[0])
    leaves_from, goes_to = route.split("-")
    zone = AIRPORTS[leaves_from].zone if leaves_from in AIRPORTS else None
    base = to_utc(datetime.combine(day, time.fromisoformat(departs)), zone)
    departure = replace(
        state.departure, airport=leaves_from, zone=zone, base=base, expected=base + late * MINUTE
    )
    return replace(
        state,
        flight=identity(designator, day.isoformat(), leaves_from, goes_to),
        carrier=designator[:2],
        ordinal=ordinal,
        departure=departure,
        departed=left and not cancelled,
        status=Status.CANCELLED if cancelled else Status.SCHEDULED,
        disruption=Status.CANCELLED if cancelled else None,
    )


class FakePunctuality:
    """Days by scope, code and date."""

    def __init__(self, flights: FakeFlights) -> None:
        self._flights = flights
        self._days: dict[tuple[Scope, str, date], Day] = {}
        self._final: set[date] = set()
        self._usual: dict[tuple[Scope, str], Usual] = {}
        self._rankings: dict[Scope, Ranking] = {}
        self.counts: list[list[date]] = []
        self.sums = 0

    async def count(self, dates: Collection[date], *, final: Collection[date]) -> None:
        self.counts.append(sorted(dates))
        by_whom: dict[tuple[Scope, str, date], list[FlightState]] = {}
        for state in self._flights.states.values():
            name = FlightId.parse(state.flight)
            if name.date in dates:
                if name.date in final:
                    self._final.add(name.date)
                for whose in ((Scope.AIRPORT, name.departure), (Scope.AIRLINE, state.carrier)):
                    by_whom.setdefault((*whose, name.date), []).append(state)
        for key, states in by_whom.items():
            scope, code, day = key
            self._days[key] = Day(scope=scope, code=code, date=day, slots=tally(map(counted, states)))

    async def final(self, since: date, until: date) -> set[date]:
        return {day for day in self._final if since <= day <= until}

    async def sum_up(self, since: date, until: date) -> None:
        self.sums += 1
        days: dict[tuple[Scope, str], list[Day]] = {}
        for (scope, code, day), found in self._days.items():
            if since <= day <= until:
                days.setdefault((scope, code), []).append(found)
        self._usual = {
            (scope, code): Usual(
                scope=scope, code=code, days=len(each), since=since, until=until, slots=_together(each)
            )
            for (scope, code), each in days.items()
        }

    async def usual_until(self) -> date | None:
        return max((each.until for each in self._usual.values()), default=None)

    async def forget(self, before: date) -> None:
        self._days = {key: day for key, day in self._days.items() if day.date >= before}
        self._final = {day for day in self._final if day >= before}

    async def busiest(self, scope: Scope, on: date, limit: int) -> list[tuple[str, int]]:
        planned = {
            code: total(slot.counts for slot in day.slots).planned
            for (whose, code, date_), day in self._days.items()
            if whose is scope and date_ == on
        }
        return sorted(planned.items(), key=lambda each: (-each[1], each[0]))[:limit]

    async def days(
        self, scope: Scope, codes: Sequence[str], dates: Sequence[date], *, delays: bool
    ) -> list[Day]:
        keys = [(scope, code, day) for code in codes for day in dates]
        found = [self._days[key] for key in keys if key in self._days]
        return found if delays else [replace(day, slots=_without_delays(day.slots)) for day in found]

    async def counted(self, scope: Scope, codes: Sequence[str], dates: Sequence[date]) -> set[str]:
        return {day.code for day in await self.days(scope, codes, dates, delays=False)}

    async def keep_ranking(self, ranking: Ranking) -> None:
        self._rankings[ranking.scope] = ranking

    async def ranking(self, scope: Scope) -> Ranking | None:
        return self._rankings.get(scope)

    async def usual(self, scope: Scope, codes: Sequence[str], *, delays: bool) -> list[Usual]:
        found = [self._usual[scope, code] for code in codes if (scope, code) in self._usual]
        return found if delays else [replace(each, slots=_without_delays(each.slots)) for each in found]


def tally(flights: Iterable[Counted]) -> tuple[Slot, ...]:
    """Add flights up as MongoDB does, by zone and hour."""
    slots: dict[tuple[str | None, int], list[Counts]] = {}
    for each in flights:
        slots.setdefault((each.zone, each.hour), []).append(_one(each))
    return _in_order(slots)


def _one(flight: Counted) -> Counts:
    known = flight.minutes is not None
    return Counts(
        planned=1,
        known=int(known),
        late=int(flight.minutes is not None and flight.minutes >= D15),
        cancelled=int(flight.cancelled),
        diverted=int(flight.diverted),
        delays={flight.minutes: 1} if flight.minutes is not None else {},
    )


def _together(days: Sequence[Day]) -> tuple[Slot, ...]:
    slots: dict[tuple[str | None, int], list[Counts]] = {}
    for day in days:
        for slot in day.slots:
            slots.setdefault((slot.zone, slot.hour), []).append(slot.counts)
    return _in_order(slots)


def _in_order(slots: Mapping[tuple[str | None, int], Iterable[Counts]]) -> tuple[Slot, ...]:
    order = sorted(slots, key=lambda slot: (slot[0] or "", slot[1]))
    return tuple(Slot(zone, hour, total(slots[zone, hour])) for zone, hour in order)


def _without_delays(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    return tuple(replace(slot, counts=replace(slot.counts, delays={})) for slot in slots)
