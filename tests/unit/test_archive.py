"""Messages of `flight-topic` are stored, and what is not ours becomes a dead letter, once."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flightagents.domain.tracking import advance
from flightagents.errors import UnreadableRecordError
from flightagents.handlers.airline_book import AirlineBook
from flightagents.handlers.archive import ArchiveRecords
from flightagents.records import (
    DEAD_LETTER_TOPIC,
    RAW_LIMIT,
    DeadLetter,
    DeadLetterSource,
    decode_dead_letter,
    decode_flight_record,
    encode,
)
from tests.support.airlines import FakeAirlineNames
from tests.support.counted import counted
from tests.support.fakes import FakeArchive, FakePublisher, Journal, Sent, SetClock, messages
from tests.support.foreign import FOREIGN, RECORD, altered
from tests.support.rows import row, run_of

OURS: dict[str, Any] = json.loads(encode(RECORD))


class Desk:
    """The archive agent's use case and all around it."""

    def __init__(self) -> None:
        self.journal: Journal = []
        self.airlines = FakeAirlineNames()
        self.archive = FakeArchive(self.journal)
        self.publisher = FakePublisher(self.journal)
        self.handle = ArchiveRecords(self.archive, self.publisher, SetClock(), AirlineBook(self.airlines))

    @property
    def letters(self) -> list[DeadLetter]:
        return [decode_dead_letter(value) for value in self.publisher.values(DEAD_LETTER_TOPIC)]


async def test_what_airlines_are_called_is_kept_with_their_records() -> None:
    desk = Desk()
    await desk.handle(messages(*(encode(each) for each in run_of([row("BA119"), row("IB7")]))))
    assert {code: each.name for code, each in desk.airlines.kept.items()} == {
        "BA": "British Airways",
        "IB": "Iberia",
    }


@pytest.mark.parametrize(("foreign", "reason"), FOREIGN.values(), ids=FOREIGN)
async def test_a_foreign_message_is_one_dead_letter_and_its_neighbours_are_stored(
    foreign: bytes | None, reason: str
) -> None:
    desk = Desk()
    others = [encode(each) for each in run_of([row("BA119"), row("BA121")])]
    await desk.handle(messages(others[0], foreign, others[1], partition=3))
    (letter,) = desk.letters
    assert letter.reason == reason
    assert letter.id.startswith("topic|topic=flight-topic|partition=3|offset=1|sha256=")
    assert len(letter.raw) <= 4 * RAW_LIMIT
    assert letter.raw_length == len(foreign or b"")
    assert [record.designator for record in desk.archive.records.values()] == ["BA119", "BA121"]


async def test_a_redelivery_makes_the_same_letter_and_the_same_document() -> None:
    desk = Desk()
    batch = messages(encode(RECORD), b"{")
    await desk.handle(batch)
    await desk.handle(batch)
    first, again = desk.letters
    assert first.id == again.id
    assert list(desk.archive.records) == [RECORD.id]


async def test_letters_are_sent_before_the_batch_counts_as_done() -> None:
    desk = Desk()
    await desk.handle(messages(b"{", encode(RECORD)))
    assert desk.journal == [("published", DEAD_LETTER_TOPIC), ("stored", "1 records")]


async def test_a_batch_of_only_foreign_messages_is_done_with() -> None:
    desk = Desk()
    await desk.handle(messages(None, b"{", b"[]"))
    assert [letter.place["offset"] for letter in desk.letters] == [0, 1, 2]
    assert {letter.source for letter in desk.letters} == {DeadLetterSource.TOPIC}


async def test_fields_that_we_do_not_know_are_ignored() -> None:
    desk = Desk()
    await desk.handle([Sent(altered("weather", "fog"))])
    assert list(desk.archive.records.values()) == [RECORD]


# Whatever comes: it is refused, or track can reckon with it

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            *("BA117|2026-11-22|LHR|JFK", "BA117|2100-01-01|LHR|JFK", "|2026-11-22||"),
            *(
                "2026-11-22T14:35:00Z",
                "2026-11-22T14:35:00",
                "2026-11-22T14:35:00+05:30",
                "2099-12-31T23:59:59Z",
            ),
            *("Europe/London", "Pacific/Apia", "+08:00", "-23:59", "UTC", "Factory"),
            *("scheduled", "cancelled", "active", "landed", "diverted", "incident", "unknown"),
        ]
    ),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_PATHS = [
    *OURS,
    *(f"{end}.{name}" for end in ("departure", "arrival") for name in OURS["departure"]),
]
_CHANGES = st.lists(st.tuples(st.sampled_from(_PATHS), _VALUES), min_size=1, max_size=4)


def applied(changes: list[tuple[str, Any]]) -> bytes:
    fields = json.loads(encode(RECORD))
    for path, value in changes:
        parent, _, name = path.rpartition(".")
        part = fields[parent] if parent else fields
        if isinstance(part, dict):
            part[name] = value
    return json.dumps(fields).encode()


def refused_or_tracked(message: bytes) -> None:
    try:
        record = decode_flight_record(message)
    except UnreadableRecordError:
        return
    state, changes = advance(None, record)
    later, more = advance(state, record)
    for each in (*changes, *more):
        encode(each)
    assert later.ordinal >= state.ordinal
    try:
        FakeArchive().document(record)
    except UnreadableRecordError:
        return


OFTEN = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=400,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@OFTEN
@given(st.dictionaries(st.text(max_size=10), _VALUES, max_size=5) | _VALUES)
def test_any_json_is_refused_or_tracked(value: object) -> None:
    refused_or_tracked(json.dumps(value).encode())


@OFTEN
@given(_CHANGES)
def test_a_record_of_ours_with_anything_in_its_fields_is_refused_or_tracked(
    changes: list[tuple[str, Any]],
) -> None:
    refused_or_tracked(applied(changes))


@OFTEN
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf" + encode(RECORD))
@example(encode(RECORD) + b"\n")
def test_any_bytes_are_refused_or_tracked(message: bytes) -> None:
    refused_or_tracked(message)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("flight", "BA7|9999-12-31|LHR|JFK"),
        ("departure.zone", "+99999999999999999999"),
        ("flight", "BA7|0001-01-01|LHR|JFK"),
        ("departure.zone", "-23:59"),
        ("marketed_as", ["", "x" * 1000]),
        ("designator", ""),
        ("polled_at", "0001-01-01T00:00:00+14:00"),
        ("polled_at", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_far_out_is_refused_or_tracked(path: str, value: object) -> None:
    refused_or_tracked(altered(path, value))


def test_a_zone_that_the_feed_gives_at_one_look_only_is_reckoned_with() -> None:
    """An airport of no list of ours: the feed names its zone, then does not, then does."""
    zoned = row(route="QQQ-JFK", departure={"timezone": "Europe/London"}, delay=60)
    state = None
    for run, shown in enumerate((row(route="QQQ-JFK"), zoned, row(route="QQQ-JFK", delay=90)), start=1):
        (record,) = run_of([shown], run)
        state, _ = advance(state, record)


async def test_what_was_stored_is_counted_and_what_is_not_ours_by_its_reason() -> None:
    def now() -> tuple[float, float]:
        letters = counted("flightagents_dead_letters_total", reason="not_json")
        return counted("flightagents_records_archived_total"), letters

    records, letters = now()
    await Desk().handle(messages(encode(RECORD), b"{"))
    assert now() == (records + 1, letters + 1)
