"""Which booked segments the polled queries are bound to show."""

import pytest

from flightagents.aviationstack.coverage import coverage
from tests.support.travellers import segment

ROUTED = segment(departure="LHR", arrival="JFK")


@pytest.mark.parametrize(
    ("queries", "covered"),
    [
        ("dep_iata=LHR", True),
        ("dep_iata=lhr", True),
        ("arr_iata=JFK", True),
        ("dep_iata=CDG;arr_iata=JFK", True),
        ("airline_iata=BA", True),
        ("flight_iata=BA117", True),
        ("dep_iata=LHR&airline_iata=BA", True),
        ("dep_iata=CDG", False),
        ("dep_iata=LHR&airline_iata=AA", False),
        ("flight_status=cancelled", False),
        ("dep_iata=LHR&min_delay_dep=30", False),
        ("", False),
    ],
)
def test_a_segment_has_to_show_where_a_query_asks_for_all_like_it(queries: str, covered: bool) -> None:
    assert coverage(queries)(ROUTED) is covered


def test_a_segment_without_a_route_may_leave_from_any_airport_that_is_polled() -> None:
    assert coverage("dep_iata=LHR")(segment())
    assert not coverage("airline_iata=AA")(segment())
