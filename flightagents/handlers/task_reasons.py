"""What of all that is booked may give a task by itself, found without reading a single booking.

tasks.py looks closely at what is found, and at nothing else; most of it turns out to be a task.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flightagents.clock import Clock
from flightagents.domain.bookings import Match, Segment, match
from flightagents.domain.flight import FlightState
from flightagents.domain.tasks import Task, TaskKind
from flightagents.domain.watching import is_due, rebook
from flightagents.handlers.audience import Audience
from flightagents.handlers.turns import in_turns
from flightagents.ports import Archive, Bookings, FlightStore

Number = tuple[str, str]
"""A designator and a local date."""
Named = Mapping[Number, Sequence[str]]
"""The flights of each number and date."""
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
        is_covered: Callable[[Segment], bool],
        clock: Clock,
    ) -> None:
        self._bookings = bookings
        self._flights = flights
        self._archive = archive
        self._audience = audience
        self._zone_of = zone_of
        self._is_covered = is_covered
        self._clock = clock

    async def find(self, since: date, until: date, known: Iterable[Task], *, alive: bool) -> Reasons:
        """Look at what is booked from one local date to another, both included, and at what is `known`."""
        segments = await self._bookings.segments_flown(since, until)
        named = await self._flights.of_numbers({number(segment) for segment in segments})
        numbers: set[Number] = set()
        seen: set[str] = set()
        async for segment in in_turns(segments, AT_ONCE):
            means, flights = match(segment, named.get(number(segment), ()))
            seen.update(flights)
            if means is Match.AMBIGUOUS or (means is Match.NOT_YET and alive and self._is_missing(segment)):
                numbers.add(number(segment))
        return Reasons(frozenset(numbers), await self._in_question(seen, known), named)

    def _is_missing(self, segment: Segment) -> bool:
        zone = self._zone_of(segment.departure) if segment.departure else None
        return self._is_covered(segment) and is_due(segment, zone, self._clock.now())

    async def _in_question(self, booked: Collection[str], known: Iterable[Task]) -> list[str]:
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
        return sorted(disrupted | retimed | moved.intersection(states))

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
