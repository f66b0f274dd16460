"""A flight's identity -> its file: all that is kept of it, read at once and laid on one line of time."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from flightagents.clock import Clock
from flightagents.domain.acts import About, Thing
from flightagents.domain.bookings import Booking
from flightagents.domain.changes import Change
from flightagents.domain.distances import Place
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.flight_file import (
    MOST,
    Changed,
    Entry,
    FlightFile,
    Look,
    WasBefore,
    in_order,
)
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.passenger_rights import Rights, rights
from flightagents.domain.tasks import Task
from flightagents.handlers.flight_entries import Teller
from flightagents.handlers.flight_people import FlightPeople
from flightagents.ports import FlightFiles, FlightStore, Handlings, Pages
from flightagents.records import FlightRecord

CHANGES = 500
"""Of a flight; a busy one has thirty."""
VENDORS = (
    "airline",
    "flight_number",
    "departure_airport",
    "departure_scheduled",
    "arrival_airport",
    "arrival_scheduled",
    "status",
)
"""The fields of a record that are the feed's own strings, unchanged."""


class OpenFlightFile:
    """Reads only. Everything is asked for by an index, in two rounds."""

    def __init__(
        self,
        *,
        files: FlightFiles,
        flights: FlightStore,
        handlings: Handlings,
        pages: Pages,
        people: FlightPeople,
        place: Callable[[str], Place | None],
        address_key: Callable[[str], str],
        clock: Clock,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`address_key` hashes addresses and bookings; traces are in the time that `real_now` tells."""
        self._files = files
        self._flights = flights
        self._handlings = handlings
        self._pages = pages
        self._people = people
        self._place = place
        self._key = address_key
        self._clock = clock
        self._real_now = real_now

    async def __call__(
        self, flight: str, *, sees_people: bool, booking: str | None = None, most: int = MOST
    ) -> FlightFile | None:
        """Give the file of a flight, at most `most` entries; None where nothing is kept of it.

        Without `sees_people` no name, reference, address or word to or about a person stands in it. With
        `booking`, the id of one, only what was said to that person does, and no note of the staff. Raises
        ValueError for what is no flight's identity.
        """
        FlightId.parse(flight)
        kept = await self._kept(flight, booking, most)
        if kept.state is None and not kept.changes:
            return None
        seen_at, looks, digests, acts, handlings, people = await asyncio.gather(
            self._pages.seen_at(flight),
            self._files.records([change.record for change in kept.changes]),
            self._digests(kept, booking, most),
            self._files.acts(_touched(flight, kept), most),
            self._handlings.get([flight]),
            self._named(flight, kept, booking, sees_people=sees_people),
        )
        rows = [*kept.rows, *(row for row in digests if row.flight != flight)]
        notes = handlings[flight].notes if flight in handlings else ()
        now = self._clock.now()
        teller = Teller(
            people,
            self._key,
            self._clock,
            self._real_now(),
            sees_people=sees_people,
            for_one=booking is not None,
        )
        published: list[Entry] = [
            *(Changed(at=each.at, change=each, look=_look(looks.get(each.record))) for each in kept.changes),
            *(WasBefore(at=each.at, flight=each.flight) for each in kept.moves),
        ]
        about_people: list[Entry] = [
            *(entry for row in rows for entry in teller.row(row)),
            *teller.silences(rows, kept.silences),
            *(teller.task(task) for task in kept.tasks),
            *teller.acts(flight, acts, notes, rows, kept.tasks),
        ]
        story, left_out = in_order(sorted(published, key=lambda each: each.at), about_people, most)
        sizes = (kept.changes, kept.moves, looks, rows, kept.silences, kept.tasks, acts)
        return FlightFile(
            flight=flight,
            state=kept.state,
            seen_at=seen_at,
            rights=self._rights(kept.state, now),
            story=story,
            left_out=left_out,
            read=sum(map(len, sizes)) + (kept.state is not None),
            made_at=now,
            sees_people=sees_people,
            booking=teller.person(booking),
            only_one=booking is not None,
        )

    async def _kept(self, flight: str, booking: str | None, most: int) -> "_Kept":
        states, changes, moves, rows, silences, tasks = await asyncio.gather(
            self._flights.known_states([flight]),
            self._files.changes(flight, CHANGES),
            self._files.moves_to(flight),
            self._files.rows(flight, most, booking),
            self._files.silences(flight, CHANGES),
            self._files.tasks(flight, most),
        )
        if booking is not None:
            key = self._key(booking)
            silences = [(at, each) for at, each in silences if each.person == key]
            tasks = [each for each in tasks if booking in (each.booking, *each.also)]
        return _Kept(states.get(flight), changes, moves, rows, silences, tasks)

    async def _digests(self, kept: "_Kept", booking: str | None, most: int) -> Sequence[Notification]:
        if booking is not None or not kept.changes:
            return []
        return await self._files.digests([change.id for change in kept.changes], most)

    async def _named(
        self, flight: str, kept: "_Kept", booking: str | None, *, sees_people: bool
    ) -> Mapping[str, Booking]:
        if not sees_people:
            return {}
        written = {row.booking for row in kept.rows if row.booking}
        about = {task.booking for task in kept.tasks if task.booking}
        found = await self._people(flight, written | about | ({booking} if booking else set()))
        return found if booking is None else {key: each for key, each in found.items() if key == booking}

    def _rights(self, state: FlightState | None, now: datetime) -> Rights:
        if state is None:
            return Rights((), ("how the flight stood is not kept any more",))
        return rights(state, self._place(state.departure.airport), self._place(state.arrival.airport), now)


class _Kept(NamedTuple):
    state: FlightState | None
    changes: Sequence[Change]
    moves: Sequence[Change]
    rows: Sequence[Notification]
    silences: Sequence[tuple[datetime, Silence]]
    tasks: Sequence[Task]


def _touched(flight: str, kept: _Kept) -> list[About]:
    """Name what an act may have been about that belongs to the story."""
    messages = (About(Thing.MESSAGE, row.id) for row in kept.rows)
    tasks = (About(Thing.TASK, task.id) for task in kept.tasks)
    return [About(Thing.FLIGHT, flight), *messages, *tasks]


def _look(record: FlightRecord | None) -> Look | None:
    if record is None:
        return None
    return Look(
        record=record.id,
        run=record.run,
        polled_at=record.polled_at,
        designator=record.designator,
        vendor={name: getattr(record, name) for name in VENDORS},
        departure=record.departure,
        arrival=record.arrival,
    )
