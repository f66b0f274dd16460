"""What happens by the clock, in the worker that leads: the poller, and the look at all flights at once.

An exception in a Faust timer ends the worker, so here, and only here, any is caught: logged once, and the
next tick tries again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

import structlog

from flightagents.app import app
from flightagents.errors import LeaseLostError

WATCH_INTERVAL = timedelta(minutes=1)
DELIVER_INTERVAL = timedelta(seconds=1)
"""Real time; rows of other workers and of the command line are found by then."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)
_polling = asyncio.Lock()


def _every(business: timedelta) -> float:
    """Give an interval of business time in real seconds."""
    return app.clock.real(business).total_seconds()


@app.task(on_leader=True)
async def poll_at_start() -> None:
    """Poll at once: a timer's first tick is one interval away."""
    await _poll()


@app.timer(_every(timedelta(seconds=app.settings.poll_interval)), on_leader=True)
async def poll() -> None:
    """Poll the feed into flight-topic."""
    await _poll()


@app.timer(_every(WATCH_INTERVAL), on_leader=True)
async def watch() -> None:
    """Find flights that became another one, and people whom nobody has decided on."""
    await _guarded("watch", app.use_cases.watch)
    await _guarded("bookings", app.use_cases.desk.take_bookings.catch_up)
    await _guarded("settle", app.use_cases.desk.settle)


@app.task
async def deliver() -> None:
    """Send what is due: woken by a decision in this worker, else each second."""
    desk = app.use_cases.desk
    while not app.should_stop:
        desk.decide.added.clear()
        sent = await _guarded("deliver", desk.deliver)
        if sent:
            await _guarded("settle", desk.settle)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(desk.decide.added.wait(), DELIVER_INTERVAL.total_seconds())


async def _poll() -> None:
    if app.use_cases.poll is not None and not _polling.locked():
        async with _polling:
            await _guarded("poll", app.use_cases.poll)


async def _guarded(name: str, call: Callable[[], Awaitable[T]]) -> T | None:
    try:
        return await call()
    except LeaseLostError as exc:
        _log.warning("poll gave way", reason=str(exc))
    except Exception:
        _log.exception("a timer failed; it is tried again at its next tick", timer=name)
    return None
