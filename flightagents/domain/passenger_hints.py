"""Hints about passenger rights, and what decides whether one is given: how far a time is from a threshold."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.passenger_rules import CALLED, NOTICE, PROVISIONS, Provision, Rule

MARGIN = timedelta(minutes=15)
"""A right counts from the doors' opening and the feed gives runway times: nearer nobody can tell."""


class Certainty(StrEnum):
    """How far a hint goes."""

    MAY_APPLY = "may_apply"
    TOO_CLOSE = "too_close_to_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What to look into. `reason` says what it rests on; `amount` is for one person, as EUR 600."""

    rule: Rule
    certainty: Certainty
    text: str
    reason: str
    amount: str | None = None

    @property
    def provision(self) -> Provision:
        """Give law, article, source and dates."""
        return PROVISIONS[self.rule]


class Side(StrEnum):
    """Where a time lies."""

    BELOW = "below"
    NEAR = "near"
    OVER = "over"


def side(value: timedelta, limit: timedelta) -> Side:
    """Tell on which side of a threshold a time lies."""
    if abs(value - limit) <= MARGIN:
        return Side.NEAR
    return Side.OVER if value > limit else Side.BELOW


class Findings:
    """What was found about one flight that was to leave at `base`."""

    def __init__(self, base: datetime) -> None:
        self.hints: list[Hint] = []
        self.unsaid: list[str] = []
        self._base = base

    def add(self, rule: Rule, text: str, reason: str, amount: str | None = None) -> None:
        """Give a hint."""
        self._hint(rule, Certainty.MAY_APPLY, text, reason, amount)

    def at(self, rule: Rule, by: timedelta, limit: timedelta, text: str, reason: str) -> None:
        """Give a hint if a flight is late `by` as much as `limit`."""
        match side(by, limit):
            case Side.NEAR:
                self._too_close(rule, limit, reason)
            case Side.OVER:
                self.add(rule, text, reason)
            case Side.BELOW:
                pass

    def stepped(
        self, rule: Rule, by: timedelta, steps: list[tuple[timedelta, str]], text: str, reason: str
    ) -> None:
        """Give the amount of the last threshold that is passed, unless one is near."""
        sides = [side(by, limit) for limit, _ in steps]
        if Side.NEAR in sides:
            self._too_close(rule, steps[sides.index(Side.NEAR)][0], reason)
        elif Side.OVER in sides:
            self.add(rule, text, reason, steps[sides.count(Side.OVER) - 1][1])

    def cancelled(self, rule: Rule, seen: datetime | None, text: str, reason: str, amount: str) -> None:
        """Judge by how long before departure the feed showed it; when travellers heard of it nobody knows."""
        if seen is None or self._base.tzinfo is None:
            self.unsaid.append(f"{CALLED[rule]}: nobody knows how long before its departure it was cancelled")
            return
        before = self._base - seen
        reason = f"the feed showed it as cancelled {_notice(before)}; {reason}"
        match side(before, NOTICE):
            case Side.NEAR:
                self._too_close(rule, NOTICE, reason)
            case Side.BELOW:
                self.add(rule, f"{text}, if they were told less than 14 days before", reason, amount)
            case Side.OVER:
                self.unsaid.append(f"{CALLED[rule]}: no compensation, as {reason}")

    def _too_close(self, rule: Rule, limit: timedelta, reason: str) -> None:
        text = f"too close to {span(limit)} to tell: ask the airline when the doors opened"
        if limit == NOTICE:
            text = "too close to 14 days to tell: find out when the traveller was told"
        self._hint(rule, Certainty.TOO_CLOSE, text, reason, None)

    def _hint(self, rule: Rule, certainty: Certainty, text: str, reason: str, amount: str | None) -> None:
        if self._base.date() >= PROVISIONS[rule].since:
            self.hints.append(Hint(rule=rule, certainty=certainty, text=text, reason=reason, amount=amount))
        else:
            self.unsaid.append(f"{CALLED[rule]}: not in force yet when it was to leave")


def span(duration: timedelta) -> str:
    """Write 3 h 05 min."""
    minutes = round(duration / timedelta(minutes=1))
    return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60} h {abs(minutes) % 60:02} min"


def _notice(before: timedelta) -> str:
    if before >= timedelta(days=1):
        return f"{before.days} days before departure"
    return f"{span(before)} before departure" if before >= timedelta() else "after the time of departure"
