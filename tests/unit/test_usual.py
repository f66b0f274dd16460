"""Today beside what is usual: the same hours, by each airport's own clock, and only where one can tell."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flightagents.domain.punctuality import Counts, Day, Scope, Slot
from flightagents.domain.usual import (
    LEAST_DAYS,
    LEAST_FLIGHTS,
    Bar,
    Basis,
    Comparison,
    Measure,
    Punctuality,
    Usual,
    punctuality,
    todays,
)
from tests.support.rows import DAY

LONDON, NEW_YORK, AUCKLAND = "Europe/London", "America/New_York", "Pacific/Auckland"
AT_NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def of(
    planned: int, *, known: int | None = None, late: int = 0, cancelled: int = 0, delay: int = 0
) -> Counts:
    known = planned - cancelled if known is None else known
    delays = {0: known - late, max(delay, 15): late} if known else {}
    return Counts(planned=planned, known=known, late=late, cancelled=cancelled, delays=delays)


def today(*slots: Slot, on: date = DAY) -> Day:
    return Day(scope=Scope.AIRPORT, code="LHR", date=on, slots=slots)


def usually(*slots: Slot, days: int = 28) -> Usual:
    until = DAY - timedelta(days=3)
    return Usual(
        scope=Scope.AIRPORT,
        code="LHR",
        days=days,
        since=until - timedelta(days=27),
        until=until,
        slots=slots,
    )


def beside(day: Day, usual: Usual | None, now: datetime = AT_NOON) -> Punctuality:
    return punctuality(Scope.AIRPORT, "LHR", [day], usual, now)


def test_only_hours_that_are_over_are_compared() -> None:
    day = today(
        Slot(LONDON, 11, of(40, late=10)), Slot(LONDON, 12, of(40, late=40)), Slot(LONDON, 13, of(40))
    )
    usual = usually(Slot(LONDON, 11, of(400, late=40)), Slot(LONDON, 12, of(400, late=400)))
    found = beside(day, usual)
    assert (found.today.planned, found.so_far.planned, found.usual.planned) == (120, 40, 400)
    assert found.compare(Measure.SHARE_LATE) == Comparison(0.25, 0.1, 0.15, Basis.ENOUGH)


def test_an_hour_is_over_by_the_clock_of_its_own_airport() -> None:
    hours = [Slot(zone, hour, of(1)) for zone in (LONDON, NEW_YORK) for hour in range(24)]
    assert beside(today(*hours), None).so_far.planned == 12 + 7


def test_today_is_the_local_date_of_each_airport() -> None:
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    here, there = Slot(LONDON, 10, of(1)), Slot(AUCKLAND, 10, of(10))
    days = [today(here, there), today(here, there, on=DAY + timedelta(days=1))]
    assert punctuality(Scope.AIRLINE, "BA", days, None, now).today.planned == 1 + 10
    assert todays(now) == (DAY, DAY + timedelta(days=1))


def test_an_airport_whose_zone_nobody_knows_goes_by_utc() -> None:
    hours = [Slot(None, hour, of(1)) for hour in range(24)]
    assert beside(today(*hours), None).so_far.planned == 12


def test_departures_are_compared_with_those_of_one_day() -> None:
    found = beside(today(Slot(LONDON, 8, of(50))), usually(Slot(LONDON, 8, of(28 * 40))))
    assert found.compare(Measure.DEPARTURES) == Comparison(50, 40, 10, Basis.ENOUGH)


def test_a_median_is_compared_in_minutes() -> None:
    found = beside(
        today(Slot(LONDON, 8, of(50, late=30, delay=40))), usually(Slot(LONDON, 8, of(1000, late=100)))
    )
    assert found.compare(Measure.MEDIAN_DELAY) == Comparison(40, 0, 40, Basis.ENOUGH)


@pytest.mark.parametrize(
    ("now", "usual", "days", "measure", "basis"),
    [
        (of(LEAST_FLIGHTS), of(LEAST_FLIGHTS), LEAST_DAYS, Measure.SHARE_LATE, Basis.ENOUGH),
        (of(LEAST_FLIGHTS - 1), of(1000), 28, Measure.SHARE_LATE, Basis.FEW_FLIGHTS),
        (of(LEAST_FLIGHTS), of(LEAST_FLIGHTS - 1), 28, Measure.SHARE_LATE, Basis.FEW_FLIGHTS),
        (of(LEAST_FLIGHTS - 1), of(1000), 28, Measure.SHARE_CANCELLED, Basis.FEW_FLIGHTS),
        (of(LEAST_FLIGHTS - 1), of(1000), 28, Measure.DEPARTURES, Basis.ENOUGH),
        (of(100), of(1000), LEAST_DAYS - 1, Measure.DEPARTURES, Basis.FEW_DAYS),
        (of(100, known=49, late=49), of(1000), 28, Measure.SHARE_LATE, Basis.FEW_KNOWN),
        (of(100), of(1000, known=499), 28, Measure.MEDIAN_DELAY, Basis.FEW_KNOWN),
        (of(100, known=49), of(1000), 28, Measure.SHARE_CANCELLED, Basis.ENOUGH),
        (of(100, known=25, cancelled=60), of(1000), 28, Measure.SHARE_LATE, Basis.ENOUGH),
    ],
)
def test_too_little_is_said_to_be_too_little(
    now: Counts, usual: Counts, days: int, measure: Measure, basis: Basis
) -> None:
    found = beside(today(Slot(LONDON, 8, now)), usually(Slot(LONDON, 8, usual), days=days)).compare(measure)
    assert found.basis is basis
    assert (found.difference is not None) is (basis is Basis.ENOUGH)


@pytest.mark.parametrize("measure", Measure)
def test_of_nothing_nothing_is_told(measure: Measure) -> None:
    found = beside(today(), None)
    assert found.compare(measure).difference is None
    assert found.compare(measure).basis is Basis.FEW_DAYS
    assert [bar.hour for bar in found.series(measure).bars] == list(range(24))
    assert {bar.usual for bar in found.series(measure).bars} == {None}


def test_a_median_without_delays_is_not_told() -> None:
    bare = Counts(planned=100, known=100, late=5)
    found = beside(today(Slot(LONDON, 8, of(100))), usually(Slot(LONDON, 8, bare)))
    assert found.compare(Measure.MEDIAN_DELAY) == Comparison(0, None, None, Basis.FEW_KNOWN)


def test_numbers_are_shown_for_the_whole_day_and_shares_for_hours_over() -> None:
    day = today(Slot(LONDON, 8, of(10, late=5)), Slot(LONDON, 20, of(10, known=6, late=6)))
    usual = usually(Slot(LONDON, 8, of(280, late=28)), Slot(LONDON, 20, of(280)))
    found = beside(day, usual)
    numbers, shares = (found.series(each).bars for each in (Measure.LATE, Measure.SHARE_LATE))
    assert (numbers[8], numbers[20]) == (Bar(8, 5, 1), Bar(20, 6, 0))
    assert (shares[8], shares[20]) == (Bar(8, 0.5, 0.1), Bar(20, None, 0))


def test_a_share_of_a_handful_is_not_shown() -> None:
    found = beside(today(Slot(LONDON, 8, of(4, late=4))), usually(Slot(LONDON, 8, of(5, late=1))))
    assert found.series(Measure.SHARE_LATE).bars[8] == Bar(8, None, 0.2)
