"""Which staff hear of a change: the agency's rules, each judged by itself on one change at a time.

Travellers are told what differs from what they were told last (alerting.py); staff are told facts, at their
first look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain import codes
from flightagents.domain.alerting import rung
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import DELAY, Change, Kind, Severity
from flightagents.domain.office_hours import OfficeHours

STAFF_RUNGS = (15, 30, 60, 120, 180)
"""Minutes behind the base at which a delay is news to staff; after the last, each further 60."""
ON_CALL_RULE = "on-call"
"""Stands for the rule of rows that go to the on-call number; no rule may have its name."""

GRAVITY: Mapping[str, int] = {
    Severity.INFO: 0,
    Severity.MINOR: 1,
    Severity.MAJOR: 2,
    Severity.CRITICAL: 3,
}

CONFIRMED_BY = {
    Kind.CANCELLED_UNCONFIRMED: Kind.CANCELLED,
    Kind.REINSTATED_UNCONFIRMED: Kind.REINSTATED,
    Kind.DIVERTED_UNCONFIRMED: Kind.DIVERTED,
}
"""The second look at what was seen once."""
DISRUPTED = frozenset({Kind.CANCELLED_UNCONFIRMED, Kind.CANCELLED, Kind.DIVERTED_UNCONFIRMED, Kind.DIVERTED})
RESTORED = frozenset({Kind.REINSTATED_UNCONFIRMED, Kind.REINSTATED})
OF_SIGHT = frozenset({Kind.LOST_SIGHT, Kind.SIGHT_REGAINED})
REMEMBERED = DISRUPTED | RESTORED | OF_SIGHT
"""What an address heard of last decides whether it hears of the next of these."""
WITHDRAWING = RESTORED | {Kind.SIGHT_REGAINED}
"""What whoever heard of the opposite hears, whatever its rules ask for."""

_FIRST_SIGHT = {
    "cancelled": Kind.CANCELLED_UNCONFIRMED,
    "diverted": Kind.DIVERTED_UNCONFIRMED,
    "incident": Kind.INCIDENT,
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a rule tells: an email address, or a phone number as E.164."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRule:
    """One rule, known by its name. Several values of a filter mean any of them; an empty one means all.

    `airports` are those of either end, `airlines` operating or selling. A kind includes its first look:
    "cancelled" also hears "cancelled_unconfirmed".
    """

    name: str
    to: tuple[Recipient, ...]
    airports: tuple[str, ...] = ()
    airlines: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    min_severity: Severity = Severity.MINOR
    hours: OfficeHours = field(default_factory=OfficeHours)


class RuleReason(StrEnum):
    """Why a rule tells of a change, or is silent."""

    MATCHES = "matches"
    OTHER_AIRPORT = "other_airport"
    OTHER_AIRLINE = "other_airline"
    OTHER_KIND = "other_kind"
    NOT_GRAVE_ENOUGH = "not_grave_enough"
    OUT_OF_HOURS = "out_of_hours"
    SAME_RUNG = "same_rung"
    """A delay that has crept on, but not to the next rung."""


@dataclass(frozen=True, slots=True)
class RuleDecision:
    """Whether a rule tells of a change, and why."""

    tell: bool
    reason: RuleReason


def matches(rule: StaffRule, change: Change, local_now: datetime) -> RuleDecision:
    """Judge a change by a rule; `local_now` is by the agency's clock. Its hours bind every kind."""
    reason = _silent(rule, change, local_now)
    return RuleDecision(tell=reason is None, reason=reason or RuleReason.MATCHES)


def _silent(rule: StaffRule, change: Change, local_now: datetime) -> RuleReason | None:
    what = fact(change)
    named = {change.kind, what, CONFIRMED_BY.get(what)}
    carriers = {change.carrier, *map(codes.carrier, change.marketed_as)}
    if rule.airports and not {change.departure.airport, change.arrival.airport} & set(rule.airports):
        return RuleReason.OTHER_AIRPORT
    if rule.airlines and not carriers & set(rule.airlines):
        return RuleReason.OTHER_AIRLINE
    if rule.kinds and not named & set(rule.kinds):
        return RuleReason.OTHER_KIND
    if GRAVITY[change.severity] < GRAVITY[rule.min_severity]:
        return RuleReason.NOT_GRAVE_ENOUGH
    if what is Kind.DELAYED and not _reaches_a_rung(change):
        return RuleReason.SAME_RUNG
    return None if rule.hours.cover(local_now) else RuleReason.OUT_OF_HOURS


def fact(change: Change) -> Kind:
    """Give what a change tells: a first sight tells what is wrong already, seen once."""
    if change.kind is not Kind.FIRST_SEEN:
        return change.kind
    wrong = _FIRST_SIGHT.get(str(change.after.get("status")))
    return wrong or (Kind.DELAYED if lateness(change) >= DELAY else Kind.FIRST_SEEN)


def lateness(change: Change) -> timedelta:
    """Give how far the expected departure was behind the base after a change."""
    return by_the_clock(change.departure.expected) - by_the_clock(change.departure.base)


def late_minutes(change: Change) -> int:
    """Give that in minutes, as staff are told it."""
    return round(lateness(change) / timedelta(minutes=1))


def by_the_clock(moment: datetime) -> datetime:
    """Compare so: all times of one change are in UTC, or all by the clock of an airport of unknown zone."""
    return moment.replace(tzinfo=None)


def _reaches_a_rung(change: Change) -> bool:
    """Compare with what was said before this change, whoever heard it: no rule needs a memory for that."""
    said = change.before.get("expected")
    base = by_the_clock(change.departure.base)
    before = by_the_clock(datetime.fromisoformat(said)) - base if isinstance(said, str) else timedelta()
    return rung(lateness(change), STAFF_RUNGS) > rung(before, STAFF_RUNGS)


def repeats(told: Kind | None, what: Kind) -> bool:
    """Tell whether a fact is the confirmation of what was told at the first look, or that very fact."""
    return what in CONFIRMED_BY.values() and told is not None and CONFIRMED_BY.get(told, told) is what


def withdraws(told: Kind | None, what: Kind) -> bool:
    """Tell whether a fact takes back what was told: whoever heard of it hears this too, outside of hours."""
    if what is Kind.SIGHT_REGAINED:
        return told is Kind.LOST_SIGHT
    return what in RESTORED and told in DISRUPTED


def is_news(told: Kind | None, what: Kind, *, asked: bool) -> bool:
    """Tell whether an address hears a fact: `told` is the disruption, or its end, that it heard of last.

    `asked`: one of its rules tells of the change.
    """
    if what is Kind.SIGHT_REGAINED:  # an all-clear alone: whoever knows of no loss asks what it means
        asked = False
    return withdraws(told, what) or (asked and not repeats(told, what))
