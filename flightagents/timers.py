"""What happens by the clock, in the worker that leads: the poller, and the look at all flights at once.

An exception in a Faust timer ends the worker, so here, and only here, any is caught: logged once, and the
next tick tries again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from flightagents.app import app
from flightagents.batches.lag import lag
from flightagents.domain.bookings import Channel
from flightagents.errors import LeaseLostError
from flightagents.handlers.gauges import show_lag
from flightagents.metrics import POLL_INTERVAL, TIMER_FAILURES

PLAN_INTERVAL = timedelta(seconds=30)
"""Between two plans of what to ask of the feed, where its queries are not asked more often anyway."""
LEAST_TICK = timedelta(seconds=2)
"""Real time between two plans: a run of many queries takes about so long."""
WATCH_INTERVAL = timedelta(minutes=1)
BOUNCES_INTERVAL = timedelta(seconds=30)
"""Real time: mail servers know no simulated day."""
PUNCTUALITY_INTERVAL = timedelta(minutes=5)
LEAST_PUNCTUALITY_INTERVAL = timedelta(seconds=10)
"""Real time: counting the days anew takes MongoDB a few seconds where the whole world is watched."""
AIRLINES_INTERVAL = timedelta(minutes=1)
"""Real time: a page names an airline by then that another worker has heard of."""
FOLDER_INTERVAL = timedelta(seconds=30)
"""Real time: a file that another program writes stands still for so long before it is taken."""
LEAST_INTERVAL = timedelta(seconds=2)
"""Real time between two looks, where a simulated day makes minutes short: a look takes up to a second."""
GAUGES_INTERVAL = timedelta(seconds=15)
"""Real time: as often as Prometheus usually asks."""
DELIVER_INTERVAL = timedelta(seconds=1)
"""Real time; rows of other workers and of the command line are found by then."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)
_polling = asyncio.Lock()
_TICK = min(PLAN_INTERVAL, timedelta(seconds=app.settings.poll_interval))


def _every(business: timedelta) -> float:
    """Give an interval of business time in real seconds."""
    return app.clock.real(business).total_seconds()


@app.task(on_leader=True)
async def poll_at_start() -> None:
    """Poll at once: a timer's first tick is one interval away."""
    await _poll()


@app.timer(max(_every(_TICK), LEAST_TICK.total_seconds()), on_leader=True)
async def poll() -> None:
    """Poll what of the feed is due into flight-topic."""
    await _poll()


@app.timer(max(_every(WATCH_INTERVAL), LEAST_INTERVAL.total_seconds()), on_leader=True)
async def watch() -> None:
    """Find flights that became another one, people nobody has decided on, what needs staff, what is stuck."""
    await _guarded("watch", app.use_cases.watch)
    await _guarded("freshness", app.use_cases.watch_freshness)
    await _guarded("connections", app.use_cases.watch_connections)
    await _guarded("bookings", app.use_cases.desk.take_bookings.catch_up)
    await _guarded("tasks", app.use_cases.look_for_tasks)
    if app.use_cases.alarm_on_call is not None:
        await _guarded("on call", app.use_cases.alarm_on_call)
    await _guarded("holds", app.use_cases.desk.look_at_holds)
    await _guarded("waiting", app.use_cases.desk.look_at_waiting)
    await _guarded("settle", app.use_cases.desk.settle)


@app.timer(max(_every(PUNCTUALITY_INTERVAL), LEAST_PUNCTUALITY_INTERVAL.total_seconds()), on_leader=True)
async def punctuality() -> None:
    """Count the departures of airports and airlines."""
    await _guarded("punctuality", app.use_cases.keep_punctuality)


@app.timer(BOUNCES_INTERVAL.total_seconds(), on_leader=True)
async def bounces() -> None:
    """Read what came back, and find another way for it at once."""
    desk = app.use_cases.desk
    if desk.read_bounces is None:
        return
    counted = await _guarded("bounces", desk.read_bounces)
    if counted:
        await _guarded("settle", desk.settle)


@app.timer(GAUGES_INTERVAL.total_seconds())
async def gauges() -> None:
    """Look at what nobody counts on the way: in each worker, whoever leads."""
    POLL_INTERVAL.set(_every(timedelta(seconds=app.settings.poll_interval)))
    await _guarded("lag", _show_lag)
    await _guarded("standing", app.use_cases.show_standing)
    await _guarded("sights", app.use_cases.show_sights)


@app.timer(AIRLINES_INTERVAL.total_seconds())
async def airlines() -> None:
    """Read which airlines other workers have heard of."""
    await _guarded("airlines", app.use_cases.airlines.renew)


@app.timer(FOLDER_INTERVAL.total_seconds())
async def folder() -> None:
    """Import files of bookings; every worker that has the folder looks."""
    if app.use_cases.watch_folder is not None:
        await _guarded("folder", app.use_cases.watch_folder)


@app.task
async def deliver() -> None:
    """Send what is due. Faust cancels its tasks when it stops; what is on its way is sent to its end."""
    app.deliveries = asyncio.create_task(_deliver_all(), name="deliveries")
    await asyncio.shield(app.deliveries)


async def _deliver_all() -> None:
    await asyncio.gather(*(_deliver(channel) for channel in app.use_cases.desk.deliver.channels))


async def _deliver(channel: Channel) -> None:
    """Send on one channel: woken by a decision in this worker, else each second."""
    desk, wake = app.use_cases.desk, asyncio.Event()
    desk.decide.wake(wake)
    while not app.should_stop:
        wake.clear()
        if await _guarded("deliver", partial(desk.deliver, channel)):
            await _guarded("settle", desk.settle)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), DELIVER_INTERVAL.total_seconds())


@app.on_rebalance_complete.connect
async def give_way(*_sender: object, **_options: object) -> None:
    """Leave the lease to the worker that leads now: else nobody would poll until it ends."""
    if app.use_cases.poll is not None and not app.is_leader():
        app.add_future(_give_way(app.use_cases.poll.stop))  # a run may be on, and the rebalance waits for us


async def _give_way(stop: Callable[[], Awaitable[None]]) -> None:
    async with _polling:
        await _guarded("give way", stop)


async def _show_lag() -> None:
    show_lag(await lag(app.consumer, app.lookout))


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
        TIMER_FAILURES.labels(timer=name).inc()
        _log.exception("a timer failed; it is tried again at its next tick", timer=name)
    return None
