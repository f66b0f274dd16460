"""Which rule is hinted at, from which threshold on, and that nothing is said within 15 minutes of one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flightagents.airports import place
from flightagents.domain.carriers import SEATS, seat
from flightagents.domain.distances import Place, distance_km
from flightagents.domain.flight import End, FlightState, Status
from flightagents.domain.passenger_hints import MARGIN, Certainty, Hint, span
from flightagents.domain.passenger_rights import Rights, rights
from flightagents.domain.passenger_rules import CALLED, EU_27, EU_AREA, OUTERMOST, PROVISIONS, Rule

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COMPENSATION = (Rule.EU_DELAY, Rule.UK_DELAY, Rule.CA_DELAY)


def flight(
    carrier: str = "BA",
    route: str = "LHR-JFK",
    late: timedelta = timedelta(),
    *,
    leaves_late: timedelta | None = None,
    cancelled: timedelta | None = None,
    landed: bool = True,
) -> FlightState:
    """Arrived `late`, and left as late unless `leaves_late`; `cancelled`: so long before its departure."""
    start, end = route.split("-")
    leaves_late = late if leaves_late is None else leaves_late
    arrival = NOON + 8 * HOUR
    return FlightState(
        flight=f"{carrier}1|2026-11-22|{start}|{end}",
        carrier=carrier,
        first_run=1,
        first_record="record",
        run=2,
        seen_at=NOON,
        status=Status.CANCELLED if cancelled is not None else Status.LANDED,
        departure=End(airport=start, zone="UTC", base=NOON, scheduled=NOON, expected=NOON + leaves_late),
        arrival=End(
            airport=end,
            zone="UTC",
            base=arrival,
            scheduled=arrival,
            expected=arrival + late,
            actual=arrival + late if landed and cancelled is None else None,
        ),
        said_expected=NOON,
        disruption=Status.CANCELLED if cancelled is not None else None,
        disruption_at=NOON - cancelled if cancelled is not None else None,
    )


def judged(state: FlightState) -> Rights:
    return rights(state, place(state.departure.airport), place(state.arrival.airport), NOON)


def hint(state: FlightState, rule: Rule) -> Hint | None:
    found = [each for each in judged(state).hints if each.rule is rule]
    assert len(found) <= 1
    return found[0] if found else None


def amount(state: FlightState, rule: Rule) -> str | None:
    found = hint(state, rule)
    return found.amount if found else None


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ("LHR", "JFK", 5540),
        ("CDG", "SYD", 16960),
        ("FRA", "MAD", 1420),
        ("JFK", "LAX", 3975),
        ("AKL", "HNL", 7060),
    ],
)
def test_the_distance_is_that_of_the_great_circle(one: str, other: str, km: int) -> None:
    start, end = place(one), place(other)
    assert start is not None
    assert end is not None
    assert distance_km(start, end) == pytest.approx(km, rel=0.005)
    assert distance_km(start, end) == pytest.approx(distance_km(end, start))


def test_half_the_earth_is_half_its_girth() -> None:
    assert distance_km(Place("", 0, 0), Place("", 0, 180)) == pytest.approx(20015.1, abs=0.1)
    assert distance_km(Place("", 10, 20), Place("", 10, 20)) == 0


@pytest.mark.parametrize(
    ("rule", "carrier", "route", "threshold"),
    [
        (Rule.EU_DELAY, "LH", "FRA-MAD", 3 * HOUR),
        (Rule.EU_DELAY, "LH", "FRA-JFK", 3 * HOUR),
        (Rule.UK_DELAY, "BA", "LHR-JFK", 3 * HOUR),
        (Rule.US_REFUND, "AA", "JFK-LAX", 3 * HOUR),
        (Rule.US_REFUND, "BA", "LHR-JFK", 6 * HOUR),
        (Rule.CA_DELAY, "AC", "YYZ-YVR", 3 * HOUR),
    ],
)
def test_nothing_is_certain_within_a_quarter_of_an_hour_of_a_threshold(
    rule: Rule, carrier: str, route: str, threshold: timedelta
) -> None:
    below = flight(carrier, route, threshold - MARGIN - MINUTE)
    assert hint(below, rule) is None
    for late in (threshold - MARGIN, threshold, threshold + MARGIN):
        found = hint(flight(carrier, route, late), rule)
        assert found is not None
        assert (found.certainty, found.amount) == (Certainty.TOO_CLOSE, None)
        assert "too close" in found.text
    over = hint(flight(carrier, route, threshold + MARGIN + MINUTE), rule)
    assert over is not None
    assert over.certainty is Certainty.MAY_APPLY


@pytest.mark.parametrize(
    ("carrier", "route", "late", "expected"),
    [
        ("LH", "FRA-MAD", 200 * MINUTE, "EUR 250"),
        ("LH", "FRA-LPA", 200 * MINUTE, "EUR 400"),
        ("LH", "FRA-LPA", 24 * HOUR, "EUR 400"),
        ("AF", "CDG-RUN", 10 * HOUR, "EUR 400"),
        ("RJ", "FRA-AMM", 200 * MINUTE, "EUR 400"),
        ("LH", "FRA-JFK", 200 * MINUTE, "EUR 300"),
        ("LH", "FRA-JFK", 4 * HOUR, None),
        ("LH", "FRA-JFK", 256 * MINUTE, "EUR 600"),
        ("UA", "FRA-JFK", 5 * HOUR, "EUR 600"),
        ("LH", "JFK-FRA", 5 * HOUR, "EUR 600"),
        ("SK", "OSL-JFK", 5 * HOUR, "EUR 600"),
        ("LX", "ZRH-JFK", 5 * HOUR, "EUR 600"),
        ("UA", "JFK-FRA", 5 * HOUR, None),
        ("LH", "JFK-LAX", 5 * HOUR, None),
        ("BA", "JFK-FRA", 5 * HOUR, None),
    ],
)
def test_eu_261_pays_by_distance_and_holds_into_the_union_for_its_own_airlines_alone(
    carrier: str, route: str, late: timedelta, expected: str | None
) -> None:
    assert amount(flight(carrier, route, late), Rule.EU_DELAY) == expected


@pytest.mark.parametrize(
    ("carrier", "route", "late", "expected"),
    [
        ("BA", "LHR-CDG", 200 * MINUTE, "GBP 220"),
        ("AA", "LHR-ATH", 200 * MINUTE, "GBP 350"),
        ("BA", "LHR-JFK", 200 * MINUTE, "GBP 260"),
        ("BA", "LHR-JFK", 5 * HOUR, "GBP 520"),
        ("BA", "JFK-LHR", 5 * HOUR, "GBP 520"),
        ("LH", "FRA-LHR", 5 * HOUR, "GBP 220"),
        ("BA", "JFK-MAD", 5 * HOUR, "GBP 520"),
        ("AA", "JFK-LHR", 5 * HOUR, None),
        ("AA", "JFK-MAD", 5 * HOUR, None),
        ("DY", "JFK-LHR", 5 * HOUR, None),
        ("BA", "JFK-LAX", 5 * HOUR, None),
    ],
)
def test_uk_261_holds_out_of_the_kingdom_and_into_it_or_the_union_for_some(
    carrier: str, route: str, late: timedelta, expected: str | None
) -> None:
    assert amount(flight(carrier, route, late), Rule.UK_DELAY) == expected


def test_an_airline_from_elsewhere_gets_a_reason_instead_of_a_hint() -> None:
    found = judged(flight("AA", "JFK-FRA", 4 * HOUR))
    assert found.hints == ()
    assert found.unsaid == ("EU 261 does not hold for a flight from outside with AA, an airline of US",)


def test_of_an_airline_that_nobody_knows_only_what_holds_for_all_is_said() -> None:
    into = judged(flight("ZZ", "JFK-FRA", 7 * HOUR))
    assert [each.rule for each in into.hints] == [Rule.US_REFUND]
    assert "unless it is an airline of the EU, which nobody here knows" in into.unsaid[0]
    assert amount(flight("ZZ", "FRA-JFK", 5 * HOUR), Rule.EU_DELAY) == "EUR 600"


@pytest.mark.parametrize(
    ("late", "large", "other"),
    [
        (200 * MINUTE, "CAD 400", "CAD 400 (large airline) or CAD 125 (small)"),
        (7 * HOUR, "CAD 700", "CAD 700 (large airline) or CAD 250 (small)"),
        (9 * HOUR, None, None),
        (10 * HOUR, "CAD 1000", "CAD 1000 (large airline) or CAD 500 (small)"),
    ],
)
def test_canada_pays_by_lateness_and_size(late: timedelta, large: str | None, other: str | None) -> None:
    assert amount(flight("AC", "YYZ-LHR", late), Rule.CA_DELAY) == large
    assert amount(flight("8P", "YVR-YYJ", late), Rule.CA_DELAY) == other


@pytest.mark.parametrize(
    ("carrier", "route", "rule", "threshold"),
    [
        ("LH", "FRA-MAD", Rule.EU_CARE, 2 * HOUR),
        ("LH", "FRA-LPA", Rule.EU_CARE, 3 * HOUR),
        ("LH", "FRA-JFK", Rule.EU_CARE, 4 * HOUR),
        ("LH", "FRA-JFK", Rule.EU_REFUND, 5 * HOUR),
        ("BA", "LHR-CDG", Rule.UK_CARE, 2 * HOUR),
        ("BA", "LHR-JFK", Rule.UK_REFUND, 5 * HOUR),
        ("AC", "YYZ-YVR", Rule.CA_CARE, 2 * HOUR),
        ("AC", "YYZ-YVR", Rule.CA_REFUND, 3 * HOUR),
    ],
)
def test_care_and_refunds_go_by_the_departure(
    carrier: str, route: str, rule: Rule, threshold: timedelta
) -> None:
    given = {
        late: hint(flight(carrier, route, leaves_late=threshold + late), rule)
        for late in (-16 * MINUTE, timedelta(), 16 * MINUTE)
    }
    assert given[-16 * MINUTE] is None
    assert given[timedelta()] is not None
    assert given[timedelta()].certainty is Certainty.TOO_CLOSE  # type: ignore[union-attr]
    assert given[16 * MINUTE].certainty is Certainty.MAY_APPLY  # type: ignore[union-attr]
    assert hint(flight(carrier, route, threshold + HOUR, leaves_late=timedelta()), rule) is None


@pytest.mark.parametrize(
    ("carrier", "route", "rule", "expected"),
    [
        ("LH", "FRA-JFK", Rule.EU_CANCELLATION, "up to EUR 600"),
        ("BA", "LHR-JFK", Rule.UK_CANCELLATION, "up to GBP 520"),
        ("AC", "YYZ-YVR", Rule.CA_CANCELLATION, "up to CAD 1000"),
    ],
)
def test_a_cancellation_pays_within_fourteen_days(
    carrier: str, route: str, rule: Rule, expected: str
) -> None:
    assert amount(flight(carrier, route, cancelled=13 * DAY), rule) == expected
    assert amount(flight(carrier, route, cancelled=-HOUR), rule) == expected
    near = hint(flight(carrier, route, cancelled=14 * DAY - MARGIN), rule)
    assert near is not None
    assert (near.certainty, near.amount) == (Certainty.TOO_CLOSE, None)
    early = judged(flight(carrier, route, cancelled=15 * DAY))
    assert rule not in {each.rule for each in early.hints}
    assert any(each.startswith(f"{CALLED[rule]}: no compensation") for each in early.unsaid)


def test_of_a_cancelled_flight_nothing_is_said_by_its_times() -> None:
    state = flight("LH", "FRA-JFK", 10 * HOUR, cancelled=DAY)
    assert [each.rule for each in judged(state).hints] == [
        Rule.EU_CANCELLATION,
        Rule.EU_REFUND,
        Rule.US_REFUND,
    ]


def test_a_cancellation_seen_once_gives_no_hint() -> None:
    found = judged(replace(flight(cancelled=DAY), disruption_confirmed=False))
    assert found.hints == ()
    assert "second look" in found.unsaid[0]


def test_a_diverted_flight_says_nothing_of_its_arrival() -> None:
    found = judged(replace(flight("LH", "FRA-MAD", 6 * HOUR), disruption=Status.DIVERTED))
    assert {each.rule for each in found.hints} == {Rule.EU_CARE, Rule.EU_REFUND}
    assert "diverted" in found.unsaid[0]


def test_a_flight_that_leaves_hours_early_is_refunded_in_america() -> None:
    early = flight("AA", "JFK-LAX", leaves_late=-4 * HOUR)
    found = hint(early, Rule.US_REFUND)
    assert found is not None
    assert "leaves 4 h 00 min before" in found.reason


def test_an_airport_that_nobody_knows_gives_no_hint_and_says_so() -> None:
    state = flight("BA", "LHR-JFK", 9 * HOUR)
    found = rights(state, place("LHR"), None, NOON)
    assert found == Rights((), ("nobody knows where JFK is: no rule can be judged",))
    assert "LHR and JFK" in rights(state, None, None, NOON).unsaid[0]


def test_a_flight_far_from_all_these_laws_says_so() -> None:
    found = judged(flight("SQ", "SIN-SYD", 9 * HOUR))
    assert found.hints == ()
    assert len(found.unsaid) == 1


def test_a_distance_too_near_to_a_limit_names_both_amounts() -> None:
    start, end = Place("DE", 50, 0), Place("TR", 50 - 1501 / 111.195, 0)
    found = rights(flight("LH", "FRA-AMM", 5 * HOUR), start, end, NOON)
    (pays,) = [each for each in found.hints if each.rule is Rule.EU_DELAY]
    assert pays.amount == "EUR 250 or EUR 400"


def test_what_has_not_landed_is_only_expected() -> None:
    late = hint(flight("LH", "FRA-MAD", 5 * HOUR, landed=False), Rule.EU_DELAY)
    assert late is not None
    assert "is expected to arrive 5 h 00 min after" in late.reason
    assert "FRA (DE) to MAD (ES), 1,418 km" in late.reason
    assert "flown by LH (DE)" in late.reason


def test_a_rule_that_was_not_in_force_gives_none() -> None:
    state = flight("AA", "JFK-LAX", 5 * HOUR)
    long_ago = replace(state, departure=replace(state.departure, base=NOON.replace(year=2013)))
    found = judged(replace(long_ago, departure=replace(long_ago.departure, expected=NOON.replace(year=2013))))
    assert found.hints == ()
    assert found.unsaid == ("US law, fare back: not in force yet when it was to leave",)


def test_what_was_compared_with_the_law_long_ago_says_so() -> None:
    state = flight("BA", "LHR-CDG", 5 * HOUR)
    found = rights(state, place("LHR"), place("CDG"), NOON + 365 * DAY)
    assert found.unsaid[-1] == (
        "a rule was last compared with the law of 2026-01-01: look whether it still stands"
    )


def test_times_of_an_airport_without_a_zone_are_judged_by_their_difference() -> None:
    state = flight("LH", "FRA-MAD", 5 * HOUR)
    naive = {
        name: getattr(state.arrival, name).replace(tzinfo=None) for name in ("base", "expected", "actual")
    }
    assert amount(replace(state, arrival=replace(state.arrival, **naive)), Rule.EU_DELAY) == "EUR 250"


def test_every_hint_is_worded_as_one() -> None:
    for carrier, route in (("LH", "FRA-JFK"), ("BA", "LHR-JFK"), ("AC", "YYZ-LHR")):
        for state in (flight(carrier, route, 10 * HOUR), flight(carrier, route, cancelled=DAY)):
            for each in judged(state).hints:
                assert not {"must", "will", "entitled", "owed"}.intersection(each.text.split())
                assert each.provision.source.startswith("https://")


def test_every_rule_has_its_provision() -> None:
    assert set(PROVISIONS) == set(Rule)
    assert all(each.since <= each.as_of for each in PROVISIONS.values())
    assert len(EU_27) == 27
    assert OUTERMOST < EU_AREA
    assert "GB" not in EU_AREA


def test_airlines_are_found_by_either_code() -> None:
    assert (seat("FR"), seat("RYR"), seat("U2"), seat("EC"), seat("ZZ")) == ("IE", "IE", "GB", "AT", None)
    assert all(len(code) in (2, 3) and len(country) == 2 for code, country in SEATS.items())


def test_a_span_is_written_for_people() -> None:
    assert [span(each) for each in (185 * MINUTE, 0 * MINUTE, -61 * MINUTE)] == [
        "3 h 05 min",
        "0 h 00 min",
        "-1 h 01 min",
    ]
