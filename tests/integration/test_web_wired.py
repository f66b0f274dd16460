"""The pages as a worker wires them: on MongoDB, with a Twilio that calls back."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.domain.tasks import TaskKind
from flightagents.domain.tracking import advance
from flightagents.sandbox.twilio import Twilio, twilio_server
from flightagents.settings import DeliveryMode, Settings
from flightagents.store.archive import MongoArchive
from flightagents.store.flights import MongoFlights
from flightagents.web.site import Site
from flightagents.web.twilio import INBOUND
from flightagents.wiring import Desk, open_world, wire_desk, wire_letters, wire_site
from tests.support.fakes import SetClock
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.travellers import booking
from tests.support.website import Client, served

pytestmark = pytest.mark.mongodb
ANNA_BOTH = booking(phone=ANNAS_PHONE)


@dataclass
class Surroundings:
    """A desk, its pages, and the world around them."""

    desk: Desk
    client: Client
    twilio: Twilio
    url: str

    async def sms_states(self) -> list[State]:
        rows = await self.desk.ledger.newest(10)
        return [each.state for each in rows if each.channel is Channel.SMS]


@pytest.fixture
async def around(
    database: AsyncIOMotorDatabase[dict[str, Any]], mongodb: str, request: pytest.FixtureRequest
) -> AsyncIterator[Surroundings]:
    """Anna was just sent an SMS: BA117 will be 90 minutes late."""
    sites: list[Site] = []
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(twilio_server())
        client = await stack.enter_async_context(served(lambda: sites[0]))
        url = str(client.make_url("")).rstrip("/")
        settings = Settings.model_validate(
            {
                "mongodb_url": mongodb,
                "mongodb_database": database.name,
                "twilio_account_sid": twilio.account,
                "twilio_auth_token": twilio.token,
                "twilio_from": "+12025550199",
                "twilio_url": twilio.url,
                "agency_name": "Acme Travel",
                "public_url": f"{url}/",
                "delivery": getattr(request, "param", DeliveryMode.LIVE),
            }
        )
        clock = SetClock(NOON + MINUTE)
        world = await open_world(settings, clock)
        stack.push_async_callback(world.close)
        desk = wire_desk(world)
        stack.callback(desk.close)
        sites.append(wire_site(world, desk, wire_letters(world)))
        on_time, late = run_of([row()], 1), run_of([row(delay=90)], 2, NOON + MINUTE)
        state, _ = advance(None, on_time[0])
        state, changes = advance(state, late[0])
        archive, flights = MongoArchive(world.database), MongoFlights(world.database)
        await archive.store([archive.document(each) for each in (*on_time, *late)])
        await flights.add_to_history(changes)
        await flights.move_on([state])
        await desk.take_bookings([ANNA_BOTH])
        if settings.delivery is DeliveryMode.LIVE:
            await desk.deliver(Channel.SMS)
        yield Surroundings(desk, client, twilio, url)


async def test_the_page_of_an_sms_and_its_receipt(around: Surroundings) -> None:
    (sms,) = around.twilio.messages
    assert await around.sms_states() == [State.ACCEPTED]
    await around.twilio.report(sms.sid, "delivered")
    assert await around.sms_states() == [State.DELIVERED]
    (row,) = [each for each in await around.desk.ledger.newest(10) if each.channel is Channel.SMS]
    response = await around.client.get(f"/f/{row.link}")
    assert response.status == 200
    page = re.sub(r"<[^>]+>", "", await response.text())
    assert "Late: expected to leave at 16:05, not at 14:35" in page
    assert "We told you by SMS: expected to leave at 16:05" in page
    assert "Last news at 12:01" in page


async def test_stop_and_one_click_hold_against_the_next_import(around: Surroundings) -> None:
    desk = around.desk
    (token, *_) = {each.link for each in await desk.ledger.newest(10)}
    assert await around.twilio.deliver(f"{around.url}{INBOUND}", ANNAS_PHONE, "STOP") == []
    ended = await around.client.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"})
    assert ended.status == 200
    await desk.take_bookings([booking(phone=ANNAS_PHONE, reference="NEW001")])
    for each in await desk.bookings.everyone():
        assert [channel for channel in Channel if each.allows(channel)] == []
    withdrawn = await desk.tasks.unfinished([TaskKind.CONSENT_WITHDRAWN])
    assert [each.booking for each in withdrawn] == [ANNA_BOTH.id, ANNA_BOTH.id]
    assert await around.twilio.deliver(f"{around.url}{INBOUND}", ANNAS_PHONE, "START") == []
    assert {each.allows(Channel.SMS) for each in await desk.bookings.everyone()} == {True}


async def test_a_reply_waits_for_staff(around: Surroundings) -> None:
    (answer,) = await around.twilio.deliver(f"{around.url}{INBOUND}", ANNAS_PHONE, "Can I fly tomorrow?")
    assert answer == "Acme Travel: We have your message, but this number is not read straight away."
    (task,) = await around.desk.tasks.unfinished([TaskKind.REPLY])
    assert (task.quote, task.booking) == ("Can I fly tomorrow?", ANNA_BOTH.id)


@pytest.mark.parametrize("around", [DeliveryMode.OFF, DeliveryMode.SHADOW], indirect=True)
async def test_where_nothing_is_to_be_sent_a_reply_waits_for_staff_without_an_answer(
    around: Surroundings,
) -> None:
    assert await around.twilio.deliver(f"{around.url}{INBOUND}", ANNAS_PHONE, "Can I fly tomorrow?") == []
    (task,) = await around.desk.tasks.unfinished([TaskKind.REPLY])
    assert task.quote == "Can I fly tomorrow?"
    assert await around.twilio.deliver(f"{around.url}{INBOUND}", ANNAS_PHONE, "STOP") == []
    assert {each.allows(Channel.SMS) for each in await around.desk.bookings.everyone()} == {False}
