"""Collects what is new while a sighting is read, and turns it into changes, in their order."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flightagents.domain.changes import (
    DELAY,
    ORDER,
    Change,
    ChangeEnd,
    Fields,
    Kind,
    Reason,
    Severity,
    severity,
)
from flightagents.domain.flight import FlightState, Sighting, Status

SECOND_LOOK_AFTER = timedelta(seconds=50)
"""Poll time between two looks: rows of one run, and runs close together, repeat one mistake.

Less than the poll interval, whose ticks wander: Faust sleeps up to 0.1 s less after it slept too long, and
two looks 59.9 s apart must not make a cancellation wait for a third.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """Something new, before it has its number."""

    kind: Kind
    before: Fields
    after: Fields
    reason: Reason


@dataclass(slots=True)
class News:
    """What one sighting brought."""

    sighting: Sighting
    items: list[Item] = field(default_factory=list)

    def add(self, kind: Kind, before: Fields, after: Fields, reason: Reason) -> None:
        """Note something new."""
        self.items.append(Item(kind, before, after, reason))

    def is_second_look(self, first: datetime | None) -> bool:
        """Tell whether this sighting may confirm what was first seen at `first`."""
        return first is not None and self.sighting.polled_at - first >= SECOND_LOOK_AFTER

    def changes(self, state: FlightState) -> tuple[Change, ...]:
        """Number the news from `state.ordinal` back: the state is the one after all of them."""
        first = state.ordinal - len(self.items) + 1
        items = sorted(self.items, key=lambda item: ORDER[item.kind])
        return tuple(self._change(item, first + place, state) for place, item in enumerate(items))

    def _change(self, item: Item, ordinal: int, state: FlightState) -> Change:
        return Change(
            id=change_id(state.flight, item.kind, item.after, ordinal),
            flight=state.flight,
            kind=item.kind,
            at=self.sighting.polled_at,
            ordinal=ordinal,
            before=item.before,
            after=item.after,
            severity=_grade(item.kind, state),
            reason=item.reason,
            departure=ChangeEnd.of(state.departure),
            arrival=ChangeEnd.of(state.arrival),
            carrier=state.carrier,
            marketed_as=state.marketed_as,
            record=self.sighting.id,
            state=state,
        )


def change_id(flight: str, kind: Kind, after: Fields, ordinal: int) -> str:
    """Name a change by flight, kind, new value and ordinal: made again, it is the same change."""
    value = next(iter(after.values()), None)
    value = "+".join(value) if isinstance(value, tuple) else value
    return f"{flight}/{ordinal}/{kind}/{value}"


def _grade(kind: Kind, state: FlightState) -> Severity:
    """A first sight is as grave as what it shows."""
    if kind is Kind.FIRST_SEEN and state.incident:
        kind = Kind.INCIDENT
    elif kind is Kind.FIRST_SEEN and state.disruption is Status.CANCELLED:
        kind = Kind.CANCELLED_UNCONFIRMED
    elif kind is Kind.FIRST_SEEN and state.disruption is Status.DIVERTED:
        kind = Kind.DIVERTED_UNCONFIRMED
    lateness = state.departure.expected - state.departure.base
    if kind is Kind.FIRST_SEEN:
        return severity(Kind.DELAYED, lateness) if lateness >= DELAY else Severity.INFO
    return severity(kind, lateness)
