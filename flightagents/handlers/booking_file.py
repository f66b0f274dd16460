"""A CSV file of bookings -> bookings, and each line that cannot be one with the reason why."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from flightagents.domain.bookings import Booking, Channel, Consent, Segment, SegmentStatus
from flightagents.domain.codes import airport, designator
from flightagents.errors import BookingFileError
from flightagents.handlers.contacts import email_address, language_tag, phone_number
from flightagents.settings import ConsentBasis

COLUMNS = (
    "reference",
    "name",
    "email",
    "phone",
    "language",
    "channels",
    "consent_email",
    "consent_sms",
    "protected",
    "client",
    "vip",
    "flights",
)
REQUIRED = ("reference", "flights")
DELIMITERS = ",;\t"
_YES = {"yes", "true", "1"}
_NO = {"no", "false", "0"}
_STATUSES = frozenset(SegmentStatus)
_ROUTE = re.compile(r"([A-Za-z0-9]{3,4})-([A-Za-z0-9]{3,4})")


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no booking."""

    line: int
    reason: str


@dataclass(slots=True)
class BookingFile:
    """What a file says."""

    bookings: list[Booking] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


def read_bookings(content: bytes, *, name: str, basis: ConsentBasis, now: datetime) -> BookingFile:
    """Read a file; the columns may come in any order. Raises BookingFileError if it has no usable header."""
    file = BookingFile()
    lines = _records(_text(content, name), file)
    _, names = next(lines, (1, []))
    header = [column.strip().lower() for column in names]
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise BookingFileError(
            f"{name}: the first line names no column {' and no column '.join(missing)}; "
            f"the columns are {', '.join(COLUMNS)}"
        )
    file.ignored_columns = [column for column in header if column not in COLUMNS]
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = _row(header, cells)
            file.bookings.append(_booking(row, source=f"import:{name}", basis=basis, now=now))
        except ValueError as exc:
            file.refused.append(Refused(number, str(exc)))
    return file


def _records(text: str, file: BookingFile) -> Iterator[tuple[int, list[str]]]:
    """Give each record with the line that it begins on.

    A quote that nobody closes would take all lines after it along: the line where it stands is refused, and
    reading goes on with the next.
    """
    lines = io.StringIO(text, newline="").readlines()
    delimiter = _delimiter(text)
    at = 0
    while at < len(lines):
        reader = csv.reader(lines[at:], delimiter=delimiter, strict=True)
        start = at
        try:
            for cells in reader:
                yield start + 1, cells
                start = at + reader.line_num
        except csv.Error as exc:
            file.refused.append(Refused(start + 1, str(exc)))
            start += 1
        at = start


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise BookingFileError(f"{name}: line {line} is not UTF-8; save the file as CSV UTF-8") from exc


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(header):
        raise ValueError(f"{len(cells)} fields, but the first line names {len(header)}")
    return {column: cell.strip() for column, cell in zip(header, cells, strict=True)}


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    outside_quotes = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=outside_quotes.count)


def _booking(row: dict[str, str], *, source: str, basis: ConsentBasis, now: datetime) -> Booking:
    reference = row["reference"].upper()
    if not reference:
        raise ValueError("reference is empty")
    email, phone = email_address(row.get("email", "")), phone_number(row.get("phone", ""))
    contact = email or phone
    if contact is None:
        raise ValueError("neither email nor phone: nobody could be told")
    addresses = {Channel.EMAIL: email, Channel.SMS: phone}
    return Booking(
        id=f"{reference}|{contact}",
        reference=reference,
        name=row.get("name", ""),
        email=email,
        phone=phone,
        language=language_tag(row.get("language", "")),
        channels=_channels(row.get("channels", ""), addresses),
        consents={
            channel: consent
            for channel in Channel
            if addresses[channel] and (consent := _consent(row, channel, source, basis, now)) is not None
        },
        protected=_yes(row, "protected"),
        client=row.get("client", "").lower(),
        vip=bool(_yes(row, "vip")),
        segments=tuple(_segment(part) for part in row["flights"].split("|")),
    )


def _channels(text: str, addresses: dict[Channel, str | None]) -> tuple[Channel, ...]:
    if not text:
        return tuple(channel for channel in Channel if addresses[channel])
    try:
        channels = tuple(dict.fromkeys(Channel(word) for word in text.lower().split()))
    except ValueError:
        raise ValueError(f"channels {text!r}: write email, sms or both, separated by spaces") from None
    for channel in channels:
        if addresses[channel] is None:
            raise ValueError(f"channels names {channel}, but the line has no address for it")
    return channels


def _consent(
    row: dict[str, str], channel: Channel, source: str, basis: ConsentBasis, now: datetime
) -> Consent | None:
    given = _yes(row, f"consent_{channel}")
    if given is None and basis is ConsentBasis.SERVICE:
        return Consent(source="service", at=now.astimezone(UTC))
    return Consent(source=source, at=now.astimezone(UTC)) if given else None


def _yes(row: dict[str, str], column: str) -> bool | None:
    word = row.get(column, "").lower()
    if not word:
        return None
    if word not in _YES | _NO:
        raise ValueError(f"{column} {word!r}: write yes or no (or true, false, 1, 0)")
    return word in _YES


def _segment(text: str) -> Segment:
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
            ticketed = datetime.combine(day, _time(word, text))
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


def _time(word: str, text: str) -> time:
    if not re.fullmatch(r"\d{1,2}:\d{2}", word):
        raise ValueError(f"flights {text.strip()!r}: {word!r} is no route (LHR-JFK) and no time (14:35)")
    hour, minute = (int(part) for part in word.split(":"))
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError(f"flights {text.strip()!r}: {word!r} is no time of day") from None
