"""One person and one flight that they are on, as the audience finds them and decisions are made on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from flightagents.domain.alerting import UNCONFIRMED_PATIENCE, Current
from flightagents.domain.bookings import Booking, Segment
from flightagents.domain.flight import FlightState
from flightagents.domain.reasons import Reason
from flightagents.domain.times import at_latest, to_local, to_utc


class Moved(NamedTuple):
    """Where a flight left from before its gate or terminal was changed just now."""

    gate_from: str | None = None
    terminal_from: str | None = None


NOT_MOVED = Moved()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person and one flight that they are on.

    `moved_from` is the flight they were booked on, where it was retimed over midnight and is this one now.
    """

    booking: Booking
    segment: Segment
    state: FlightState
    moved_from: FlightState | None = None
    story: tuple[str, ...] = ()
    """All flights that theirs has been, this one among them, oldest first; empty where it is but one."""
    aside: Reason | None = None
    """Why they hear nothing of it, or little (heard.py): it is another flight now, or staff look."""
    person: tuple["Case", ...] = ()
    """The cases of this flight whose bookings share an address, this one among them; empty if it is alone."""
    leaves_next_from: str | None = None
    """Zone of the airport that they leave from next, where that is another than this flight's."""
    lost_at: datetime | None = None
    """When it was seen last, where nobody sees it any more."""

    @property
    def flights(self) -> tuple[str, ...]:
        """Give every flight that theirs has been, oldest first."""
        return self.story or (self.state.flight,)

    @property
    def everyone(self) -> tuple["Case", ...]:
        """Give the cases of every booking that this person has on this flight."""
        return self.person or (self,)

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """Give every booking of this person on this flight."""
        return tuple(case.booking for case in self.everyone)

    def current(self, moved: Moved = NOT_MOVED, patience: timedelta = UNCONFIRMED_PATIENCE) -> Current:
        """Give the flight as it stands for this person."""
        return Current(
            state=self.state,
            base=self.base,
            gate_from=moved.gate_from,
            terminal_from=moved.terminal_from,
            patience=patience,
            zone=self.leaves_next_from or self.state.departure.zone,
        )

    @property
    def base(self) -> datetime:
        """What the person was promised, by the earliest of their tickets; else what we saw first."""
        return min((case.own_base for case in self.everyone), key=at_latest)

    @property
    def own_base(self) -> datetime:
        """Give the same by this booking alone."""
        booked = self.moved_from or self.state
        if self.segment.ticketed is None or self.segment.departure not in (None, booked.departure.airport):
            return self._comparable(booked.departure.base, booked.departure.zone)
        return to_utc(self.segment.ticketed, self.state.departure.zone)

    def _comparable(self, base: datetime, zone: str | None) -> datetime:
        """A flight and the one that it became may differ in whether their airport's zone is known."""
        here = self.state.departure.zone
        if here is None:
            return to_local(base, zone)
        return base if base.tzinfo is not None else to_utc(base, here)


def as_one_person(cases: Sequence[Case]) -> list[Case]:
    """Join the cases of one flight whose bookings share an address, whatever number they know it by.

    Else two tickets with different times would make two opinions of one delay.
    """
    persons: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        if case.aside is not None:
            continue
        places = [(case.state.flight, each) for each in (case.booking.email, case.booking.phone) if each]
        known = [persons[place] for place in places if place in persons]
        person = [case, *(other for each in {id(each): each for each in known}.values() for other in each)]
        for other in person:
            addresses = (other.booking.email, other.booking.phone)
            persons |= {(case.state.flight, each): person for each in addresses if each}
    joined = {id(each): tuple(person) for person in persons.values() if len(person) > 1 for each in person}
    return [replace(case, person=joined[id(case)]) if id(case) in joined else case for case in cases]
