"""The example of a board: its numbers come from the API, with a viewer's token."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from tests.meta.repository import ROOT as HERE
from tests.support.office import StaffSite
from tests.support.programs import busy_site, program
from tests.support.rows import NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
pytestmark = pytest.mark.mongodb


@pytest.fixture
async def site(database: Database, mongodb: str) -> AsyncIterator[StaffSite]:
    async with busy_site(database, mongodb) as opened:
        yield opened


async def test_the_board_shows_what_the_api_says(site: StaffSite) -> None:
    await site.use_cases.keep_punctuality()
    board = _board()
    get = board.getter(site.url, (await program(site, "vera")).token)
    late, cancelled = await asyncio.to_thread(board.disruptions, get)
    assert (late["Flight"], late["Planned"], late["Expected"]) == ("BA117", "Sun 14:35", "Sun 16:10")
    assert (cancelled["What"], cancelled["Travellers"], cancelled["Told"]) == ("cancelled", 1, 0)
    shares = await asyncio.to_thread(board.lateness, get)
    assert [(each["Airport"], each["Today"]) for each in shares] == [("LHR", None)]
    assert await asyncio.to_thread(board.messages, get, NOON) == {"pending": 2}


def _board() -> Any:  # noqa: ANN401 - a module that is no part of the package
    spec = importlib.util.spec_from_file_location("streamlit_board", HERE / "examples/streamlit_board.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
