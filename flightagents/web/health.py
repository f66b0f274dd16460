"""`/healthz` and `/readyz`: for whatever watches the worker.

No login, and no more than the names of checks. All who ask within two seconds share one look at them, for
each look asks MongoDB and Kafka.
"""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Protocol

from aiohttp import web

from flightagents.web.access.doors import Doors


class Readiness(Protocol):
    """Whether this worker does its work."""

    async def __call__(self) -> Mapping[str, bool]:
        """Tell of each check, by its name, whether it is well."""


NOT_STARTED = {"started": False}
SHARED_SECONDS = 2.0
_FRESH = {"Cache-Control": "no-store"}


class HealthPages:
    """The two pages; `readiness` gives None while the worker has not started."""

    def __init__(
        self, readiness: Callable[[], Readiness | None], seconds: Callable[[], float] = monotonic
    ) -> None:
        self._readiness = readiness
        self._seconds = seconds
        self._one_at_a_time = asyncio.Lock()
        self._looked_at = float("-inf")
        self._checks: Mapping[str, bool] = {}

    def mount(self, doors: Doors) -> None:
        """Add both; whoever watches has no login."""
        doors.add("GET", "/healthz", self.alive, None)
        doors.add("GET", "/readyz", self.ready, None)

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer: that the event loop gets to it is all that is asked."""
        return web.Response(text="alive\n", headers=_FRESH)

    async def ready(self, _request: web.Request) -> web.Response:
        """Show each check; 503 where one is not well."""
        readiness = self._readiness()
        checks = NOT_STARTED if readiness is None else await self._shared(readiness)
        ready = all(checks.values())
        body = {"ready": ready, "checks": dict(checks)}
        return web.json_response(body, status=200 if ready else 503, headers=_FRESH)

    async def _shared(self, readiness: Readiness) -> Mapping[str, bool]:
        async with self._one_at_a_time:
            if self._seconds() - self._looked_at >= SHARED_SECONDS:
                self._checks = await readiness()
                self._looked_at = self._seconds()
            return self._checks
