"""The fields of a booking as people type them: in a line of a file, or in a form."""

import re
from datetime import date, datetime, time

from flightagents.domain.bookings import Channel, Segment, SegmentStatus
from flightagents.domain.codes import airport, designator

_YES = {"yes", "true", "1"}
_NO = {"no", "false", "0"}
_STATUSES = frozenset(SegmentStatus)
_ROUTE = re.compile(r"([A-Za-z0-9]{3,4})-([A-Za-z0-9]{3,4})")


def channels_of(text: str, addresses: dict[Channel, str | None]) -> tuple[Channel, ...]:
    """Read "email sms"; empty means every channel that has an address. Raises ValueError."""
    if not text:
        return tuple(channel for channel in Channel if addresses[channel])
    try:
        channels = tuple(dict.fromkeys(Channel(word) for word in text.lower().split()))
    except ValueError:
        raise ValueError(f"channels {text!r}: write email, sms or both, separated by spaces") from None
    for channel in channels:
        if addresses[channel] is None:
            raise ValueError(f"channels names {channel}, but there is no address for it")
    return channels


def yes_or_no(text: str, name: str) -> bool | None:
    """Read yes or no; None for an empty text. Raises ValueError naming the field."""
    word = text.strip().lower()
    if not word:
        return None
    if word not in _YES | _NO:
        raise ValueError(f"{name} {word!r}: write yes or no (or true, false, 1, 0)")
    return word in _YES


def segment_of(text: str) -> Segment:
    """Read "BA117 2026-11-22 LHR-JFK 14:35 rebooked": number and date, then what is known of the rest.

    That is the route, the ticketed local time, and that they do not fly it any more.
    """
    words = text.split()
    number = designator(words[0]) if words else None
    if number is None:
        raise ValueError(f"flights {text.strip()!r}: begin with a flight number, such as BA117")
    try:
        day = date.fromisoformat(words[1])
    except (IndexError, ValueError):
        raise ValueError(f"flights {text.strip()!r}: the number needs a date, such as 2026-11-22") from None
    departure = arrival = None
    ticketed = None
    status = SegmentStatus.CONFIRMED
    for word in words[2:]:
        if (route := _ROUTE.fullmatch(word)) and departure is None:
            departure, arrival = airport(route[1], None), airport(route[2], None)
        elif word.lower() in _STATUSES and word is words[-1]:
            status = SegmentStatus(word.lower())
        elif ticketed is None:
            ticketed = datetime.combine(day, time_of_day(word, f"flights {text.strip()!r}"))
        else:
            raise ValueError(f"flights {text.strip()!r}: {word!r} is one word too many")
    return Segment(
        designator=number,
        flight_date=day,
        departure=departure,
        arrival=arrival,
        ticketed=ticketed,
        status=status,
    )


def time_of_day(word: str, where: str) -> time:
    """Read "14:35". Raises ValueError that begins with `where`."""
    if not re.fullmatch(r"\d{1,2}:\d{2}", word):
        raise ValueError(f"{where}: {word!r} is no route (LHR-JFK) and no time (14:35)")
    hour, minute = (int(part) for part in word.split(":"))
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError(f"{where}: {word!r} is no time of day") from None
