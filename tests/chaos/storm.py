"""Messages on their way, each decided more than once, while their senders are killed at chosen moments.

A kill comes when its victim has rows in hand that are claimed; that are at the wire; or whose message the
provider has already, and has not answered. What each victim left behind is kept, for the account.
"""

import asyncio
import math
import os
import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

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
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.sender import LEASE_SECONDS
from tests.support.senders import PATIENCE, Hold, Senders
from tests.support.travellers import booking

LEASE = timedelta(seconds=4)
LAST_WORDS = timedelta(milliseconds=300)
"""What a victim had said to MongoDB before it died is written by then, and its leases still run."""
END_PATIENCE = timedelta(minutes=3)

OPEN = {"state": {"$in": [State.PENDING.value, State.SENDING.value, State.UNCERTAIN.value]}}

Row = Mapping[str, Any]
"""A document of `notifications`."""


class Moment(StrEnum):
    """How far a message has got when its sender dies."""

    CLAIMED = "claimed"
    WIRE = "wire"
    STORED = "stored"
    """The provider has it, and the sender has not noted that."""


@dataclass(frozen=True, slots=True)
class Left:
    """A row in the hand of a sender that was killed."""

    moment: Moment
    wire_at: datetime | None
    """When it was marked at the wire for the last time."""
    died_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of it there is to be."""

    seed: int
    people: int
    kills: int
    domain: str = "example.com"
    """Of everybody's email address."""
    senders: int = 2
    """At work at least; one more is starting or at work as well."""

    def travellers(self) -> list[Booking]:
        """Make their bookings: an email and an SMS each."""
        return [
            booking(
                reference=f"R{number:04}",
                email=f"p{number}@{self.domain}",
                phone=f"+1202555{number:04}",
            )
            for number in range(self.people)
        ]


@dataclass
class Storm:
    """One run. `stored` tells whether the provider has a row's message."""

    mongodb: str
    folder: Path
    plan: Plan
    hold: Hold
    settings: Mapping[str, object]
    environment: Mapping[str, str]
    stored: Callable[[Row], bool]
    left: list[dict[str, Left]] = field(default_factory=list)
    """What each victim left behind, by row."""
    fell: list[str] = field(default_factory=list)
    late: int = 0
    """Kills for which nothing was left to be killed at."""

    def run(self, over: Callable[[Sequence[Row]], bool]) -> list[dict[str, Any]]:
        """Do it all, and give the ledger when `over` says that all has come to its end."""
        client: MongoClient[dict[str, Any]] = MongoClient(self.mongodb, tz_aware=True)
        database = client[f"storm_{uuid.uuid4().hex[:12]}"]
        settings = {
            **self.settings,
            "MONGODB_URL": self.mongodb,
            "MONGODB_DATABASE": database.name,
            "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
            "EMAIL_PER_SECOND": 400,
            "SMS_PER_SECOND": 400,
            "SMTP_CONNECTIONS": 4,  # few messages at a time, so that some are left to be killed at
        }
        self._settings = Settings.model_validate({name.lower(): value for name, value in settings.items()})
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        theirs = {PREFIX + name: str(value) for name, value in settings.items()}
        lease = {LEASE_SECONDS: str(LEASE.total_seconds())}
        senders = Senders(self.folder, {**inherited, **lease, **self.environment, **theirs})
        self._rows = database["notifications"]
        self._rng = random.Random(f"kills {self.plan.seed}")
        try:
            asyncio.run(self._decide_twice())
            for number, moment in enumerate(self._moments()):
                if number == self.plan.kills // 2:
                    asyncio.run(self._decide_again())
                self._blow(senders, moment)
            self.hold.let_through(math.inf)
            with suppress(TimeoutError):  # what is open then is told by the account
                wait_until(lambda: self._has_ended(over), END_PATIENCE, every=MINUTE / 120)
            self.fell = senders.fell
            senders.stop()
            return list(self._rows.find())
        finally:
            senders.stop()
            self.hold.let_through(math.inf)
            client.drop_database(database.name)
            client.close()

    def _has_ended(self, over: Callable[[Sequence[Row]], bool]) -> bool:
        """Look once. What was sent twice unanswered waits ten minutes for a receipt: they pass at once."""
        rows = list(self._rows.find())
        if over(rows):
            return True
        unanswered = {
            row["_id"]
            for row in rows
            if row["state"] == State.ACCEPTED.value and row["maybe_twice"] and row["receipt_by"] is not None
        }
        if unanswered and over([row for row in rows if row["_id"] not in unanswered]):
            past = {"receipt_by": datetime.now(UTC) - MINUTE}
            self._rows.update_many({"_id": {"$in": sorted(unanswered)}}, {"$set": past})
        return False

    async def _decide_twice(self) -> None:
        """Decide that BA117 is 90 minutes late: an email and an SMS for everyone, by two workers at once."""
        world = await open_world(self._settings, clock_from(self._settings.clock))
        state, _ = advance(None, run_of([row()])[0])
        late, _ = advance(state, run_of([row(delay=90)], 2, NOON + MINUTE)[0])
        await MongoFlights(world.database).move_on([late])
        people = self.plan.travellers()
        await asyncio.gather(*(wire_desk(world).take_bookings(people) for _ in range(2)))
        await world.close()

    async def _decide_again(self) -> None:
        """Decide the same again while half of it is on its way, as a stream does that is read again."""
        world = await open_world(self._settings, clock_from(self._settings.clock))
        flights = self._rows.distinct("flight")
        await wire_desk(world).decide.for_flights(flights)
        await world.close()

    def _moments(self) -> list[Moment]:
        """Choose when each kill comes: a third of them at each moment, in any order."""
        moments = [list(Moment)[number % len(Moment)] for number in range(self.plan.kills)]
        self._rng.shuffle(moments)
        return moments

    def _blow(self, senders: Senders, moment: Moment) -> None:
        """Let some messages through, beside those that wait for their answer, and kill a sender."""
        while len(senders.running) <= self.plan.senders:
            senders.start()
        wait_until(lambda: len(senders.ready) >= self.plan.senders, PATIENCE, senders.explain)
        self.hold.let_through(self._rng.randrange(self.plan.people // self.plan.kills))
        found: list[Child] = []

        def it_has_come() -> bool:
            if self.hold.holds and (there := self._having(moment, senders)):
                found.append(self._rng.choice(there))
            return bool(found) or self._rows.find_one(OPEN) is None

        wait_until(it_has_come, PATIENCE, senders.explain, every=timedelta(milliseconds=5))
        if not found:
            self.late += 1
            return
        senders.kill(found[0])
        died_at = datetime.now(UTC)
        time.sleep(LAST_WORDS.total_seconds())
        theirs = self._in_hand([State.SENDING, State.UNCERTAIN]).get(found[0].pid, [])
        self.left.append(
            {each["_id"]: Left(_at(each, self.stored), each["last_wire_at"], died_at) for each in theirs}
        )

    def _having(self, moment: Moment, senders: Senders) -> list[Child]:
        """Give the senders that have a row at this moment in hand."""
        hands = self._in_hand([State.SENDING])
        return [
            child
            for child in senders.ready
            if any(_at(each, self.stored) is moment for each in hands.get(child.pid, []))
        ]

    def _in_hand(self, states: Sequence[State]) -> dict[int, list[Row]]:
        hands: dict[int, list[Row]] = {}
        query = {"state": {"$in": [state.value for state in states]}, "owner": {"$ne": None}}
        wanted = {"owner": 1, "stage": 1, "channel": 1, "booking": 1, "last_wire_at": 1}
        for each in self._rows.find(query, wanted):
            hands.setdefault(int(each["owner"].rsplit(":", 2)[1]), []).append(each)
        return hands


def _at(row: Row, stored: Callable[[Row], bool]) -> Moment:
    if row["stage"] != Stage.WIRE.value:
        return Moment.CLAIMED
    return Moment.STORED if stored(row) else Moment.WIRE
