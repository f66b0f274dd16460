"""How much the feed as a whole shows: each reason, each limit, and back."""

from datetime import datetime

import pytest

from flightagents.domain.feed_freshness import of_feed, still_asked
from flightagents.domain.freshness import Cause, Freshness, Sight
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, QueryStanding, Suspicion
from tests.support.feed import MINUTE, a_plan, failing, standing
from tests.support.rows import NOON


def at(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


def test_the_feed_is_seen_by_as_long_as_one_query_answers() -> None:
    other = standing(query="dep_iata=JFK", asked_at=at(2), good_at=at(2))
    assert of_feed([failing(), other], a_plan(at(2)), at(3)) == Freshness(sight=Sight.FRESH, known_at=at(2))


@pytest.mark.parametrize(("minutes", "sight"), [(5, Sight.STALE), (10, Sight.STALE), (11, Sight.BLIND)])
def test_the_feed_is_blind_ten_minutes_after_its_last_answer(minutes: float, sight: Sight) -> None:
    found = of_feed([failing(asked_at=at(minutes))], a_plan(at(minutes)), at(minutes))
    assert (found.sight, found.cause, found.known_at) == (sight, Cause.OUTAGE, NOON)


@pytest.mark.parametrize(
    ("end", "cause"), [(PollEnd.REFUSED, Cause.KEY_REFUSED), (PollEnd.MONTH_SPENT, Cause.CALLS_SPENT)]
)
def test_a_refused_key_and_a_month_that_is_spent_are_blindness_at_once(end: PollEnd, cause: Cause) -> None:
    found = of_feed([failing(end, not_before=at(60))], a_plan(at(2)), at(2))
    assert (found.sight, found.cause, found.probe_at) == (Sight.BLIND, cause, at(60))


def test_calls_that_we_have_counted_to_their_end_are_blindness() -> None:
    found = of_feed([standing()], a_plan(quota=100, spent=100), NOON)
    assert (found.sight, found.cause) == (Sight.BLIND, Cause.CALLS_SPENT)


def test_a_poller_that_stands_still_is_blindness() -> None:
    found = of_feed([standing()], a_plan(NOON), at(11))
    assert (found.sight, found.cause) == (Sight.BLIND, Cause.NOT_ASKED)
    assert of_feed([standing()], a_plan(NOON), at(11), slack=5 * MINUTE).sight is Sight.FRESH


def test_one_refused_query_blinds_the_feed_only_where_it_is_the_only_one() -> None:
    refused = failing(PollEnd.QUERY_REFUSED, asked_at=at(5))
    assert of_feed([refused], a_plan(at(5)), at(5)).sight is Sight.BLIND
    assert of_feed([refused, standing(query="dep_iata=JFK")], a_plan(at(5)), at(5)).sight is Sight.FRESH


NOTHING = {"rows": 0, "total": 0}


def test_an_answer_without_rows_does_not_make_right_what_is_doubted_elsewhere() -> None:
    """Else one wrong number among the bookings, asked each minute, hides that no answer can be believed."""
    doubted = failing(PollEnd.DONE, suspicion=Suspicion.PLACEHOLDERS)
    wrong = standing(query="flight_iata=BA9999", asked_at=at(20), good_at=at(20), **NOTHING)
    key = standing(query=KEY, asked_at=at(20), good_at=at(20), **NOTHING)
    found = of_feed([doubted, wrong, key], a_plan(at(20)), at(20))
    assert (found.sight, found.cause, found.known_at) == (Sight.BLIND, Cause.EMPTY_ANSWERS, NOON)
    other = standing(query="dep_iata=JFK", asked_at=at(20), good_at=at(20))
    assert of_feed([doubted, wrong, key, other], a_plan(at(20)), at(20)).sight is Sight.FRESH


def test_an_answer_without_rows_is_one_after_an_outage() -> None:
    wrong = standing(query="flight_iata=BA9999", asked_at=at(20), good_at=at(20), **NOTHING)
    assert of_feed([wrong], a_plan(at(20)), at(20)) == Freshness(sight=Sight.FRESH, known_at=at(20))
    assert of_feed([failing(), wrong], a_plan(at(20)), at(20)).sight is Sight.FRESH


def test_the_key_that_is_well_does_not_hide_that_the_only_query_is_refused() -> None:
    refused = failing(PollEnd.QUERY_REFUSED, asked_at=at(5), good_at=None)
    key = standing(query=KEY, asked_at=at(5), good_at=None)
    found = of_feed([key, refused], a_plan(at(5)), at(5))
    assert (found.sight, found.cause) == (Sight.BLIND, Cause.QUERY_REFUSED)


@pytest.mark.parametrize(
    ("refusals", "sight", "why"),
    [
        (1, Sight.FRESH, "one number that AviationStack refuses"),
        (2, Sight.BLIND, "the queries were changed, and nothing was answered since"),
    ],
)
def test_where_nothing_but_refusals_comes_since_the_last_answer_the_feed_is_blind(
    refusals: int, sight: Sight, why: str
) -> None:
    before = standing(query="dep_iata=JFK")
    refused = failing(PollEnd.QUERY_REFUSED, asked_at=at(70), since=at(10), good_at=None, failures=refusals)
    assert of_feed([before, refused], a_plan(at(70)), at(70)).sight is sight, why


def test_a_query_that_nobody_asks_any_more_fails_no_more() -> None:
    flown, asked = failing(query="flight_iata=BA117", asked_at=at(1)), standing(asked_at=at(200))
    assert still_asked([flown, asked], at(200)) == [asked]
    assert still_asked([flown, asked], at(180)) == [asked]
    resting = failing(query="dep_iata=JFK", asked_at=at(1), not_before=at(300))
    assert still_asked([resting, asked], at(200)) == [resting, asked]
    assert still_asked([flown], at(900)) == [flown]


def test_without_any_poller_nothing_is_known_of_the_feed() -> None:
    assert of_feed([], None, NOON) == Freshness(sight=Sight.STALE, cause=Cause.NOT_ASKED)
    assert of_feed([], a_plan(), NOON) == Freshness(sight=Sight.FRESH)


def one_flight(number: str, asked: float, **fields: int) -> QueryStanding:
    """A query of one flight that had rows, and is answered well with none."""
    shown = {"rows": 0, "total": 0, "usual": 1, **fields}
    return standing(query=f"flight_iata={number}", asked_at=at(asked), good_at=at(asked), **shown)


@pytest.mark.parametrize(("minutes", "sight"), [(4, Sight.STALE), (13, Sight.BLIND)])
def test_that_all_booked_flights_vanish_from_it_is_no_quiet_day(minutes: float, sight: Sight) -> None:
    seen = one_flight("BA119", 1, rows=1)
    gone = [one_flight("BA117", 2), one_flight("BA121", minutes)]
    found = of_feed([seen, *gone], a_plan(at(minutes)), at(minutes))
    assert (found.sight, found.cause, found.known_at) == (sight, Cause.EMPTY_ANSWERS, at(1))


def test_one_flight_may_vanish_and_others_may_while_it_shows_something() -> None:
    gone = [one_flight("BA117", 2), one_flight("BA121", 12)]
    assert of_feed([one_flight("BA119", 1, rows=1), gone[1]], a_plan(at(12)), at(12)).sight is Sight.FRESH
    assert of_feed([*gone, one_flight("BA119", 12, rows=1)], a_plan(at(12)), at(12)).sight is Sight.FRESH


def test_numbers_that_it_never_showed_are_no_reason() -> None:
    never = [one_flight(number, 12, usual=0) for number in ("BA117", "BA119")]
    assert of_feed(never, a_plan(at(12)), at(12)).sight is Sight.FRESH
