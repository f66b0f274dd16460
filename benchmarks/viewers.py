"""People who look at the staff page, as one program of its own: what they cost is no cost of the worker.

Each logs in, opens a page and follows it by its stream, as a browser does, and once a minute opens another.
It takes commands on its standard input, a JSON object a line, and answers each with a line (see `Crowd`).
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp

from flightagents.web.access.gate import FORM_FIELD
from tests.support.users import PASSWORD

OPENS_EVERY = 60.0
"""Seconds between two pages that somebody opens."""
END_OF_EVENT = b"\r\n\r\n"
NICE = 15
_TOKEN = re.compile(rf'name="{FORM_FIELD}" value="([^"]+)"')
_LIVE, _COUNTS = re.compile(r'data-live="([^"]+)"'), re.compile(r'data-counts="([^"]+)"')
"""The stream of a page's list, else that of what waits, which each has."""


class TooLongError(Exception):
    """A page took the worker too long, and it said so."""


@dataclass(slots=True)
class Viewer:
    """One person, and what came on their stream."""

    name: str
    session: aiohttp.ClientSession
    path: str = "/"
    updates: int = 0
    """Of the list, in all."""
    closest: float = float("inf")
    """Seconds between two updates of one stream."""
    opened: int = 0
    refused: int = 0
    """Pages that took the worker too long."""
    seen: dict[str, float] = field(default_factory=dict)
    """When each of the expected keys came first; 0 where the list had it when its stream began."""

    async def log_in(self) -> None:
        """Log in as a browser does."""
        async with self.session.get("/login") as form:
            token = _TOKEN.search(await form.text())
        origin = str(self.session._build_url("")).rstrip("/")  # noqa: SLF001 - what the session asks
        fields = {"name": self.name, "password": PASSWORD, FORM_FIELD: token[1] if token else ""}
        async with self.session.post(
            "/login", data=fields, headers={"Origin": origin}, allow_redirects=False
        ) as answer:
            if answer.status != HTTPStatus.SEE_OTHER:
                raise RuntimeError(f"the login of {self.name} was answered with {answer.status}")

    async def open(self, path: str) -> str:
        """Open a page; give its text. Raises TooLongError, RuntimeError."""
        async with self.session.get(path, headers={"Accept": "text/html"}) as answer:
            text = await answer.text()
            if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise TooLongError(path)
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"{path} was answered with {answer.status}")
            return text

    async def look(self, paths: list[str], expected: set[str], ready: asyncio.Event, waits: float) -> None:
        """Open pages in turn, and follow each, until cancelled."""
        for path in itertools.chain.from_iterable(itertools.repeat(paths)):
            try:
                text = await self.open(path)
            except TooLongError:
                self.refused += 1
                continue
            self.path, self.opened = path, self.opened + 1
            found = _LIVE.search(text) or _COUNTS.search(text)
            if found is None:
                raise RuntimeError(f"{path} has no stream")
            try:
                async with asyncio.timeout(waits):
                    await self._follow(found[1].replace("&amp;", "&"), expected, ready)
            except TimeoutError:
                waits = OPENS_EVERY

    async def _follow(self, address: str, expected: set[str], ready: asyncio.Event) -> None:
        last = float("-inf")
        async with self.session.get(address, headers={"Accept": "text/event-stream"}) as stream:
            if stream.status != HTTPStatus.OK:
                raise RuntimeError(f"{address} was answered with {stream.status}")
            async for event in _events(stream):
                ready.set()
                if b"event: rows" not in event:
                    continue
                now, first = time.time(), last < 0
                self.updates, self.closest, last = self.updates + 1, min(self.closest, now - last), now
                for key in expected - self.seen.keys():
                    if key.encode() in event:
                        self.seen[key] = 0.0 if first else now
        raise RuntimeError(f"{address} ended")


async def _events(stream: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    left = bytearray()
    async for part in stream.content.iter_any():
        looked_at = max(0, len(left) - len(END_OF_EVENT))
        left += part
        while (end := left.find(END_OF_EVENT, looked_at)) >= 0:
            yield bytes(left[:end])
            del left[: end + len(END_OF_EVENT)]
            looked_at = 0


class Crowd:
    """Answers commands: there, look, leave, load, expect, seen."""

    def __init__(self, url: str, count: int) -> None:
        self._viewers = [Viewer(f"viewer{number}", _session(url)) for number in range(count)]
        self._dice = random.Random(1)
        self._looking: list[asyncio.Task[None]] = []
        self._expected: set[str] = set()
        self._began = (0.0, 0.0)

    async def there(self, pages: list[str]) -> dict[str, Any]:
        """Let everybody log in; tells which of some pages there are."""
        for viewer in self._viewers:
            await viewer.log_in()
        found = []
        for path in pages:
            async with self._viewers[0].session.get(path, headers={"Accept": "text/html"}) as answer:
                found += [path] if answer.status == HTTPStatus.OK else []
        return {"pages": found}

    async def look(self, pages: list[str]) -> dict[str, Any]:
        """Let everybody look at pages, each at their own pace; answers once all have their streams."""
        for viewer in self._viewers:
            viewer.updates, viewer.opened, viewer.refused, viewer.closest = 0, 0, 0, float("inf")
        ready = [asyncio.Event() for _ in self._viewers]
        for place, viewer in enumerate(self._viewers):
            start = place // 2 % len(pages)  # every second one is an agent
            turn = [*pages[start:], *pages[:start]]
            looking = viewer.look(turn, self._expected, ready[place], self._dice.uniform(1, OPENS_EVERY))
            self._looking.append(asyncio.create_task(looking))
        everybody = asyncio.create_task(_all(ready))
        await asyncio.wait({*self._looking, everybody}, return_when=asyncio.FIRST_COMPLETED)
        for task in self._looking:
            if task.done():
                task.result()
        self._began = time.time(), time.process_time()
        return {}

    async def leave(self) -> dict[str, Any]:
        """Let everybody leave; tells what came meanwhile. Fails if anybody was cut off."""
        for task in self._looking:
            if task.done():
                task.result()
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        self._looking = []
        began, cpu = self._began
        return {
            "seconds": time.time() - began,
            "cpu_seconds": time.process_time() - cpu,
            "updates": [viewer.updates for viewer in self._viewers],
            "closest": min(viewer.closest for viewer in self._viewers),
            "opened": sum(viewer.opened for viewer in self._viewers),
            "refused": sum(viewer.refused for viewer in self._viewers),
        }

    async def load(self, pages: list[str], count: int, a_second: float) -> dict[str, Any]:
        """Open pages at random moments; tells how many milliseconds each took, to its last byte."""
        took: dict[str, list[float]] = defaultdict(list)

        async def one(viewer: Viewer, path: str) -> None:
            began = time.perf_counter()
            await viewer.open(path)
            took[path].append(1000 * (time.perf_counter() - began))

        async with asyncio.TaskGroup() as loads:
            for number in range(count):
                viewer = self._dice.choice(self._viewers)
                loads.create_task(one(viewer, pages[number % len(pages)]))
                await asyncio.sleep(self._dice.expovariate(a_second))
        return {"took": took}

    async def expect(self, keys: list[str]) -> dict[str, Any]:
        """Note from now on when these rows come."""
        self._expected.update(keys)
        return {}

    async def seen(self) -> dict[str, Any]:
        """Tell at which time each viewer saw each of the expected rows, by the page that they look at."""
        return {"seen": [{"path": each.path, "keys": each.seen} for each in self._viewers]}

    async def close(self) -> None:
        """Close the connections."""
        for viewer in self._viewers:
            await viewer.session.close()


async def _all(events: Sequence[asyncio.Event]) -> None:
    for event in events:
        await event.wait()


def _session(url: str) -> aiohttp.ClientSession:
    jar = aiohttp.CookieJar(unsafe=True)
    return aiohttp.ClientSession(url, cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=None))


async def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("viewers", type=int)
    options = parser.parse_args()
    os.nice(NICE)
    crowd = Crowd(options.url, options.viewers)
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            answer = await getattr(crowd, command.pop("do"))(**command)
            print(json.dumps(answer), flush=True)
    finally:
        await crowd.close()


if __name__ == "__main__":
    asyncio.run(main())
