"""Senders are killed while 300 messages are on their way: each arrives exactly once.

There is evidence at hand: the sandbox's mailbox and its Twilio can be asked what they have. SIGKILL comes at
a seeded choice of moments: rows are claimed, rows are at the wire, letters lie there and are not answered.
"""

import asyncio
import math
import os
import random
import signal
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from flightagents.clock import clock_from
from flightagents.domain.bookings import Booking
from flightagents.domain.notifications import Stage, State
from flightagents.domain.tracking import advance
from flightagents.sandbox.processes import Child
from flightagents.settings import PREFIX, Settings
from flightagents.store.flights import MongoFlights
from flightagents.wiring import open_world, wire_desk
from tests.support.kafka import wait_until
from tests.support.post import Post
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.sender import READY
from tests.support.travellers import booking

PEOPLE = 150
KILLS = 10
SENDERS = 2
SEED = 20261122
PATIENCE = timedelta(seconds=30)
SLOW = timedelta(milliseconds=20)
"""How long mailbox and Twilio take to answer, so that a kill finds messages at every stage."""


@dataclass
class Slowness:
    """Answers late, and only so many messages: the others are stored, and wait for their answer."""

    stored: int = 0
    answered: float = 0

    async def __call__(self) -> None:
        self.stored += 1
        number = self.stored
        await asyncio.sleep(SLOW.total_seconds())
        while number > self.answered:  # noqa: ASYNC110 - another thread counts on
            await asyncio.sleep(SLOW.total_seconds())

    def let_through(self, some: float) -> None:
        """Answer those that wait, and so many more."""
        self.answered = self.stored + some


class Senders:
    """Processes that send, always enough of them."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._all: list[Child] = []

    def start(self) -> None:
        argv = [sys.executable, "-m", "tests.support.sender"]
        log = self._folder / f"sender-{len(self._all)}.log"
        self._all.append(Child(log.stem, argv, log=log, env=self._environment))

    @property
    def running(self) -> list[Child]:
        return [each for each in self._all if each.exit_code is None]

    @property
    def ready(self) -> list[Child]:
        return [each for each in self.running if each.log and READY in each.log.read_text()]

    def kill(self, which: Child) -> None:
        which.signal(signal.SIGKILL)
        assert which.wait(PATIENCE) == -signal.SIGKILL

    def stop(self) -> None:
        for each in self.running:
            each.stop()

    def explain(self) -> str:
        return "\n".join(f"{each.name}: {each.exit_code}\n{each.last_words(5)}" for each in self._all)


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as post:
        yield post


def travellers() -> list[Booking]:
    return [
        booking(reference=f"R{number:03d}", email=f"p{number}@example.com", phone=f"+1202555{number:04d}")
        for number in range(PEOPLE)
    ]


async def write_down(settings: Settings) -> None:
    """Decide that BA117 is 90 minutes late: an email and an SMS for everyone."""
    world = await open_world(settings, clock_from(settings.clock))
    state, _ = advance(None, run_of([row()])[0])
    late, _ = advance(state, run_of([row(delay=90)], 2, NOON + MINUTE)[0])
    await MongoFlights(world.database).move_on([late])
    await wire_desk(world).take_bookings(travellers())
    await world.close()


@pytest.mark.mongodb
def test_messages_arrive_exactly_once_although_their_senders_are_killed(
    mongodb: str, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(SEED)
    slowness = Slowness()
    post.mailbox.before_answer = post.twilio.before_answer = slowness
    client: MongoClient[dict[str, Any]] = MongoClient(mongodb)
    database = client[f"killed_{uuid.uuid4().hex[:12]}"]
    settings = {
        **post.settings(),
        "MONGODB_URL": mongodb,
        "MONGODB_DATABASE": database.name,
        "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
    }
    for key, value in settings.items():
        monkeypatch.setenv(PREFIX + key, str(value))
    senders = Senders(tmp_path, {**os.environ, **post.environment()})
    rows = database["notifications"]

    def await_moment(moment: str) -> None:
        """Wait until all that may be answered is, and others are at a stage."""

        def it_has_come() -> bool:
            if slowness.stored <= slowness.answered:
                return False
            here = {"state": State.SENDING.value, "stage": moment}
            return moment == "stored" or rows.count_documents(here) > 0

        wait_until(it_has_come, PATIENCE, senders.explain, every=timedelta(milliseconds=1))

    def unfinished() -> int:
        return rows.count_documents({"state": {"$ne": State.ACCEPTED.value}})

    try:
        asyncio.run(write_down(Settings()))
        assert unfinished() == 2 * PEOPLE
        hit: Counter[str] = Counter()
        for _ in range(KILLS):
            while len(senders.running) <= SENDERS:
                senders.start()
            wait_until(lambda: len(senders.ready) >= SENDERS, PATIENCE, senders.explain)
            slowness.let_through(rng.randrange(4, 12))
            await_moment(rng.choice(("claimed", "wire", "stored")))
            victim = rng.choice(senders.ready)
            senders.kill(victim)
            hit.update(_left_behind(rows, victim.pid))
        assert unfinished() > 0, "the senders were done before the last was killed"
        slowness.let_through(math.inf)
        wait_until(lambda: unfinished() == 0, PATIENCE, senders.explain)
        senders.stop()
        ledger = list(rows.find({}))
    finally:
        senders.stop()
        slowness.let_through(math.inf)
        client.drop_database(database.name)
        client.close()

    phones = {each.id: each.phone for each in travellers()}
    differences = post.compare(ledger, phones)
    assert (differences.lost, differences.twice) == ([], [])
    assert sorted(mail.to[0] for mail in post.mailbox.mails) == sorted(
        str(each.email) for each in travellers()
    )
    assert sorted(sms.to for sms in post.twilio.messages) == sorted(str(each.phone) for each in travellers())
    assert {each["state"] for each in ledger} == {State.ACCEPTED.value}
    assert not any(each["maybe_twice"] for each in ledger)
    traces = [line for each in ledger for line in each["trace"]]
    assert any("found at the provider" in line for line in traces), "no kill between wire and answer"
    assert hit[Stage.CLAIMED.value] > 0
    assert hit[Stage.WIRE.value] > 0


def _left_behind(rows: Any, pid: int) -> Counter[str]:  # noqa: ANN401 - a collection
    """Count the rows that a dead sender had in hand, by stage."""
    theirs = {"owner": {"$regex": f":{pid}:"}, "state": {"$in": [State.SENDING.value, State.UNCERTAIN.value]}}
    return Counter(each["stage"] for each in rows.find(theirs, {"stage": 1}))
