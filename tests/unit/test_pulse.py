"""Durations of the last minutes, summed up."""

import asyncio
from datetime import timedelta

import pytest

from flightagents.domain.vital_signs import Latency
from flightagents.pulse import AT_MOST, LATELY, Durations, feel_the_loop
from tests.support.judges import Ticks

SECOND = timedelta(seconds=1)


def test_durations_are_summed_up() -> None:
    durations = Durations(Ticks())
    assert durations.lately() is None
    for seconds in range(1, 101):
        durations.note(seconds * SECOND)
    assert durations.lately() == Latency(50.0, 95.0, 100.0, 100)


def test_only_the_last_minutes_count_and_only_so_many() -> None:
    ticks = Ticks()
    durations = Durations(ticks)
    durations.note(9 * SECOND)
    ticks.move(LATELY + SECOND)
    for _ in range(AT_MOST + 10):
        durations.note(SECOND)
    assert durations.lately() == Latency(1.0, 1.0, 1.0, AT_MOST)


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    durations = Durations(Ticks())
    durations.note(-SECOND)
    assert durations.lately() == Latency(0.0, 0.0, 0.0, 1)


async def test_the_delay_of_the_event_loop_is_felt() -> None:
    ticks = Ticks()
    delay = Durations(ticks)
    late = [0.0, 2.5, 0.25]

    async def sleep(seconds: float) -> None:
        if not late:
            raise asyncio.CancelledError
        ticks.move(timedelta(seconds=seconds + late.pop(0)))

    with pytest.raises(asyncio.CancelledError):
        await feel_the_loop(delay, ticks, sleep)
    assert delay.lately() == Latency(0.25, 2.5, 2.5, 3)
