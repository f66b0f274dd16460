"""A healthy system as the doctor sees it, on real parts, without a worker: its signs are laid down.

Apache Kafka, MongoDB, a mail server, a Twilio, a web server that says it is a worker's, and folders.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from flightagents.app import APP_ID, topic_plans
from flightagents.clock import Clock, SystemClock, clock_from
from flightagents.domain.polls import PollEnd, PollReport
from flightagents.domain.users import Role, User
from flightagents.handlers.doctor import Finding, Verdict
from flightagents.sandbox.mailbox import mail_server
from flightagents.sandbox.processes import LOCALHOST
from flightagents.sandbox.servers import serving
from flightagents.sandbox.twilio import NUMBER, twilio_server
from flightagents.settings import PREFIX, Settings
from flightagents.store import bookings, polls, users, workers
from flightagents.store.connection import Database, connect
from flightagents.store.polls import MongoPolls
from flightagents.store.setup import require_partitioning
from flightagents.store.users import MongoUsers
from flightagents.store.workers import MongoWorkers
from flightagents.wiring import Leave, examine_all
from tests.support.health import signs
from tests.support.kafka import Kafka

WORKER = "one.example:7:0"


@dataclass
class Town:
    """The system, and the doctor in it."""

    given: dict[str, Any]
    database: Database
    found: list[Finding] = field(default_factory=list)
    """What the doctor found last."""

    async def examined(
        self, leave: Leave | None = None, machine: Clock | None = None, /, **changed: object
    ) -> list[Finding]:
        """Send for the doctor, with these settings changed."""
        settings = Settings.model_validate({**self.given, **changed})
        clock = clock_from(settings.clock)
        self.found = await examine_all(
            settings,
            clock,
            topic_plans(settings),
            leave or Leave(),
            group=APP_ID,
            machine_clock=machine or SystemClock(),
        )
        return self.found

    def only(self, check: str, verdict: Verdict, *words: str, beside: tuple[str, ...] = ()) -> None:
        """Require that this check alone, but for those `beside` it, is not well, and says these words."""
        sick = [each for each in self.found if each.verdict is not Verdict.OK]
        assert {each.check for each in sick} == {check, *beside}, sick
        named = [each for each in sick if each.check == check]
        assert {each.verdict for each in named} == {verdict}, named
        told = "\n".join(f"{each.what} {each.do}" for each in named)
        assert all(word in told for word in words), told
        assert all(each.do for each in sick)

    async def settle(self) -> None:
        """Lay down what a worker, a run of the poller and an admin leave in the database; nothing else."""
        for collection in (workers.COLLECTION, polls.COLLECTION, users.COLLECTION, bookings.COLLECTION):
            await self.database[collection].delete_many({})
        await require_partitioning(self.database, Settings.model_validate(self.given).partition_by)
        stream_topics = {"flight-topic": self.given["topic_partitions"]}
        await MongoWorkers(self.database).tell(WORKER, signs(topics=stream_topics))
        await self.polled()
        anna = User(
            name="anna", role=Role.ADMIN, password_hash="-", created_at=datetime.now(UTC), generation=1
        )
        await MongoUsers(self.database).add(anna)

    async def polled(self, end: PollEnd = PollEnd.DONE, code: str = "", run: int = 1) -> None:
        """Let a run of the poller have ended so."""
        report = PollReport(
            run=run, polled_at=datetime.now(UTC), by=WORKER, rows=100, records=100, end=end, code=code
        )
        await MongoPolls(self.database).note(report)


@asynccontextmanager
async def town(kafka: Kafka, mongodb: str, name: str, folder: Path) -> AsyncIterator[Town]:
    """Build it on this database."""
    for each in ("bounces/new", "bounces/cur", "bookings", "data"):
        (folder / each).mkdir(parents=True)
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(mail_server())
        twilio = await stack.enter_async_context(twilio_server())
        page = web.Application()
        page.router.add_get("/healthz", _alive)
        address = await stack.enter_async_context(serving(page, 0))
        database = connect(mongodb, name)
        stack.callback(database.client.close)
        yield Town(
            {
                "kafka_brokers": kafka.address,
                "topic_partitions": 2,
                "mongodb_url": mongodb,
                "mongodb_database": name,
                "data_dir": folder / "data",
                "aviationstack_key": "a-key",
                "aviationstack_plan": "basic",
                "poll_queries": "dep_iata=JFK",
                "smtp_host": mail.host,
                "smtp_port": mail.port,
                "smtp_tls": "none",
                "mail_from": "alerts@agency.example",
                "twilio_account_sid": twilio.account,
                "twilio_auth_token": twilio.token,
                "twilio_from": NUMBER,
                "twilio_url": twilio.url,
                "oncall_phone": "+12025550123",
                "bounces": f"maildir:{folder / 'bounces'}",
                "bookings_folder": folder / "bookings",
                "public_url": address,
                "web_host": LOCALHOST,
                "web_port": int(address.rpartition(":")[2]),
            },
            database,
        )


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")


def forget_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every variable of ours out of the environment, those of the tests as well."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


def later(by: timedelta) -> Clock:
    """Give a machine's clock that is wrong by this much."""

    class Wrong(SystemClock):
        def now(self) -> datetime:
            return super().now() + by

    return Wrong()
