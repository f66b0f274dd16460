"""Each way in which the feed fails, driven through the running poller: to the described standing, and back.

The real poller, planner, client and MongoDB, against the AviationStack on localhost; only the clock is set.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase
from pydantic import SecretStr

from flightagents.aviationstack.budget import Planner
from flightagents.aviationstack.client import AviationStackClient, Backoff
from flightagents.aviationstack.source import AviationStackSource
from flightagents.domain.breaker import FIRST_REST, REFUSED_FOR, SECOND_LOOK, BreakerState, breaker_of
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, QueryStanding, Suspicion
from flightagents.domain.watched import Watched
from flightagents.handlers.plan_calls import PlanCalls
from flightagents.handlers.poll import PollFeed
from flightagents.records import FlightRecord
from flightagents.sandbox.aviationstack import AviationStack, aviationstack
from flightagents.sandbox.failing import Oddity
from flightagents.sandbox.feed_pages import Page
from flightagents.sandbox.filters import filtered
from flightagents.sandbox.refusals import Failure
from flightagents.sandbox.row_story import FeedRow
from flightagents.settings import PartitionBy
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.calls import MongoCallCounter
from flightagents.store.lease import MongoLease
from flightagents.store.polls import MongoPolls
from flightagents.store.query_standings import MongoQueryStandings
from tests.support.fakes import FakePublisher, SetClock
from tests.support.rows import MINUTE, NOON, row

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb

LHR, JFK = "dep_iata=LHR", "dep_iata=JFK"
FLIGHTS = 60
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


class Board:
    """Sixty flights from London and as many from New York, of which one is a minute later each time."""

    def page(self, query: Mapping[str, str], limit: int, offset: int, now: datetime) -> Page:
        rows = filtered([self._row(number, now) for number in range(2 * FLIGHTS)], query)
        shown = rows[offset : offset + limit]
        pagination = {"limit": limit, "offset": offset, "count": len(shown), "total": len(rows)}
        body = json.dumps({"pagination": pagination, "data": [each.row for each in shown]}).encode()
        return Page(body, tuple(shown))

    def _row(self, number: int, now: datetime) -> FeedRow:
        route = "LHR-JFK" if number % 2 else "JFK-LHR"
        delay = now.hour * 60 + now.minute if number < 2 else None
        raw = row(f"BA{100 + number}", route=route, arrives="23:59", delay=delay)
        return FeedRow(None, None, raw["flight_date"], raw, json.dumps(raw).encode())


@dataclass
class Bench:
    """A poller of two queries, and what it polls."""

    feed: AviationStack
    clock: SetClock
    poll: PollFeed
    standings: MongoQueryStandings
    calls: MongoCallCounter

    async def goes_on(self, by: timedelta = MINUTE) -> int:
        """Let time pass and a tick come; tell how many calls it made."""
        self.clock.move(by)
        before = self.feed.requests
        await self.poll()
        return self.feed.requests - before

    async def standing(self, query: str) -> QueryStanding:
        return (await self.standings.all())[query]

    async def breakers(self) -> dict[str, BreakerState]:
        found = await self.standings.all()
        return {query: breaker_of(each, self.clock.now()) for query, each in found.items()}


PATIENCE = timedelta(seconds=20)
"""Of the client: a machine may be slow, and that is no outage."""


@asynccontextmanager
async def bench_of(database: Database, patience: timedelta = PATIENCE) -> AsyncIterator[Bench]:
    clock, plan = SetClock(), Plan.BUSINESS
    standings, plans = MongoQueryStandings(database), MongoCallPlans(database)
    await standings.prepare()
    calls = MongoCallCounter(database, clock, plan)

    async def nobody() -> Sequence[Watched]:
        return []

    async with aviationstack(Board(), clock.now, max_limit=1000) as feed, aiohttp.ClientSession() as session:
        client = AviationStackClient(
            session,
            base_url=feed.url,
            key=SecretStr(feed.key),
            counter=calls,
            page_size=1000,
            timeout=patience,
            backoff=Backoff(attempts=1),
        )
        planner = Planner(plan.limits, queries=f"{LHR};{JFK}", interval=MINUTE, max_pages=1)
        poll = PollFeed(
            PlanCalls(
                planner=planner,
                watched=nobody,
                calls=calls,
                standings=standings,
                plans=plans,
                clock=clock,
            ),
            AviationStackSource(client),
            MongoLease(database, "me"),
            FakePublisher(),
            clock,
            partition_by=PartitionBy.FLIGHT,
            calls=calls,
            standings=standings,
            polls=MongoPolls(database),
            seen=Nobody(),
            worker="me",
            draw=lambda: 1.0,
        )
        yield Bench(feed, clock, poll, standings, calls)


class Nobody:
    def saw(self, records: Sequence[FlightRecord]) -> None:
        pass


@pytest.fixture
async def bench(database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Give one; the client is only impatient where it has to wait in vain."""
    parameters = getattr(request.node, "callspec", None)
    in_vain = parameters is not None and Failure.TIME_OUT in parameters.params.values()
    async with bench_of(database, timedelta(seconds=1) if in_vain else PATIENCE) as running:
        assert await running.goes_on() == 2
        assert set((await running.breakers()).values()) == {BreakerState.CLOSED}
        yield running


OUTAGES = (
    Failure.INTERNAL_ERROR,
    Failure.ERROR_WITH_STATUS_200,
    Failure.EXCEPTION_AS_CODE,
    Failure.MESSAGE_ALONE,
    Failure.HTML_502,
    Failure.HTML_200,
    Failure.CUT_OFF,
    Failure.TIME_OUT,
    Failure.HANG_UP,
)
ABOUT_THE_KEY = {
    Failure.RATE_LIMIT: (PollEnd.TOO_FAST, MINUTE),
    Failure.MONTH_SPENT: (PollEnd.MONTH_SPENT, DECEMBER - NOON - MINUTE * 2),
    Failure.INVALID_KEY: (PollEnd.REFUSED, REFUSED_FOR),
    Failure.MISSING_KEY: (PollEnd.REFUSED, REFUSED_FOR),
    Failure.INACTIVE_USER: (PollEnd.REFUSED, REFUSED_FOR),
    Failure.INVALID_FUNCTION: (PollEnd.REFUSED, REFUSED_FOR),
    Failure.HTTPS_RESTRICTED: (PollEnd.REFUSED, REFUSED_FOR),
}
ABOUT_A_QUERY = (Failure.FUNCTION_RESTRICTED,)
SUSPICIOUS = {
    Failure.EMPTY: Suspicion.EMPTY,
    Oddity.PLACEHOLDERS: Suspicion.PLACEHOLDERS,
    Oddity.COLLAPSED: Suspicion.COLLAPSED,
    Oddity.FROZEN: Suspicion.FROZEN,
}


def test_every_way_to_fail_is_looked_at_here() -> None:
    looked_at = {*OUTAGES, *ABOUT_THE_KEY, *ABOUT_A_QUERY, *SUSPICIOUS}
    assert looked_at == {*Failure, *Oddity}


@pytest.mark.parametrize("failure", OUTAGES, ids=lambda each: each.name)
async def test_an_outage_of_one_query_backs_off_by_itself_and_heals(bench: Bench, failure: Failure) -> None:
    bench.feed.fail_next(failure, times=2, dep_iata="JFK")
    assert await bench.goes_on() == 2
    away, well = await bench.standing(JFK), await bench.standing(LHR)
    assert (away.end, away.failures, away.good_at) == (PollEnd.OUTAGE, 1, NOON + MINUTE)
    assert (away.not_before, well.failures) == (bench.clock.now() + FIRST_REST, 0)
    assert (await bench.breakers())[KEY] is BreakerState.CLOSED
    await bench.goes_on()
    away = await bench.standing(JFK)
    assert (away.failures, away.not_before) == (2, bench.clock.now() + 2 * FIRST_REST)
    await bench.goes_on(2 * FIRST_REST)
    assert set((await bench.breakers()).values()) == {BreakerState.CLOSED}
    assert (await bench.standing(JFK)).good_at == bench.clock.now()


async def test_an_outage_of_everything_rests_the_key_and_one_probe_tells_that_it_is_over(
    bench: Bench,
) -> None:
    bench.feed.fail_for(3600, Failure.HTML_502)
    assert await bench.goes_on() == 2
    assert await bench.goes_on(FIRST_REST - timedelta(seconds=1)) == 0
    assert (await bench.breakers())[KEY] is BreakerState.OPEN
    assert await bench.goes_on(MINUTE) == 1, "a probe"
    assert (await bench.standing(KEY)).failures == 2
    bench.feed.recover()
    assert await bench.goes_on(10 * MINUTE) == 2
    assert set((await bench.breakers()).values()) == {BreakerState.CLOSED}


@pytest.mark.parametrize("failure", ABOUT_THE_KEY, ids=lambda each: each.name)
async def test_what_is_about_the_key_rests_everything_until_its_time(bench: Bench, failure: Failure) -> None:
    end, rest = ABOUT_THE_KEY[failure]
    bench.feed.fail_next(failure)
    assert await bench.goes_on() == 1
    key = await bench.standing(KEY)
    assert (key.end, key.not_before) == (end, bench.clock.now() + rest)
    assert (await bench.breakers())[KEY] is BreakerState.OPEN
    assert await bench.goes_on(rest - timedelta(seconds=1)) == 0
    assert await bench.goes_on(timedelta(seconds=1)) == 2
    assert set((await bench.breakers()).values()) == {BreakerState.CLOSED}


@pytest.mark.parametrize("failure", ABOUT_A_QUERY, ids=lambda each: each.name)
async def test_a_refused_query_rests_for_an_hour_and_is_probed(bench: Bench, failure: Failure) -> None:
    bench.feed.fail_next(failure, dep_iata="JFK")
    assert await bench.goes_on() == 2
    refused = await bench.standing(JFK)
    assert (refused.end, refused.not_before) == (PollEnd.QUERY_REFUSED, bench.clock.now() + REFUSED_FOR)
    assert await bench.goes_on() == 1, "the other one"
    await bench.goes_on(REFUSED_FOR)
    assert set((await bench.breakers()).values()) == {BreakerState.CLOSED}


@pytest.mark.parametrize("how", SUSPICIOUS, ids=lambda each: each.name)
async def test_an_answer_that_nobody_should_believe_is_suspected_confirmed_and_forgiven(
    bench: Bench, how: Failure | Oddity
) -> None:
    bench.feed.fail_for(3600, how, dep_iata="JFK")
    await bench.goes_on()
    good_at = bench.clock.now()
    if how is Oddity.FROZEN:  # sixty rows may stand still for ten hours
        await bench.goes_on(timedelta(hours=10, seconds=1))
    else:
        good_at -= MINUTE
    suspected = await bench.standing(JFK)
    assert (suspected.suspicion, suspected.failures) == (SUSPICIOUS[how], 1)
    assert (suspected.good_at, suspected.not_before) == (good_at, bench.clock.now() + SECOND_LOOK)
    await bench.goes_on(SECOND_LOOK)
    confirmed = await bench.standing(JFK)
    assert (confirmed.suspicion, confirmed.failures, confirmed.good_at) == (SUSPICIOUS[how], 2, good_at)
    assert (await bench.standing(LHR)).suspicion is None
    bench.feed.recover()
    await bench.goes_on()
    healed = await bench.standing(JFK)
    assert (healed.suspicion, healed.failures, healed.good_at) == (None, 0, bench.clock.now())


async def test_a_spent_month_stays_spent_for_a_worker_that_starts_anew(
    bench: Bench, database: Database
) -> None:
    bench.feed.fail_next(Failure.MONTH_SPENT)
    await bench.goes_on()
    assert (await bench.calls.spent()).refused
    await bench.poll.stop()
    async with bench_of(database) as again:
        again.clock.time = bench.clock.now() + timedelta(days=1)
        assert await again.goes_on() == 0
        again.clock.time = DECEMBER
        assert await again.goes_on() == 2
