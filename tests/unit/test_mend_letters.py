"""Dead letters mended: seen first, corrected, published once, in the order of their runs."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.acts import About, Did, Thing
from flightagents.domain.changes import Kind
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.tracking import advance
from flightagents.handlers.mend_letters import LONGEST_WHY, Effect, Mended, MendLetters, Outcome
from flightagents.handlers.rereading import Hopeless
from flightagents.ports import LetterState
from flightagents.records import (
    CHANGE_TOPIC,
    FLIGHT_TOPIC,
    RAW_LIMIT,
    DeadLetter,
    DeadLetterSource,
    FlightRecord,
    dead_letter,
    decode_change,
    decode_flight_record,
    encode,
)
from flightagents.settings import PartitionBy
from tests.support.fakes import FakeArchive, FakeFlights, FakePublisher, SetClock, nested
from tests.support.handling import FakeAudit
from tests.support.letters import FakeLetters
from tests.support.rows import MINUTE, NOON, parsed, row, run_of

BA117 = "BA117|2026-11-22|LHR|JFK"
NO_AIRPORT = row(departure={"iata": None, "icao": None})


def of_feed(raw: object, run: int = 5, reason: str = "no_airport", position: int = 0) -> DeadLetter:
    place = {"run": run, "query": "dep_iata=LHR", "offset": 0, "row": position}
    text = msgspec.json.encode(raw)
    at = NOON + run * MINUTE
    return dead_letter(reason, "was wrong", raw=text, source=DeadLetterSource.FEED, place=place, at=at)


def of_topic(raw: bytes, topic: str = FLIGHT_TOPIC) -> DeadLetter:
    place = {"topic": topic, "partition": 0, "offset": 7}
    return dead_letter("wrong_shape", "?", raw=raw, source=DeadLetterSource.TOPIC, place=place, at=NOON)


class Office:
    """Everything in memory; what `replay` publishes comes out of it."""

    def __init__(self, *letters: DeadLetter, partition_by: PartitionBy = PartitionBy.FLIGHT) -> None:
        self.letters = FakeLetters(*letters)
        self.archive, self.flights, self.publisher = FakeArchive(), FakeFlights(), FakePublisher()
        self.audit = FakeAudit()
        self.clock = SetClock(NOON + 60 * MINUTE)
        self.mend = MendLetters(
            letters=self.letters,
            reader=RowParser(),
            archive=self.archive,
            flights=self.flights,
            publisher=self.publisher,
            audit=self.audit,
            clock=self.clock,
            partition_by=partition_by,
        )

    @property
    def published(self) -> list[FlightRecord]:
        return [decode_flight_record(value) for value in self.publisher.values(FLIGHT_TOPIC)]

    async def polled(self, *rows: dict[str, Any], run: int) -> None:
        """Let a run have archived these rows."""
        records = run_of(list(rows), run, NOON + run * MINUTE)
        await self.archive.store([self.archive.document(each) for each in records])

    async def knows(self, record: FlightRecord) -> FlightState:
        state, _ = advance(None, record)
        await self.flights.move_on([state])
        return state


def corrected(**changed: Any) -> str:  # noqa: ANN401 - any of its fields
    """Write the correction of a row: what it should have been."""
    return json.dumps(row(**changed))


# A row of the feed


async def test_a_corrected_row_is_published_as_the_poll_would_have() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    mended = await office.mend.replay(letter.id, "Ida", corrected())
    assert (mended.outcome, mended.effect) == (Outcome.REPLAYED, Effect.SPEAKS)
    (record,) = office.published
    (polled,) = run_of([row()], 5, NOON + 5 * MINUTE)
    assert record == replace(polled, replayed=True)
    (sent,) = office.publisher.on(FLIGHT_TOPIC)
    assert sent.key == BA117.encode()
    kept = office.letters.kept[letter.id]
    assert (kept.state, kept.by, kept.moved_at) == (LetterState.REPLAYED, "Ida", office.clock.now())


async def test_the_key_is_that_of_the_setting() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter, partition_by=PartitionBy.AIRPORT)
    await office.mend.replay(letter.id, "Ida", corrected())
    assert [sent.key for sent in office.publisher.on(FLIGHT_TOPIC)] == [b"LHR"]


async def test_a_preview_writes_nothing_and_says_what_would_be_news() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    await office.knows(parsed(row()))
    mended = await office.mend.preview(letter.id, corrected(delay=90))
    assert (mended.outcome, mended.effect, mended.changes) == (None, Effect.SPEAKS, (Kind.DELAYED,))
    assert isinstance(mended.record, FlightRecord)
    assert mended.record.departure.delay == 90
    assert office.publisher.topics == {}
    assert office.letters.kept[letter.id].state is LetterState.NEW


async def test_a_row_older_than_what_its_flight_has_shown_since_changes_nothing() -> None:
    letter = of_feed(NO_AIRPORT, run=5)
    office = Office(letter)
    state = await office.knows(parsed(row(), run=1))
    await office.polled(row(), run=6)  # no news: the state's own run stays 1
    mended = await office.mend.replay(letter.id, "Ida", corrected(status="cancelled"))
    assert (mended.outcome, mended.effect, mended.changes) == (Outcome.REPLAYED, Effect.OLDER, ())
    (record,) = office.published
    assert advance(state, record) == (state, ())


async def test_a_flight_whose_records_have_left_the_archive_is_known_by_its_state() -> None:
    letter = of_feed(NO_AIRPORT, run=5)
    office = Office(letter)
    await office.knows(parsed(row(), run=6))
    assert (await office.mend.preview(letter.id, corrected(delay=90))).effect is Effect.OLDER


async def test_another_row_of_the_run_speaks_for_the_flight() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    await office.polled(row(), run=5)
    text = json.dumps(row("AA6117", operated_by="BA117", delay=90))
    mended = await office.mend.replay(letter.id, "Ida", text)
    assert mended.effect is Effect.BESIDE
    assert [record.leads for record in office.published] == [False]


async def test_the_operating_row_speaks_though_a_codeshare_did() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    await office.polled(row("AA6117", operated_by="BA117"), run=5)
    mended = await office.mend.replay(letter.id, "Ida", corrected())
    assert mended.effect is Effect.SPEAKS
    assert [(record.leads, record.marketed_as) for record in office.published] == [(True, ("AA6117",))]


async def test_an_old_row_that_is_replayed_is_not_taken_for_the_newest_run() -> None:
    letter = of_feed(NO_AIRPORT, run=5)
    office = Office(letter)
    await office.polled(row("BA9"), run=6)
    await office.mend.replay(letter.id, "Ida", corrected())
    await office.archive.store([office.archive.document(each) for each in office.published])
    newest = await office.archive.newest()
    assert newest is not None
    assert newest.run == 6


async def test_what_was_archived_already_changes_nothing() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    await office.polled(row(), run=5)
    assert (await office.mend.preview(letter.id, corrected())).effect is Effect.KNOWN


async def test_replaying_twice_publishes_once_and_says_who_did_it() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    await office.mend.replay(letter.id, "Ida", corrected())
    again = await office.mend.replay(letter.id, "Bob", corrected(delay=90))
    assert again.outcome is Outcome.ENDED
    assert again.letter is not None
    assert again.letter.by == "Ida"
    assert len(office.published) == 1


async def test_a_letter_stays_new_where_the_broker_does_not_take_it() -> None:
    class Down(FakePublisher):
        async def publish(self, *_: object) -> None:
            raise ConnectionError

    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    office.mend._publisher = Down()
    with pytest.raises(ConnectionError):
        await office.mend.replay(letter.id, "Ida", corrected())
    assert office.letters.kept[letter.id].state is LetterState.NEW


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        (json.dumps(row(departure={"scheduled": "soon"})), "bad_time", "departure.scheduled 'soon'"),
        (json.dumps(row(departure={"gate": 7})), "wrong_type", "$.departure.gate"),
        ('{\n  "flight": xyz\n}', "not_json", "line 2, column 13"),
        ('{"flight": "é" x}', "not_json", "line 1, column 16"),
        ("[]", "not_an_object", "JSON object"),
        ("", "not_json", "truncated"),
        ("[" * 5000, "not_json", "nested"),
        ('{"flight_date": "\\ud800"}', "not_json", ""),
        ("\ud800", "not_json", "half a character"),
        ('"' + "x" * RAW_LIMIT + '"', Hopeless.TOO_LONG, "64 KiB"),
    ],
)
async def test_a_wrong_correction_is_refused_with_the_field_or_place(
    text: str, reason: str, words: str
) -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    mended = await office.mend.replay(letter.id, "Ida", text)
    assert mended.outcome is Outcome.UNREADABLE
    assert mended.problem is not None
    assert mended.problem.reason == reason
    assert words in mended.problem.detail
    assert office.publisher.topics == {}
    assert office.letters.kept[letter.id].letter.reason == "no_airport", "it is the original that is kept"


async def test_what_no_archive_holds_is_refused_at_once_and_is_no_second_letter() -> None:
    letter = of_feed(NO_AIRPORT)
    office = Office(letter)
    mended = await office.mend.replay(letter.id, "Ida", json.dumps(row(live=nested(160))))
    assert mended.problem is not None
    assert mended.problem.reason == "not_storable"
    assert office.publisher.topics == {}


async def test_an_original_that_fails_again_is_the_same_letter_with_the_reason_of_today() -> None:
    letter = of_feed(NO_AIRPORT, reason="bad_time")
    office = Office(letter)
    mended = await office.mend.replay(letter.id, "Ida")
    assert mended.outcome is Outcome.UNREADABLE
    (kept,) = office.letters.kept.values()
    assert (kept.letter.id, kept.letter.reason, kept.state) == (letter.id, "no_airport", LetterState.NEW)
    assert "departure.iata" in kept.letter.detail


async def test_a_cut_original_needs_a_correction() -> None:
    letter = of_feed(row(live={"words": "x" * RAW_LIMIT}))
    office = Office(letter)
    refused = await office.mend.replay(letter.id, "Ida")
    assert refused.problem is not None
    assert refused.problem.reason == Hopeless.NOT_WHOLE
    assert (await office.mend.replay(letter.id, "Ida", corrected())).outcome is Outcome.REPLAYED


# Several at once


async def test_all_of_a_reason_are_read_again_oldest_first() -> None:
    late, early = of_feed(row(delay=90), run=6), of_feed(row(), run=5)
    bad, other = of_feed(NO_AIRPORT, run=7), of_feed(row("BA9"), reason="other", position=1)
    office = Office(late, early, bad, other)
    done, cursor = await office.mend.replay_all("no_airport", "Ida")
    assert cursor is None
    assert [(each.key, each.outcome) for each in done] == [
        (early.id, Outcome.REPLAYED),
        (late.id, Outcome.REPLAYED),
        (bad.id, Outcome.UNREADABLE),
    ]
    assert [(each.run, each.leads) for each in office.published] == [(5, True), (6, True)]


async def test_of_two_rows_of_one_run_that_are_read_again_one_speaks() -> None:
    operating = of_feed(row(), position=0)
    codeshare = of_feed(row("AA6117", operated_by="BA117"), position=1)
    office = Office(operating, codeshare)
    await office.mend.replay_all("no_airport", "Ida")
    assert [(each.designator, each.leads) for each in office.published] == [
        ("BA117", True),
        ("AA6117", False),
    ]


async def test_many_are_read_again_in_parts_that_get_past_what_fails() -> None:
    office = Office(*(of_feed(NO_AIRPORT, run=run) for run in range(1, 6)), of_feed(row(), run=6))
    seen: list[Mended] = []
    cursor = None
    for _ in range(3):
        done, cursor = await office.mend.replay_all("no_airport", "Ida", cursor=cursor, limit=2)
        seen += done
    assert cursor is None
    assert [each.outcome for each in seen] == [*[Outcome.UNREADABLE] * 5, Outcome.REPLAYED]


# A message of a topic


async def test_a_message_that_is_read_by_now_is_replayed_as_it_is() -> None:
    record = run_of([row()])[0]
    letter = of_topic(encode(record))
    office = Office(letter)
    assert (await office.mend.replay(letter.id, "Ida")).outcome is Outcome.REPLAYED
    assert office.published == [replace(record, replayed=True)]


async def test_a_change_goes_to_its_own_topic() -> None:
    _, (change, *_) = advance(None, run_of([row(delay=90)])[0])
    letter = of_topic(encode(change), CHANGE_TOPIC)
    office = Office(letter)
    mended = await office.mend.replay(letter.id, "Ida")
    assert (mended.outcome, mended.effect) == (Outcome.REPLAYED, Effect.DECIDES)
    assert [decode_change(each).id for each in office.publisher.values(CHANGE_TOPIC)] == [change.id]


async def test_a_message_is_not_rewritten_by_hand() -> None:
    letter = of_topic(b"{")
    office = Office(letter)
    mended = await office.mend.replay(letter.id, "Ida", encode(run_of([row()])[0]).decode())
    assert mended.problem is not None
    assert mended.problem.reason == Hopeless.NOT_A_ROW
    assert office.publisher.topics == {}


@pytest.mark.parametrize("raw", [b"\xff", b"{"])
async def test_a_message_that_is_no_text_or_no_json_is_unreadable(raw: bytes) -> None:
    letter = of_topic(raw)
    office = Office(letter)
    assert (await office.mend.replay(letter.id, "Ida")).outcome is Outcome.UNREADABLE


async def test_a_topic_that_nothing_reads_is_refused() -> None:
    letter = of_topic(b"{}", "somebody-elses-topic")
    mended = await Office(letter).mend.preview(letter.id)
    assert mended.problem is not None
    assert mended.problem.reason == Hopeless.NO_READER


# Looking and dismissing


async def test_a_letter_is_shown_with_what_is_wrong_with_it_today() -> None:
    letter = of_feed(NO_AIRPORT)
    shown = await Office(letter).mend.show(letter.id)
    assert shown is not None
    assert shown.problem is not None
    assert shown.problem.reason == "no_airport"
    assert shown.place == "run 5, query dep_iata=LHR, row 0 of the page at offset 0"
    assert '\n  "departure": {' in shown.text
    assert not shown.cut


async def test_a_letter_that_can_be_read_by_now_has_no_problem() -> None:
    letter = of_feed(row())
    shown = await Office(letter).mend.show(letter.id)
    assert shown is not None
    assert shown.problem is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xff\x00\x1b[2Jx", "\\xff\\u0000\\u001b[2Jx"),
        ('{"a":"\u202eevil"}'.encode(), '{\n  "a": "\\u202eevil"\n}'),
        (b"[" * 3000, "[" * 3000),
        (b"[" * 101 + b"]" * 101, "[" * 101 + "]" * 101),
        (b"", ""),
    ],
)
async def test_nothing_in_a_shown_text_acts(raw: bytes, text: str) -> None:
    letter = of_topic(raw)
    shown = await Office(letter).mend.show(letter.id)
    assert shown is not None
    assert shown.text == text


async def test_a_text_of_which_only_the_beginning_is_kept_says_so() -> None:
    letter = of_topic(b"x" * (RAW_LIMIT + 1))
    shown = await Office(letter).mend.show(letter.id)
    assert shown is not None
    assert shown.cut


async def test_a_letter_is_dismissed_once_with_a_reason() -> None:
    letter = of_topic(b"\xff")
    office = Office(letter)
    dismissed = await office.mend.dismiss(letter.id, "Ida", "a test of ours")
    assert dismissed.outcome is Outcome.DISMISSED
    kept = office.letters.kept[letter.id]
    assert (kept.state, kept.by, kept.note) == (LetterState.DISMISSED, "Ida", "a test of ours")
    assert (await office.mend.dismiss(letter.id, "Bob", "mine")).outcome is Outcome.ENDED
    assert (await office.mend.replay(letter.id, "Bob")).outcome is Outcome.ENDED


async def test_who_replayed_or_dismissed_is_in_the_log_without_what_they_typed() -> None:
    one, two = of_feed(NO_AIRPORT), of_feed(NO_AIRPORT, run=6)
    office = Office(one, two)
    await office.mend.replay(one.id, "Ida", corrected())
    await office.mend.replay(one.id, "Bob", corrected())
    await office.mend.dismiss(two.id, "Bob", "Anna Berg has no such flight" * 100)
    assert [(act.by, act.did, act.about, act.detail) for act in office.audit.acts] == [
        ("Ida", Did.REPLAYED, About(Thing.DEAD_LETTER, one.id), "corrected"),
        ("Bob", Did.DISMISSED, About(Thing.DEAD_LETTER, two.id), ""),
    ]
    assert len(office.letters.kept[two.id].note) == LONGEST_WHY


async def test_a_letter_that_is_not_there_is_unknown() -> None:
    office = Office()
    assert (await office.mend.replay("nobody", "Ida")).outcome is Outcome.UNKNOWN
    assert (await office.mend.dismiss("nobody", "Ida", "?")).outcome is Outcome.UNKNOWN
    assert await office.mend.show("nobody") is None


async def test_a_cancellation_that_was_set_aside_is_news_once_it_is_mended() -> None:
    letter = of_feed(NO_AIRPORT, run=2)
    office = Office(letter)
    state = await office.knows(parsed(row()))
    await office.mend.replay(letter.id, "Ida", corrected(status="cancelled"))
    after, (change,) = advance(state, office.published[0])
    assert (change.kind, after.disruption) == (Kind.CANCELLED_UNCONFIRMED, Status.CANCELLED)
