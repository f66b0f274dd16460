"""The month of planned calls that `make bench` plays: what it shows, and what it counts as an age."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from benchmarks.budget import Cell, Figures, table, written
from benchmarks.budget_feed import Feed, Watchable
from benchmarks.budget_known import ages, truth
from benchmarks.budget_play import Month, draw, flown
from flightagents.domain.plans import Limits, Plan

BEGINS, ENDS = datetime(2013, 3, 30, tzinfo=UTC), datetime(2013, 4, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def feed() -> Feed:
    return Feed(BEGINS.date(), BEGINS.date(), seed=1)


@pytest.fixture(scope="module")
def late(feed: Feed) -> Watchable:
    """A flight that was late, and of which the feed said so before it left."""
    return next(
        each
        for each in feed.flights
        if each.flight.delay is not None
        and each.flight.delay > timedelta(hours=1)
        and len(truth(each, _day_before(each), dated=True)) > 1
    )


def _day_before(each: Watchable) -> datetime:
    return each.flight.scheduled_departure - timedelta(hours=24)


def test_a_call_for_a_flight_shows_its_row(feed: Feed, late: Watchable) -> None:
    now = late.flight.scheduled_departure - timedelta(hours=1)
    answer = feed.answer(f"flight_iata={late.designator}", 1, 100, now, [late])
    assert [each for each, _ in answer.shown] == [late]
    other = feed.answer("flight_iata=XX1", 1, 100, now, [late])
    assert other.shown == []


def test_without_its_date_the_feed_shows_a_flight_six_hours_ahead(feed: Feed, late: Watchable) -> None:
    now = late.flight.scheduled_departure - timedelta(hours=7)
    query = f"flight_iata={late.designator}"
    assert feed.answer(query, 1, 100, now, [late]).shown == []
    assert feed.answer(f"{query}&flight_date={late.day}", 1, 100, now, [late]).shown != []


def test_a_board_has_a_total_and_shows_what_is_on_the_pages_that_are_walked(feed: Feed) -> None:
    query = "dep_iata=JFK&flight_date=2013-03-30"
    now = datetime(2013, 3, 30, 18, tzinfo=UTC)
    whole = feed.answer(query, 20, 100, now, feed.flights)
    first = feed.answer(query, 1, 100, now, feed.flights)
    assert whole.total == first.total == whole.rows > 400
    assert first.rows == 100
    assert 0 < len(first.shown) < len(whole.shown)
    assert {each.flight.origin.iata for each, _ in whole.shown} == {"JFK"}


def test_a_filter_shows_what_passes_it_alone(feed: Feed) -> None:
    now = datetime(2013, 3, 30, 18, tzinfo=UTC)
    answer = feed.answer("dep_iata=JFK&flight_status=landed", 20, 100, now, feed.flights)
    assert {row.row["flight_status"] for _, row in answer.shown} == {"landed"}
    assert answer.total < feed.answer("dep_iata=JFK", 20, 100, now, ()).total


def test_news_is_as_old_as_the_first_look_that_shows_it(late: Watchable) -> None:
    first, *_ = news = truth(late, _day_before(late), dated=True)
    looks = [first - MINUTE, first + 7 * MINUTE, first + 100 * MINUTE]
    assert ages(late, news, looks)[0] == 7 * MINUTE


def test_news_that_no_look_shows_in_time_is_as_old_as_at_departure(late: Watchable) -> None:
    first, *_ = news = truth(late, _day_before(late), dated=True)
    left = late.story.plot.off.times[0]
    assert ages(late, news, [])[0] == ages(late, news, [left + timedelta(hours=9)])[0] == left - first


def test_the_planner_stays_within_its_calls_and_beats_asking_in_turn(feed: Feed) -> None:
    rng = Random(5)
    bookings = draw(feed.flights, 12, BEGINS, ENDS, rng)
    limits = Limits(200, 100, asks_by_date=True)
    month = Month(feed, limits, bookings, flown(12, BEGINS, ENDS, rng), begins=BEGINS, ends=ENDS)
    planned, in_turn = month.planned(), month.in_turn()
    assert 100 < planned.calls <= 200
    assert 100 < in_turn.calls <= 205
    assert len(planned.ages) == len(in_turn.ages) >= 5
    assert sum(planned.ages, timedelta()) < sum(in_turn.ages, timedelta())


def test_a_cell_without_enough_calls_says_that_it_cannot_be_served() -> None:
    cell = Cell(Plan.FREE, 500, 3, 1)
    assert "cannot be served" in list(table({cell: Figures()}))[-1]


def test_the_goal_is_half_the_age_or_two_minutes() -> None:
    def reached(ours: int, in_turn: int) -> bool:
        return Figures([timedelta(seconds=ours)], [timedelta(seconds=in_turn)], [1]).reaches_goal()

    assert reached(300, 600)
    assert reached(119, 130)
    assert not reached(301, 600)


@pytest.mark.parametrize(
    ("seconds", "words"), [(48, "48 s"), (600, "10 min"), (7_190, "120 min"), (9_000, "2.5 h")]
)
def test_an_age_is_written_in_words(seconds: int, words: str) -> None:
    assert written(timedelta(seconds=seconds)) == words
