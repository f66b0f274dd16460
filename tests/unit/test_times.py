"""Wall clocks to UTC, in nights when a clock runs twice, skips, or is not known."""

from datetime import UTC, datetime, timedelta

import pytest

from flightagents.domain.times import at_latest, iso, to_utc, zone

LONDON = "Europe/London"


def clock(text: str) -> datetime:
    """Give what a clock shows: no zone, no UTC."""
    return datetime.fromisoformat(f"2026-{text}")


def utc(text: str) -> datetime:
    return clock(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "offset"),
    [("+08:00", 480), ("-03:30", -210), ("+05:45", 345), ("-00:30", -30), ("+08", 480), ("UTC", 0)],
)
def test_a_fixed_offset_is_a_zone(name: str, offset: int) -> None:
    assert zone(name).utcoffset(clock("11-22T12:00")) == timedelta(minutes=offset)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "/etc/localtime", "../UTC", "Europe/", "Europe", "x\x00y", "x" * 5000]
)
def test_a_name_that_is_no_zone_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError):
        zone(name)


def test_a_summer_and_a_winter_clock_differ() -> None:
    assert to_utc(clock("07-01T12:00"), LONDON) == utc("07-01T11:00")
    assert to_utc(clock("12-01T12:00"), LONDON) == utc("12-01T12:00")


def test_every_aware_time_is_utc_itself() -> None:
    assert to_utc(clock("07-01T12:00"), LONDON).tzinfo is UTC


def test_without_a_zone_a_time_stays_as_the_clock_shows_it() -> None:
    assert to_utc(clock("07-01T12:00"), None) == clock("07-01T12:00")
    assert to_utc(clock("07-01T12:00"), None).tzinfo is None


def test_in_the_hour_that_runs_twice_the_first_is_meant() -> None:
    assert to_utc(clock("10-25T01:30"), LONDON) == utc("10-25T00:30")


def test_in_the_hour_that_runs_twice_the_second_is_meant_where_the_first_cannot_be() -> None:
    assert to_utc(clock("10-25T01:30"), LONDON, not_before=utc("10-25T00:31")) == utc("10-25T01:30")
    assert to_utc(clock("10-25T01:30"), LONDON, not_before=utc("10-25T00:30")) == utc("10-25T00:30")


def test_an_impossible_time_outside_that_hour_stays_what_it_is() -> None:
    assert to_utc(clock("10-25T03:30"), LONDON, not_before=utc("10-25T09:00")) == utc("10-25T03:30")


def test_a_local_time_says_nothing_about_which_hour_is_meant() -> None:
    assert to_utc(clock("10-25T01:30"), LONDON, not_before=clock("10-25T05:00")) == utc("10-25T00:30")


def test_in_the_hour_that_is_skipped_a_clock_goes_on_from_before() -> None:
    assert to_utc(clock("03-29T01:30"), LONDON) == utc("03-29T01:30")


def test_a_local_time_means_at_latest_fourteen_hours_on() -> None:
    assert at_latest(clock("11-22T12:00")) == utc("11-23T02:00")
    assert at_latest(utc("11-22T12:00")) == utc("11-22T12:00")


def test_a_time_is_written_to_the_second_with_z_only_in_utc() -> None:
    assert iso(utc("11-22T16:40:05.250")) == "2026-11-22T16:40:05Z"
    assert iso(clock("11-22T16:40")) == "2026-11-22T16:40:00"
    assert iso(None) is None
