"""The feed's wall clock to UTC.

A time whose airport's zone nobody knows stays *naive*: local wall clock, comparable with other times of the
same airport only. Every aware datetime in this project is UTC.
"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

FARTHEST_ZONE = timedelta(hours=14)
"""No airport's clock is farther from UTC than Kiritimati's (UTC+14)."""


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """Give the zone that "Europe/London" or a fixed offset such as "+08:00" names. Raises KeyError."""
    if name.startswith(("+", "-")):
        return _fixed(name)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as exc:
        raise KeyError(name) from exc


def _fixed(name: str) -> tzinfo:
    hours, _, minutes = name[1:].partition(":")
    try:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if name[0] == "-" else offset)
    except (ValueError, OverflowError) as exc:
        raise KeyError(name) from exc


def to_utc(local: datetime, zone_name: str | None, *, not_before: datetime | None = None) -> datetime:
    """Turn a naive wall-clock time into UTC; without a zone it stays as it is.

    In the hour that a clock runs twice the first reading is meant, unless it lies before `not_before`
    (a flight that left at 01:50 did not arrive at the first 01:40).
    """
    if zone_name is None:
        return local
    aware = local.replace(tzinfo=zone(zone_name), fold=0)
    first = aware.astimezone(UTC)
    if not_before is not None and not_before.tzinfo is not None and first < not_before:
        return aware.replace(fold=1).astimezone(UTC)
    return first


def to_local(moment: datetime, zone_name: str | None) -> datetime:
    """Give the airport's wall clock, without a zone; a naive time is that already."""
    if zone_name is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None)


def at_latest(moment: datetime) -> datetime:
    """Give the latest instant in UTC that a time can mean: itself, or 14 hours on where it is naive."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC) + FARTHEST_ZONE


def at_earliest(moment: datetime) -> datetime:
    """Give the earliest instant in UTC that a time can mean: itself, or 14 hours before where it is naive."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC) - FARTHEST_ZONE


def iso(moment: datetime | None) -> str | None:
    """Write 2026-11-22T16:40:00Z; a naive time without the Z."""
    if moment is None:
        return None
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + ("Z" if moment.tzinfo else "")
