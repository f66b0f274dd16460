"""Nobody relies on a later departure than the flight's: each step back is told, by whatever way it came."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flightagents.domain.changes import Change
from flightagents.domain.moves import watch
from flightagents.domain.said import Said
from tests.support.agency import BA117, Agency
from tests.support.rows import MINUTE, row
from tests.support.travellers import booking, segment

HOUR = timedelta(hours=1)
TOMORROW = "BA117|2026-11-23|LHR|JFK"


def ticketed(hour: int, minute: int) -> datetime:
    """Give a time on a ticket, by London's clock."""
    return datetime(2026, 11, 22, hour, minute)  # noqa: DTZ001 - a ticket shows the wall clock


async def told(*rows: dict[str, Any], ticket: datetime | None = None) -> list[str]:
    """Give what somebody is told while the feed shows one row after the other."""
    agency = Agency()
    await agency.books(booking(segment(ticketed=ticket)))
    for each in rows:
        await agency.shows(each)
        await agency.delivers()
    return agency.email.texts


async def test_a_flight_retimed_back_in_two_steps_is_told_to_its_last_minute() -> None:
    rows = [row(departs=departs) for departs in ("14:35", "15:35", "14:49", "14:35")]
    assert await told(*rows) == [
        "later 15:35 not 14:35 (BA117)",
        "all_clear 14:49 not 15:35 (BA117)",
        "all_clear 14:35 not 14:49 (BA117)",
    ]


async def test_a_flight_that_is_on_again_a_little_late_and_then_not_is_told() -> None:
    off = row(status="cancelled")
    assert await told(row(), off, off, row(delay=14), row(delay=14), row(delay=0)) == [
        "cancelled 14:35 not 14:35 (BA117)",
        "reinstated 14:49 not 14:35 (BA117)",
        "all_clear 14:35 not 14:49 (BA117)",
    ]


async def test_minutes_that_only_the_ticket_makes_news_are_taken_back_too() -> None:
    assert await told(row(delay=14), row(delay=0), ticket=ticketed(14, 5)) == [
        "later 14:49 not 14:05 (BA117)",
        "earlier 14:35 not 14:49 (BA117)",
    ]


async def test_a_delay_that_was_told_with_another_gate_is_taken_back_too() -> None:
    """31 minutes are 9 more than were said, so they are no news, but the gate brought them along."""
    gates = [{"gate": "A1"}, {"gate": "B2"}]
    rows = [row(), *(row(delay=late, departure=gate) for late, gate in zip((22, 31), gates, strict=True))]
    assert await told(*rows, row(delay=17, departure=gates[1])) == [
        "later 15:06 not 14:35 gate B2 not A1 (BA117)",
        "earlier 14:52 not 15:06 (BA117)",
    ]


async def test_a_flight_that_creeps_ahead_of_its_base_is_told_once_it_is_ten_minutes() -> None:
    rows = [row(delay=16), *(row(departs=departs) for departs in ("14:29", "14:29", "14:25"))]
    assert await told(*rows) == ["earlier 14:25 not 14:35 (BA117)"]


async def test_a_flight_moved_over_midnight_that_is_then_earlier_is_told() -> None:
    agency = Agency()
    agency.clock.move(4 * HOUR)
    await agency.books(booking())
    night: dict[str, Any] = {"day": date(2026, 11, 23), "departs": "00:30", "arrives": "03:30"}
    await agency.shows(row(departs="22:15"))
    for _ in range(2):
        await agency.shows(row(**night, delay=14))
    states = agency.flights.states.values()
    await agency.flights.add_to_history(watch(states, {BA117: (1,), TOMORROW: (2, 3)}, agency.clock.now()))
    await agency.worker.decide.for_flights([TOMORROW])
    await agency.delivers()
    await agency.shows(row(**night, delay=0))
    await agency.delivers()
    assert agency.email.texts == ["later 00:44 not 22:15 (BA117)", "earlier 00:30 not 00:44 (BA117)"]


async def test_a_schedule_that_moves_back_is_told_though_its_delay_may_only_be_unknown() -> None:
    later = row(departs="15:35", delay=30)
    assert await told(row(), later, row()) == [
        "later 16:05 not 14:35 (BA117)",
        "earlier 15:05 not 16:05 (BA117)",
    ]


async def test_back_at_the_ticketed_time_names_that_time_where_the_feed_gets_there_by_a_delay() -> None:
    ticket = ticketed(15, 35)
    assert await told(row(delay=100), row(delay=60), ticket=ticket) == [
        "later 16:15 not 15:35 (BA117)",
        "all_clear 15:35 not 16:15 (BA117)",
    ]


# Whatever the feed does

FIELDS: dict[str, list[Any]] = {
    "departs": ["14:35", "14:35", "14:26", "14:30", "14:49", "15:35"],
    "delay": [None, None, 0, 5, 14, 22, 31],
    "status": ["scheduled", "cancelled"],
    "departure": [{"gate": "A1"}, {"gate": "B2"}],
}
_STEP = st.one_of(*(st.tuples(st.just(name), st.sampled_from(values)) for name, values in FIELDS.items()))
STEPS = st.lists(st.tuples(_STEP, st.sampled_from([True, True, True, False])), min_size=6, max_size=12)
"""What differs from the row before; and whether anybody takes that in before the next step."""
TICKETS = st.sampled_from([None, None, *(ticketed(14, each) for each in (5, 25, 40, 50)), ticketed(15, 5)])


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(STEPS, TICKETS)
def test_nobody_believes_in_a_departure_ten_minutes_after_the_true_one(
    steps: list[tuple[tuple[str, Any], bool]], ticket: datetime | None
) -> None:
    asyncio.run(_live_through(steps, ticket))


async def _live_through(steps: Sequence[tuple[tuple[str, Any], bool]], ticket: datetime | None) -> None:
    """Each row is shown three times: the second look confirms, and the third follows a withdrawn delay."""
    agency = Agency()
    agency.clock.move(-8 * HOUR)
    await agency.books(booking(segment(ticketed=ticket)))
    shown: dict[str, Any] = {"departure": {"gate": "A1"}}
    unheard: list[Change] = []
    for (name, value), heard in steps:
        shown[name] = value
        for _ in range(3):
            unheard += agency.looks(row(**shown))
            if heard:
                await agency.hears(unheard)
                await agency.delivers()
                unheard = []
        if heard:
            _assert_in_time(agency, ticket)


def _assert_in_time(agency: Agency, ticket: datetime | None) -> None:
    state = agency._states[BA117]
    if not state.open:
        return
    believed = state.departure.base if ticket is None else ticket.replace(tzinfo=UTC)
    rows = {each.id: each for each in agency.rows}
    last = None
    for envelope in agency.email.arrived:
        sent = rows[envelope.row]
        if sent.said not in (Said.GATE, Said.TERMINAL):
            last = sent
    if last is not None and last.notice is not None:
        assert last.said is not Said.CANCELLED
        believed = last.notice.new
    # Whoever has a ticket of another time than the feed's, and was told nothing, is known to nobody who reads
    # the feed: of a step below 10 minutes and a difference below 10 minutes no one hears.
    unknown = ticket is not None and last is None
    assert believed - state.departure.expected < (20 if unknown else 10) * MINUTE, agency.email.texts
