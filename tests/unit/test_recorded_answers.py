"""Recorded answers of the real feed: all are read, and a recorded day tells what was found in it by hand.

The recordings are not part of this repository: FLIGHTAGENTS_SAMPLES names the folder that holds them. The
figures of the sequence were held, change by change, against its raw rows.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flightagents.aviationstack.parsing import Refusal, RowParser
from flightagents.cli.replay import recording
from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.times import iso
from flightagents.handlers.reading import Run
from flightagents.handlers.replay import Replay
from flightagents.records import decode_flight_record, encode
from tests.support.rows import stamp

_FOLDER = os.environ.get("FLIGHTAGENTS_SAMPLES")
pytestmark = pytest.mark.skipif(
    not _FOLDER, reason="FLIGHTAGENTS_SAMPLES does not name the folder of recorded answers"
)
SAMPLES = Path(_FOLDER or ".")
SEQUENCE = SAMPLES / "poll_sequence_BAH_2024-01-01"


def answers() -> Iterator[tuple[str, list[Any]]]:
    for file in sorted(SAMPLES.rglob("*.json")):
        body = json.loads(file.read_bytes())
        if isinstance(body, dict) and isinstance(body.get("data"), list):
            yield file.name, body["data"]


@pytest.fixture(scope="module")
def told() -> tuple[list[Change], dict[str, Any]]:
    replay = Replay(RowParser())
    changes = list(replay.changes(recording(SEQUENCE)))
    return changes, replay.summary()


def about(changes: list[Change], flight: str) -> list[tuple[str, str]]:
    """Give the kinds told of a flight with their poll times."""
    return [(change.kind, f"{change.at:%d %H:%M}") for change in changes if change.flight == flight]


def the(changes: list[Change], kind: Kind, flight: str) -> Change:
    (found,) = (change for change in changes if change.kind is kind and change.flight == flight)
    return found


def test_every_row_is_read_or_refused_with_a_reason() -> None:
    rows, refused = 0, 0
    for name, data in answers():
        run = Run(stamp(), RowParser())
        for position, raw in enumerate(data):
            run.add(raw, {"file": name, "row": position})
        rows += run.rows
        refused += len(run.letters)
        assert {letter.reason for letter in run.letters} <= set(Refusal)
        for record in run.records():
            assert decode_flight_record(encode(record)) == record
    assert rows >= 1000
    assert refused <= rows // 100


def test_in_utc_no_flight_arrives_before_it_leaves() -> None:
    compared = 0
    for _, data in answers():
        run = Run(stamp(), RowParser())
        for raw in data:
            run.add(raw, {})
        for record in run.records():
            if record.departure.zone and record.arrival.zone:
                compared += 1
                assert record.departure.scheduled <= record.arrival.scheduled, record.flight
    assert compared >= 900


def test_the_sequence_gives_the_counts_that_were_found_by_hand(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    assert told[1] == {
        "responses": 9,
        "rows": 900,
        "records": 900,
        "dead_letters": {},
        "flights": 131,
        "changes": {
            "belt_assigned": 1,
            "cancelled": 1,
            "cancelled_unconfirmed": 1,
            "delayed": 3,
            "departed": 21,
            "first_seen": 89,
            "gate_changed": 4,
            "landed": 17,
            "marketed_as_grown": 2,
        },
    }
    assert Counter(change.kind.value for change in told[0]) == told[1]["changes"]


def test_the_polls_keep_their_recorded_times_a_minute_apart_at_least(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    polls = sorted({change.at for change in told[0]})
    assert [f"{at:%d %H:%M}" for at in polls] == [
        *("01 18:13", "01 18:14", "01 18:54", "01 20:10"),
        *("02 01:03", "02 01:04", "02 14:15", "02 15:09"),
    ]


def test_the_cancelled_freighter_is_told_at_its_first_and_confirmed_at_its_second_look(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    flight = "D0793|2024-01-02|EMA|BAH"
    assert about(told[0], flight) == [
        ("first_seen", "02 01:03"),
        ("cancelled_unconfirmed", "02 01:04"),
        ("cancelled", "02 14:15"),
    ]
    confirmed = the(told[0], Kind.CANCELLED, flight)
    assert (confirmed.before, confirmed.after) == ({"status": "scheduled"}, {"status": "cancelled"})


@pytest.mark.parametrize(
    ("flight", "base", "expected", "severity"),
    [
        ("GF751|2024-01-02|KHI|BAH", "2024-01-02T02:10:00Z", "2024-01-02T02:55:00Z", Severity.MINOR),
        ("GF771|2024-01-02|ISB|BAH", "2024-01-02T01:50:00Z", "2024-01-02T04:20:00Z", Severity.MAJOR),
        ("GF511|2024-01-02|DXB|BAH", "2024-01-02T17:20:00Z", "2024-01-02T17:40:00Z", Severity.MINOR),
    ],
)
def test_the_three_delays_are_told_from_the_base(
    told: tuple[list[Change], dict[str, Any]], flight: str, base: str, expected: str, severity: Severity
) -> None:
    change = the(told[0], Kind.DELAYED, flight)
    assert (iso(change.departure.base), iso(change.departure.expected)) == (base, expected)
    assert change.severity is severity


def test_gates_that_change_before_departure_are_told_and_no_others(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    """GF509 and GF513 are only ever seen under a codeshare number; GF212's gate changed with its take-off."""
    changed = {
        change.flight.split("|")[0]: (change.before["gate"], change.after["gate"])
        for change in told[0]
        if change.kind is Kind.GATE_CHANGED
    }
    assert changed == {
        "GF513": ("D6", "D21"),
        "G9101": ("8", "22"),
        "GF511": ("D19", "D15"),
        "GF509": ("D12", "D13"),
    }


def test_terminals_spelt_in_new_ways_are_no_news(told: tuple[list[Change], dict[str, Any]]) -> None:
    assert all(change.kind is not Kind.TERMINAL_CHANGED for change in told[0])


def test_a_late_flight_seen_from_then_on_only_under_a_codeshare_does_not_depart_yet(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    """Its operating row was missing from the last two polls; a codeshare alone speaks from the third."""
    assert about(told[0], "GF771|2024-01-02|ISB|BAH") == [
        ("first_seen", "01 18:54"),
        ("delayed", "02 01:03"),
        ("marketed_as_grown", "02 14:15"),
    ]


def test_a_flight_that_was_not_seen_in_between_departs_and_lands_at_once(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    flight = "QR1116|2024-01-02|DOH|BAH"
    assert about(told[0], flight) == [
        ("first_seen", "01 18:13"),
        ("departed", "02 01:03"),
        ("landed", "02 01:03"),
    ]
    assert the(told[0], Kind.DEPARTED, flight).after == {"actual": "2024-01-01T23:37:00Z"}
    assert the(told[0], Kind.LANDED, flight).after == {"actual": "2024-01-02T00:00:00Z"}
    assert len(the(told[0], Kind.LANDED, flight).marketed_as) == 8


def test_a_take_off_far_behind_schedule_is_a_departure_and_no_delay(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    """GF283 left 38 and TK7674 40 minutes late by the runway: no poll had shown it before take-off."""
    for flight in ("GF283|2024-01-02|BLR|BAH", "TK7674|2024-01-01|SAW|BAH"):
        assert {"departed"} == {kind for kind, _ in about(told[0], flight)} - {"first_seen", "belt_assigned"}


def test_scheduled_beside_a_take_off_time_has_departed(told: tuple[list[Change], dict[str, Any]]) -> None:
    assert about(told[0], "GF168|2024-01-02|RUH|BAH") == [
        ("first_seen", "02 14:15"),
        ("departed", "02 15:09"),
    ]


def test_what_was_over_when_first_seen_is_never_news(told: tuple[list[Change], dict[str, Any]]) -> None:
    assert about(told[0], "KU615|2024-01-01|KWI|BAH") == []
    assert about(told[0], "FZ21|2024-01-02|DXB|BAH") == []


def test_yesterdays_and_todays_flight_of_one_number_are_no_move(
    told: tuple[list[Change], dict[str, Any]],
) -> None:
    numbers = {flight: about(told[0], f"3L15|{flight}|AUH|BAH") for flight in ("2024-01-01", "2024-01-02")}
    assert numbers == {
        "2024-01-01": [("first_seen", "01 18:13")],
        "2024-01-02": [("first_seen", "02 01:03")],
    }
