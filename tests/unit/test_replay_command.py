"""`flightagents replay PATH`: what it reads, which times it gives the answers, and what it prints."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flightagents.cli.replay import replay
from tests.support.rows import DAY, row

FIELDS = [
    "id",
    "flight",
    "kind",
    "at",
    "ordinal",
    "before",
    "after",
    "severity",
    "reason",
    "departure",
    "arrival",
    "carrier",
    "marketed_as",
    "record",
]
END_FIELDS = ["airport", "zone", "base", "scheduled", "expected"]


def run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(replay, [str(path), *options])


def lines(path: Path) -> list[dict[str, Any]]:
    """Give what `--json` prints, a line each, the summary last."""
    result = run(path, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def polled(path: Path) -> list[str]:
    """Give when the answers were polled, by the changes that they gave."""
    return [line["at"] for line in lines(path)[:-1]]


def answer(*rows: object) -> str:
    return json.dumps({"pagination": {"limit": 100, "offset": 0}, "data": rows})


def late(minutes: int | None) -> str:
    return answer(row(delay=minutes))


def write(folder: Path, **files: str) -> Path:
    """Write answers by name."""
    for name, text in files.items():
        (folder / f"{name}.json").write_text(text)
    return folder


def sequence(folder: Path, *steps: dict[str, Any]) -> Path:
    return write(folder, sequence=json.dumps(steps))


# Which answers, at which times


def test_a_folder_is_read_by_name_sixty_seconds_apart_from_noon_of_the_first_date(tmp_path: Path) -> None:
    (tmp_path / "older").mkdir()
    write(tmp_path / "older", a=late(200))
    (tmp_path / "notes.txt").write_text("not an answer")
    write(tmp_path, b=late(20), a=late(None), c=late(60))
    assert [line["kind"] for line in lines(tmp_path)[:-1]] == ["first_seen", "delayed", "delayed"]
    assert polled(tmp_path) == ["2026-11-22T12:00:00Z", "2026-11-22T12:01:00Z", "2026-11-22T12:02:00Z"]


def test_noon_is_that_of_the_earliest_date_in_the_first_answer_with_rows(tmp_path: Path) -> None:
    earlier = DAY - timedelta(days=1)
    write(tmp_path, a=answer(), b=answer(row(), {"flight_date": None}, row(day=earlier)), c=late(90))
    assert polled(tmp_path)[0] == "2026-11-21T12:01:00Z"


def test_a_single_file_is_a_folder_of_one(tmp_path: Path) -> None:
    write(tmp_path, a=late(20), b=late(60))
    *changes, last = lines(tmp_path / "b.json")
    assert [(line["at"], line["kind"]) for line in changes] == [("2026-11-22T12:00:00Z", "first_seen")]
    assert last["summary"]["responses"] == 1


def test_a_sequence_gives_the_order_and_the_times(tmp_path: Path) -> None:
    write(tmp_path, b=late(None), a=late(20), unused=late(200))
    sequence(
        tmp_path,
        {"file": "b.json", "not_before_utc": "20261122T0600Z", "poll": 1},
        {"file": "a.json", "not_before_utc": "20261122T0730Z", "poll": 2},
    )
    assert polled(tmp_path) == ["2026-11-22T06:00:00Z", "2026-11-22T07:30:00Z"]


def test_polls_are_never_less_than_a_minute_apart_whatever_the_sequence_says(tmp_path: Path) -> None:
    write(tmp_path, a=late(None), b=late(20), c=late(60), d=late(90))
    times = [
        ("a", "20261122T0600Z"),
        ("b", "20261122T0600Z"),
        ("c", "20261122T0530Z"),
        ("d", "20261122T0603Z"),
    ]
    sequence(tmp_path, *({"file": f"{name}.json", "not_before_utc": at} for name, at in times))
    assert [at[11:16] for at in polled(tmp_path)] == ["06:00", "06:01", "06:02", "06:03"]


def test_a_step_without_a_time_follows_the_one_before(tmp_path: Path) -> None:
    write(tmp_path, a=late(None), b=late(20))
    sequence(tmp_path, {"file": "a.json"}, {"file": "b.json"})
    assert [at[11:16] for at in polled(tmp_path)] == ["12:00", "12:01"]


def test_a_file_may_stand_in_a_sequence_twice(tmp_path: Path) -> None:
    write(tmp_path, a=answer(row(status="cancelled")))
    sequence(tmp_path, {"file": "a.json"}, {"file": "a.json"})
    assert [line["kind"] for line in lines(tmp_path)[:-1]] == ["first_seen", "cancelled"]


# Answers that are none


@pytest.mark.parametrize(
    "bad",
    [
        '{"error": {"code": "rate_limit_reached", "message": "Slow down."}}',
        '{"error": {"code": "invalid_access_key", "message": "No."}, "data": []}',
        '{"message": "no"}',
        "<html>Bad Gateway</html>",
        "",
        "[]",
        '{"pagination": {}, "data": []}',
    ],
)
def test_an_error_or_an_empty_answer_is_a_response_without_rows(tmp_path: Path, bad: str) -> None:
    write(tmp_path, a=late(60), b=bad, c=late(60), d=late(90))
    *changes, last = lines(tmp_path)
    assert [(line["kind"], line["at"]) for line in changes] == [
        ("first_seen", "2026-11-22T12:00:00Z"),
        ("delayed", "2026-11-22T12:03:00Z"),
    ]
    assert (last["summary"]["responses"], last["summary"]["rows"]) == (4, 3)


def test_a_folder_without_answers_gives_an_empty_summary(tmp_path: Path) -> None:
    empty = {"responses": 0, "rows": 0, "records": 0, "dead_letters": {}, "flights": 0, "changes": {}}
    assert lines(tmp_path) == [{"summary": empty}]


def test_rows_that_cannot_be_read_are_counted_by_reason(tmp_path: Path) -> None:
    nameless = row(flight={"number": None, "iata": None})
    write(tmp_path, a=answer(row(), row(), nameless, nameless, row(flight_date="soon"), "not a row"))
    assert lines(tmp_path)[-1]["summary"] == {
        "responses": 1,
        "rows": 6,
        "records": 1,
        "dead_letters": {"bad_date": 1, "no_designator": 2, "not_an_object": 1},
        "flights": 1,
        "changes": {"first_seen": 1},
    }


# What it prints


def test_a_change_is_printed_with_the_fields_of_the_topic_but_for_the_state(tmp_path: Path) -> None:
    write(tmp_path, a=answer(row(), row("AA6143", operated_by="BA117")), b=late(125))
    change = lines(tmp_path)[1]
    assert list(change) == FIELDS
    assert change == {
        "id": "BA117|2026-11-22|LHR|JFK/2/delayed/2026-11-22T16:40:00Z",
        "flight": "BA117|2026-11-22|LHR|JFK",
        "kind": "delayed",
        "at": "2026-11-22T12:01:00Z",
        "ordinal": 2,
        "before": {"expected": "2026-11-22T14:35:00Z"},
        "after": {"expected": "2026-11-22T16:40:00Z"},
        "severity": "major",
        "reason": "delay_changed",
        "departure": {
            "airport": "LHR",
            "zone": "Europe/London",
            "base": "2026-11-22T14:35:00Z",
            "scheduled": "2026-11-22T14:35:00Z",
            "expected": "2026-11-22T16:40:00Z",
        },
        "arrival": {
            "airport": "JFK",
            "zone": "America/New_York",
            "base": "2026-11-22T22:35:00Z",
            "scheduled": "2026-11-22T22:35:00Z",
            "expected": "2026-11-23T00:40:00Z",
        },
        "carrier": "BA",
        "marketed_as": ["AA6143"],
        "record": "BA117|2026-11-22|LHR|JFK|BA117|2",
    }


def test_where_the_readings_of_a_delay_differ_staff_see_the_later_one_too(tmp_path: Path) -> None:
    retimed = answer(row(delay=20, departs="14:50", arrives="17:50"))
    write(tmp_path, a=late(None), b=retimed)
    assert lines(tmp_path)[1]["after"] == {
        "expected": "2026-11-22T14:55:00Z",
        "latest_reading": "2026-11-22T15:10:00Z",
    }


def test_every_change_has_the_same_fields_and_times_in_utc(tmp_path: Path) -> None:
    scheduled, moved = (
        row(departs="23:30", arrives="2026-11-23T02:30"),
        row(day=DAY + timedelta(days=1), departs="00:30"),
    )
    write(tmp_path, a=answer(scheduled), b=answer(moved), c=answer(moved))
    *changes, last = lines(tmp_path)
    assert [change["kind"] for change in changes] == ["first_seen", "first_seen", "moved_to"]
    assert list(last) == ["summary"]
    for change in changes:
        assert list(change) == FIELDS
        for end in (change["departure"], change["arrival"]):
            assert list(end) == END_FIELDS
            assert all(end[name].endswith("Z") for name in ("base", "scheduled", "expected"))
        assert change["at"].endswith("Z")


def test_the_same_recording_prints_the_same_each_time(tmp_path: Path) -> None:
    rows = [row(), row("AA6143", operated_by="BA117"), row("IB4222", operated_by="BA117"), row("BA119")]
    write(tmp_path, a=answer(*rows), b=answer(*rows[::-1]), c=late(90))
    assert run(tmp_path, "--json").output == run(tmp_path, "--json").output
    assert run(tmp_path).output == run(tmp_path).output


def test_the_order_of_the_rows_in_an_answer_makes_no_difference(tmp_path: Path) -> None:
    rows = [
        row(),
        row("AA6143", operated_by="BA117"),
        row("BA119"),
        row(route="JFK-LHR", arrives="2026-11-23T04:00"),
    ]
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    write(one, a=answer(*rows))
    write(other, a=answer(*rows[::-1]))
    assert lines(one) == lines(other)


def test_without_json_a_person_reads_a_line_a_change_and_the_summary(tmp_path: Path) -> None:
    write(tmp_path, a=late(None), b=late(60))
    output = run(tmp_path).output
    assert "2026-11-22 12:01" in output
    assert "delayed: 2026-11-22T14:35:00Z -> 2026-11-22T15:35:00Z" in output
    assert "changes: {'delayed': 1, 'first_seen': 1}" in output


def test_the_command_stands_beside_fausts_worker() -> None:
    commands = [sys.executable, "-m", "flightagents", "--help"]
    shown = subprocess.run(commands, capture_output=True, text=True, check=True, timeout=60).stdout
    assert re.search(r"^  replay +Read recorded answers", shown, re.MULTILINE)
    assert re.search(r"^  worker ", shown, re.MULTILINE)


# Recordings that cannot be read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "sequence.json"),
        ("{", "sequence.json"),
        ("{}", "file and not_before_utc"),
        ('[{"not_before_utc": "20261122T0600Z"}]', "missing required field `file`"),
        ('[{"file": 1}]', "file"),
        ('[{"file": "a.json", "not_before_utc": "six o\'clock"}]', "20240101T1813Z"),
        ('[{"file": "a.json", "not_before_utc": "2026-11-22T06:00:00Z"}]', "2026-11-22T06:00:00Z"),
        ('[{"file": "gone.json"}]', "gone.json: No such file"),
    ],
)
def test_a_bad_sequence_is_refused_by_name(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, a=late(None), sequence=text)
    result = run(tmp_path, "--json")
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_sequence_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, a=late(None))
    (tmp_path / "sequence.json").write_bytes(b'[{"file": "\xff"}]')
    result = run(tmp_path, "--json")
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert "sequence.json" in result.output


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.output
