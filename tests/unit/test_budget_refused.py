"""A day that the plan does not sell: refused once, and not once for each flight."""

from datetime import timedelta

from flightagents.domain.polls import PollEnd
from tests.support.planned import HOUR, MINUTE, NOW, asked, flight, planned, queries

DATED = "flight_iata=BA119&flight_date=2026-11-23"


def refused(code: str, rests: timedelta) -> list[str]:
    """Plan for a flight that leaves tomorrow, and one that leaves soon, after the refusal of a third."""
    standings = asked(DATED, MINUTE, end=PollEnd.QUERY_REFUSED, code=code, not_before=NOW + rests)
    soon = flight(HOUR, seen_at=NOW - HOUR)
    tomorrow = flight(12 * HOUR, designator="BA121", flight=None, seen_at=None)
    return queries(planned(soon, tomorrow, standings=standings).due)


def test_no_other_flight_is_asked_for_by_its_day_while_that_rests() -> None:
    found = refused("function_access_restricted", HOUR)
    assert found
    assert not any("flight_date" in query for query in found)


def test_it_is_tried_again_after_that() -> None:
    assert any("flight_date" in query for query in refused("function_access_restricted", -MINUTE))


def test_another_refusal_is_about_that_query_alone() -> None:
    assert any("flight_date" in query for query in refused("validation_error", HOUR))
