"""Whether a worker is ready: each check by its name, bounded in time and in number."""

import asyncio
from datetime import timedelta

import pytest

from flightagents.handlers import readiness as module
from flightagents.handlers.readiness import FRESH, CheckReadiness
from tests.support.judges import Ticks


async def well() -> bool:
    return True


async def unwell() -> bool:
    return False


async def broken() -> bool:
    raise OSError("a secret address")


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


async def test_each_check_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", timedelta())
    checks = {"one": unwell, "two": broken, "three": hangs}
    assert await CheckReadiness(checks)() == dict.fromkeys(checks, False)


async def test_what_is_well_is_told() -> None:
    assert await CheckReadiness({"one": well, "two": unwell})() == {"one": True, "two": False}


async def test_asking_again_and_again_costs_nothing() -> None:
    ticks, asked = Ticks(), 0

    async def counts() -> bool:
        nonlocal asked
        asked += 1
        return True

    check = CheckReadiness({"one": counts}, ticks)
    await asyncio.gather(*(check() for _ in range(50)))
    assert asked == 1
    ticks.move(FRESH)
    await check()
    assert asked == 2
