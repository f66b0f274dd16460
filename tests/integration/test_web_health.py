"""`/healthz` and `/readyz` behind a real HTTP server."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from flightagents.errors import StartingError
from flightagents.web.access.doors import Doors
from flightagents.web.health import HealthPages, Readiness
from flightagents.web.mount import mount
from flightagents.web.site import Site


class Says:
    """Answers what a test laid down."""

    def __init__(self, **checks: bool) -> None:
        self.checks = checks

    async def __call__(self) -> Mapping[str, bool]:
        return self.checks


def unwired() -> Site:
    raise StartingError("not wired yet")


async def asked(path: str, readiness: Readiness | None) -> tuple[int, str]:
    application = web.Application()
    mount(application, unwired, lambda: readiness)
    async with TestClient(TestServer(application)) as client:
        response = await client.get(path)
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.text()


@pytest.mark.parametrize("readiness", [None, Says(mongodb=False)])
async def test_a_worker_whose_loop_answers_is_alive_whatever_else(readiness: Readiness | None) -> None:
    assert await asked("/healthz", readiness) == (200, "alive\n")


@pytest.mark.parametrize(
    ("readiness", "status", "checks"),
    [
        (Says(recovered=True, broker=True), 200, {"recovered": True, "broker": True}),
        (Says(recovered=True, broker=False), 503, {"recovered": True, "broker": False}),
        (None, 503, {"started": False}),
    ],
)
async def test_a_worker_is_ready_where_all_is_well(
    readiness: Readiness | None, status: int, checks: dict[str, bool]
) -> None:
    answered, body = await asked("/readyz", readiness)
    assert answered == status
    assert json.loads(body) == {"ready": status == 200, "checks": checks}


async def test_all_who_ask_at_once_share_one_look() -> None:
    looks, now = 0, 0.0

    async def readiness() -> Mapping[str, bool]:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return {"broker": looks < 2}

    application = web.Application()
    HealthPages(lambda: readiness, seconds=lambda: now).mount(Doors(application))
    async with TestClient(TestServer(application)) as client:
        answers = await asyncio.gather(*(client.get("/readyz") for _ in range(5)))
        assert ([each.status for each in answers], looks) == ([200] * 5, 1)
        now = 1.9
        assert ((await client.get("/readyz")).status, looks) == (200, 1)
        now = 2.0
        assert ((await client.get("/readyz")).status, looks) == (503, 2)
