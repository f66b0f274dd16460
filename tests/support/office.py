"""A worker's whole inside on a real MongoDB, fed row by row, with its staff page behind a real HTTP server.

What Kafka does between the agents is done here by hand, at once; everything else is what production wires.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.users import Role
from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.passwords import Passwords
from flightagents.records import CHANGE_TOPIC, encode
from flightagents.settings import Settings
from flightagents.store.users import MongoTokens, MongoUsers
from flightagents.web.mount import mount
from flightagents.wiring import UseCases, World, open_world, wire
from tests.support.fakes import FakePublisher, FakeTable, Handed, SetClock, messages
from tests.support.handling import FakeAudit
from tests.support.rows import NOON, run_of
from tests.support.users import PASSWORD, QUICK
from tests.support.website import Client, log_in, own_origin, serve

Database = AsyncIOMotorDatabase[dict[str, Any]]


@dataclass
class StaffSite:
    """The worker, its database, and a browser. Ada is an admin, Ben an agent, Vera a viewer."""

    world: World
    use_cases: UseCases
    client: Client
    clock: SetClock
    publisher: FakePublisher
    runs: int = 0

    @property
    def database(self) -> Database:
        return self.world.database

    @property
    def url(self) -> str:
        return own_origin(self.client)

    async def see(self, *rows: dict[str, Any], at: datetime | None = None) -> None:
        """Let one poll bring these rows, and everything happen that follows, but for sending."""
        self.runs += 1
        self.clock.time = at or self.clock.time
        records = run_of(list(rows), self.runs, self.clock.time)
        values = [encode(record) for record in records]
        await self.use_cases.archive(messages(*values))
        known = len(self.publisher.on(CHANGE_TOPIC))
        await self.use_cases.track(Handed(messages(*values)))
        changes = [sent.value for sent in self.publisher.on(CHANGE_TOPIC)[known:]]
        if changes:
            await self.use_cases.alert(messages(*changes, topic=CHANGE_TOPIC))

    async def log_in(self, name: str = "ben") -> None:
        await log_in(self.client, name)


@asynccontextmanager
async def staff_site(database: Database, mongodb: str, **settings: object) -> AsyncIterator[StaffSite]:
    """Open it, at noon of the day of our rows; settings by their names."""
    async with AsyncExitStack() as stack:
        chosen = Settings.model_validate(
            {
                "mongodb_url": mongodb,
                "mongodb_database": database.name,
                "agency_name": "Acme Travel",
                "agency_phone": "+1 202 555 0100",
                "agency_timezone": "Europe/London",
                "smtp_host": "127.0.0.1",
                "smtp_port": 9,  # nothing is sent unless a test sends it
                "mail_from": "alerts@acme-travel.example",
                **settings,
            }
        )
        clock, publisher = SetClock(NOON), FakePublisher()
        world = await open_world(chosen, clock)
        stack.push_async_callback(world.close)
        use_cases = wire(world, publisher, FakeTable())
        stack.callback(use_cases.desk.close)
        stack.callback(use_cases.site.live.close)
        users, tokens, audit = MongoUsers(database), MongoTokens(database), FakeAudit()
        keep = KeepUsers(users, tokens, Passwords(QUICK), audit, clock)
        for name, role in (("ada", Role.ADMIN), ("ben", Role.AGENT), ("vera", Role.VIEWER)):
            await keep.add(name, role, PASSWORD, by="tests")
        application = web.Application()
        mount(application, lambda: use_cases.site)
        client = await stack.enter_async_context(serve(application))
        yield StaffSite(world, use_cases, client, clock, publisher)
