"""One line of an export: flat, so that a table reads it; the same in CSV and in JSON.

Local times stand beside the UTC ones: a table that is grouped by the hour of departure needs the airport's.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind, Reason, Severity
from flightagents.domain.flight import FlightId, Status
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason as WhyTold
from flightagents.domain.said import Said
from flightagents.domain.times import to_local
from flightagents.domain.trouble import Trouble
from flightagents.web.api.answers import Moment, Utc


class FlightLine(Struct, frozen=True, kw_only=True):
    """How a flight stands. `late` is whole minutes; the local times are wall clocks."""

    flight: str
    date: str
    designator: str
    carrier: str
    marketed_as: str
    departure: str
    arrival: str
    status: Status
    trouble: Trouble
    unconfirmed: bool
    severity: Severity
    late: int
    departure_zone: str | None
    departure_base: Moment
    departure_expected: Moment
    departure_actual: Moment | None
    departure_expected_local: str
    arrival_zone: str | None
    arrival_base: Moment
    arrival_expected: Moment
    arrival_actual: Moment | None
    arrival_expected_local: str
    departed: bool
    landed: bool
    changed_at: Utc
    seen_at: Utc


class ChangeLine(Struct, frozen=True, kw_only=True):
    """Something new about a flight; `late` is whole minutes of its expected departure behind the base."""

    id: str
    at: Utc
    flight: str
    carrier: str
    departure: str
    arrival: str
    kind: Kind
    severity: Severity
    reason: Reason
    late: int
    departure_zone: str | None
    departure_base: Moment
    departure_expected: Moment
    departure_expected_local: str
    arrival_expected: Moment
    ordinal: int


class NotificationLine(Struct, frozen=True, kw_only=True):
    """A row of the ledger, without names and addresses. `reference` is null for a viewer."""

    id: str
    created_at: Utc
    flight: str
    channel: Channel
    said: Said
    state: State
    reason: WhyTold
    hold: bool
    maybe_twice: bool
    tries: int
    for_staff: bool
    rule: str | None
    reference: str | None


def flight_line(row: FlightRow) -> FlightLine:
    """Give the line of a flight."""
    departure, arrival = row.departure, row.arrival
    return FlightLine(
        flight=row.flight,
        date=FlightId.parse(row.flight).date.isoformat(),
        designator=row.designator,
        carrier=row.carrier,
        marketed_as=" ".join(row.marketed_as),
        departure=departure.airport,
        arrival=arrival.airport,
        status=row.status,
        trouble=row.trouble,
        unconfirmed=row.unconfirmed,
        severity=row.severity,
        late=row.late,
        departure_zone=departure.zone,
        departure_base=departure.base,
        departure_expected=departure.expected,
        departure_actual=departure.actual,
        departure_expected_local=_local(departure.expected, departure.zone),
        arrival_zone=arrival.zone,
        arrival_base=arrival.base,
        arrival_expected=arrival.expected,
        arrival_actual=arrival.actual,
        arrival_expected_local=_local(arrival.expected, arrival.zone),
        departed=row.departed,
        landed=row.landed,
        changed_at=row.changed_at,
        seen_at=row.seen_at,
    )


def change_line(change: Change) -> ChangeLine:
    """Give the line of a change."""
    departure, arrival = change.departure, change.arrival
    return ChangeLine(
        id=change.id,
        at=change.at,
        flight=change.flight,
        carrier=change.carrier,
        departure=departure.airport,
        arrival=arrival.airport,
        kind=change.kind,
        severity=change.severity,
        reason=change.reason,
        late=round((departure.expected - departure.base).total_seconds() / 60),
        departure_zone=departure.zone,
        departure_base=departure.base,
        departure_expected=departure.expected,
        departure_expected_local=_local(departure.expected, departure.zone),
        arrival_expected=arrival.expected,
        ordinal=change.ordinal,
    )


def notification_line(*, sees_people: bool) -> Callable[[Notification], NotificationLine]:
    """Give what writes the line of a row."""

    def line(row: Notification) -> NotificationLine:
        return NotificationLine(
            id=row.id,
            created_at=row.created_at,
            flight=row.flight,
            channel=row.channel,
            said=row.said,
            state=row.state,
            reason=row.reason,
            hold=row.hold,
            maybe_twice=row.maybe_twice,
            tries=row.tries,
            for_staff=row.rule is not None,
            rule=row.rule,
            reference=row.notice.reference if sees_people and row.notice else None,
        )

    return line


def _local(moment: datetime, zone: str | None) -> str:
    return to_local(moment, zone).isoformat(" ", "minutes")
