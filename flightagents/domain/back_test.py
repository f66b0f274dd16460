"""What a rule for staff would have sent, and the sentence that says it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.rules import RuleReason
from flightagents.domain.times import to_local

_MINUTE = timedelta(minutes=1)
_HOUR_OF_MINUTES = 60
_SLACK = timedelta(hours=1)
"""A history that begins this much after the span is as good as whole: nights are quiet."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` on, before `end`; both UTC."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Give how long it lasts."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Example:
    """One alert that the rule would have made. Nobody knows any more how many travellers it concerned."""

    at: datetime
    flight: str
    fact: Kind
    severity: Severity
    gathered: bool = False
    """It went beyond the hour's limit of at least one address, and was left to a digest there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What a rule would have sent, had it been put in force at the beginning of the span, by itself.

    Each address counts as a person, and a digest as one message. `by_day` (the agency's local date) and
    `by_hour` (0 to 23, likewise) count messages; `by_kind` counts facts, of which a digest tells many.
    """

    span: Span
    looked_until: datetime
    """The end of the span, or how far the time allowed went."""
    history_begins: datetime | None
    changes_looked_at: int
    """Those that the rule's filters left: what another airport, airline or kind rules out is not counted."""
    would_send: int
    digests: int
    """Of these messages."""
    recipients: int
    median_before_departure: timedelta | None
    """From the telling of a fact to the departure as it was expected then; negative after it."""
    by_kind: Counter[Kind] = field(default_factory=Counter)
    by_channel: Counter[Channel] = field(default_factory=Counter)
    by_day: Counter[date] = field(default_factory=Counter)
    by_hour: Counter[int] = field(default_factory=Counter)
    examples: tuple[Example, ...] = ()
    """The newest first."""
    silent: Counter[RuleReason] = field(default_factory=Counter)
    """Why it would have kept silent of the other changes that it looked at."""
    cut: bool = False
    """There was too much to look at: nothing is known of what came after `looked_until`."""

    def summary(self, zone: str = "UTC") -> str:
        """Say it in a sentence or two; times are by the clock of this zone."""
        if self.history_begins is None or self.history_begins >= self.span.end:
            return (
                f"There is no history of flights in the last {_span(self.span.length)} to try this rule on."
            )
        return " ".join(filter(None, (self._sent(), self._short(zone), self._cut(zone))))

    def _sent(self) -> str:
        when = f"In the last {_span(self.span.length)}"
        if not self.would_send:
            return f"{when} this rule would have sent nothing."
        what = f"{_many(self.would_send, 'message')} to {_many(self.recipients, 'person', 'people')}"
        digests = f", {self.digests} of them {'a digest' if self.digests == 1 else 'digests'}"
        median = ""
        if (before := self.median_before_departure) is not None:
            side = "before" if before >= timedelta() else "after"
            median = f", median {_span(abs(before))} {side} departure"
        return f"{when} this rule would have sent {what}{digests if self.digests else ''}{median}."

    def _short(self, zone: str) -> str:
        begins = self.history_begins
        if begins is None or begins - self.span.begin <= _SLACK:
            return ""
        return f"The history of flights begins only {_moment(begins, zone)}."

    def _cut(self, zone: str) -> str:
        if not self.cut:
            return ""
        until = _moment(self.looked_until, zone)
        return f"There was too much to look at: what came after {until} is not counted."


def _span(duration: timedelta) -> str:
    """Write 7 days, 52 minutes, or 3 hours 20 minutes."""
    minutes = round(duration / _MINUTE)
    if duration >= timedelta(days=2):
        return _many(round(duration / timedelta(days=1)), "day")
    hours, rest = divmod(minutes, _HOUR_OF_MINUTES)
    parts = [_many(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(_many(rest, "minute"))
    return " ".join(parts)


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _moment(at: datetime, zone: str) -> str:
    local = to_local(at.astimezone(UTC), zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
