"""One row of the feed -> one record: each measured fact of the feed, and what stays as it was sent."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.tracking import advance
from flightagents.handlers.reading import Run
from flightagents.records import decode_flight_record, encode
from tests.support.rows import DAY, MINUTE, NOON, parsed, row, run_of, stamp

BEYOND_64_BITS = 2**70


def followed(*rows: dict[str, Any]) -> FlightState:
    """Give the state of a flight after looks a minute apart."""
    state = None
    for run, raw in enumerate(rows, start=1):
        (record,) = run_of([raw], run, NOON + run * MINUTE)
        state, _ = advance(state, record)
    assert state is not None
    return state


# Fact 1: the words of flight_status, and a delay that is only minutes


@pytest.mark.parametrize("word", ["scheduled", "active", "landed", "cancelled", "incident", "diverted"])
def test_the_feeds_six_words_are_known(word: str) -> None:
    record = parsed(row(status=word))
    assert record.phase == Status(word)
    assert record.status == word


@pytest.mark.parametrize("word", ["unknown", "", None])
def test_unknown_and_empty_statuses_mean_unknown_without_a_warning(word: str | None) -> None:
    with capture_logs() as logs:
        record = parsed(row(status=word))
    assert record.phase is Status.UNKNOWN
    assert record.status == word
    assert logs == []


def test_a_status_that_nobody_knows_is_kept_and_warned_of_once() -> None:
    parser = RowParser()
    with capture_logs() as logs:
        records = [parser.parse(row(status="taxiing"), stamp(run)) for run in (1, 2, 3)]
    assert {(record.phase, record.status) for record in records} == {(Status.UNKNOWN, "taxiing")}
    assert [log["new"] for log in logs] == ["flight_status taxiing"]


def test_a_delay_is_minutes_and_null_stays_null() -> None:
    assert parsed(row(delay=20)).departure.delay == 20
    assert parsed(row()).departure.delay is None
    assert parsed(row(arrival={"delay": 7})).arrival.delay == 7


# Fact 2: local wall clock stamped +00:00


def test_times_are_the_airports_clock_whatever_their_stamp_says() -> None:
    record = parsed(row(departs="14:35", arrives="17:35"))
    assert record.departure.scheduled == datetime(2026, 11, 22, 14, 35, tzinfo=UTC)
    assert record.arrival.scheduled == datetime(2026, 11, 22, 22, 35, tzinfo=UTC)


def test_a_missing_zone_comes_from_the_airport_table_by_iata_code() -> None:
    record = parsed(row(arrival={"timezone": None, "icao": None}))
    assert record.arrival.zone == "America/New_York"


def test_a_missing_zone_comes_from_the_airport_table_by_icao_code() -> None:
    record = parsed(row(arrival={"timezone": None, "iata": None}))
    assert record.arrival.zone == "America/New_York"


@pytest.mark.parametrize("word", ["+8", "+1", "", "EST", "Mars/Olympus", "/etc/localtime", "../UTC", "GMT+8"])
def test_a_zone_that_is_none_gives_way_to_the_airport_table(word: str) -> None:
    assert parsed(row(arrival={"timezone": word})).arrival.zone == "America/New_York"


@pytest.mark.parametrize(("word", "zone"), [("+8", "+08:00"), ("-3", "-03:00"), ("+05:30", "+05:30")])
def test_an_offset_counts_where_the_airport_is_in_no_table(word: str, zone: str) -> None:
    record = parsed(row(route="QQQ-JFK", departure={"timezone": word}))
    offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[4:]))
    assert record.departure.zone == zone
    assert record.departure.scheduled == datetime(2026, 11, 22, 14, 35, tzinfo=UTC) - offset


@pytest.mark.parametrize("word", [None, "+15", "somewhere", "8"])
def test_without_any_zone_the_local_time_is_kept_and_marked(word: str | None) -> None:
    record = parsed(row(route="QQQ-JFK", departure={"timezone": word}))
    assert record.departure.zone is None
    assert record.departure.scheduled == datetime(2026, 11, 22, 14, 35)  # noqa: DTZ001 - local only


def test_an_arrival_in_the_hour_that_runs_twice_is_after_the_departure() -> None:
    record = parsed(row(route="MAD-LHR", day=date(2026, 10, 25), departs="02:10", arrives="01:05"))
    assert record.departure.scheduled == datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    assert record.arrival.scheduled == datetime(2026, 10, 25, 1, 5, tzinfo=UTC)


def test_a_landing_in_the_hour_that_runs_twice_is_after_the_take_off() -> None:
    record = parsed(
        row(
            route="MAD-LHR",
            day=date(2026, 10, 25),
            departs="02:10",
            took_off="02:25",
            arrives="01:05",
            landed="01:15",
        )
    )
    assert record.departure.actual == datetime(2026, 10, 25, 0, 25, tzinfo=UTC)
    assert record.arrival.actual == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


def test_a_flight_over_the_date_line_lands_the_day_before_by_its_clock() -> None:
    record = parsed(row(route="AKL-HNL", departs="08:00", arrives="2026-11-21T17:45"))
    assert record.arrival.scheduled - record.departure.scheduled == timedelta(hours=8, minutes=45)


# Fact 3: absence is a normal state


def test_a_run_without_rows_gives_neither_records_nor_dead_letters() -> None:
    run = Run(stamp(), RowParser())
    assert run.records() == []
    assert run.letters == []


# Fact 4: departure.estimated only repeats the schedule


def test_an_estimated_departure_moves_nothing() -> None:
    state = followed(row(), row(departure={"estimated": "2026-11-22T16:35:00+00:00"}))
    assert state.departure.expected == datetime(2026, 11, 22, 14, 35, tzinfo=UTC)


def test_an_estimated_arrival_that_repeats_the_schedule_is_no_estimate() -> None:
    state = followed(row(took_off="14:50", arrival={"delay": 25}))
    assert state.arrival.expected == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_before_take_off_an_arrival_is_expected_as_late_as_the_departure() -> None:
    eta = "2026-11-22T17:05:00+00:00"
    state = followed(row(delay=40, arrival={"estimated": eta, "delay": 5}))
    assert state.arrival.expected == datetime(2026, 11, 22, 23, 15, tzinfo=UTC)


# Fact 5: actual is runway time, and after it departure.delay contains taxiing


def test_actual_times_are_runway_times_in_utc() -> None:
    record = parsed(row(took_off="14:50", landed="17:20"))
    assert record.departure.actual == datetime(2026, 11, 22, 14, 50, tzinfo=UTC)
    assert record.arrival.actual == datetime(2026, 11, 22, 22, 20, tzinfo=UTC)


def test_after_take_off_a_departure_delay_is_not_believed() -> None:
    state = followed(row(), row(took_off="15:20", delay=45))
    assert state.departure.expected == datetime(2026, 11, 22, 14, 35, tzinfo=UTC)


# Fact 6: the estimate against the delay


def test_in_the_air_an_estimate_beats_a_delay_that_contradicts_it() -> None:
    eta = "2026-11-22T15:26:00+00:00"
    state = followed(row(took_off="14:40", arrival={"estimated": eta, "delay": 12}))
    assert state.arrival.expected == datetime(2026, 11, 22, 20, 26, tzinfo=UTC)


def test_in_the_air_without_an_estimate_the_arrival_delay_counts() -> None:
    state = followed(row(took_off="14:40", arrival={"estimated": None, "delay": 12}))
    assert state.arrival.expected == datetime(2026, 11, 22, 22, 47, tzinfo=UTC)


def test_in_the_air_with_neither_what_we_knew_stands() -> None:
    late = row(took_off="14:40", arrival={"estimated": None, "delay": 12})
    state = followed(late, row(took_off="14:40", arrival={"estimated": None}))
    assert state.arrival.expected == datetime(2026, 11, 22, 22, 47, tzinfo=UTC)


# Fact 7: codeshares are rows of their own


def test_a_codeshare_row_is_its_operating_flight_under_its_own_number() -> None:
    record = parsed(row("AA6143", operated_by="BA117"))
    assert record.flight == "BA117|2026-11-22|LHR|JFK"
    assert record.designator == record.flight_number == "AA6143"
    assert not record.operating
    assert parsed(row("BA117")).operating


@pytest.mark.parametrize(
    "codeshared",
    [
        {"flight_iata": "ba117"},
        {"airline_iata": "ba", "flight_number": "117"},
        {"flight_icao": "baw117", "flight_iata": None},
        {"airline_icao": "baw", "flight_number": "117"},
    ],
)
def test_a_codeshares_operating_flight_is_found_by_any_of_its_codes(codeshared: dict[str, Any]) -> None:
    record = parsed(row("AA6143", flight={"codeshared": codeshared}))
    assert record.flight.split("|")[0] in ("BA117", "BAW117")
    assert not record.operating


# Fact 8: identity


def test_a_retime_leaves_the_identity_alone() -> None:
    assert parsed(row(departs="14:35")).flight == parsed(row(departs="16:00")).flight


def test_out_and_back_under_one_number_are_two_flights() -> None:
    out = parsed(row(route="LHR-JFK"))
    back = parsed(row(route="JFK-LHR", departs="19:00", arrives="2026-11-23T07:00"))
    assert out.flight == "BA117|2026-11-22|LHR|JFK"
    assert back.flight == "BA117|2026-11-22|JFK|LHR"


def test_a_record_is_named_by_flight_own_number_and_run() -> None:
    assert parsed(row("AA6143", operated_by="BA117"), run=7).id == "BA117|2026-11-22|LHR|JFK|AA6143|7"


def test_without_a_flight_date_the_schedules_date_counts() -> None:
    assert parsed(row(flight_date=None)).flight == "BA117|2026-11-22|LHR|JFK"


# Fact 9: the base is the first schedule


def test_a_retimed_flight_is_measured_from_the_schedule_first_seen() -> None:
    late = row(departs="17:30", arrives="20:30", delay=285)
    state = followed(late, row(departs="22:15", arrives="2026-11-23T01:15", delay=285))
    assert state.departure.base == datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert state.departure.scheduled == state.departure.expected == datetime(2026, 11, 22, 22, 15, tzinfo=UTC)


# Fact 10: the status word alone is no evidence


def test_active_without_a_runway_time_is_not_airborne() -> None:
    assert not followed(row(), row(status="active")).departed


def test_a_runway_time_is_airborne_though_the_word_says_scheduled() -> None:
    assert followed(row(), row(took_off="14:50")).departed


# Fact 11: gates and terminals


@pytest.mark.parametrize(
    ("sent", "kept"), [("  a5 ", "A5"), ("", None), ("-", None), ("--", None), ("3,4", "3,4")]
)
def test_gates_terminals_and_belts_are_trimmed(sent: str, kept: str | None) -> None:
    record = parsed(row(departure={"gate": sent, "terminal": sent}, arrival={"baggage": sent}))
    assert (record.departure.gate, record.departure.terminal, record.arrival.belt) == (kept, kept, kept)


# Fact 12: diverted keeps the planned destination


def test_a_diverted_flight_is_the_flight_that_was_planned() -> None:
    assert parsed(row(status="diverted")).flight == parsed(row()).flight


# Fact 13: live is kept, and nothing follows from it


def test_live_is_kept_as_sent_and_says_nothing() -> None:
    live = {"updated": "2026-11-22T12:00:00+00:00", "latitude": 51.5, "is_ground": False}
    record = parsed(row(live=live))
    assert record.live == live
    assert followed(row()) == followed(row(live=live))


# Fact 14: aircraft is mostly null, or only icao24


def test_a_row_without_aircraft_has_none() -> None:
    record = parsed(row())
    assert (record.registration, record.icao24, record.aircraft_type) == (None, None, None)


def test_an_aircraft_may_be_only_a_transponder_address() -> None:
    record = parsed(row(aircraft={"registration": None, "iata": None, "icao": None, "icao24": "40666f"}))
    assert (record.registration, record.icao24) == (None, "40666F")


def test_a_registration_is_compared_without_its_hyphen() -> None:
    record = parsed(row(aircraft={"registration": "G-XLEA", "icao": "A388", "iata": "388"}))
    assert (record.registration, record.aircraft_type) == ("GXLEA", "A388")


# Fact 15: odd values that must survive


@pytest.mark.parametrize("name", ["empty", None, ""])
def test_an_airline_may_have_no_name(name: str | None) -> None:
    assert parsed(row(airline={"name": name, "iata": "BA"})).airline == name


@pytest.mark.parametrize("iata", [None, "", "BA"])
def test_a_missing_or_bare_number_is_put_together_from_the_airline(iata: str | None) -> None:
    record = parsed(row(flight={"iata": iata}))
    assert record.designator == "BA117"
    assert record.flight_number == iata


def test_an_icao_style_number_in_the_iata_field_is_a_number() -> None:
    record = parsed(row(flight={"iata": "UVT554", "number": "554"}))
    assert record.flight == "UVT554|2026-11-22|LHR|JFK"


def test_without_iata_codes_icao_codes_name_the_flight() -> None:
    nameless = {"number": None, "iata": None, "icao": "BAW117"}
    record = parsed(row(departure={"iata": None}, arrival={"iata": None}, flight=nameless))
    assert record.flight == "BAW117|2026-11-22|EGLL|KJFK"


def test_an_airport_name_keeps_its_line_end() -> None:
    assert parsed(row(departure={"airport": "Heathrow\r\n"})).departure_airport == "Heathrow\r\n"


def test_the_same_row_on_two_pages_is_one_record() -> None:
    assert len(run_of([row(), row("AA6143", operated_by="BA117"), row()])) == 2


# What we have no word for


def test_a_field_that_nobody_knows_is_kept_and_warned_of_once() -> None:
    parser = RowParser()
    raw = row(departure={"stand": "512"}, mood="fine")
    with capture_logs() as logs:
        records = [parser.parse(raw, stamp(run)) for run in (1, 2)]
    assert {json.dumps(record.unknown) for record in records} == {
        json.dumps({"mood": "fine", "departure.stand": "512"})
    }
    assert [log["new"] for log in logs] == ["field mood", "field departure.stand"]


def test_endless_new_words_do_not_fill_memory_or_log() -> None:
    parser = RowParser()
    with capture_logs() as logs:
        for number in range(1500):
            parser.parse(row(status=f"word {number} " + 500 * "x"), stamp())
    assert len(logs) == 1000
    assert max(len(log["new"]) for log in logs) == 200


def test_an_integer_beyond_64_bits_survives_in_what_we_do_not_read() -> None:
    record = parsed(row(serial=BEYOND_64_BITS, live={"altitude": BEYOND_64_BITS}))
    assert record.unknown == {"serial": BEYOND_64_BITS}
    assert decode_flight_record(encode(record)) == record


# The fields of the system's first version


def test_the_first_versions_eight_fields_are_the_vendors_own() -> None:
    raw = row(departure={"airport": "Heathrow\r\n"}, flight={"iata": "BA117"})
    at = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
    sent = msgspec.json.decode(encode(parsed(raw, at=at)))
    eight = {
        "airline": "British Airways",
        "flight_number": "BA117",
        "departure_airport": "Heathrow\r\n",
        "departure_scheduled": "2026-11-22T14:35:00+00:00",
        "arrival_airport": "New York John F. Kennedy",
        "arrival_scheduled": "2026-11-22T17:35:00+00:00",
        "status": "scheduled",
        "timestamp": at.timestamp(),
    }
    assert {name: sent[name] for name in eight} == eight
    assert type(sent["timestamp"]) is float


def test_a_codeshares_row_keeps_its_own_number_and_airline_in_the_eight_fields() -> None:
    sent = msgspec.json.decode(encode(parsed(row("AA6143", operated_by="BA117"))))
    assert (sent["airline"], sent["flight_number"]) == ("American Airlines", "AA6143")


def test_null_stays_null_in_the_eight_fields() -> None:
    raw = row(
        status=None,
        airline={"name": None, "iata": "BA"},
        flight={"iata": None},
        departure={"airport": None},
        arrival={"airport": None},
    )
    sent = msgspec.json.decode(encode(parsed(raw)))
    nulls = ("airline", "flight_number", "departure_airport", "arrival_airport", "status")
    assert [sent[name] for name in nulls] == [None] * 5


def test_a_whole_second_is_still_a_float_on_the_topic() -> None:
    assert b'"timestamp":1795348800.0' in encode(parsed(row()))


def test_the_flight_of_every_parsed_row_has_four_parts() -> None:
    assert parsed(row()).flight.split("|") == ["BA117", DAY.isoformat(), "LHR", "JFK"]
