"""A flight retimed over midnight: the feed shows a new flight while the old one goes silent.

`advance` sees one flight, and only when a record of it comes; this looks at all of them at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from flightagents.domain.changes import Change, ChangeEnd, Kind, Reason, severity
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.times import to_local

FARTHEST_MOVE = timedelta(hours=12)
"""Beyond this the flight of the next day is simply the next day's."""
NEIGHBOURS = (-timedelta(days=1), timedelta(days=1))
LOOKS = 2
"""Runs that bring the new flight, from its first on, in which the old one must be missing."""

Runs = Mapping[str, tuple[int, ...]]
"""Of each flight, in order."""


def watch(
    flights: Iterable[FlightState], runs: Runs, now: datetime, *, whole: Runs | None = None
) -> list[Change]:
    """Find the flights that became another one; `runs` gives the runs that brought each flight, in order.

    `whole` are those that would have brought any other day of its number as well, by default all: a run that
    asked for one day alone says nothing of the old flight. The same change, by its id, is found again at each
    call.
    """
    whole = runs if whole is None else whole
    return [
        _moved(old, new, now)
        for old, new in pairs(flights)
        if _fell_silent(old, runs.get(old.flight, ()), whole.get(new.flight, ()))
    ]


def pairs(flights: Iterable[FlightState]) -> Iterator[tuple[FlightState, FlightState]]:
    """Give each old flight with a new one of the same number and route that is near enough to be it."""
    families: dict[tuple[str, str, str], dict[date, FlightState]] = defaultdict(dict)
    for state in flights:
        name = FlightId.parse(state.flight)
        families[name.designator, name.departure, name.arrival][name.date] = state
    for family in families.values():
        for day, old in family.items():
            around = (family.get(day + step) for step in NEIGHBOURS)
            yield from ((old, new) for new in around if new is not None and _are_near(old, new))


def _are_near(old: FlightState, new: FlightState) -> bool:
    apart = abs(_by_the_clock(new, new.departure.base) - _by_the_clock(old, old.departure.scheduled))
    return old.first_run < new.first_run and apart <= FARTHEST_MOVE


def _by_the_clock(state: FlightState, moment: datetime) -> datetime:
    """Give the airport's wall clock: comparable also where its zone is known of one flight only."""
    return to_local(moment, state.departure.zone)


def _fell_silent(old: FlightState, old_runs: tuple[int, ...], new_runs: tuple[int, ...]) -> bool:
    looks = new_runs[:LOOKS]
    return old.open and len(looks) == LOOKS and set(looks).isdisjoint(old_runs)


def _moved(old: FlightState, new: FlightState, now: datetime) -> Change:
    lateness = old.departure.expected - old.departure.base
    return Change(
        id=f"{old.flight}/{Kind.MOVED_TO}/{new.flight}",
        flight=old.flight,
        kind=Kind.MOVED_TO,
        at=now,
        ordinal=old.ordinal,
        before={"flight": old.flight},
        after={"flight": new.flight},
        severity=severity(Kind.MOVED_TO, lateness),
        reason=Reason.OLD_FLIGHT_SILENT,
        departure=ChangeEnd.of(old.departure),
        arrival=ChangeEnd.of(old.arrival),
        carrier=old.carrier,
        marketed_as=old.marketed_as,
        record=new.first_record,
    )
