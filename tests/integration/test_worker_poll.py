"""Who polls: one worker at a time, and one that was frozen meanwhile publishes nothing."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web

from tests.support.rows import MINUTE, NOON, row
from tests.support.site import Site, Worker

SECOND = timedelta(seconds=1)
pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]


SPEED = 30
INTERVAL = 2 * MINUTE
"""Of each query: four real seconds."""
FLIGHTS = {"LHR": "BA117", "JFK": "BA178"}
ROUTES = {"LHR": "LHR-JFK", "JFK": "JFK-LHR"}


@dataclass
class Feed:
    """An AviationStack that counts who is being answered, and can be made to wait."""

    url: str = ""
    log: list[str] = field(default_factory=list)
    """The airports that were asked for."""
    most_at_once: int = 0
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    _now: int = 0

    @property
    def asked(self) -> int:
        return len(self.log)

    async def answer(self, request: web.Request) -> web.Response:
        airport = request.query["dep_iata"]
        self.log.append(airport)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        delay = 20 * self.asked
        try:
            await self.answering.wait()
            await asyncio.sleep(0.2)  # as long as a page takes
        finally:
            self._now -= 1
        shown = row(FLIGHTS[airport], route=ROUTES[airport], arrives="23:59", delay=delay)
        return web.Response(body=json.dumps({"data": [shown]}).encode())

    def settings(self) -> dict[str, Any]:
        """Poll every four seconds."""
        return {
            "AVIATIONSTACK_KEY": "key",
            "AVIATIONSTACK_URL": self.url,
            "AVIATIONSTACK_PLAN": "business",
            "POLL_QUERIES": ";".join(f"dep_iata={airport}" for airport in FLIGHTS),
            "POLL_INTERVAL": int(INTERVAL.total_seconds()),
            "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@{SPEED}@{time.time():.0f}",
        }


@asynccontextmanager
async def feed_of(*, answering: bool) -> AsyncIterator[Feed]:
    feed = Feed()
    if answering:
        feed.answering.set()
    application = web.Application()
    application.router.add_get("/{path:.*}", feed.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    feed.url = f"http://{host}:{port}/v1"
    try:
        yield feed
    finally:
        feed.answering.set()
        await runner.cleanup()


def runs(site: Site) -> list[int]:
    return sorted(site.database["flight_status"].distinct("run"))


async def test_of_two_workers_one_polls_and_the_other_takes_over(site: Site) -> None:
    async with feed_of(answering=True) as feed:
        workers = [site.start(**feed.settings()) for _ in range(2)]
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= 2)
        await asyncio.to_thread(site.wait, lambda: all(worker.said("Worker ready") for worker in workers))
        leaders = [worker for worker in workers if worker.said("polled")]
        assert len(leaders) == 1
        assert await asyncio.to_thread(leaders[0].terminate) == 0
        polled = len(runs(site))
        await asyncio.to_thread(end_lease, site)
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= polled + 2)
        await asyncio.to_thread(site.terminate)
    assert feed.most_at_once == 1
    assert_each_ask_became_a_run(site, feed)


async def test_two_workers_never_poll_twice_though_the_leader_is_frozen_between_two_runs(site: Site) -> None:
    async with feed_of(answering=True) as feed:
        workers = [site.start(**feed.settings()) for _ in range(2)]
        await asyncio.to_thread(site.wait, lambda: all(worker.said("Worker ready") for worker in workers))
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= 2)
        frozen, other = sorted(workers, key=lambda worker: not worker.said("polled"))
        frozen.child.signal(signal.SIGSTOP)
        polled = len(runs(site))
        await asyncio.to_thread(end_lease, site)
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= polled + 2)
        frozen.child.signal(signal.SIGCONT)
        # Either may have the lease now, and both may believe that they lead.
        await asyncio.to_thread(end_lease, site)
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= polled + 4)
        await asyncio.to_thread(site.settle)
        await asyncio.to_thread(site.terminate)
    assert other.said("polled") >= 2
    assert feed.most_at_once == 1
    assert_each_ask_became_a_run(site, feed)
    stored = list(site.database["flight_status"].find().sort("stored_at"))
    assert [record["run"] for record in stored] == sorted(record["run"] for record in stored)
    assert [record["polled_at"] for record in stored] == sorted(record["polled_at"] for record in stored)


async def test_a_leader_that_was_frozen_in_a_run_publishes_nothing_old_and_asks_nothing_more(
    site: Site,
) -> None:
    async with feed_of(answering=False) as feed:
        settings = feed.settings()
        frozen: Worker = site.start(**settings)
        await asyncio.to_thread(site.wait, lambda: feed.asked == 1)
        other = site.start(**settings)
        await asyncio.to_thread(site.wait, lambda: other.said("Worker ready") > 0)
        frozen.child.signal(signal.SIGSTOP)
        feed.answering.set()
        await asyncio.to_thread(end_lease, site)
        await asyncio.to_thread(site.wait, lambda: other.said("polled") >= 2)
        frozen.child.signal(signal.SIGCONT)
        await asyncio.to_thread(site.wait, lambda: frozen.said("poll gave way") > 0)
        await asyncio.to_thread(site.settle)
        await asyncio.to_thread(site.terminate)
    assert 1 not in runs(site)
    assert not frozen.said("polled")
    assert feed.log[:2] == ["LHR", "LHR"], "what the frozen one had asked was asked again, and nothing else"
    assert_each_ask_became_a_run(site, feed, lost={"LHR"})


def assert_each_ask_became_a_run(site: Site, feed: Feed, lost: Collection[str] = ()) -> None:
    """No query was asked within its interval by both, nor in vain but for what was lost.

    The last run may have been cut short by the end of the test.
    """
    for airport, designator in FLIGHTS.items():
        records = site.database["flight_status"].find({"designator": designator}).sort("run")
        polled = [record["polled_at"] for record in records]
        assert len(polled) <= feed.log.count(airport) - (airport in lost) <= len(polled) + 1
        assert min(later - sooner for sooner, later in pairwise(polled)) > INTERVAL - 10 * SECOND


def end_lease(site: Site) -> None:
    """End the lease: it lasts 30 s, and nobody is to wait for that here."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    site.database["leases"].update_one({"_id": "poll"}, {"$set": {"expires_at": past}})
