"""How a worker that hangs is ended, and what it says last."""

import asyncio
import threading
from datetime import timedelta

import pytest
import structlog

from flightagents.domain.watchdog import Bounds, Look, Standing
from flightagents.waits import NOTABLE, Waits
from flightagents.watchdog import BEAT, EXIT_CODE, Watchdog
from tests.support.judges import Ticks

SECOND = timedelta(seconds=1)
STUCK = Look([Standing("flight-topic", 0, 3, 3, 10)])


class Process:
    """A worker's process, as its watchdog sees it."""

    def __init__(self, *, ends: bool = True) -> None:
        self.ticks = Ticks()
        self.memory = 100
        self.left: list[int] = []
        self.asked_to_end = 0
        self._ends = ends
        bounds = Bounds(progress=SECOND / 1000, commit=SECOND, stall=60 * SECOND, memory=1000)
        self.dog = Watchdog(
            bounds,
            memory=lambda: self.memory,
            end=self._end,
            leave=self.left.append,
            ticks=self.ticks,
            patience=timedelta(),
        )

    def _end(self) -> None:
        self.asked_to_end += 1
        if self._ends:
            assert self.dog.ends_it, "so that it is not noted as ended by an operator"
            self.dog.leave()

    def live(self, span: timedelta) -> bool:
        """Let time go by while the watchdog looks but the event loop does not come to its turn."""
        end = self.ticks.now + span.total_seconds()
        ended = False
        while self.ticks.now < end and not ended:
            self.ticks.move(BEAT)
            ended = self.dog.glance()
        return ended


def test_a_blocked_event_loop_is_ended_at_once_and_its_stack_is_told() -> None:
    process = Process()
    secret_of_a_traveller = "anna@example.org"
    with structlog.testing.capture_logs() as lines:
        assert not process.live(60 * SECOND)
        assert process.live(SECOND)
    assert (process.left, process.asked_to_end) == ([EXIT_CODE], 0)
    (line,) = lines
    assert line["event"] == "the watchdog ends this worker"
    assert line["reason"] == "loop_stalled"
    assert any("test_watchdog.py" in frame for frame in line["at"])
    assert secret_of_a_traveller not in repr(line)


def test_a_process_that_was_stopped_gets_its_time_anew() -> None:
    process = Process()
    process.live(50 * SECOND)
    process.ticks.move(timedelta(hours=8))  # a closed laptop, or SIGSTOP
    assert not process.live(60 * SECOND)
    assert process.live(SECOND)


def test_too_much_memory_ends_the_worker_in_order() -> None:
    process = Process()
    process.memory = 1001
    with structlog.testing.capture_logs() as lines:
        assert process.dog.glance()
    assert (process.left, process.asked_to_end) == ([EXIT_CODE], 1)
    assert lines[0]["reason"] == "memory"


def test_a_worker_that_does_not_end_in_order_is_ended_all_the_same() -> None:
    process = Process(ends=False)
    process.memory = 1001
    assert process.dog.glance()
    assert (process.left, process.asked_to_end) == ([EXIT_CODE], 1)


async def test_a_worker_that_gets_nowhere_is_ended_at_the_next_glance() -> None:
    process = Process()
    looks = 0

    async def look() -> Look:
        nonlocal looks
        looks += 1
        process.ticks.move(SECOND)
        if looks == 40:
            raise asyncio.CancelledError
        return STUCK

    assert not process.dog.glance()
    with pytest.raises(asyncio.CancelledError):
        await process.dog.follow(look)
    assert process.dog.glance()
    assert process.left == [EXIT_CODE]


async def test_the_guard_rests_when_the_worker_ends() -> None:
    process = Process()
    before = set(threading.enumerate())
    process.dog.start()
    (guard,) = set(threading.enumerate()) - before
    process.dog.rest()
    await asyncio.to_thread(guard.join, 5)
    assert not guard.is_alive()
    assert process.left == []


def test_what_is_waited_for_has_a_name_once_it_takes_long() -> None:
    ticks = Ticks()
    waits = Waits(ticks)
    assert waits.named() is None
    with waits.on("MongoDB"):
        ticks.move(NOTABLE)
        assert waits.named() is None, "an answer takes a moment"
        with waits.on("Kafka"):
            ticks.move(SECOND)
            assert waits.named() == "MongoDB"
        assert waits.named() == "MongoDB"
    assert waits.named() is None
