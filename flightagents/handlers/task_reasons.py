"""What of all that is booked may give a task by itself, found without reading a single booking.

tasks.py looks closely at what is found, and at nothing else; most of it turns out to be a task.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import Match, Segment, match
from flightagents.domain.flight import FlightState
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.watching import is_due, is_overdue, rebook
from flightagents.handlers.audience import Audience
from flightagents.handlers.turns import in_turns
from flightagents.ports import Archive, Bookings, FlightStore

Number = tuple[str, str]
"""A designator and a local date."""
Named = Mapping[Number, Sequence[str]]
"""The flights of each number and date."""
STIRS_WITHIN = timedelta(hours=1)
"""An airport none of whose flights had news for so long is silent as a whole."""
AT_ONCE = 1_000
"""Segments that are matched before others get their turn."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What may give tasks."""

    numbers: frozenset[Number]
    """Somebody is booked under them, and they mean no flight that the feed has, or several."""
    flights: Sequence[str]
    """They are disrupted, or moved, or their delay may have two readings; somebody may be booked on them."""
    named: Named
    silent: frozenset[str] = frozenset()
    """Of the flights: they should have left and say nothing, while others of their airport have news."""


class TaskReasons:
    """Looks at the different segments that are booked, and at the flights that they mean."""

    def __init__(
        self,
        *,
        bookings: Bookings,
        flights: FlightStore,
        archive: Archive,
        audience: Audience,
        zone_of: Callable[[str], str | None],
        clock: Clock,
    ) -> None:
        self._bookings = bookings
        self._flights = flights
        self._archive = archive
        self._audience = audience
        self._zone_of = zone_of
        self._clock = clock

    async def find(
        self, since: date, until: date, known: Iterable[Task], was_looked_for: Callable[[Segment], bool]
    ) -> Reasons:
        """Look at what is booked from one local date to another, both included, and at what is `known`."""
        segments = await self._bookings.segments_flown(since, until)
        named = await self._flights.of_numbers({number(segment) for segment in segments})
        numbers: set[Number] = set()
        seen: set[str] = set()
        async for segment in in_turns(segments, AT_ONCE):
            means, flights = match(segment, named.get(number(segment), ()))
            seen.update(flights)
            missing = means is Match.NOT_YET and self._is_due(segment) and was_looked_for(segment)
            if missing or means is Match.AMBIGUOUS:
                numbers.add(number(segment))
        in_question, silent = await self._in_question(seen, known)
        return Reasons(frozenset(numbers), in_question, named, silent)

    def _is_due(self, segment: Segment) -> bool:
        zone = self._zone_of(segment.departure) if segment.departure else None
        return is_due(segment, zone, self._clock.now())

    async def _in_question(
        self, booked: Collection[str], known: Iterable[Task]
    ) -> tuple[list[str], frozenset[str]]:
        moved = {flight for move in await self._audience.moves(booked) for flight in move}
        states = await self._flights.known_states(sorted(moved.union(booked)))
        standing = {task.flight: task for task in known if task.kind is TaskKind.REBOOK}
        now = self._clock.now()
        disrupted = {
            flight
            for flight, state in states.items()
            if rebook(state, 1, standing.get(flight), now) is not None
        }
        retimed = await self._retimed([state for state in states.values() if state.open])
        silent = await self._silent([state for state in states.values() if is_overdue(state, now)])
        return sorted(disrupted | retimed | silent | moved.intersection(states)), silent

    async def _silent(self, states: Sequence[FlightState]) -> frozenset[str]:
        if not states:
            return frozenset()
        airports = {state.departure.airport for state in states}
        stirring = await self._flights.stirring(airports, self._clock.now() - STIRS_WITHIN)
        return frozenset(state.flight for state in states if state.departure.airport in stirring)

    async def _retimed(self, states: Sequence[FlightState]) -> set[str]:
        """Give those whose schedule has moved: the delay of another has one reading.

        Also by the newest rows: a schedule that is moved to where the delay pointed is no change.
        """
        bases = {state.flight: state.departure.base for state in states}
        known = {state.flight: state.departure.scheduled for state in states}
        shown = await self._archive.newest_schedules(list(bases)) if states else {}
        return {
            flight for flight, base in bases.items() if {known[flight], shown.get(flight, base)} != {base}
        }


def number(segment: Segment) -> Number:
    """Give by what a segment's flights are found."""
    return segment.designator, segment.flight_date.isoformat()
