"""What is shown that nobody counts on the way."""

import math
from dataclasses import replace
from datetime import datetime

from prometheus_client import REGISTRY

from flightagents.clock import SimulatedClock
from flightagents.domain.bookings import Channel
from flightagents.domain.health import Budget, CallsMade
from flightagents.domain.query_standing import KEY
from flightagents.handlers.gauges import ShowStanding, show_lag
from flightagents.wiring.polling import breaker_kind
from tests.support.counted import counted
from tests.support.desk import FakeLedger
from tests.support.fakes import SetClock
from tests.support.feed_plans import LHR, FakeQueryStandings, standing
from tests.support.health import FakeGauges
from tests.support.receipts import ROW
from tests.support.rows import MINUTE, NOON

Lag = dict[tuple[str, int], int]
BASIC = Budget("basic", 10_000)


class Stopped(SimulatedClock):
    """A simulated day that stands at its start."""

    def now(self) -> datetime:
        return self.start


def shown() -> Lag:
    (family,) = [each for each in REGISTRY.collect() if each.name == "flightagents_consumer_lag"]
    return {(each.labels["topic"], int(each.labels["partition"])): int(each.value) for each in family.samples}


def test_the_lag_of_each_partition_is_shown() -> None:
    show_lag({("flight-topic", 0): 12, ("flight-topic", 1): 0})
    assert shown() == {("flight-topic", 0): 12, ("flight-topic", 1): 0}


def test_a_partition_that_went_to_another_worker_is_shown_no_more() -> None:
    show_lag({("flight-topic", 0): 12})
    show_lag({("flight-topic", 1): 3})
    assert shown() == {("flight-topic", 1): 3}


def backlog(channel: Channel) -> tuple[float, float]:
    return (
        counted("flightagents_ledger_due", channel=channel.value),
        counted("flightagents_ledger_oldest_due_seconds", channel=channel.value),
    )


async def test_what_is_due_is_shown_by_channel_and_again_when_it_has_left() -> None:
    ledger, clock = FakeLedger(), SetClock(NOON + 10 * MINUTE)
    show = ShowStanding(ledger, FakeGauges(), FakeQueryStandings(), BASIC, clock, kind_of=breaker_kind)
    await ledger.add([ROW, replace(ROW, id="b", created_at=NOON + MINUTE)])
    await show()
    assert backlog(Channel.EMAIL) == (2, 600)
    assert backlog(Channel.SMS) == (0, 0)
    await ledger.supersede([(ROW.flight, ROW.ordinal + 1)], [str(ROW.address_key)])
    await show()
    assert backlog(Channel.EMAIL) == (0, 0)


async def test_the_age_is_told_in_real_time() -> None:
    """A simulated day runs 120 times as fast."""
    ledger, clock = FakeLedger(), Stopped(start=NOON, speed=120, anchor=0)
    await ledger.add([replace(ROW, created_at=NOON - 2 * MINUTE)])
    await ShowStanding(ledger, FakeGauges(), FakeQueryStandings(), BASIC, clock, kind_of=breaker_kind)()
    assert backlog(Channel.EMAIL) == (1, 1)


async def calls_shown(made: int, budget: Budget) -> tuple[float, float]:
    gauges = FakeGauges()
    gauges.facts = replace(gauges.facts, calls=CallsMade(made))
    await ShowStanding(FakeLedger(), gauges, FakeQueryStandings(), budget, SetClock(), kind_of=breaker_kind)()
    return counted("flightagents_api_calls_month"), counted("flightagents_api_calls_left")


async def test_the_calls_of_the_month_are_shown_and_what_the_plan_leaves() -> None:
    assert await calls_shown(9_400, BASIC) == (9_400, 600)
    assert await calls_shown(10_001, BASIC) == (10_001, -1)


async def test_where_no_quota_is_known_no_number_says_what_is_left() -> None:
    made, left = await calls_shown(9_400, Budget("basic", None))
    assert made == 9_400
    assert math.isnan(left)


async def test_breakers_are_counted_by_what_their_queries_are_about() -> None:
    clock, standings = SetClock(), FakeQueryStandings()
    show = ShowStanding(FakeLedger(), FakeGauges(), standings, BASIC, clock, kind_of=breaker_kind)
    for each in (
        standing(KEY),
        standing(LHR, not_before=NOON + MINUTE),
        standing("flight_iata=BA117", not_before=NOON + MINUTE),
        standing("flight_iata=BA119"),
        standing(f"{LHR}&flight_status=cancelled", not_before=NOON - MINUTE),
    ):
        await standings.note(each)

    def shown(kind: str) -> tuple[float, ...]:
        states = ("closed", "open", "half_open")
        return tuple(counted("flightagents_feed_breakers", kind=kind, state=state) for state in states)

    await show()
    assert [shown(kind) for kind in ("key", "board", "flight", "filter")] == [
        (1, 0, 0),
        (0, 1, 0),
        (1, 1, 0),
        (0, 0, 1),
    ]
    clock.move(MINUTE)
    await show()
    assert shown("board") == (0, 0, 1)
