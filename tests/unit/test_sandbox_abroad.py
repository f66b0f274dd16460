"""The invented flights show what a domestic day cannot: hints of every rule, with travellers on them."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest

from flightagents import airports
from flightagents.aviationstack.parsing import RowParser
from flightagents.domain.flight import FlightState
from flightagents.domain.passenger_hints import Certainty
from flightagents.domain.passenger_rights import rights
from flightagents.domain.passenger_rules import Rule
from flightagents.domain.runs import RunStamp
from flightagents.domain.tracking import advance
from flightagents.handlers.reading import Run
from flightagents.sandbox.abroad import flights_abroad
from flightagents.sandbox.day import DEFAULT_DAY, NEW_YORK
from flightagents.sandbox.feed_story import FeedStory
from flightagents.sandbox.passengers import bookings_csv
from flightagents.sandbox.stand_ins import POLL_INTERVAL, Plan

PLAN = Plan(DEFAULT_DAY, time(15), 120, 1)


def hinted(states: list[FlightState], now: datetime) -> set[Rule]:
    """Give the rules that may apply, as a flight's page shows them."""
    found = set()
    for state in states:
        leaves, arrives = airports.place(state.departure.airport), airports.place(state.arrival.airport)
        hints = rights(state, leaves, arrives, now).hints
        found |= {hint.rule for hint in hints if hint.certainty is Certainty.MAY_APPLY}
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whoever_watches_for_an_hour_and_a_half_sees_hints_of_every_rule(seed: int) -> None:
    story = FeedStory(flights_abroad(PLAN.told), seed=seed, look=POLL_INTERVAL)
    states: dict[str, FlightState] = {}
    seen: set[Rule] = set()
    for number in range(19):
        now = PLAN.begins().astimezone(UTC) + number * POLL_INTERVAL
        run = Run(RunStamp(number + 1, now), RowParser())
        for row in story.rows(now):
            run.add(row.row, {})
        for record in run.records():
            states[record.flight], _ = advance(states.get(record.flight), record)
        seen |= hinted(list(states.values()), now)
    assert seen == set(Rule)


def test_no_real_flight_has_the_number_of_an_invented_one() -> None:
    flights = PLAN.flights()
    assert {flight.date for flight in flights} == {PLAN.told}
    numbers = Counter(flight.designator for flight in flights if flight.invented)
    assert max(numbers.values()) == 1
    assert not numbers.keys() & {flight.designator for flight in flights if not flight.invented}


def test_somebody_sits_on_each_that_has_not_arrived() -> None:
    flights = PLAN.flights()
    booked = bookings_csv(flights, PLAN.begins(), seed=1).decode()
    lines = [line["flights"] for line in csv.DictReader(io.StringIO(booked))]
    on_them = {flight.designator for flight in flights_abroad(PLAN.told)}
    directly = {line.split()[0] for line in lines if line.split()[0] in on_them}
    assert len(directly) > len(on_them) / 3  # the others are booked under a partner's number
    late = Plan(DEFAULT_DAY, time(23, 30), 120, 1)
    arrived = [flight for flight in flights if flight.invented and flight.on and flight.on < late.begins()]
    assert arrived
    at_night = bookings_csv(flights, late.begins(), seed=1).decode()
    assert not any(f"{flight.designator} " in at_night for flight in arrived)


def test_an_invented_flight_tells_its_times_by_both_clocks() -> None:
    (flight,) = (flight for flight in flights_abroad(PLAN.told) if flight.designator == "BA4177")
    assert flight.scheduled_departure == datetime(2026, 3, 6, 13, 5, tzinfo=UTC)
    assert flight.scheduled_arrival.astimezone(NEW_YORK).time() == time(16, 10)
    assert flight.delay == timedelta(minutes=245)
