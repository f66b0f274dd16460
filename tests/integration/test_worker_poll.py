"""Who polls: one worker at a time, and one that was frozen meanwhile publishes nothing."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.support.rows import NOON, row
from tests.support.site import Site, Worker

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]


@dataclass
class Feed:
    """An AviationStack that counts who is being answered, and can be made to wait."""

    url: str = ""
    asked: int = 0
    most_at_once: int = 0
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    _now: int = 0

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        delay = 20 * self.asked
        try:
            await self.answering.wait()
            await asyncio.sleep(0.2)  # as long as a page takes
        finally:
            self._now -= 1
        return web.Response(body=json.dumps({"data": [row(delay=delay)]}).encode())

    def settings(self) -> dict[str, Any]:
        """Poll each second."""
        return {
            "AVIATIONSTACK_KEY": "key",
            "AVIATIONSTACK_URL": self.url,
            "POLL_QUERIES": "dep_iata=LHR",
            "POLL_INTERVAL": 60,
            "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@60@{time.time():.0f}",
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
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= 5)
        await asyncio.to_thread(site.wait, lambda: all(worker.said("Worker ready") for worker in workers))
        leaders = [worker for worker in workers if worker.said("polled")]
        assert len(leaders) == 1
        assert await asyncio.to_thread(leaders[0].terminate) == 0
        polled = len(runs(site))
        # The lease lasts 30 s; nobody is to wait for that here.
        past = datetime.now(UTC) - timedelta(minutes=1)
        site.database["leases"].update_one({"_id": "poll"}, {"$set": {"expires_at": past}})
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= polled + 3)
        await asyncio.to_thread(site.terminate)
    assert feed.most_at_once == 1
    assert site.database["flight_status"].count_documents({}) == len(runs(site)), "a run has one record"


async def test_a_leader_that_was_frozen_publishes_nothing_old(site: Site) -> None:
    async with feed_of(answering=False) as feed:
        settings = feed.settings()
        frozen: Worker = site.start(**settings)
        await asyncio.to_thread(site.wait, lambda: feed.asked == 1)
        other = site.start(**settings)
        await asyncio.to_thread(site.wait, lambda: other.said("Worker ready") > 0)
        frozen.child.signal(signal.SIGSTOP)
        feed.answering.set()
        past = datetime.now(UTC) - timedelta(minutes=1)
        site.database["leases"].update_one({"_id": "poll"}, {"$set": {"expires_at": past}})
        await asyncio.to_thread(site.wait, lambda: other.said("polled") >= 2)
        frozen.child.signal(signal.SIGCONT)
        await asyncio.to_thread(site.wait, lambda: frozen.said("poll gave way") > 0)
        await asyncio.to_thread(site.settle)
        await asyncio.to_thread(site.terminate)
    assert 1 not in runs(site)
    assert not frozen.said("polled")
