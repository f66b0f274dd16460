"""What staff see and do as a worker wires it: on MongoDB, with the senders that must not send."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import monitoring

from flightagents.domain.acts import About, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.handling import Attention
from flightagents.domain.notifications import State
from flightagents.domain.tasks import TaskKind
from flightagents.domain.tracking import advance
from flightagents.handlers.desk_acts import Acted, WhyNot
from flightagents.handlers.resend import Resending
from flightagents.settings import Settings
from flightagents.store.flights import MongoFlights
from flightagents.store.outbox import MongoOutbox
from flightagents.wiring import Desk, Floor, World, open_world, wire_desk, wire_floor
from tests.support.fakes import SetClock
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.travellers import booking, segment

pytestmark = pytest.mark.mongodb
BA117 = "BA117|2026-11-22|LHR|JFK"


class Questions(monitoring.CommandListener):
    """Counts the commands that a client sends, but for those that fetch the rest of an answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name != "getMore":
            self.asked[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to count."""


@dataclass
class Around:
    """Anna and Ben are on BA117, which is 75 minutes late; Anna has a phone."""

    world: World
    desk: Desk
    floor: Floor
    clock: SetClock
    questions: Questions

    async def has(self, *numbers: str, delay: int = 75) -> None:
        """Let flights be late."""
        flights = MongoFlights(self.world.database)
        for number in numbers:
            (first,) = run_of([row(number)], 1)
            (late,) = run_of([row(number, delay=delay)], 2, NOON + MINUTE + MINUTE / 60)
            state, changes = advance(None, first)
            state, more = advance(state, late)
            await flights.add_to_history([*changes, *more])
            await flights.move_on([state])

    async def claimed(self) -> list[str]:
        outbox = MongoOutbox(self.world.database)
        rows = await outbox.claim("worker-2", list(Channel), self.clock.now(), 50)
        return sorted({each.flight for each in rows})


@pytest.fixture
async def around(database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str) -> AsyncIterator[Around]:
    settings = Settings.model_validate(
        {
            "mongodb_url": mongodb,
            "mongodb_database": database.name,
            "smtp_host": "localhost",
            "mail_from": "alerts@agency.example",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "token",
            "twilio_from": "+12025550199",
        }
    )
    clock, questions = SetClock(NOON + 2 * MINUTE), Questions()
    async with AsyncExitStack() as stack:
        world = await open_world(settings, clock)
        stack.push_async_callback(world.close)
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            mongodb, tz_aware=True, event_listeners=[questions]
        )
        stack.callback(client.close)
        listened = replace(world, database=client[database.name])
        desk = wire_desk(listened)
        stack.callback(desk.close)
        found = Around(world, desk, wire_floor(listened, desk), clock, questions)
        await found.has("BA117")
        await desk.take_bookings(
            [booking(phone=ANNAS_PHONE), booking(reference="BEN001", email="ben@example.com")]
        )
        yield found


async def test_a_disruption_is_seen_taken_held_and_released(around: Around) -> None:
    floor, acts = around.floor, around.floor.acts
    (found,) = (await floor.show_now()).disruptions
    assert (found.reached.travellers, found.reached.waiting, found.attention) == (2, 2, Attention.NEW)
    assert await acts.assign([BA117], "Kim", "Kim") == [Acted(BA117)]
    assert await acts.assign([BA117], "Lee", "Lee") == [Acted(BA117, WhyNot.TAKEN, "Kim")]
    before = await floor.shared_now()
    assert await floor.shared_now() is before
    assert await acts.acknowledge([BA117], "Kim") == [Acted(BA117)]
    assert (await floor.shared_now()).disruptions[0].attention is Attention.ACKNOWLEDGED
    assert await acts.note([BA117], "Kim", "rang the airline") == [Acted(BA117)]
    assert await acts.hold([BA117], "Kim") == [Acted(BA117)]
    (found,) = (await floor.show_now()).disruptions
    assert (found.handling.assigned_to, found.held, found.attention) == ("Kim", True, Attention.ACKNOWLEDGED)
    assert await around.claimed() == []
    around.clock.move(20 * MINUTE)
    await around.desk.look_at_holds()
    (found,) = (await floor.show_now()).disruptions
    assert [task.kind for task in found.tasks] == [TaskKind.HELD_MESSAGES]
    assert await acts.release([BA117], "Kim") == [Acted(BA117)]
    await around.desk.look_at_holds()
    assert (await floor.tasks.counts()) == {}
    assert await around.claimed() == [BA117]
    log = await floor.audit.read(about=About(Thing.FLIGHT, BA117))
    done = [Did.ASSIGNED, Did.ACKNOWLEDGED, Did.NOTED, Did.HELD, Did.RELEASED]
    assert {act.did for act in log.rows} == set(done)
    assert log.rows[0].did is Did.RELEASED


async def test_news_is_sent_again_and_the_log_says_who_asked(around: Around) -> None:
    rows = await around.desk.ledger.newest(10)
    bens = next(each for each in rows if each.booking == "BEN001|ben@example.com")
    acts = around.floor.acts
    assert (await acts.resend_message(bens.id, Channel.SMS, "Kim")).end is Resending.NO_ADDRESS
    assert (await acts.resend_message(bens.id, Channel.EMAIL, "Kim")).end is Resending.WAITS
    await around.world.database["notifications"].update_one(
        {"_id": bens.id}, {"$set": {"state": State.ACCEPTED.value}}
    )
    around.clock.move(10 * MINUTE)
    assert (await acts.resend_message(bens.id, Channel.EMAIL, "Kim")).end is Resending.TOLD
    sent = await acts.resend_message(bens.id, Channel.EMAIL, "Kim", again=True)
    assert sent.end is Resending.WRITTEN
    assert sent.row is not None
    (act,) = (await around.floor.audit.read(by="Kim")).rows
    assert (act.did, act.about) == (Did.RESENT, (Thing.MESSAGE, sent.row))


async def test_the_page_costs_the_same_questions_however_much_is_wrong(around: Around) -> None:
    await around.floor.show_now()
    around.questions.asked.clear()
    await around.floor.show_now()
    few = Counter(around.questions.asked)
    await around.has(*(f"BA{number}" for number in range(200, 220)))
    await around.desk.take_bookings(
        [
            booking(segment(f"BA{200 + number % 20}"), reference=f"R{number}", email=f"r{number}@example.com")
            for number in range(60)
        ]
    )
    around.questions.asked.clear()
    found = (await around.floor.show_now()).disruptions
    assert len(found) == 21
    assert around.questions.asked == few
    assert few.total() <= 15
