"""What counts as hanging, and what only looks like it."""

from datetime import timedelta

from flightagents.domain.watchdog import (
    Bounds,
    Cause,
    Look,
    Standing,
    Still,
    Verdict,
    judge_process,
    judge_progress,
    look_again,
    nearness,
)

SECOND = timedelta(seconds=1)
BOUNDS = Bounds(progress=300 * SECOND, commit=600 * SECOND, stall=60 * SECOND, memory=512 * 2**20)
INTERVAL = BOUNDS.interval.total_seconds()


def at(partition: int = 0, *, done: int = 0, committed: int | None = None, end: int | None = 10) -> Standing:
    return Standing("flight-topic", partition, done, done if committed is None else committed, end)


class Days:
    """Looks at a worker at the usual times; tells the first verdict."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.still = Still(self.now)
        self.verdict: Verdict | None = None

    def see(self, *partitions: Standing, seconds: float, waits_for: str | None = None) -> "Days":
        end = self.now + seconds
        while self.now < end and self.verdict is None:
            self.now += INTERVAL
            look = Look(partitions, waits_for)
            self.still = look_again(self.still, look, self.now, BOUNDS.interval)
            self.verdict = judge_progress(self.still, look, BOUNDS)
        return self

    def sleep(self, seconds: float) -> "Days":
        self.now += seconds
        return self


def test_records_that_wait_while_none_is_done_end_the_worker() -> None:
    assert Days().see(at(), seconds=300).verdict is None
    assert Days().see(at(), seconds=330).verdict == Verdict(
        Cause.NO_PROGRESS, "flight-topic: 10 records wait and none was done for 315 s"
    )


def test_a_worker_with_nothing_to_do_or_no_partition_lives() -> None:
    assert Days().see(at(done=10), seconds=2000).verdict is None
    assert Days().see(seconds=2000).verdict is None


def test_a_slow_worker_lives() -> None:
    days = Days()
    for done in range(9):
        assert days.see(at(done=done), seconds=290).verdict is None


def test_what_was_idle_for_long_gets_its_time_once_something_comes() -> None:
    assert Days().see(at(done=10), seconds=2000).see(at(done=10, end=11), seconds=300).verdict is None


def test_a_partition_that_is_not_committed_ends_the_worker_though_another_gets_on() -> None:
    days = Days()
    for done in range(40):
        days.see(at(0, done=5, committed=0), at(1, done=done, end=100), seconds=30)
    assert days.verdict is not None
    assert days.verdict.cause is Cause.COMMIT_OLD
    assert days.verdict.detail.startswith("flight-topic/0: 10 records wait and none was committed for 6")


def test_a_topic_that_stands_still_ends_the_worker_though_another_gets_on() -> None:
    days = Days()
    for done in range(12):
        days.see(at(), Standing("flight-change-topic", 0, done, done, 100), seconds=30)
    assert days.verdict is not None
    assert days.verdict.detail.startswith("flight-topic: ")


def test_waiting_for_something_with_a_name_is_no_hanging_and_stops_the_clock() -> None:
    days = Days().see(at(), seconds=285).see(at(), seconds=3000, waits_for="MongoDB")
    assert days.verdict is None
    assert days.see(at(), seconds=45).verdict is not None, "it had used most of its time before"


def test_while_the_broker_does_not_say_where_a_log_ends_the_clock_rests() -> None:
    assert Days().see(at(), seconds=200).see(at(end=None), seconds=3000).see(at(), seconds=90).verdict is None


def test_a_process_that_slept_did_not_hang() -> None:
    assert Days().see(at(), seconds=200).sleep(100_000).see(at(), seconds=60).verdict is None


def test_a_partition_that_comes_in_a_rebalance_begins_anew() -> None:
    days = Days().see(at(), seconds=285).see(at(), at(1), seconds=285)
    assert days.verdict is None
    assert days.see(at(), at(1), seconds=45).verdict is not None


def test_it_can_be_told_how_near_the_end_is() -> None:
    found = nearness(Days().see(at(), seconds=150).still, BOUNDS)
    assert found[Cause.NO_PROGRESS] == (150 - INTERVAL) / 300
    assert found[Cause.COMMIT_OLD] == (150 - INTERVAL) / 600
    assert set(nearness(Still(0.0), BOUNDS).values()) == {0.0}


def test_an_event_loop_that_is_silent_for_too_long_ends_the_worker() -> None:
    assert judge_process(60 * SECOND, 0, BOUNDS) is None
    assert judge_process(61 * SECOND, 0, BOUNDS) == Verdict(
        Cause.LOOP_STALLED, "the event loop got to nothing for 61 s"
    )


def test_too_much_memory_ends_the_worker_where_there_is_a_limit() -> None:
    assert judge_process(SECOND, 512 * 2**20, BOUNDS) is None
    assert judge_process(SECOND, 600 * 2**20, BOUNDS) == Verdict(
        Cause.MEMORY, "600 MB are in memory, 512 MB are allowed"
    )
    unlimited = Bounds(progress=SECOND, commit=SECOND, stall=60 * SECOND)
    assert judge_process(SECOND, 2**50, unlimited) is None
