"""Whether a person has to be told, and what: against what that person was last told, not the last change.

That alone damps flapping (30, 45, 30 minutes), and makes "back on time" and "reinstated" possible.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain.bookings import Channel
from flightagents.domain.codes import same_place, same_terminal
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.reasons import Reason
from flightagents.domain.said import PLACES, Said
from flightagents.domain.times import at_latest

RUNGS = (30, 60, 120, 180)
"""Minutes behind the base at which a delay is news to a traveller; after the last, each further 60."""
RUNG_AFTER = 60
MOST_LATER = 4
"""Messages that put a person off to a later time, of one flight."""
EARLIER = timedelta(minutes=10)
"""Earlier than told by this much is told at once: people miss flights that were un-delayed."""
ALL_CLEAR_WITHIN = timedelta(minutes=15)
UNCONFIRMED_PATIENCE = timedelta(minutes=10)
"""How long a cancellation waits for its second look before travellers hear of it."""
SMS_DELAY = timedelta(minutes=60)
SMS_BEFORE = timedelta(hours=4)
KEEP = {"time": timedelta(hours=2), "cancelled": timedelta(hours=24), "diverted": timedelta(hours=12)}
"""How long after the expected departure a message still makes sense; of a diversion, after the arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person was told of a flight so far, whatever the channel."""

    expected: datetime | None = None
    cancelled: bool = False
    diverted: bool = False
    gate: str | None = None
    terminal: str | None = None
    later: int = 0
    put_off: bool = False
    """The last that they heard of its time is a later or an earlier one."""
    no_news: bool = False
    """After all that, they were told that we have no news."""


NOTHING = Told()


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The flight as it stands for one person: measured from the ticketed time where there is one."""

    state: FlightState
    base: datetime
    gate_from: str | None = None
    """The gate that was, to somebody who has not heard of its change; the same for the terminal."""
    terminal_from: str | None = None
    patience: timedelta = UNCONFIRMED_PATIENCE
    """How long a cancellation waits for its second look."""
    zone: str | None = None
    """Of the airport that the person leaves from next, where it is night or not."""

    @property
    def expected(self) -> datetime:
        """When the flight is expected to leave."""
        return self.state.departure.expected

    @property
    def lateness(self) -> timedelta:
        """How far behind the base; negative when ahead of it."""
        return self.expected - self.base


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether to tell, why, what, and not before when."""

    tell: bool
    reason: Reason
    said: Said | None = None
    not_before: datetime | None = None


def needs_update(told: Told, current: Current, now: datetime) -> Decision:
    """Decide whether a traveller has to hear of the flight as it stands now."""
    if current.state.left_without(current.base):  # theirs had the same identity, and has left
        return _silent(Reason.DEPARTED)
    return _of_theirs(told, current, now)


def _of_theirs(told: Told, current: Current, now: datetime) -> Decision:
    state = current.state
    if now > expires_at(current):
        return _silent(Reason.EXPIRED)
    if state.disruption is Status.CANCELLED:
        return _cancelled(told, current)
    if state.disruption is Status.DIVERTED:
        return _confirmed(already=told.diverted, said=Said.DIVERTED, state=state)
    if told.diverted or (told.cancelled and not state.departed):
        return _confirmed(already=False, said=Said.REINSTATED, state=state)
    if state.landed or state.departed:
        return _silent(Reason.DEPARTED)
    timing = _timing(told, current, now)
    return timing if timing.tell else _place(told, current) or timing


STILL_TOLD = frozenset({Said.EARLIER, Said.ALL_CLEAR, Said.CANCELLED, Said.REINSTATED})
"""What whoever has heard of a flight must hear of it, also where the booking has become ambiguous since."""


def left_to_staff(decision: Decision, aside: Reason | None, told: Told) -> Decision:
    """Tell nothing where a person's flight is staff's business, but what undoes what they were told."""
    undoes = aside is Reason.AMBIGUOUS and told != NOTHING and decision.said in STILL_TOLD
    return decision if aside is None or undoes else _silent(aside)


def _silent(reason: Reason) -> Decision:
    return Decision(tell=False, reason=reason)


def _tell(said: Said) -> Decision:
    return Decision(tell=True, reason=Reason.NEWS, said=said)


def _cancelled(told: Told, current: Current) -> Decision:
    """The second look tells at once; without one the first is told after a while, if it still stands."""
    state = current.state
    if told.cancelled:
        moved = gate_before(told, current) or terminal_before(told, current)
        late = rung(current.lateness) > rung((told.expected or current.base) - current.base)
        return _silent(Reason.INHIBITED if moved or late else Reason.DUPLICATE)
    if state.disruption_confirmed or state.disruption_at is None or not current.patience:
        return _tell(Said.CANCELLED)
    return Decision(
        tell=True,
        reason=Reason.WAITS_FOR_SECOND_LOOK,
        said=Said.CANCELLED,
        not_before=state.disruption_at + current.patience,
    )


def _confirmed(*, already: bool, said: Said, state: FlightState) -> Decision:
    if already:
        return _silent(Reason.DUPLICATE)
    return _tell(said) if state.disruption_confirmed else _silent(Reason.WAITS_FOR_SECOND_LOOK)


def _timing(told: Told, current: Current, now: datetime) -> Decision:
    believed = told.expected or current.base
    earlier = believed - current.expected
    on_time = time_to_tell(Said.ALL_CLEAR, current)
    if (
        abs(current.lateness) < ALL_CLEAR_WITHIN
        and told.expected is not None
        and abs(believed - on_time) >= EARLIER
    ):
        # Whoever believes in an earlier time misses nothing: a schedule that flaps has an end.
        spent = on_time > believed and told.later >= MOST_LATER
        return _silent(Reason.RATE_LIMIT) if spent else _tell(Said.ALL_CLEAR)
    # A step may have been too small to tell, and the next one too: together they must not be. A change comes
    # only 10 minutes before the latest time that the state knows of, so nobody may be left with a later one.
    unknown = told.expected is not None and believed > current.state.latest_named
    if earlier >= EARLIER or (unknown and earlier >= timedelta(minutes=1)):
        return _tell(Said.EARLIER)
    if rung(current.lateness) <= rung(believed - current.base):
        return _silent(Reason.NOT_MATERIAL)
    if at_latest(current.expected) <= now:  # it will be later still, and the next look says by how much
        return _silent(Reason.EXPIRED)
    return _silent(Reason.RATE_LIMIT) if told.later >= MOST_LATER else _tell(Said.LATER)


def time_to_tell(said: Said, current: Current) -> datetime:
    """Give the departure that a message names: the expected one, but on time again means the schedule itself.

    What is left of a delay below 15 minutes may go at any look, and nobody would be told. A ticketed time may
    lie far behind the feed's schedule: then a delay that leads there is none to this person, and stays.
    """
    scheduled = current.state.departure.scheduled
    on_schedule = said is Said.ALL_CLEAR and current.expected - scheduled < ALL_CLEAR_WITHIN
    return scheduled if on_schedule else current.expected


def rung(lateness: timedelta, rungs: Sequence[int] = RUNGS) -> int:
    """Count the rungs that a delay has reached: 0 below the first."""
    minutes = lateness / timedelta(minutes=1)
    beyond = max(0, int((minutes - rungs[-1]) // RUNG_AFTER))
    return sum(minutes >= step for step in rungs) + beyond


def _place(told: Told, current: Current) -> Decision | None:
    if gate_before(told, current):
        return _tell(Said.GATE)
    return _tell(Said.TERMINAL) if terminal_before(told, current) else None


def gate_before(told: Told, current: Current) -> str | None:
    """Give the gate that a person believes in, where it is another one now."""
    return _moved_from(told.gate or current.gate_from, current.state.departure.gate, same_place)


def terminal_before(told: Told, current: Current) -> str | None:
    """Give the terminal that a person believes in, where it is another one now."""
    return _moved_from(
        told.terminal or current.terminal_from, current.state.departure.terminal, same_terminal
    )


def _moved_from(believed: str | None, now: str | None, same: Callable[[str, str], bool]) -> str | None:
    return believed if believed and now and not same(believed, now) else None


def reach(channel: Channel, said: Said, current: Current, now: datetime) -> datetime | None:
    """Tell from when on a message of this kind goes by this channel; None: never.

    Email always at once. SMS where it is worth it, and of a short delay only near to the departure.
    """
    if channel is Channel.EMAIL:
        return now
    if said in PLACES:
        return None
    if said is not Said.LATER or current.lateness >= SMS_DELAY:
        return now
    return max(now, at_latest(current.expected) - SMS_BEFORE)


def expires_at(current: Current) -> datetime:
    """Tell until when a message about this makes sense."""
    state = current.state
    leaves = at_latest(max(current.expected, state.departure.scheduled))
    disrupted = state.disruption or state.disrupted_from
    if disrupted is Status.DIVERTED:  # it may happen, and be taken back, at the end of the longest flight
        return max(leaves, at_latest(state.arrival.expected)) + KEEP["diverted"]
    return leaves + KEEP["cancelled" if disrupted is Status.CANCELLED else "time"]
