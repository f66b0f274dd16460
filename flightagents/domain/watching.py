"""Which tasks bookings and flights give as they stand: looked at from time to time, no matter what changed.

Each rule gives the task that ought to stand, or None where there is no reason for one (any more).
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from flightagents.domain.alerting import Current, expires_at
from flightagents.domain.bookings import Segment, Ticket
from flightagents.domain.flight import FlightId, FlightState, Status
from flightagents.domain.handling import Handling
from flightagents.domain.readings import readings
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.domain.times import at_latest, iso, to_local, to_utc

SHOWN_BEFORE = timedelta(hours=5)
"""The feed shows a flight about 6 h before it leaves; an hour later its absence means something."""


def rebook(state: FlightState, travellers: int, known: Task | None, now: datetime) -> Task | None:
    """Ask for help for the travellers of a cancelled or diverted flight, from the first look on.

    `known` is what nobody has done yet about the flight: it stays until two looks say that the flight is on
    again, and it stays one task however often the feed changes its mind.
    """
    disruption = state.disruption
    if disruption is None and (known is None or state.disruption_confirmed):
        return None
    late = known is None and now > expires_at(Current(state=state, base=state.departure.base))
    if late or not travellers:
        return None
    shows = "is" if state.disruption_confirmed else "shows"
    word = disruption.value if disruption else "on again"
    unsure = "" if state.disruption_confirmed else " (unconfirmed)"
    departure, arrival = state.departure, state.arrival
    too_late = arrival.expected if disruption is Status.DIVERTED else departure.scheduled
    return Task(
        id=known.id if known else task_id(TaskKind.REBOOK, state.flight, word, iso(state.disruption_at)),
        kind=TaskKind.REBOOK,
        flight=state.flight,
        booking=None,
        summary=f"{_name(state)} {shows} {word}{unsure}: {_travellers(travellers)}",
        created_at=now,
        resolve_by=at_latest(too_late),
    )


def conflicting_times(state: FlightState, travellers: int, now: datetime) -> Task | None:
    """Ask for the true time of a flight whose delay has two readings; one task for each retiming."""
    both = readings(state)
    if both is None or not travellers:
        return None
    told, other = (_moment(state, moment) for moment in (both.told, both.other))
    return Task(
        id=task_id(TaskKind.CONFLICTING_TIMES, state.flight, iso(state.departure.scheduled)),
        kind=TaskKind.CONFLICTING_TIMES,
        flight=state.flight,
        booking=None,
        summary=f"{_name(state)} leaves at {told} or at {other} {state.departure.airport}, the feed does not "
        f"say which: ask the airline; told the earlier: {_travellers(travellers)}",
        created_at=now,
        resolve_by=at_latest(both.told),
    )


SILENT_FOR = timedelta(minutes=25)
"""Of flights that leave on time most have their runway time in the feed by then."""
SILENT_UNTIL = timedelta(hours=6)
"""Longer after its time nobody at the gate needs to be told what to do."""


def overdue_silent(state: FlightState, seen_at: datetime, travellers: int, now: datetime) -> Task | None:
    """Ask about a flight that should have left, of which nobody says that it is late or that it has left.

    `state` is by the newest row, of `seen_at`: one of before it was overdue tells nothing. Only where other
    flights of its airport have news: else it is the airport that is silent.
    """
    due = at_latest(state.departure.scheduled)
    if not (travellers and is_overdue(state, now) and seen_at >= due + SILENT_FOR):
        return None
    leaves = f"{_moment(state, state.departure.scheduled)} {state.departure.airport}"
    return Task(
        id=task_id(TaskKind.OVERDUE_SILENT, state.flight, iso(state.departure.scheduled)),
        kind=TaskKind.OVERDUE_SILENT,
        flight=state.flight,
        booking=None,
        summary=f"{_name(state)} was to leave at {leaves}, and the feed has neither delay nor take-off: "
        f"ask the airline or the airport; {_travellers(travellers)}",
        created_at=now,
        resolve_by=due + SILENT_FOR,
    )


def is_overdue(state: FlightState, now: datetime) -> bool:
    """Tell whether a flight should have left, and we know of no delay and of no take-off."""
    due = at_latest(state.departure.scheduled)
    says_nothing = state.status is Status.SCHEDULED and state.delay is None and not state.has_left
    return state.open and says_nothing and due + SILENT_FOR <= now < due + SILENT_UNTIL


def moved_flight(old: FlightState, new: FlightState, travellers: int, now: datetime) -> Task | None:
    """Ask whether those who are booked on a flight are booked on what it seems to have become."""
    if not new.open or not travellers or new.predecessor_left is not None:
        return None
    number = FlightId.parse(old.flight).designator
    before, after = (_moment(state, state.departure.scheduled, day=True) for state in (old, new))
    return Task(
        id=task_id(TaskKind.MOVED_FLIGHT, old.flight, new.flight),
        kind=TaskKind.MOVED_FLIGHT,
        flight=old.flight,
        booking=None,
        summary=f"{number} of {before} seems to be {number} of {after} {new.departure.airport} now: "
        f"{_travellers(travellers)}; are they booked on it?",
        created_at=now,
        resolve_by=at_latest(new.departure.expected),
    )


HELD_LONG = timedelta(minutes=20)
"""A hold is to win time for a call or two."""
HELD_BEFORE = timedelta(minutes=60)
"""So long before departure whoever is told nothing may be on the way already."""


def held_messages(handling: Handling, flies: FlightState, waiting: int, now: datetime) -> Task | None:
    """Remind of messages that staff hold, once they do so for long or the flight is about to leave.

    `flies` is what the flight is now; `waiting` counts the messages.
    """
    leaves, since = at_latest(flies.departure.expected), handling.held_at or now
    if now - since < HELD_LONG and leaves - now > HELD_BEFORE:
        return None
    what = f"{_waiting(waiting)}: " if waiting else "nobody is told anything until you release it: "
    return Task(
        id=task_id(TaskKind.HELD_MESSAGES, handling.flight, iso(since)),
        kind=TaskKind.HELD_MESSAGES,
        flight=handling.flight,
        booking=None,
        summary=f"{_name(flies)} leaves at {_moment(flies, flies.departure.expected)}, and {what}"
        f"held by {handling.held_by}{'; release them, or call' if waiting else ''}",
        created_at=now,
        resolve_by=leaves,
    )


def ambiguous_booking(
    ticket: Ticket, flights: Iterable[str], zone: str | None, now: datetime, *, reference_key: str
) -> Task:
    """Ask for the route of a segment whose number means several flights that day.

    `reference_key`, here and below: a keyed hash of the booking's reference.
    """
    segment, names = ticket.segment, (FlightId.parse(flight) for flight in flights)
    routes = ", ".join(sorted(f"{name.departure}-{name.arrival}" for name in names))
    words = f"{_number(segment)} may be {routes}: add the route to the booking; nobody is told anything"
    leaves = leaves_by(segment, zone)
    key = task_id(TaskKind.AMBIGUOUS_BOOKING, reference_key, *segment.key)
    return _of_segment(TaskKind.AMBIGUOUS_BOOKING, ticket, key, words=words, leaves=leaves, now=now)


def not_in_feed(ticket: Ticket, zone: str | None, now: datetime, *, reference_key: str) -> Task | None:
    """Ask about a segment that the feed does not show, once it should, and until it should have left."""
    segment = ticket.segment
    if not is_due(segment, zone, now):
        return None
    leaves = leaves_by(segment, zone)
    words = f"the feed does not show {_number(segment)}: is the number right?"
    key = task_id(TaskKind.NOT_IN_FEED, reference_key, *segment.key)
    return _of_segment(TaskKind.NOT_IN_FEED, ticket, key, words=words, leaves=leaves, now=now)


def is_due(segment: Segment, zone: str | None, now: datetime) -> bool:
    """Tell whether the feed should show a segment by now, and it need not have left yet."""
    leaves = leaves_by(segment, zone)
    return leaves - SHOWN_BEFORE <= now < leaves


def leaves_by(segment: Segment, zone: str | None) -> datetime:
    """Give the latest instant in UTC at which a segment may leave, as far as its ticket tells.

    That is the ticketed time, else the end of its local date; without a zone the latest in the world.
    """
    midnight = datetime.combine(segment.flight_date + timedelta(days=1), time.min)
    return at_latest(to_utc(segment.ticketed or midnight, zone))


def _of_segment(
    kind: TaskKind, ticket: Ticket, key: str, *, words: str, leaves: datetime, now: datetime
) -> Task:
    """A family under one reference has one task: whoever corrects the booking corrects it for all."""
    return Task(
        id=key,
        kind=kind,
        flight=None,
        booking=ticket.booking,
        summary=words,
        created_at=now,
        resolve_by=leaves,
    )


def _travellers(count: int) -> str:
    return "1 traveller" if count == 1 else f"{count} travellers"


def _waiting(messages: int) -> str:
    return "1 message waits" if messages == 1 else f"{messages} messages wait"


def _name(state: FlightState) -> str:
    name = FlightId.parse(state.flight)
    return f"{name.designator} {name.departure}-{name.arrival} {name.date:%-d %b}"


def _number(segment: Segment) -> str:
    route = f" {segment.departure}-{segment.arrival}" if segment.departure else ""
    return f"{segment.designator}{route} {segment.flight_date:%-d %b}"


def _moment(state: FlightState, moment: datetime, *, day: bool = False) -> str:
    """Write a time by the clock of the airport of departure, with the day where it is another."""
    local = to_local(moment, state.departure.zone)
    other_day = local.date() != FlightId.parse(state.flight).date
    return f"{local:%-d %b %H:%M}" if day or other_day else f"{local:%H:%M}"
