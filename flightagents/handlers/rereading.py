"""A dead letter, or somebody's correction of it -> what goes on the topic after all. Pure.

A row of the feed is read as the poll reads it, with the stamp of the run that it came in; a message of a
topic as that topic's reader reads it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from flightagents.domain.changes import Change
from flightagents.domain.runs import RunStamp
from flightagents.errors import UnreadableError
from flightagents.ports import RowReader
from flightagents.records import (
    CHANGE_TOPIC,
    FLIGHT_TOPIC,
    RAW_LIMIT,
    DeadLetter,
    DeadLetterSource,
    FlightRecord,
    decode_change,
    decode_flight_record,
)

_BYTE = re.compile(r" \(byte (\d+)\)")


class Hopeless(StrEnum):
    """Why a letter cannot be read again, whoever wrote the reader."""

    NOT_WHOLE = "not_whole"
    """Its original was cut off, or is no text: it needs a correction."""
    NO_RUN = "no_run"
    """It does not say which run it came in, and so not what it is older than."""
    NO_READER = "no_reader"
    """Nothing of ours reads its topic."""
    NOT_A_ROW = "not_a_row"
    """A message of a topic is what one of ours wrote: it is read as it is, or dismissed."""
    TOO_LONG = "too_long"
    """A correction is longer than a row, or a message, can be."""
    NOT_JSON = "not_json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, named and in words; the words name the field."""

    reason: str
    detail: str


def read_again(
    letter: DeadLetter, correction: str | None, reader: RowReader
) -> FlightRecord | Change | Problem:
    """Read a letter, or what somebody wrote in its place. A record of the feed does not lead yet."""
    if (refused := _refused(letter, correction)) is not None:
        return refused
    text = letter.raw if correction is None else correction
    try:
        return _read(letter, text, reader)
    except msgspec.DecodeError as exc:
        return Problem(Hopeless.NOT_JSON, _placed(str(exc), text))
    except (UnicodeError, RecursionError):
        return Problem(Hopeless.NOT_JSON, "it holds half a character, or is nested too deep")
    except UnreadableError as exc:
        return Problem(exc.reason, _placed(exc.detail, text))


def _refused(letter: DeadLetter, correction: str | None) -> Problem | None:
    """Refuse what need not be read."""
    if correction is None:
        detail = "only a part of the original is kept, or it is no text: write all of it as it should be"
        return None if letter.whole else Problem(Hopeless.NOT_WHOLE, detail)
    if letter.source is not DeadLetterSource.FEED:
        detail = "only a row of the feed can be corrected: a message of a topic is replayed as it is"
        return Problem(Hopeless.NOT_A_ROW, detail)
    if len(correction.encode("utf-8", "surrogatepass")) > RAW_LIMIT:
        return Problem(Hopeless.TOO_LONG, f"more than {RAW_LIMIT // 1024} KiB")
    return None


def _read(letter: DeadLetter, text: str, reader: RowReader) -> FlightRecord | Change | Problem:
    match letter.source:
        case DeadLetterSource.FEED:
            run = letter.place.get("run")
            if not isinstance(run, int):
                return Problem(Hopeless.NO_RUN, "it does not say which run of the poller it came in")
            return reader.parse(msgspec.json.decode(text.encode()), RunStamp(run, letter.at))
        case DeadLetterSource.TOPIC | DeadLetterSource.ARCHIVE:
            topic = letter.place.get("topic")
            if topic == FLIGHT_TOPIC:
                return decode_flight_record(text.encode())
            if topic == CHANGE_TOPIC:
                return decode_change(text.encode())
            return Problem(Hopeless.NO_READER, f"nothing reads the topic {topic}")


def _placed(detail: str, text: str) -> str:
    """Say line and column where the reader counts bytes."""
    found = _BYTE.search(detail)
    if found is None:
        return detail
    before = text.encode()[: int(found[1])].decode("utf-8", "ignore")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return _BYTE.sub(f" (line {line}, column {column})", detail)
