"""A run of the poller: what reaches the topics, and what stops it."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from flightagents.domain.polls import PollEnd, PollReport
from flightagents.errors import (
    CallsCountedOutError,
    FeedMonthSpentError,
    FeedOutageError,
    FeedRateLimitError,
    FeedRefusedError,
    LeaseLostError,
)
from flightagents.handlers.poll import message_key
from flightagents.records import (
    FLIGHT_TOPIC,
)
from flightagents.settings import PartitionBy
from tests.support.counted import counted
from tests.support.polling import JFK, LHR, Desk, Page
from tests.support.rows import MINUTE, NOON, row

HOUR = timedelta(hours=1)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def test_each_row_becomes_one_record_of_its_run() -> None:
    desk = Desk([row("BA117"), row("BA119")], [row("BA121")])
    await desk.poll()
    assert [(record.designator, record.run, record.polled_at) for record in desk.records] == [
        ("BA117", 1, NOON),
        ("BA119", 1, NOON),
        ("BA121", 1, NOON),
    ]


async def test_runs_are_numbered_and_timed_by_the_lease() -> None:
    desk = Desk([row()])
    await desk.poll()
    desk.clock.move(MINUTE)
    await desk.poll()
    assert [(record.run, record.polled_at) for record in desk.records] == [(1, NOON), (2, NOON + MINUTE)]


async def test_without_the_lease_nothing_is_asked() -> None:
    desk = Desk([row()])
    desk.book.owner, desk.book.expired = "another", False
    await desk.poll()
    assert desk.feed.asked == []
    assert desk.publisher.topics == {}


async def test_a_leader_that_lost_its_lease_while_fetching_publishes_nothing() -> None:
    desk = Desk([row("BA117"), {"nonsense": 1}], [row("BA119")])
    desk.feed.meanwhile = desk.lose_lease
    with pytest.raises(LeaseLostError, match="run 1 publishes nothing"):
        await desk.poll()
    assert desk.publisher.topics == {}


async def test_a_leader_that_lost_its_lease_in_a_failing_query_publishes_nothing() -> None:
    desk = Desk([row()], FeedOutageError("HTTP 503"))
    await desk.poll()
    assert len(desk.records) == 1
    desk.clock.move(MINUTE)
    desk.feed.meanwhile = desk.lose_lease
    with pytest.raises(LeaseLostError):
        await desk.poll()
    assert len(desk.records) == 1


async def test_a_bad_row_is_dead_lettered_with_its_place_and_its_neighbours_go_on() -> None:
    desk = Desk([row("BA117"), {"flight": None}, row("BA119")])
    await desk.poll()
    assert [record.designator for record in desk.records] == ["BA117", "BA119"]
    (letter,) = desk.letters
    assert letter.place == {"run": 1, "query": LHR, "offset": 0, "row": 1}
    assert letter.raw == '{"flight":null}'
    assert letter.source == "feed"


async def test_leading_rows_are_published_first_then_by_designator() -> None:
    desk = Desk(
        [row("IB4222", operated_by="BA117"), row("BA119"), row("AA6143", operated_by="BA117"), row("BA117")]
    )
    await desk.poll()
    assert [(record.designator, record.leads) for record in desk.records] == [
        ("BA117", True),
        ("BA119", True),
        ("AA6143", False),
        ("IB4222", False),
    ]


async def test_every_record_carries_all_numbers_that_the_run_brought_for_its_flight() -> None:
    desk = Desk([row("BA117"), row("AA6143", operated_by="BA117")], [row("IB4222", operated_by="BA117")])
    await desk.poll()
    assert {record.marketed_as for record in desk.records} == {("AA6143", "IB4222")}


async def test_a_row_that_two_queries_bring_is_published_once() -> None:
    desk = Desk(queries={LHR: [[row()]], JFK: [[row()]]})
    await desk.poll()
    assert desk.feed.asked == [LHR, JFK]
    assert len(desk.records) == 1


@pytest.mark.parametrize(
    ("partition_by", "key"),
    [
        (PartitionBy.FLIGHT, b"BA117|2026-11-22|LHR|JFK"),
        (PartitionBy.AIRPORT, b"LHR"),
        (PartitionBy.AIRLINE, b"BA"),
    ],
)
async def test_all_rows_of_a_flight_have_the_key_that_the_setting_asks_for(
    partition_by: PartitionBy, key: bytes
) -> None:
    desk = Desk([row("BA117"), row("AA6143", operated_by="BA117")], partition_by=partition_by)
    await desk.poll()
    assert {message.key for message in desk.publisher.on(FLIGHT_TOPIC)} == {key}


def test_an_icao_only_flight_is_keyed_by_its_icao_airline() -> None:
    assert message_key("BAW117|2026-11-22|EGLL|KJFK", PartitionBy.AIRLINE) == "BAW"


async def test_a_rate_limit_keeps_what_came_and_waits_as_long_as_it_says() -> None:
    too_fast = FeedRateLimitError(timedelta(minutes=5))
    desk = Desk(queries={LHR: [[row()], too_fast], JFK: [[row("BA178", route="LHR-MAD")]]})
    await desk.poll()
    assert desk.feed.asked == [LHR], "the other queries would only be refused as well"
    assert len(desk.records) == 1
    desk.clock.move(timedelta(minutes=4, seconds=59))
    await desk.poll()
    assert desk.feed.asked == [LHR]
    assert desk.book.run == 1
    desk.feed.pages[LHR] = [[row()]]
    desk.clock.move(timedelta(seconds=1))
    await desk.poll()
    assert desk.feed.asked == [LHR, LHR, JFK]
    assert len(desk.records) == 3


async def test_a_rate_limit_is_in_real_seconds_however_fast_the_clock_runs() -> None:
    desk = Desk(FeedRateLimitError(timedelta(seconds=10)))
    desk.clock.speed = 120
    await desk.poll()
    desk.clock.move(timedelta(minutes=19, seconds=59))
    await desk.poll()
    assert desk.feed.asked == [LHR]
    desk.clock.move(timedelta(seconds=2))
    await desk.poll()
    assert desk.feed.asked == [LHR, LHR]


async def test_a_rate_limit_that_names_no_time_is_over_at_the_next_tick() -> None:
    desk = Desk(FeedRateLimitError(timedelta()))
    await desk.poll()
    await desk.poll()
    assert desk.feed.asked == [LHR, LHR]


async def test_what_our_own_count_says_is_not_called_aviationstack_s_word() -> None:
    for error, said in ((CallsCountedOutError("100 are made"), False), (FeedMonthSpentError("spent"), True)):
        desk = Desk(error)
        await desk.poll()
        assert (await desk.calls.spent()).refused is said


@pytest.mark.parametrize(
    ("spent_on", "turns"),
    [
        (datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)),
    ],
)
async def test_a_spent_month_is_waited_out(spent_on: datetime, turns: datetime) -> None:
    desk = Desk(FeedMonthSpentError("spent"))
    desk.clock.time = spent_on
    await desk.poll()
    desk.clock.time = turns - timedelta(seconds=1)
    await desk.poll()
    assert desk.feed.asked == [LHR]
    desk.clock.time = turns
    await desk.poll()
    assert desk.feed.asked == [LHR, LHR]


async def test_a_day_that_the_plan_does_not_sell_is_refused_once_in_a_run() -> None:
    refusal = FeedRefusedError("function_access_restricted", "book a larger plan", query_only=True)
    first, second = (f"flight_iata=BA{number}&flight_date=2026-11-23" for number in (117, 119))
    desk = Desk(queries={first: [refusal], second: [[row()]], LHR: [[row()]]})
    await desk.poll()
    assert desk.feed.asked == [first, LHR]


async def test_a_refused_query_is_left_for_an_hour_and_the_others_go_on() -> None:
    refusal = FeedRefusedError("validation_error", "no such airport", query_only=True)
    desk = Desk(queries={JFK: [refusal], LHR: [[row()]]})
    for _ in range(2):
        await desk.poll()
        desk.clock.move(MINUTE)
    assert desk.feed.asked == [JFK, LHR, LHR]
    assert len(desk.records) == 2
    desk.clock.time = NOON + HOUR
    await desk.poll()
    assert desk.feed.asked == [JFK, LHR, LHR, JFK, LHR]


async def test_where_every_query_is_refused_no_run_begins() -> None:
    refusal = FeedRefusedError("validation_error", "no such airport", query_only=True)
    desk = Desk(queries={JFK: [refusal], LHR: [refusal]})
    for _ in range(2):
        await desk.poll()
    assert desk.book.run == 1


async def test_a_refused_key_is_told_once_and_tried_again_an_hour_later() -> None:
    desk = Desk(queries={JFK: [FeedRefusedError("invalid_access_key", "set another")], LHR: [[row()]]})
    with capture_logs() as lines:
        for _ in range(60):
            await desk.poll()
            desk.clock.move(MINUTE)
    assert desk.feed.asked == [JFK]
    assert desk.book.run == 1
    assert [line["log_level"] for line in lines].count("error") == 1
    assert [line["event"] for line in lines].count("polled") == 1

    desk.feed.pages[JFK] = [[row()]]
    await desk.poll()
    assert desk.feed.asked == [JFK, JFK, LHR]
    assert len(desk.records) == 1


async def test_an_outage_of_one_query_keeps_what_came_and_asks_the_others() -> None:
    desk = Desk(queries={JFK: [[row("BA178", route="LHR-MAD")], FeedOutageError("HTTP 503")], LHR: [[row()]]})
    await desk.poll()
    assert [record.designator for record in desk.records] == ["BA117", "BA178"]
    desk.clock.move(29 * SECOND)
    await desk.poll()
    assert desk.feed.asked == [JFK, LHR, LHR], "an outage is given some time to heal"
    desk.clock.move(SECOND)
    await desk.poll()
    assert desk.feed.asked == [JFK, LHR, LHR, JFK, LHR]


async def test_an_empty_answer_publishes_nothing_and_is_no_error() -> None:
    desk = Desk([])
    await desk.poll()
    assert desk.records == []
    assert desk.letters == []


# How a run ended, for whoever wants to know whether the feed is blind


async def ended(desk: Desk) -> PollReport:
    standing = await desk.polls.last()
    assert standing is not None
    return standing.report


async def test_each_run_is_noted_with_what_it_brought() -> None:
    desk = Desk([row("BA117"), {"flight": None}, row("BA119")])
    await desk.poll()
    assert await ended(desk) == PollReport(
        run=1, polled_at=NOON, by="me", end=PollEnd.DONE, rows=3, records=2, unreadable=1
    )


@pytest.mark.parametrize(
    ("error", "end", "code", "again_at"),
    [
        (FeedOutageError("HTTP 503"), PollEnd.OUTAGE, "", None),
        (FeedRateLimitError(5 * MINUTE), PollEnd.TOO_FAST, "", NOON + 5 * MINUTE),
        (FeedRefusedError("invalid_access_key", "x"), PollEnd.REFUSED, "invalid_access_key", NOON + HOUR),
        (FeedMonthSpentError("x"), PollEnd.MONTH_SPENT, "usage_limit_reached", DECEMBER),
        (CallsCountedOutError("100 are made"), PollEnd.MONTH_SPENT, "", DECEMBER),
        (FeedRefusedError("no_such", "x", query_only=True), PollEnd.QUERY_REFUSED, "no_such", None),
    ],
)
async def test_a_run_that_failed_is_noted_with_its_kind(
    error: Exception, end: PollEnd, code: str, again_at: datetime | None
) -> None:
    desk = Desk(error)
    await desk.poll()
    report = await ended(desk)
    assert (report.end, report.code, report.again_at) == (end, code, again_at)


async def test_of_several_queries_the_gravest_end_is_noted() -> None:
    refusal = FeedRefusedError("no_such", "x", query_only=True)
    desk = Desk(queries={JFK: [FeedOutageError("HTTP 503")], LHR: [refusal], "dep_iata=MAD": [[row()]]})
    await desk.poll()
    assert (await ended(desk)).end is PollEnd.OUTAGE


async def test_a_query_that_is_left_alone_is_still_refused_until_it_is_tried_again() -> None:
    refusal = FeedRefusedError("no_such", "x", query_only=True)
    desk = Desk(queries={JFK: [refusal], LHR: [[row()]]})
    for _ in range(2):
        await desk.poll()
        desk.clock.move(MINUTE)
    report = await ended(desk)
    assert (report.run, report.end, report.code) == (2, PollEnd.QUERY_REFUSED, "no_such")
    desk.feed.pages[JFK] = [[row()]]
    desk.clock.move(HOUR)
    await desk.poll()
    assert (await ended(desk)).end is PollEnd.DONE


async def test_a_run_that_lost_its_lease_notes_nothing() -> None:
    desk = Desk([row()])
    desk.feed.meanwhile = desk.lose_lease
    with pytest.raises(LeaseLostError):
        await desk.poll()
    assert await desk.polls.last() is None


# What Prometheus is shown

REFUSED_ALL = FeedRefusedError("invalid_access_key", "check the key")
REFUSED_ONE = FeedRefusedError("function_access_restricted", "leave it out", query_only=True)


@pytest.mark.parametrize(
    ("first", "second", "outcome", "answered"),
    [
        ([row()], [row("BA119")], "done", True),
        ([row()], FeedOutageError("503"), "outage", True),
        (REFUSED_ONE, [row()], "query_refused", True),
        (FeedOutageError("503"), FeedOutageError("503"), "outage", False),
        (REFUSED_ALL, [row()], "refused", False),
        (FeedRateLimitError(MINUTE), [row()], "too_fast", False),
        (FeedMonthSpentError(), [row()], "month_spent", False),
    ],
)
async def test_each_run_is_counted_once_by_how_it_ended(
    first: Page, second: Page, outcome: str, answered: bool
) -> None:
    desk = Desk(queries={JFK: [first], LHR: [second]})
    before = counted("flightagents_polls_total", outcome=outcome)
    last = counted("flightagents_last_poll_timestamp_seconds")
    desk.epoch = last + 60
    await desk.poll()
    assert counted("flightagents_polls_total", outcome=outcome) == before + 1
    assert counted("flightagents_last_poll_timestamp_seconds") == (desk.epoch if answered else last)


async def test_a_run_that_gave_way_is_counted_as_such_and_its_rows_are_not() -> None:
    def now() -> tuple[float, float]:
        gave_way = counted("flightagents_polls_total", outcome="gave_way")
        return gave_way, counted("flightagents_rows_polled_total")

    desk = Desk([row()])
    desk.feed.meanwhile = desk.lose_lease
    runs, rows = now()
    with pytest.raises(LeaseLostError):
        await desk.poll()
    assert now() == (runs + 1, rows)


async def test_rows_and_dead_letters_are_counted_when_they_are_published() -> None:
    def now() -> tuple[float, float]:
        letters = counted("flightagents_dead_letters_total", reason="no_designator")
        return counted("flightagents_rows_polled_total"), letters

    nameless = {**row(), "flight": {"number": None, "iata": None, "icao": None, "codeshared": None}}
    rows, letters = now()
    await Desk([row("BA117"), row("BA119"), nameless]).poll()
    assert now() == (rows + 3, letters + 1)
