"""What a failing timer leaves behind: a count and a log line, and no dead worker."""

import asyncio

from structlog.testing import capture_logs

from flightagents.errors import LeaseLostError
from flightagents.timers import _give_way, _guarded, _polling
from tests.support.counted import counted


def failures() -> float:
    return counted("flightagents_timer_failures_total", timer="watch")


async def test_a_timer_that_fails_is_counted_and_ends_nothing() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    before = failures()
    with capture_logs() as logs:
        await _guarded("watch", fail)
    assert failures() == before + 1
    assert [line["log_level"] for line in logs] == ["error"]


async def test_a_poll_that_gave_way_is_no_failure() -> None:
    async def give_way() -> None:
        raise LeaseLostError("another worker polls")

    before = failures()
    await _guarded("watch", give_way)
    assert failures() == before


async def test_the_lease_is_given_away_after_the_run_that_is_on() -> None:
    given: list[str] = []

    async def stop() -> None:
        given.append("lease")

    async with _polling:
        leaving = asyncio.create_task(_give_way(stop))
        await asyncio.sleep(0)
        assert given == []
    await leaving
    assert given == ["lease"]
