"""Which queries leave out no row of a flight."""

import pytest

from flightagents.aviationstack.showing import Showing
from tests.support.feed import watched
from tests.support.travellers import segment


@pytest.mark.parametrize(
    ("query", "shows"),
    [
        ("dep_iata=LHR", True),
        ("dep_iata=lhr", True),
        ("arr_iata=JFK", True),
        ("airline_iata=BA", True),
        ("flight_iata=BA117", True),
        ("flight_iata=BA117&flight_date=2026-11-22", True),
        ("dep_iata=LHR&airline_iata=BA", True),
        ("flight_iata=BA117&flight_date=2026-11-23", False),
        ("dep_iata=CDG", False),
        ("dep_iata=LHR&airline_iata=AA", False),
        ("flight_date=2026-11-22", False),
        ("flight_status=cancelled", False),
        ("dep_iata=LHR&flight_status=cancelled", False),
        ("dep_iata=LHR&min_delay_dep=30", False),
        ("airline_name=British Airways", False),
        ("(unfiltered)", False),
        ("(key)", False),
    ],
)
def test_only_what_asks_for_all_like_it_shows_a_flight(query: str, shows: bool) -> None:
    assert Showing([query, "dep_iata=NRT"])(watched()) == ([query] if shows else [])


def test_a_ticket_without_a_route_is_shown_by_number_and_airline_alone() -> None:
    shown_by = Showing(["dep_iata=LHR", "airline_iata=BA", "flight_iata=BA117"])
    assert sorted(shown_by(segment())) == ["airline_iata=BA", "flight_iata=BA117"]
