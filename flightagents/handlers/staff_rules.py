"""A staff rule as it is typed -> a rule, checked at the door. Nothing of a wrong address is repeated."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeVar

import airportsdata

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.rules import ON_CALL_RULE, Recipient, StaffRule
from flightagents.errors import RuleRefusedError
from flightagents.handlers.contacts import email_address, phone_number

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_TEXT = 2_000
"""Characters of one field."""
MOST_RECIPIENTS = 20
MOST_CODES = 100
"""Airports, or airlines, of one rule."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_AIRPORT = re.compile(r"[A-Z]{3}|[A-Z][A-Z0-9]{3}")
_AIRLINE = re.compile(r"[A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3}")
_BETWEEN_ADDRESSES = re.compile(r"[,;\n]")
_BETWEEN_CODES = re.compile(r"[,;\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A rule as the fields of a form hold it. Several values stand behind each other, with commas or lines.

    An address with an @ is an email address, any other a phone number, unless `channel` says what all are.
    Without `min_severity` it is minor; where kinds are named, each of these.
    """

    name: str = ""
    to: str = ""
    channel: str = ""
    airports: str = ""
    airlines: str = ""
    kinds: str = ""
    min_severity: str = ""
    hours: str = ""
    days: str = ""


def staff_rule(draft: RuleDraft) -> StaffRule:
    """Give the rule. Raises RuleRefusedError with what is wrong in each field, and how to write it."""
    door = _Door(draft)
    name = door.take("name", rule_name)
    channel = door.take("channel", lambda text: _choice("channel", text, Channel) if text else None)
    to = door.take("to", lambda text: _recipients(text, channel))
    airports = door.take("airports", lambda text: _codes(text, _airport))
    airlines = door.take("airlines", lambda text: _codes(text, _airline))
    kinds = door.take("kinds", _kinds)
    least = Severity.INFO if kinds else Severity.MINOR
    severity = door.take("min_severity", lambda text: _choice("severity", text, Severity) if text else least)
    hours = door.take("hours", OfficeHours.parse)
    days = door.take("days", lambda text: OfficeHours.parse(days=text))
    if name is None or to is None or severity is None or hours is None or days is None or door.wrong:
        raise RuleRefusedError(door.wrong)
    return StaffRule(
        name=name,
        to=to,
        airports=airports or (),
        airlines=airlines or (),
        kinds=kinds or (),
        min_severity=severity,
        hours=OfficeHours(hours.begin, hours.end, days.days),
    )


def draft_of(rule: StaffRule) -> RuleDraft:
    """Give the fields that make a rule: what a form shows of one that is to be changed."""
    return RuleDraft(
        name=rule.name,
        to="\n".join(to.address for to in rule.to),
        airports=", ".join(rule.airports),
        airlines=", ".join(rule.airlines),
        kinds=", ".join(rule.kinds),
        min_severity=rule.min_severity.value,
        hours=rule.hours.hours_written,
        days=rule.hours.days_written,
    )


def rule_name(text: str) -> str:
    """Give a rule's name as we keep it, in lower case. Raises ValueError."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"name {text!r}: up to 40 letters, digits, dots, - and _, such as jfk-night")
    if name == ON_CALL_RULE:
        raise ValueError(f"name {name}: it stands for FLIGHTAGENTS_ONCALL_PHONE; choose another")
    return name


class _Door:
    """Reads field after field, and collects what is wrong with each."""

    def __init__(self, draft: RuleDraft) -> None:
        self._draft = draft
        self.wrong: dict[str, str] = {}

    def take(self, field: str, read: Callable[[str], T]) -> T | None:
        """Read a field; None where it is wrong."""
        text: str = getattr(self._draft, field)
        if len(text) > LONGEST_TEXT:
            self.wrong[field] = f"more than {LONGEST_TEXT} characters"
            return None
        try:
            return read(text.strip())
        except ValueError as exc:
            self.wrong[field] = str(exc)
            return None


def _recipients(text: str, channel: Channel | None) -> tuple[Recipient, ...]:
    typed = [part.strip() for part in _BETWEEN_ADDRESSES.split(text)]
    typed = [part for part in typed if part]
    if not typed:
        raise ValueError("write at least one email address, or phone number with + and country")
    if len(typed) > MOST_RECIPIENTS:
        raise ValueError(f"{len(typed)} addresses: a rule tells {MOST_RECIPIENTS} at most")
    return _once(_recipient(place, part, channel) for place, part in enumerate(typed, start=1))


def _recipient(place: int, text: str, channel: Channel | None) -> Recipient:
    channel = channel or (Channel.EMAIL if "@" in text else Channel.SMS)
    try:
        address = email_address(text) if channel is Channel.EMAIL else phone_number(text)
    except ValueError as exc:
        raise ValueError(f"address {place}: {exc}") from None
    if address is None:
        raise ValueError(f"address {place}: it is empty")
    return Recipient(channel, address)


def _codes(text: str, read: Callable[[str], str]) -> tuple[str, ...]:
    codes = _once(read(part) for part in _words(text))
    if len(codes) > MOST_CODES:
        raise ValueError(f"{len(codes)} codes: a rule names {MOST_CODES} at most")
    return codes


def _kinds(text: str) -> tuple[Kind, ...]:
    return _once(_choice("kind", part, Kind) for part in _words(text))


def _words(text: str) -> Sequence[str]:
    return [part for part in _BETWEEN_CODES.split(text) if part]


def _choice(what: str, text: str, choices: type[Choice]) -> Choice:
    try:
        return choices(text.strip().lower())
    except ValueError:
        raise ValueError(f"{what} {text!r}: write one of {', '.join(choices)}") from None


def _airport(text: str) -> str:
    """The feed's flights are known by IATA codes; an ICAO code stays one where there is no other."""
    code = text.upper()
    if not _AIRPORT.fullmatch(code):
        raise ValueError(f"airport {text!r}: write its code, such as JFK, or KJFK")
    return code if len(code) == 3 else _iata().get(code) or code  # noqa: PLR2004 - IATA codes have three letters


@cache
def _iata() -> dict[str, str]:
    return {code: row["iata"] for code, row in airportsdata.load("ICAO").items()}


def _airline(text: str) -> str:
    code = text.upper()
    if not _AIRLINE.fullmatch(code):
        raise ValueError(f"airline {text!r}: write its code, such as BA, or BAW where flights have no other")
    return code


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
