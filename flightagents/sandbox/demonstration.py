"""`make run`: the whole system on one machine, a simulated day, and an account of it at the end."""

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient

from flightagents.domain.notifications import State
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC
from flightagents.sandbox.account import Account, draw_up
from flightagents.sandbox.day import LATER
from flightagents.sandbox.logins import add_logins, logins_told
from flightagents.sandbox.mailbox_lookup import MAILBOX_URL
from flightagents.sandbox.narration import Narrator
from flightagents.sandbox.passengers import bookings_csv
from flightagents.sandbox.past import count_past
from flightagents.sandbox.processes import Child, free_port
from flightagents.sandbox.stand_ins import (
    Plan,
    StandIns,
    asks_for_real_feed,
    inherited_environment,
    stand_ins,
    worker_environment,
)
from flightagents.store.connection import connect

GROUP = "flightagents"
BY = ("--by", "demonstration")
"""In whose name it imports and adds, for the log: not in that of whoever runs it."""
TOPICS = (FLIGHT_TOPIC, CHANGE_TOPIC, DEAD_LETTER_TOPIC)
MOST_UNREAD = 4000
"""Records. Beyond this the feed answers later: the broker forgets what is over about 5 MB a partition."""
DATABASE = "flight_data"
JFK_DESK = ("--to", "jfk-desk@acme-travel.example", "--airport", "JFK", "--min-severity", "major")
LAST_PATIENCE = timedelta(seconds=30)
"""How long the end waits until everything is read and told."""
LOOK = 0.25
"""Seconds between two looks at the log."""


class Demonstration:
    """One run: start, watch, end, account."""

    def __init__(self, plan: Plan, seconds: float | None, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._seconds = seconds
        self._say = say
        self._over = asyncio.Event()
        self._polling = True
        self._cut_short = False
        """A run waits for an answer that will not come any more."""
        self._failed = False

    def stop(self) -> None:
        """End early, with the account: what Ctrl-C does."""
        self._over.set()

    async def run(self) -> Account:
        """Run to the end. Raises ConfigurationError where the embedded MongoDB has no build."""
        real_feed = asks_for_real_feed(os.environ)
        self._say("starting MongoDB, Kafka, AviationStack, a mail server and Twilio on this machine ...")
        with tempfile.TemporaryDirectory(prefix="flightagents-") as folder:
            async with stand_ins(self._plan, real_feed=real_feed) as world:
                return await self._watch(world, Path(folder))

    async def _watch(self, world: StandIns, folder: Path) -> Account:
        web_port = free_port()
        environment = {
            **inherited_environment(os.environ, real_feed=world.feed is None),
            **worker_environment(world, web_port, str(folder / "data")),
            MAILBOX_URL: world.page_url,
        }
        password = secrets.token_urlsafe(12)
        await asyncio.gather(
            self._import_bookings(world, folder, environment),
            self._add_rule(folder, environment),
            self._fill(world, password),
        )
        if world.feed is not None:
            world.feed.before_answer = lambda: self._hold_back(world)
        log = folder / "worker.log"
        argv = [sys.executable, "-m", "flightagents.sandbox.worker", "--quiet", "worker", "-l", "info"]
        worker = Child(
            "worker", argv, log=log, env=environment, cwd=folder
        )  # no `.env` of the caller's there
        try:
            self._say(f"mailbox, every email and SMS:  {world.page_url}")
            if world.feed is not None:
                failing = f"{world.feed.url.removesuffix('/v1')}/sandbox/fail?failure=html_502&seconds=20"
                self._say(f"let AviationStack fail:  curl -X POST '{failing}'")
            self._say(f"Staff page: http://localhost:{web_port}/  {logins_told(password)}")
            self._say(
                f"which calls come next, why, and how old all news is:  http://localhost:{web_port}/system"
            )
            narrator = Narrator(log, world.clock, self._say)
            await self._narrate(worker, narrator)
            await self._until_told(world, narrator)
        finally:
            worker.stop()
        account = await draw_up(world)
        if self._failed:
            account.lost.append("the worker ended by itself")
        return account

    async def _import_bookings(self, world: StandIns, folder: Path, environment: dict[str, str]) -> None:
        if not world.flights:
            return
        file = folder / "bookings.csv"
        file.write_bytes(bookings_csv(world.flights, self._plan.begins(), self._plan.seed))
        imported = ("bookings", "import", str(file), *BY)
        self._say(f"bookings: {await self._command('bookings', *imported, folder=folder, env=environment)}")

    async def _fill(self, world: StandIns, password: str) -> None:
        """Let whoever watches log in, and see what is usual beside what the day brings."""
        database = connect(world.mongodb_url, DATABASE)
        try:
            await add_logins(database, world.clock, password)
            if world.flights:
                await count_past(database, world.mongodb_url, world.clock, self._plan.day, LATER)
        finally:
            database.client.close()

    async def _command(self, name: str, *words: str, folder: Path, env: dict[str, str]) -> str:
        """Run one of our commands to its end, and give the last line that it said."""
        argv = [sys.executable, "-m", "flightagents", *words]
        child = Child(name, argv, log=folder / f"{name}.log", env=env, cwd=folder)
        try:
            await asyncio.to_thread(child.wait, LAST_PATIENCE)
        finally:
            child.stop()
        return child.last_words(lines=1)

    async def _add_rule(self, folder: Path, environment: dict[str, str]) -> None:
        """Let the desk at JFK hear of what is grave there."""
        await self._command(
            "rules", "rules", "add", "jfk-desk", *JFK_DESK, *BY, folder=folder, env=environment
        )

    async def _hold_back(self, world: StandIns) -> None:
        """Answer later when readers lag, and not at all any more once the time is over."""
        while self._polling:
            backlog = await world.kafka.backlog(GROUP, TOPICS)
            if backlog.unread <= MOST_UNREAD:
                return
            await asyncio.sleep(LOOK)
        self._cut_short = True
        await asyncio.Event().wait()

    async def _narrate(self, worker: Child, narrator: Narrator) -> None:
        """Tell what happens until the time is over, counted in real seconds from the first poll."""
        end: float | None = None
        while not self._over.is_set():
            narrator.read_on()
            if worker.exit_code is not None:
                self._failed = True
                self._say(f"the worker ended by itself:\n{worker.last_words()}")
                return
            if end is None and narrator.polls and self._seconds is not None:
                end = monotonic() + self._seconds
            if end is not None and monotonic() >= end:
                return
            await asyncio.sleep(LOOK)

    async def _until_told(self, world: StandIns, narrator: Narrator) -> None:
        """Stop polling; wait until everything is read and no message is due."""
        self._polling = False
        self._say("no more polls; waiting until everything is read and told ...")
        end = monotonic() + LAST_PATIENCE.total_seconds()
        while not await self._is_told(world, narrator):
            if monotonic() >= end:
                return
            await asyncio.sleep(LOOK)

    async def _is_told(self, world: StandIns, narrator: Narrator) -> bool:
        narrator.read_on()
        backlog = await world.kafka.backlog(GROUP, TOPICS)
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(world.mongodb_url)
        lease = await client[DATABASE]["leases"].find_one({"_id": "poll"})
        published = self._cut_short or lease is None or narrator.last_run >= lease["run"]
        now = world.clock.now()
        due = {"state": State.PENDING.value, "$or": [{"not_before": None}, {"not_before": {"$lte": now}}]}
        moving = {"state": {"$in": [State.SENDING.value, State.UNCERTAIN.value]}}
        waiting = await client[DATABASE]["notifications"].count_documents({"$or": [due, moving]})
        client.close()
        return published and backlog.unread == 0 and waiting == 0
