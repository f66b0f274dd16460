"""What is wrong, in words, from the facts: each problem shows when it should, and only then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.faults import Fault, Gravity, Problem
from flightagents.domain.health import Backlog, Budget, CallsMade, Facts, Letters, calls_of
from flightagents.domain.polls import PollEnd, PollReport, PollStanding
from flightagents.domain.problems import problems_of
from flightagents.domain.system_health import health_of
from flightagents.domain.vital_signs import ChannelSigns, ChannelState, Latency, Measure, Owned
from tests.support.feed_plans import FORECAST, plan
from tests.support.health import REAL, SECOND, facts, worker
from tests.support.rows import NOON

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def faults(known: Facts) -> list[Fault]:
    return [problem.fault for problem in problems_of(known)]


def only(known: Facts) -> Problem:
    (problem,) = problems_of(known)
    return problem


def polled(
    end: PollEnd, *, good_for: timedelta = timedelta(), failures: int = 1, code: str = ""
) -> PollStanding:
    report = PollReport(run=9, polled_at=NOON, by="one", end=end, code=code)
    return PollStanding(
        report=report,
        noted_at=REAL,
        failures=failures,
        failing_since=REAL - good_for,
        good_at=REAL - good_for,
    )


def owned(**changed: Any) -> list[Owned]:  # noqa: ANN401 - any field
    return [replace(Owned("flight-topic", 0, 90, 100), **changed), Owned("flight-topic", 1, 50, 50)]


def channels(state: ChannelState, reason: str = "") -> list[ChannelSigns]:
    return [ChannelSigns(Channel.EMAIL, state, reason), ChannelSigns(Channel.SMS, ChannelState.NOT_SET)]


def slow(measure: Measure, seconds: float) -> dict[Measure, Latency]:
    return {measure: Latency(seconds, seconds, seconds, 5)}


def test_a_healthy_system_has_no_problem() -> None:
    assert problems_of(facts()) == []


def test_of_a_system_that_has_just_started_nothing_is_told_but_what_is_not_there_yet() -> None:
    fresh = worker(leader=False, recovered=False, assigned=False, owned=[], topics={})
    known = facts([replace(fresh, started_at=REAL)], poll=None, lease=None)
    assert faults(known) == [Fault.NO_LEADER, Fault.TABLE_RECOVERING]


@pytest.mark.parametrize(
    ("workers", "fault", "gravity"),
    [
        ([], Fault.NO_WORKER, Gravity.CRITICAL),
        ([worker(stopped=True)], Fault.NO_WORKER, Gravity.CRITICAL),
        ([worker(leader=False)], Fault.NO_LEADER, Gravity.CRITICAL),
        ([worker(), worker("two", version="1.1", leader=False)], Fault.VERSIONS_DIFFER, Gravity.WARNING),
        ([worker(), worker("two", speed=60.0)], Fault.MODES_DIFFER, Gravity.CRITICAL),
        ([worker(key="1a"), worker("two", key="2b")], Fault.KEYS_DIFFER, Gravity.CRITICAL),
        ([worker(skew=5.1)], Fault.CLOCK_SKEW, Gravity.WARNING),
        ([worker(skew=-61.0)], Fault.CLOCK_SKEW, Gravity.CRITICAL),
        ([worker(latencies=slow(Measure.MONGODB_WRITE, 0.6))], Fault.MONGODB_SLOW, Gravity.WARNING),
        ([worker(latencies=slow(Measure.MONGODB_WRITE, 6))], Fault.MONGODB_SLOW, Gravity.CRITICAL),
        ([worker(latencies=slow(Measure.EVENT_LOOP_DELAY, 2))], Fault.WORKER_OVERLOADED, Gravity.WARNING),
        ([worker(recovered=False)], Fault.TABLE_RECOVERING, Gravity.NOTE),
        ([worker(owned=owned()[:1])], Fault.PARTITION_UNOWNED, Gravity.CRITICAL),
        ([worker(owned=owned()[:1], assigned=False)], Fault.PARTITION_UNOWNED, Gravity.NOTE),
        (
            [worker(owned=owned(still_since=REAL - 61 * SECOND))],
            Fault.PARTITION_STANDS_STILL,
            Gravity.CRITICAL,
        ),
        ([worker(owned=owned(least_lag=2200, least_lag_before=2000))], Fault.LAG_GROWS, Gravity.WARNING),
        ([worker(polls=False)], Fault.NOTHING_POLLED, Gravity.WARNING),
        ([worker(channels=channels(ChannelState.NOT_SET))], Fault.NO_CHANNEL, Gravity.CRITICAL),
        ([worker(delivery="shadow")], Fault.SHADOW, Gravity.NOTE),
        ([worker(delivery="off")], Fault.DELIVERY_OFF, Gravity.WARNING),
    ],
)
def test_each_fault_of_workers_is_told(workers: list[Any], fault: Fault, gravity: Gravity) -> None:
    problem = only(facts(workers))
    assert (problem.fault, problem.severity) == (fault, gravity)
    assert problem.what.endswith(".")
    assert problem.do.endswith((".", ")."))


@pytest.mark.parametrize(
    "healthy",
    [
        worker(skew=4.9),
        worker(skew=None),
        worker(latencies=slow(Measure.MONGODB_WRITE, 0.4)),
        worker(latencies={}),
        worker(owned=owned(still_since=REAL - 59 * SECOND)),
        worker(owned=owned(end=900, least_lag=900, least_lag_before=100)),
        worker(owned=owned(end=5000, least_lag=5000, least_lag_before=6000)),
        worker(owned=owned(end=1700, least_lag=1601, least_lag_before=1571)),
        worker(owned=owned(end=9000, least_lag=0, least_lag_before=0)),
        worker(owned=owned(end=9000, least_lag=9000, least_lag_before=None)),
        worker(owned=owned(end=None)),
        worker(channels=channels(ChannelState.WORKS)),
    ],
)
def test_what_is_within_bounds_is_no_fault(healthy: Any) -> None:  # noqa: ANN401 - a worker
    assert problems_of(facts([healthy])) == []


def test_a_worker_that_went_silent_is_told_for_a_while() -> None:
    def gone(ago: timedelta) -> Facts:
        return facts([worker(), worker("two", seen_at=REAL - ago, leader=False, owned=[])])

    assert faults(gone(20 * SECOND)) == []
    problem = only(gone(21 * SECOND))
    assert (problem.fault, problem.since) == (Fault.WORKER_SILENT, REAL - 21 * SECOND)
    assert faults(gone(15 * MINUTE)) == [], "another has its work by now"


def test_what_a_gone_worker_had_is_nobodys() -> None:
    silent = worker("two", seen_at=REAL - MINUTE, owned=owned()[1:])
    known = facts([worker(owned=owned()[:1]), silent])
    assert faults(known) == [Fault.PARTITION_UNOWNED, Fault.WORKER_SILENT]
    assert "partition 1 of flight-topic" in problems_of(known)[0].what
    assert [each.owner for each in health_of(known).partitions] == ["one", None]


def test_workers_that_do_not_agree_whether_to_send_are_told_of_first() -> None:
    known = facts([worker(), worker("two", delivery="shadow", leader=False)])
    assert faults(known) == [Fault.MODES_DIFFER, Fault.SHADOW]
    assert "live, shadow" in problems_of(known)[0].what


@pytest.mark.parametrize(
    ("poll", "fault", "words"),
    [
        (
            polled(PollEnd.OUTAGE, good_for=4 * MINUTE, failures=4),
            Fault.FEED_BLIND,
            "4 runs in a row failed",
        ),
        (polled(PollEnd.TOO_FAST, good_for=4 * MINUTE), Fault.FEED_BLIND, "asks us to slow down"),
        (polled(PollEnd.REFUSED, code="invalid_access_key"), Fault.KEY_REFUSED, "(invalid_access_key)"),
        (polled(PollEnd.QUERY_REFUSED, code="no_such"), Fault.QUERY_REFUSED, "(no_such)"),
        (polled(PollEnd.MONTH_SPENT, good_for=DAY), Fault.CALLS_SPENT, "are spent"),
    ],
)
def test_a_feed_that_does_not_answer_is_told(poll: PollStanding | None, fault: Fault, words: str) -> None:
    problem = only(facts(poll=poll))
    assert problem.fault is fault
    assert words in problem.what


def test_one_run_that_failed_is_no_blindness() -> None:
    assert problems_of(facts(poll=polled(PollEnd.OUTAGE, good_for=2 * MINUTE))) == []
    assert problems_of(facts(poll=polled(PollEnd.OUTAGE, good_for=MINUTE, failures=3))) == []


def test_some_that_failed_in_a_row_are() -> None:
    often = facts(poll=polled(PollEnd.OUTAGE, good_for=2 * MINUTE, failures=3))
    assert faults(often) == [Fault.FEED_BLIND]


@pytest.mark.parametrize("poll", [None, polled(PollEnd.DONE, good_for=7 * DAY)])
def test_that_nothing_is_asked_for_days_is_well_while_somebody_plans(poll: PollStanding | None) -> None:
    assert problems_of(facts(poll=poll)) == []


@pytest.mark.parametrize("planned_at", [None, REAL - 6 * MINUTE])
def test_that_nobody_plans_is_told(planned_at: datetime | None) -> None:
    problem = only(facts(planned_at=planned_at))
    assert problem.fault is Fault.FEED_BLIND
    assert "nobody has planned" in problem.what


def test_a_channel_that_stopped_is_told_once_with_its_setting() -> None:
    stopped = channels(ChannelState.STOPPED, "the login is refused: check FLIGHTAGENTS_SMTP_PASSWORD")
    known = facts([worker(channels=stopped), worker("two", channels=stopped, leader=False)])
    problem = only(known)
    assert problem.fault is Fault.CHANNEL_STOPPED
    assert "FLIGHTAGENTS_SMTP_PASSWORD" in problem.what


@pytest.mark.parametrize(
    ("waits", "speed", "gravity"),
    [
        (timedelta(minutes=3), 1.0, Gravity.WARNING),
        (timedelta(minutes=11), 1.0, Gravity.CRITICAL),
        (timedelta(minutes=360), 120.0, Gravity.WARNING),
        (timedelta(minutes=2), 1.0, None),
        (timedelta(minutes=200), 120.0, None),
    ],
)
def test_messages_that_should_have_left_are_told_in_real_time(
    waits: timedelta, speed: float, gravity: Gravity | None
) -> None:
    known = facts([worker(speed=speed)], speed=speed, backlog=Backlog(40, NOON - waits))
    assert [problem.severity for problem in problems_of(known)] == ([gravity] if gravity else [])
    if gravity:
        assert only(known).since == REAL - waits / speed


def test_where_nothing_is_to_be_sent_nothing_is_stuck() -> None:
    known = facts([worker(delivery="off")], backlog=Backlog(40, NOON - DAY))
    assert faults(known) == [Fault.DELIVERY_OFF]


@pytest.mark.parametrize(
    ("letters", "told"),
    [(Letters(900, 10, 4), True), (Letters(900, 9, 0), False), (Letters(900, 10, 5), False)],
)
def test_dead_letters_that_rise_are_told(letters: Letters, told: bool) -> None:
    assert faults(facts(letters=letters)) == [Fault.DEAD_LETTERS_RISE] * told


# Calls: it is noon on 22 November, and 8.5 days are left of the month


@pytest.mark.parametrize(("month", "left"), [(9_000, 1_000), (10_000, 0), (12_000, 0)])
def test_calls_that_are_made_are_told_when_none_is_left(month: int, left: int) -> None:
    since = datetime(2026, 11, 21, tzinfo=UTC)
    known = facts(calls=CallsMade(month, 300, since))
    assert calls_of(known).left == left
    assert faults(known) == ([] if left else [Fault.CALLS_SPENT])


def test_a_plan_that_cannot_serve_its_bookings_is_told() -> None:
    few = plan(forecast=replace(FORECAST, watched=2_000, calls_each=4.5))
    problem = only(facts(plan=few))
    assert (problem.fault, problem.severity) == (Fault.CALLS_RUN_OUT, Gravity.WARNING)
    assert "4.5 for each of 2,000 flights booked or likely to be" in problem.what


def test_queries_that_would_use_up_the_month_are_told_of() -> None:
    problem = only(facts(plan=plan(queries_last_until=datetime(2026, 11, 24, tzinfo=UTC))))
    assert (problem.fault, problem.severity) == (Fault.CALLS_RUN_OUT, Gravity.NOTE)
    assert "by 24 November: none is asked" in problem.what
    stretched = plan(queries_every=DAY, queries_last_until=datetime(2026, 11, 24, tzinfo=UTC))
    assert "by 24 November: they are asked more rarely" in only(facts(plan=stretched)).what


def test_where_nothing_limits_the_calls_nothing_is_foretold() -> None:
    known = facts(calls=CallsMade(9_000, 900, NOON - DAY), budget=Budget("free", None))
    calls = calls_of(known)
    assert (calls.left, calls.a_day) == (None, 900.0)
    assert problems_of(known) == []


def test_all_workers_together_make_the_rates_and_the_slowest_the_latencies() -> None:
    fast, slower = slow(Measure.MONGODB_WRITE, 0.01), slow(Measure.MONGODB_WRITE, 0.2)
    known = facts([worker(latencies=fast), worker("two", latencies=slower, leader=False)])
    health = health_of(known)
    assert health.rates.records == 20.0
    assert health.latencies == {Measure.MONGODB_WRITE: Latency(0.2, 0.2, 0.2, 10)}
    assert [each.state for each in health.workers] == ["live", "live"]
