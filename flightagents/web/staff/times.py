"""How the staff page writes times: the airport's wall clock, with UTC for whoever points at it.

`moment` is in UTC, or naive where nobody knows the airport's zone: then it is that airport's wall clock.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from flightagents.domain.times import to_local

_TIME = Markup('<time datetime="{at}" title="{utc}">{text}</time>')
_MINUTES_OF_HOUR = 60


def local(moment: datetime | None, zone: str | None, base: datetime | date | None = None) -> Markup:
    """Write 14:35, with "Mon 23 Nov" before it where it is on another day than `base`."""
    if moment is None:
        return Markup("-")
    wall = to_local(moment, zone).replace(tzinfo=None)
    day = _local_day(base, zone)
    text = f"{wall:%H:%M}" if day is None or wall.date() == day else f"{wall:%a} {wall.day} {wall:%b %H:%M}"
    return _TIME.format(at=iso(moment), utc=utc(moment), text=text)


def dated(moment: datetime | None, zone: str | None) -> Markup:
    """Write Mon 23 Nov 14:35."""
    if moment is None:
        return Markup("-")
    wall = to_local(moment, zone).replace(tzinfo=None)
    text = f"{wall:%a} {wall.day} {wall:%b %H:%M}"
    return _TIME.format(at=iso(moment), utc=utc(moment), text=text)


def _local_day(base: datetime | date | None, zone: str | None) -> date | None:
    if isinstance(base, datetime):
        return to_local(base, zone).date()
    return base


def utc(moment: datetime) -> str:
    """Write 2026-11-23 14:35 UTC, in words that it is not known."""
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M} local time; the airport's zone is not known"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def iso(moment: datetime) -> str:
    """Write 2026-11-23T14:35:00Z, without the Z where the zone is not known."""
    if moment.tzinfo is None:
        return moment.isoformat(timespec="seconds")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def until(moment: datetime | None) -> Markup:
    """Leave room for "in 50 min", which a script fills in; without one the time stands alone."""
    if moment is None or moment.tzinfo is None:
        return Markup("")
    return Markup('<span class="until" data-until="{at}"></span>').format(at=iso(moment))


def clock(moment: datetime, zone: str) -> str:
    """Write Mon 14:35 by the clock of a zone."""
    return f"{to_local(moment, zone):%a %H:%M}"


def minutes(late: float | timedelta | None) -> str:
    """Write 45 min, 1 h 20, -10 min."""
    if late is None:
        return "-"
    total = round(late.total_seconds() / 60) if isinstance(late, timedelta) else round(late)
    sign, total = ("-" if total < 0 else ""), abs(total)
    hours, rest = divmod(total, _MINUTES_OF_HOUR)
    return f"{sign}{hours} h {rest:02d}" if hours else f"{sign}{rest} min"


def count(number: int, one: str, many: str = "") -> str:
    """Write 1 traveller, 2 travellers, 12,000 travellers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day(when: date) -> str:
    """Write Sun 22 Nov 2026."""
    return f"{when:%a} {when.day} {when:%b %Y}"


def capital(text: str) -> str:
    """Begin a sentence with a capital letter, and leave the rest as it is."""
    return text[:1].upper() + text[1:]


FILTERS: dict[str, Callable[..., object]] = {
    "local": local,
    "dated": dated,
    "utc": utc,
    "iso": iso,
    "until": until,
    "clock": clock,
    "minutes": minutes,
    "count": count,
    "day": day,
    "capital": capital,
}
