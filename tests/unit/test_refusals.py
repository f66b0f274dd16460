"""Rows that are no flight, or an impossible one: refused with a reason, set aside, and kept as they came."""

import itertools
import json
from typing import Any

import pytest

from flightagents.aviationstack.parsing import Refusal, RowParser
from flightagents.domain.times import at_latest
from flightagents.errors import UnreadableRowError
from flightagents.handlers.reading import Run
from flightagents.records import DeadLetter, decode_flight_record, encode
from tests.support.rows import NOON, parsed, row, stamp

BEYOND_64_BITS = 2**70


def refusal(raw: object) -> UnreadableRowError:
    with pytest.raises(UnreadableRowError) as caught:
        parsed(raw)
    return caught.value


ONE_OF_EACH: dict[Refusal, object] = {
    Refusal.NOT_AN_OBJECT: ["BA117"],
    Refusal.WRONG_TYPE: row(departure={"delay": "twenty"}),
    Refusal.NO_DESIGNATOR: row(flight={"number": None, "iata": None, "icao": None}),
    Refusal.NO_AIRPORT: row(departure={"iata": None, "icao": None}),
    Refusal.NO_SCHEDULE: row(arrival={"scheduled": None}),
    Refusal.BAD_TIME: row(departure={"scheduled": "2026-11-22 half past two"}),
    Refusal.BAD_DATE: row(flight_date="2026-11-31"),
    Refusal.IMPOSSIBLE_DELAY: row(delay=60 * 24 * 8),
    Refusal.TOO_LONG: row(departure={"gate": "B" * 65}),
    Refusal.ARRIVES_BEFORE_DEPARTURE: row(route="LHR-MAD", departs="14:35", arrives="14:35"),
}


def test_each_refusal_has_a_row_here() -> None:
    assert set(ONE_OF_EACH) == set(Refusal)


@pytest.mark.parametrize(("reason", "raw"), ONE_OF_EACH.items())
def test_a_row_is_refused_with_its_reason(reason: Refusal, raw: object) -> None:
    assert refusal(raw).reason == reason


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (3, "not int"),
        (None, "not NoneType"),
        (row(departure={"delay": "twenty"}), "departure.delay"),
        (row(departure={"scheduled": "soon"}), "departure.scheduled 'soon'"),
        (row(arrival={"actual": "2026-13-01T00:00:00+00:00"}), "arrival.actual"),
        (row(arrival={"iata": "?", "icao": None}), "arrival.iata '?'"),
        (row(flight={"iata": "FR", "number": None}), "flight.iata 'FR'"),
        (row(arrival={"delay": 99_999}), "arrival.delay is 99999 minutes"),
        (row(arrival={"baggage": "7" * 65}), "arrival.baggage has 65 characters"),
        (row(departs="1026-11-22T14:35"), "not of this century"),
    ],
)
def test_a_refusal_says_which_field_and_value(raw: object, words: str) -> None:
    assert words in refusal(raw).detail


@pytest.mark.parametrize("hole", ["departure", "arrival"])
@pytest.mark.parametrize("value", [None, {}, [], "x"])
def test_a_row_without_an_end_is_refused_not_crashed_on(hole: str, value: object) -> None:
    assert refusal(row() | {hole: value}).reason in (Refusal.WRONG_TYPE, Refusal.NO_AIRPORT)


def test_any_field_may_be_of_any_type() -> None:
    leaves = [(part, key) for part in ("departure", "arrival", "flight", "airline") for key in row()[part]]
    for (part, key), value in itertools.product(leaves, ("x", 1, 1.5, True, [], {}, BEYOND_64_BITS, "\x00")):
        raw = row()
        raw[part][key] = value
        run, letters = dead_letters(raw)
        assert {letter.reason for letter in letters} <= set(Refusal)
        assert len(letters) + len(run.records()) == 1
        assert all(decode_flight_record(encode(record)) == record for record in run.records())


@pytest.mark.parametrize(
    "words",
    [
        {"route": "MAD-LHR", "departs": "2000-01-01T00:30", "arrives": "2000-01-01T02:30"},
        {"route": "JFK-LHR", "departs": "2099-12-31T23:30", "arrives": "2099-12-31T23:59"},
    ],
)
def test_a_time_that_only_utc_puts_out_of_this_century_is_refused_not_crashed_on(
    words: dict[str, Any],
) -> None:
    assert refusal(row(**words)).reason is Refusal.BAD_TIME


@pytest.mark.parametrize("flight_date", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_flight_date_out_of_this_century_is_refused(flight_date: str) -> None:
    assert refusal(row(flight_date=flight_date)).reason == Refusal.BAD_DATE


def test_a_week_late_is_still_possible() -> None:
    assert parsed(row(delay=60 * 24 * 7)).departure.delay == 10_080


def test_a_short_hop_may_arrive_in_the_minute_in_which_it_leaves() -> None:
    record = parsed(row(route="LHR-MAD", departs="14:35", arrives="15:35"))
    assert record.arrival.scheduled == record.departure.scheduled


def test_without_a_zone_nobody_can_say_that_it_arrives_before_it_leaves() -> None:
    record = parsed(row(route="QQQ-LHR", departs="14:35", arrives="14:00"))
    assert at_latest(record.departure.scheduled) > record.arrival.scheduled


@pytest.mark.parametrize("minutes", [BEYOND_64_BITS, -BEYOND_64_BITS])
def test_a_delay_beyond_64_bits_is_refused(minutes: int) -> None:
    assert refusal(row(delay=minutes)).reason in (Refusal.IMPOSSIBLE_DELAY, Refusal.WRONG_TYPE)


# Dead letters


def dead_letters(*rows: object) -> tuple[Run, list[DeadLetter]]:
    run = Run(stamp(7), RowParser())
    for position, raw in enumerate(rows):
        run.add(raw, {"query": "dep_iata=LHR", "offset": 100, "row": position})
    return run, run.letters


def test_a_bad_row_is_set_aside_and_its_neighbours_go_on() -> None:
    bad = ONE_OF_EACH[Refusal.NO_AIRPORT]
    run, (letter,) = dead_letters(row("BA117"), bad, row("BA119"))
    assert [record.designator for record in run.records()] == ["BA117", "BA119"]
    assert run.rows == 3
    assert letter.reason == "no_airport"
    assert "departure.iata" in letter.detail


def test_a_dead_letter_carries_the_raw_row_and_where_it_came_from() -> None:
    bad = ONE_OF_EACH[Refusal.BAD_DATE]
    _, (letter,) = dead_letters(bad)
    assert json.loads(letter.raw) == bad
    assert letter.raw_length == len(letter.raw.encode())
    assert letter.place == {"run": 7, "query": "dep_iata=LHR", "offset": 100, "row": 0}
    assert letter.source == "feed"
    assert letter.at == NOON


def test_a_dead_letter_is_the_same_letter_when_found_again_and_another_in_another_place() -> None:
    bad = ONE_OF_EACH[Refusal.BAD_DATE]
    _, once = dead_letters(bad, bad)
    _, again = dead_letters(bad, bad)
    assert [letter.id for letter in once] == [letter.id for letter in again]
    assert once[0].id != once[1].id


@pytest.mark.parametrize("raw", [row(delay=BEYOND_64_BITS), [BEYOND_64_BITS], None, "x", 1.5])
def test_whatever_stands_in_place_of_a_row_becomes_a_dead_letter(raw: object) -> None:
    _, (letter,) = dead_letters(raw)
    assert json.loads(letter.raw) == raw


def test_a_huge_row_is_kept_as_its_beginning_length_and_hash() -> None:
    _, (letter,) = dead_letters(["x" * 100_000])
    assert len(letter.raw) == 64 * 1024
    assert letter.raw_length == 100_004
    assert len(letter.raw_sha256) == 64
