"""A program that asks the API of a staff site, with a token of its own."""

import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import ClientResponse
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.users import Role
from tests.support.office import StaffSite, staff_site
from tests.support.rows import row
from tests.support.travellers import booking, segment

ROOT = "/api/v1"
BA117 = "BA117|2026-11-22|LHR|JFK"
ROLES = {"ada": Role.ADMIN, "ben": Role.AGENT, "vera": Role.VIEWER}
ANNAS = ("Anna", "Müller", "anna@example.org", "ABC123")
"""What a viewer may see nothing of."""
Query = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Program:
    """Acts for a user."""

    site: StaffSite
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, method: str, path: str, *, query: Query = (), **more: Any) -> ClientResponse:  # noqa: ANN401 - as aiohttp's
        headers = {**self.headers, **more.pop("headers", {})}
        return await self.site.client.request(
            method, ROOT + path, params=query, headers=headers, allow_redirects=False, **more
        )

    async def send(self, path: str, body: object) -> ClientResponse:
        """Post a long body, piece by piece."""
        headers = {"Content-Type": "application/json"}
        return await self.ask("POST", path, data=io.BytesIO(msgspec.json.encode(body)), headers=headers)

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - an answer
        """Give the answer, which has to be one."""
        answer = await self.ask("GET", path, query=query)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def post(self, path: str, body: object, *, status: int = 200, **query: str) -> Any:  # noqa: ANN401 - an answer
        """Give the answer, which has to have this status."""
        answer = await self.ask("POST", path, query=query, json=body)
        assert answer.status == status, await answer.text()
        return await answer.json()


async def program(site: StaffSite, name: str = "ben") -> Program:
    """Give a user's program a token."""
    users = site.use_cases.site.office.users
    return Program(site, await users.give_token(name, "nightly", ROLES[name], by=name))


@asynccontextmanager
async def busy_site(
    database: "AsyncIOMotorDatabase[dict[str, Any]]", mongodb: str, **settings: object
) -> AsyncIterator[StaffSite]:
    """Open a site where Anna, on BA117, has a connection by BA119; the first is late, the other cancelled."""
    async with staff_site(database, mongodb, **settings) as site:
        await site.see(row(), row("BA119", departs="18:00", arrives="21:00"))
        people = [booking(segment()), booking(segment("BA119"), reference="DEF456", email="carl@example.org")]
        await site.use_cases.desk.take_bookings(people)
        late, off = row(delay=95), row("BA119", departs="18:00", arrives="21:00", status="cancelled")
        await site.see(late, off)
        await site.see(late, off)
        yield site
