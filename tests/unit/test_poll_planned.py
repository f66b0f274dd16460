"""What of the feed is asked when, and how each query and the key stand after it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from flightagents.domain.call_plan import Rest
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import KEY, Suspicion
from flightagents.domain.runs import RunStamp
from flightagents.errors import (
    FeedMonthSpentError,
    FeedOutageError,
    FeedRateLimitError,
    FeedRefusedError,
    LeaseLostError,
)
from tests.support.counted import counted
from tests.support.fakes import FakeLease, LeaseBook
from tests.support.feed_plans import call
from tests.support.polling import JFK, LHR, Desk, Page
from tests.support.rows import MINUTE, NOON, row

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

# What is due


async def test_where_nothing_is_due_no_run_begins_and_the_plan_is_kept() -> None:
    desk = Desk([row()])
    desk.planner.queries = []
    desk.epoch = 2_000_000_000.0
    await desk.poll()
    assert (desk.book.run, desk.feed.asked) == (0, [])
    assert await desk.polls.last() is None
    kept = await desk.plans.current()
    assert kept is not None
    assert (kept.made_at, kept.due) == (NOON, ())
    assert counted("flightagents_last_plan_timestamp_seconds") == desk.epoch


async def test_a_call_asks_no_more_pages_than_it_is_planned_for() -> None:
    desk = Desk([row("BA117")], [row("BA119")], [row("BA121")])
    desk.planner.pages = 2
    await desk.poll()
    assert [record.designator for record in desk.records] == ["BA117", "BA119"]


async def test_whoever_watches_hears_what_was_seen_once_it_is_published() -> None:
    desk = Desk([row("BA117"), row("BA119")])
    await desk.poll()
    assert desk.seen == ["BA117", "BA119"]
    desk.feed.meanwhile = desk.lose_lease
    with pytest.raises(LeaseLostError):
        await desk.poll()
    assert desk.seen == ["BA117", "BA119"]


async def test_the_lease_is_confirmed_before_each_page() -> None:
    desk = Desk([row("BA117")], [row("BA119")], [row("BA121")])
    pages: list[int] = []

    def lose_lease_at_the_second() -> None:
        pages.append(len(pages))
        if len(pages) == 2:
            desk.lose_lease()

    desk.feed.meanwhile = lose_lease_at_the_second
    with pytest.raises(LeaseLostError):
        await desk.poll()
    assert len(pages) == 2, "the third page was not asked for"


class FrozenLease(FakeLease):
    """Its worker is frozen once, just before its run begins; `meanwhile` the others go on."""

    def __init__(self, book: LeaseBook, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(book, "frozen")
        self._meanwhile = meanwhile

    async def begin_run(self, now: datetime) -> RunStamp | None:
        await self._meanwhile()
        self._book.expired = True
        return await super().begin_run(now)


async def test_whoever_was_frozen_before_its_run_asks_nothing_that_another_has_asked_meanwhile() -> None:
    desk = Desk(queries={LHR: [[row()]], JFK: [[row("BA178", route="JFK-LHR")]]})
    desk.planner.queries = [LHR]
    frozen = desk.worker(lease=FrozenLease(desk.book, desk.poll))
    await frozen()
    assert desk.feed.asked == [LHR]
    assert len(desk.records) == 1


async def test_rows_of_a_query_that_leaves_some_out_say_so() -> None:
    queries: dict[str, list[Page]] = {
        "flight_iata=BA117": [[row("BA117")]],
        "flight_iata=BA119&flight_date=2026-11-22": [[row("BA119")]],
        LHR: [[row("BA121")]],
        "dep_iata=LHR&flight_status=cancelled": [[row("BA121"), row("BA123", status="cancelled")]],
    }
    desk = Desk(queries=queries)
    await desk.poll()
    assert {record.designator: (record.filtered, record.narrow) for record in desk.records} == {
        "BA117": (True, False),
        "BA119": (True, True),
        "BA121": (False, False),
        "BA123": (True, True),
    }


# How each query stands


async def test_how_each_query_went_is_noted_once_the_run_is_published() -> None:
    refusal = FeedRefusedError("no_such", "x", query_only=True)
    queries: dict[str, list[Page]] = {LHR: [[row()], [row("BA119")]], JFK: [refusal]}
    desk = Desk(queries=queries)
    desk.feed.totals[LHR] = 250
    await desk.poll()
    good, bad = desk.standings.kept[LHR], desk.standings.kept[JFK]
    assert (good.end, good.rows, good.total, good.good_at) == (PollEnd.DONE, 2, 250, NOON)
    assert (bad.end, bad.code, bad.failures, bad.not_before) == (
        PollEnd.QUERY_REFUSED,
        "no_such",
        1,
        NOON + HOUR,
    )
    assert desk.standings.kept[KEY].good_at == NOON


async def test_whether_its_rows_change_is_of_interest_of_a_board_of_now_alone() -> None:
    tomorrow = f"{LHR}&flight_date=2026-11-23"
    queries: dict[str, list[Page]] = {query: [[row()]] for query in (LHR, tomorrow, "flight_iata=BA117")}
    desk = Desk(queries=queries)
    await desk.poll()
    assert [query for query, each in desk.standings.kept.items() if each.digest] == [LHR]
    first = desk.standings.kept[LHR].digest
    desk.feed.pages[LHR] = [[dict(reversed(row().items()))]]
    await desk.poll()
    assert desk.standings.kept[LHR].digest == first, "the order of the fields says nothing"
    desk.feed.pages[LHR] = [[row(delay=5)]]
    await desk.poll()
    assert desk.standings.kept[LHR].digest != first


async def test_a_run_that_gave_way_notes_no_query() -> None:
    desk = Desk([row()])
    desk.feed.meanwhile = desk.lose_lease
    with pytest.raises(LeaseLostError):
        await desk.poll()
    assert desk.standings.kept == {}


async def test_an_outage_of_everything_is_probed_with_one_call_ever_more_rarely_and_heals_by_itself() -> None:
    away = [FeedOutageError("HTTP 503")]
    queries: dict[str, list[Page]] = {JFK: [*away], LHR: [*away], "dep_iata=MAD": [*away]}
    desk = Desk(queries=queries)
    asked_at: list[datetime] = []
    for _ in range(60):
        before = len(desk.feed.asked)
        await desk.poll()
        asked_at += [desk.clock.now()] * (len(desk.feed.asked) - before)
        desk.clock.move(30 * SECOND)
    assert asked_at[:2] == [NOON, NOON], "two queries tell that it is the feed"
    waits = [later - sooner for sooner, later in pairwise(asked_at[1:])]
    assert waits == [30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert not any(desk.feed.tried_again[2:]), "a probe is one call"
    desk.feed.pages = {query: [[row()]] for query in desk.feed.pages}
    desk.clock.move(HOUR)
    await desk.poll()
    assert desk.feed.asked[-3:] == [JFK, LHR, "dep_iata=MAD"]
    assert {each.failures for each in desk.standings.kept.values()} == {0}


async def test_while_the_key_is_at_rest_what_would_be_due_is_put_off() -> None:
    desk = Desk(FeedRateLimitError(5 * MINUTE))
    for _ in range(2):
        await desk.poll()
        desk.clock.move(MINUTE)
    kept = await desk.plans.current()
    assert kept is not None
    assert kept.due == ()
    assert [(call.query, call.due_at) for call in kept.coming] == [(LHR, NOON + 5 * MINUTE)]


async def test_a_spent_month_is_still_spent_after_a_restart() -> None:
    desk = Desk(FeedMonthSpentError("spent"))
    await desk.poll()
    desk.feed.pages[LHR] = [[row()]]
    desk.clock.move(HOUR)
    with capture_logs() as lines:
        await desk.worker()()
    assert desk.feed.asked == [LHR]
    assert [line["log_level"] for line in lines if "nothing is polled" in line["event"]] == ["error"]
    desk.clock.time = datetime(2026, 12, 1, tzinfo=UTC)
    await desk.worker()()
    assert desk.feed.asked == [LHR, LHR]


async def test_a_key_that_was_refused_is_tried_at_once_after_a_restart_and_with_one_call() -> None:
    refusal = FeedRefusedError("invalid_access_key", "check the key")
    desk = Desk(queries={LHR: [refusal], JFK: [refusal]})
    await desk.poll()
    desk.clock.move(MINUTE)
    await desk.poll()
    assert desk.feed.asked == [LHR], "whoever saw it refused waits"
    again = desk.worker()
    for _ in range(2):
        await again()
        desk.clock.move(MINUTE)
    assert desk.feed.asked == [LHR, LHR]
    desk.feed.pages = {LHR: [[row()]], JFK: [[row("BA178", route="JFK-LHR")]]}
    await desk.worker()()
    assert desk.feed.asked == [LHR, LHR, LHR, JFK]


async def test_after_a_restart_a_key_that_was_refused_is_tried_also_where_nothing_is_due_for_hours() -> None:
    desk = Desk(FeedRefusedError("invalid_access_key", "check the key"))
    await desk.poll()
    desk.feed.pages[LHR] = [[row()]]
    desk.planner.queries, desk.planner.coming = [], [call(LHR, due_at=NOON + 7 * HOUR)]
    desk.planner.left = 0
    await desk.worker()()
    assert desk.feed.asked == [LHR]
    desk.planner.left = 97
    await desk.worker()()
    assert desk.feed.asked == [LHR, LHR]
    assert desk.standings.kept[KEY].end is PollEnd.DONE


async def test_a_month_that_is_spent_for_one_plan_is_none_for_a_larger_one() -> None:
    desk = Desk(FeedMonthSpentError("spent"))
    await desk.poll()
    desk.calls.refused.clear()  # as the call book says under another plan
    desk.feed.pages[LHR] = [[row()]]
    await desk.worker()()
    assert len(desk.records) == 1


async def test_an_empty_board_is_looked_at_again_a_minute_later_and_only_then_believed_to_fail() -> None:
    board: list[Page] = [[row("BA117"), row("BA119")]]
    desk = Desk(queries={LHR: board})
    before = counted("flightagents_feed_suspicions_total", suspicion="empty")
    await desk.poll()
    desk.feed.pages[LHR] = [[]]
    desk.clock.move(MINUTE)
    await desk.poll()
    first = desk.standings.kept[LHR]
    assert (first.suspicion, first.failures, first.good_at) == (Suspicion.EMPTY, 1, NOON)
    desk.planner.queries = []  # by its plan it would not ask so soon
    desk.clock.move(59 * SECOND)
    await desk.poll()
    assert len(desk.feed.asked) == 2
    desk.clock.move(SECOND)
    await desk.poll()
    confirmed = desk.standings.kept[LHR]
    assert (confirmed.suspicion, confirmed.failures, confirmed.good_at) == (Suspicion.EMPTY, 2, NOON)
    desk.clock.move(10 * MINUTE)
    await desk.poll()
    assert len(desk.feed.asked) == 3, "from here on the plan says when"
    assert counted("flightagents_feed_suspicions_total", suspicion="empty") == before + 2
    desk.planner.queries = [LHR]
    desk.feed.pages[LHR] = board
    await desk.poll()
    healed = desk.standings.kept[LHR]
    assert (healed.suspicion, healed.failures, healed.good_at) == (None, 0, desk.clock.now())


async def test_nothing_is_probed_once_the_calls_of_the_month_are_made() -> None:
    desk = Desk([row()])
    await desk.poll()
    desk.feed.pages[LHR] = [[]]
    await desk.poll()
    desk.planner.queries, desk.planner.left = [], 0
    desk.clock.move(HOUR)
    await desk.poll()
    assert desk.feed.asked == [LHR, LHR]


async def test_where_nothing_is_asked_at_the_start_that_is_told_at_once() -> None:
    desk = Desk([row()])
    desk.planner.queries, desk.planner.lasts = [], NOON
    with capture_logs() as lines:
        await desk.poll()
    assert [line["log_level"] for line in lines if "queries of the settings" in line["event"]] == ["warning"]


async def test_that_the_months_calls_are_made_is_told_once_whenever_it_comes() -> None:
    desk = Desk([row()])
    with capture_logs() as lines:
        await desk.poll()
        assert not [line for line in lines if line["log_level"] == "error"]
        desk.planner.queries, desk.planner.left = [], 0
        desk.planner.coming = [call(LHR, due_at=NOON + MINUTE)]
        for _ in range(2):
            desk.clock.move(MINUTE)
            await desk.poll()
    kept = await desk.plans.current()
    assert kept is not None
    assert kept.rest == Rest(PollEnd.MONTH_SPENT, kept.forecast.month_ends)
    assert [each.due_at for each in kept.coming] == [kept.forecast.month_ends]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == [
        "nothing is polled until the month turns: the plan's 0 calls are spent"
    ]


async def test_at_the_start_it_is_told_once_how_long_the_queries_last() -> None:
    desk = Desk([row()])
    desk.planner.lasts = NOON + 97 * MINUTE
    with capture_logs() as lines:
        for _ in range(2):
            await desk.poll()
    (told,) = [line for line in lines if "queries of the settings" in line["event"]]
    assert "at their interval the calls would last 1 h 37 min" in told["event"]
