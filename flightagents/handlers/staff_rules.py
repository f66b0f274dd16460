"""A staff rule as it is typed -> a rule, checked at the door. Nothing of a wrong address is repeated."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeVar

import airportsdata

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.rules import ON_CALL_RULE, Recipient, StaffRule
from flightagents.handlers.contacts import email_address, phone_number

T = TypeVar("T")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_AIRPORT = re.compile(r"[A-Z]{3}|[A-Z][A-Z0-9]{3}")
_AIRLINE = re.compile(r"[A-Z][A-Z0-9]|[0-9][A-Z]|[A-Z]{3}")


def staff_rule(
    name: str,
    to: Sequence[str],
    *,
    channel: Channel | None = None,
    airports: Iterable[str] = (),
    airlines: Iterable[str] = (),
    kinds: Iterable[Kind] = (),
    min_severity: Severity = Severity.MINOR,
    hours: str = "",
    days: str = "",
) -> StaffRule:
    """Give the rule. Raises ValueError with what is wrong, and how to write it.

    Without a channel an address with an @ is an email address, and any other a phone number.
    """
    return StaffRule(
        name=rule_name(name),
        to=_once(_recipient(place, text, channel) for place, text in enumerate(to, start=1)),
        airports=_once(map(_airport, airports)),
        airlines=_once(map(_airline, airlines)),
        kinds=_once(kinds),
        min_severity=min_severity,
        hours=OfficeHours.parse(hours, days),
    )


def rule_name(text: str) -> str:
    """Give a rule's name as we keep it, in lower case. Raises ValueError."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"name {text!r}: up to 40 letters, digits, dots, - and _, such as jfk-night")
    if name == ON_CALL_RULE:
        raise ValueError(f"name {name}: it stands for FLIGHTAGENTS_ONCALL_PHONE; choose another")
    return name


def _recipient(place: int, text: str, channel: Channel | None) -> Recipient:
    channel = channel or (Channel.EMAIL if "@" in text else Channel.SMS)
    try:
        address = email_address(text.strip()) if channel is Channel.EMAIL else phone_number(text.strip())
    except ValueError as exc:
        raise ValueError(f"--to, address {place}: {exc}") from None
    if address is None:
        raise ValueError(f"--to, address {place}: it is empty")
    return Recipient(channel, address)


def _airport(text: str) -> str:
    """The feed's flights are known by IATA codes; an ICAO code stays one where there is no other."""
    code = text.strip().upper()
    if not _AIRPORT.fullmatch(code):
        raise ValueError(f"airport {text!r}: write its code, such as JFK, or KJFK")
    return code if len(code) == 3 else _iata().get(code) or code  # noqa: PLR2004 - IATA codes have three letters


@cache
def _iata() -> dict[str, str]:
    return {code: row["iata"] for code, row in airportsdata.load("ICAO").items()}


def _airline(text: str) -> str:
    code = text.strip().upper()
    if not _AIRLINE.fullmatch(code):
        raise ValueError(f"airline {text!r}: write its code, such as BA, or BAW where flights have no other")
    return code


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
