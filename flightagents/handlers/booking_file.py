"""A CSV file of bookings -> bookings, and each line that cannot be one with the reason why."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flightagents.domain.booking_preview import Refused
from flightagents.domain.bookings import Booking, Channel, Consent
from flightagents.errors import BookingFileError
from flightagents.handlers.booking_fields import channels_of, segment_of, yes_or_no
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
        reader = csv.reader(map(lines.__getitem__, range(at, len(lines))), delimiter=delimiter, strict=True)
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
        channels=channels_of(row.get("channels", ""), addresses),
        consents={
            channel: consent
            for channel in Channel
            if addresses[channel] and (consent := _consent(row, channel, source, basis, now)) is not None
        },
        protected=yes_or_no(row.get("protected", ""), "protected"),
        client=row.get("client", "").lower(),
        vip=bool(yes_or_no(row.get("vip", ""), "vip")),
        segments=tuple(segment_of(part) for part in row["flights"].split("|")),
    )


def _consent(
    row: dict[str, str], channel: Channel, source: str, basis: ConsentBasis, now: datetime
) -> Consent | None:
    given = yes_or_no(row.get(f"consent_{channel}", ""), f"consent_{channel}")
    if given is None and basis is ConsentBasis.SERVICE:
        return Consent(source="service", at=now.astimezone(UTC))
    return Consent(source=source, at=now.astimezone(UTC)) if given else None
