"""What travels on our topics. JSON, versioned, decoded by msgspec; unknown fields are ignored.

No personal data is on any topic.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState, Sighting
from flightagents.errors import UnreadableRecordError

FLIGHT_TOPIC = "flight-topic"
CHANGE_TOPIC = "flight-change-topic"
DEAD_LETTER_TOPIC = "flight-dead-letter-topic"

MOST_LEVELS = 100
"""Of nesting; MongoDB's limit is 180."""
RAW_LIMIT = 64 * 1024
"""Bytes of a dead letter's original that are kept; beyond that its hash, length and beginning."""
LONGEST_DETAIL = 2000
"""Characters of what was wrong that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightRecord(Sighting):
    """One row of the feed on `flight-topic`.

    The first eight fields are those of the system's first version, names and types unchanged: the vendor's
    own strings, null where the feed has null, and the poll's time in epoch seconds. `flight_number` is the
    row's own number (marketing, IATA); `unknown` holds fields of the feed that we have no word for.
    """

    airline: str | None
    flight_number: str | None
    departure_airport: str | None
    departure_scheduled: str | None
    arrival_airport: str | None
    arrival_scheduled: str | None
    status: str | None
    timestamp: float

    version: int = 1
    airline_icao: str | None = None
    """Of the airline that sells it, where its number begins with another code."""
    aircraft_type: str | None = None
    live: dict[str, Any] | None = None
    unknown: dict[str, Any] = field(default_factory=dict)
    replayed: bool = False
    """It was a dead letter first, and is not of the run that is stored around it."""


class DeadLetterSource(StrEnum):
    """Where something unreadable came from."""

    FEED = "feed"
    TOPIC = "topic"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Something that could not be read, with the reason, where it came from, and its original as text."""

    id: str
    reason: str
    detail: str
    source: DeadLetterSource
    place: dict[str, Any]
    at: datetime
    raw: str
    raw_length: int
    raw_sha256: str
    version: int = 1

    @property
    def cut(self) -> bool:
        """Whether only the original's beginning is kept."""
        return self.raw_length > RAW_LIMIT

    @property
    def whole(self) -> bool:
        """Whether the text is the original, byte for byte: nothing was cut off, or was no UTF-8."""
        return hashlib.sha256(self.raw.encode()).hexdigest() == self.raw_sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """What the table holds of a flight: its state, and the partition that must forget it."""

    partition: int
    state: FlightState


def dead_letter(
    reason: str, detail: str, *, raw: bytes, source: DeadLetterSource, place: dict[str, Any], at: datetime
) -> DeadLetter:
    """Build a dead letter. Its id is its place, so that the same thing found again is the same letter.

    A topic that was made anew begins at offset 0 again: a message on one is named by what it says as well.
    """
    digest = hashlib.sha256(raw).hexdigest()
    named = {**place, "sha256": digest[:8]} if source is DeadLetterSource.TOPIC else place
    where = "|".join(f"{key}={value}" for key, value in named.items())
    return DeadLetter(
        id=f"{source}|{where}",
        reason=reason,
        detail=detail[:LONGEST_DETAIL],
        source=source,
        place=place,
        at=at,
        raw=raw[:RAW_LIMIT].decode("utf-8", "backslashreplace"),
        raw_length=len(raw),
        raw_sha256=digest,
    )


T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_flight_record = msgspec.json.Decoder(FlightRecord)
_change = msgspec.json.Decoder(Change)
_dead_letter = msgspec.json.Decoder(DeadLetter)
_table_entry = msgspec.json.Decoder(TableEntry)


def encode(record: FlightRecord | Change | DeadLetter | TableEntry) -> bytes:
    """Write a record as JSON; aware times are UTC and end in Z."""
    return _encoder.encode(record)


def decode_flight_record(data: bytes | None) -> FlightRecord:
    """Read a record of `flight-topic`. Raises UnreadableRecordError."""
    return _decode(_flight_record, data)


def decode_change(data: bytes | None) -> Change:
    """Read a record of `flight-change-topic`. Raises UnreadableRecordError."""
    change = _decode(_change, data)
    _require_storable(change)
    return change


def decode_dead_letter(data: bytes | None) -> DeadLetter:
    """Read a record of `flight-dead-letter-topic`. Raises UnreadableRecordError."""
    letter = _decode(_dead_letter, data)
    _require_storable(letter)
    return letter


def decode_table_entry(data: bytes) -> TableEntry:
    """Read a value of the table. Raises UnreadableRecordError."""
    return _decode(_table_entry, data)


def _require_storable(record: Change | DeadLetter) -> None:
    """Refuse what no database of ours holds: it would fail the whole batch, for ever."""
    try:
        _require_within(msgspec.to_builtins(record), MOST_LEVELS)
    except (ValueError, RecursionError) as exc:
        raise UnreadableRecordError("not_storable", str(exc)) from exc


def _require_within(value: object, levels: int) -> None:
    if levels == 0:
        raise ValueError(f"more than {MOST_LEVELS} levels of nesting")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("an integer beyond 64 bits")
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        if any("\x00" in str(key) for key in value):
            raise ValueError("NUL in a key")
        parts = value.values()
    elif isinstance(value, (list, tuple)):
        parts = value
    for part in parts:
        _require_within(part, levels - 1)


def _decode(decoder: msgspec.json.Decoder[T], data: bytes | None) -> T:
    try:
        return decoder.decode(data or b"")
    except msgspec.ValidationError as exc:
        raise UnreadableRecordError("wrong_shape", str(exc)) from exc
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise UnreadableRecordError("not_json", str(exc)) from exc
