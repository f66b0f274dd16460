"""What staff and Prometheus are shown of sight, and the problems that it makes."""

from dataclasses import replace

from flightagents.domain.faults import Fault, Gravity
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.polls import PollEnd
from flightagents.domain.problems import problems_of
from flightagents.domain.query_standing import KEY, Suspicion
from flightagents.domain.sight_report import SHOWN, SHOWN_WELL, SightReport
from flightagents.domain.sights import FEED, KeptSight
from flightagents.handlers.report_sight import ReportSight
from flightagents.handlers.show_sights import ShowSights
from tests.support.counted import counted
from tests.support.fakes import SetClock
from tests.support.feed import BOARD, MINUTE, a_plan, failing, standing
from tests.support.feed_plans import FakeCallPlans, FakeQueryStandings
from tests.support.health import facts
from tests.support.rows import NOON
from tests.support.sights import FakeSights


class Bench:
    def __init__(self) -> None:
        self.sights, self.standings, self.plans = FakeSights(), FakeQueryStandings(), FakeCallPlans()
        self.clock = SetClock()
        self.look = ReportSight(self.sights, self.standings, self.plans, self.clock)

    async def keep(self, key: str, sight: Sight, cause: Cause | None = None) -> None:
        await self.sights.keep([KeptSight(key=key, sight=sight, cause=cause, since=NOON)], ())


async def reported(bench: Bench) -> SightReport:
    await bench.plans.keep(a_plan(bench.clock.now()))
    return await bench.look()


async def test_flights_are_counted_by_how_fresh_they_are_and_why_the_worst_first() -> None:
    bench = Bench()
    await bench.keep(FEED, Sight.FRESH)
    await bench.keep("a", Sight.FRESH)
    await bench.keep("b", Sight.BLIND, Cause.VANISHED)
    await bench.keep("c", Sight.BLIND, Cause.VANISHED)
    await bench.keep("d", Sight.STALE, Cause.PLAN_TOO_SMALL)
    report = await reported(bench)
    assert [(each.sight, each.cause, each.flights) for each in report.counts] == [
        (Sight.BLIND, Cause.VANISHED, 2),
        (Sight.STALE, Cause.PLAN_TOO_SMALL, 1),
        (Sight.FRESH, None, 1),
    ]
    assert report.of(Sight.BLIND) == 2
    assert set(report.flights) == {"a", "b", "c", "d"}


async def test_the_queries_that_fail_stand_first_with_since_when_and_the_next_probe() -> None:
    bench = Bench()
    for number in range(SHOWN + SHOWN_WELL):
        await bench.standings.note(standing(query=f"flight_iata=BA{number}", asked_at=NOON + MINUTE))
    probe = NOON + 30 * MINUTE
    await bench.standings.note(failing(PollEnd.QUERY_REFUSED, code="function_access", not_before=probe))
    report = await reported(bench)
    first = report.queries[0]
    assert (first.query, first.found.sight, first.found.cause) == (BOARD, Sight.BLIND, Cause.QUERY_REFUSED)
    assert (first.since, first.found.probe_at, first.code) == (NOON + MINUTE, probe, "function_access")
    assert (len(report.queries), report.more) == (1 + SHOWN_WELL, SHOWN)


async def test_a_query_that_nobody_asks_any_more_is_not_shown_as_failing() -> None:
    bench = Bench()
    flown = failing(query="flight_iata=BA117", suspicion=Suspicion.PLACEHOLDERS, asked_at=NOON - 300 * MINUTE)
    await bench.standings.note(flown)
    await bench.standings.note(standing(asked_at=NOON + MINUTE))
    report = await reported(bench)
    assert [each.query for each in report.queries] == [BOARD]
    assert report.more == 1


async def test_a_refused_key_blinds_the_feed() -> None:
    bench = Bench()
    await bench.standings.note(failing(PollEnd.REFUSED, query=KEY, not_before=NOON + 60 * MINUTE))
    report = await reported(bench)
    assert (report.feed.sight, report.feed.cause) == (Sight.BLIND, Cause.KEY_REFUSED)


async def test_since_when_the_feed_is_blind_is_not_since_when_it_was_fresh() -> None:
    bench = Bench()
    await bench.keep(FEED, Sight.FRESH)
    await bench.standings.note(failing(PollEnd.REFUSED, query=KEY))
    assert (await reported(bench)).since is None
    await bench.keep(FEED, Sight.BLIND)
    assert (await reported(bench)).since == NOON


async def test_prometheus_is_shown_the_same_and_forgets_what_is_over() -> None:
    bench = Bench()
    await bench.keep("a", Sight.BLIND, Cause.VANISHED)
    await bench.standings.note(failing())
    await bench.plans.keep(a_plan(NOON))
    show = ShowSights(bench.look)
    bench.clock.move(11 * MINUTE)
    await bench.plans.keep(a_plan(bench.clock.now()))
    await show()
    blind = {"sight": "blind", "cause": "vanished"}
    assert counted("flightagents_watched_flights", **blind) == 1
    assert counted("flightagents_feed_blind", cause="outage") == 1
    await bench.keep("a", Sight.FRESH)
    await bench.standings.note(standing(asked_at=bench.clock.now(), good_at=bench.clock.now()))
    await show()
    assert counted("flightagents_watched_flights", **blind) == 0
    assert counted("flightagents_watched_flights", sight="fresh", cause="none") == 1
    assert counted("flightagents_feed_blind", cause="outage") == 0


async def test_flights_out_of_sight_are_a_problem_unless_the_feed_is_the_problem() -> None:
    bench = Bench()
    await bench.keep("a", Sight.BLIND, Cause.VANISHED)
    report = await reported(bench)
    (problem,) = problems_of(facts(sight=report))
    assert (problem.fault, problem.what) == (
        Fault.FLIGHTS_BLIND,
        "1 booked flight is out of sight: shown by the feed no more.",
    )
    blind = replace(report, feed=replace(report.feed, sight=Sight.BLIND, cause=Cause.OUTAGE))
    assert problems_of(facts(sight=blind)) == []


async def test_answers_that_nobody_believes_are_a_problem() -> None:
    bench = Bench()
    await bench.standings.note(failing(PollEnd.DONE, suspicion=Suspicion.COLLAPSED))
    (problem,) = problems_of(facts(sight=await reported(bench)))
    assert problem.fault is Fault.ANSWERS_DOUBTED


async def test_a_feed_that_answers_nothing_else_than_that_is_blind_and_that_is_critical() -> None:
    bench = Bench()
    long_ago = NOON - 20 * MINUTE
    await bench.standings.note(failing(PollEnd.DONE, since=long_ago, suspicion=Suspicion.EMPTY))
    (problem,) = problems_of(facts(sight=await reported(bench)))
    assert (problem.fault, problem.severity) == (Fault.FEED_BLIND, Gravity.CRITICAL)
    assert problem.what == "The feed is blind: AviationStack's answers cannot be believed."
