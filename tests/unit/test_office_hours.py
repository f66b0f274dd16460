"""When staff want to be told, also over midnight and over the end of the week."""

from datetime import datetime

import pytest

from flightagents.domain.office_hours import OfficeHours


def local(day: int, clock: str) -> datetime:
    """Give a moment of November 2026, whose 22nd is a Sunday, by the agency's clock."""
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}")


@pytest.mark.parametrize(
    ("hours", "days", "moment", "within"),
    [
        ("", "", local(22, "03:00"), True),
        ("06:00-22:00", "", local(22, "05:59"), False),
        ("06:00-22:00", "", local(22, "06:00"), True),
        ("06:00-22:00", "", local(22, "21:59:59"), True),
        ("06:00-22:00", "", local(22, "22:00"), False),
        ("22:00-06:00", "", local(22, "23:30"), True),
        ("22:00-06:00", "", local(22, "05:30"), True),
        ("22:00-06:00", "", local(22, "12:00"), False),
        ("", "mon-fri", local(22, "12:00"), False),
        ("", "mon-fri", local(23, "00:00"), True),
        ("", "sat,sun", local(22, "12:00"), True),
        ("", "fri-mon", local(23, "12:00"), True),
        ("", "fri-mon", local(24, "12:00"), False),
    ],
)
def test_hours_and_days(hours: str, days: str, moment: datetime, within: bool) -> None:
    assert OfficeHours.parse(hours, days).cover(moment) is within


def test_a_night_belongs_to_the_day_that_it_begins_on() -> None:
    nights = OfficeHours.parse("22:00-06:00", "fri")
    assert nights.cover(local(20, "23:00"))  # Friday
    assert nights.cover(local(21, "05:00"))
    assert not nights.cover(local(20, "05:00"))  # Thursday's night
    assert not nights.cover(local(21, "23:00"))


def test_sundays_night_goes_over_the_end_of_the_week() -> None:
    assert OfficeHours.parse("22:00-06:00", "sun").cover(local(23, "01:00"))


@pytest.mark.parametrize(
    ("hours", "days", "why"),
    [
        ("6-22", "", "write them as 06:00-22:00"),
        ("25:00-26:00", "", "write them as 06:00-22:00"),
        ("06:00-06:00", "", "begin and end at the same time"),
        ("", "monday", "write them as mon-fri"),
        ("", "mon-", "write them as mon-fri"),
        ("", "mon-fri,", "write them as mon-fri"),
    ],
)
def test_what_is_wrong_is_named(hours: str, days: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        OfficeHours.parse(hours, days)


@pytest.mark.parametrize(
    ("hours", "days", "written"),
    [
        ("", "", "always"),
        ("6:00-22:00", "", "06:00-22:00"),
        ("", "mon,tue,wed", "mon-wed"),
        ("22:00-06:00", "sun,fri", "fri,sun 22:00-06:00"),
        ("", "sun-sat", "always"),
    ],
)
def test_they_are_written_as_they_are_read(hours: str, days: str, written: str) -> None:
    assert str(OfficeHours.parse(hours, days)) == written
