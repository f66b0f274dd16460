"""An email comes back, an SMS takes its place, and when that fails too staff are asked to call: all real.

MongoDB, SMTP, a maildir and the sandbox's Twilio; only what comes back is written by the test.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Receipt
from flightagents.domain.notifications import State
from flightagents.domain.tasks import TaskKind
from flightagents.domain.tracking import advance
from flightagents.sandbox.processes import free_port
from flightagents.sandbox.twilio import Twilio, twilio_server
from flightagents.settings import Settings
from flightagents.store.flights import MongoFlights
from flightagents.wiring import Desk, open_world, wire_desk
from tests.support.fakes import SetClock
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.smtp_server import ScriptedSmtp
from tests.support.travellers import booking

pytestmark = pytest.mark.mongodb

Database = AsyncIOMotorDatabase[dict[str, Any]]
PUBLIC = "https://alerts.agency.example"
MORNING = NOON - timedelta(hours=4)

BOUNCE = """\
From: MAILER-DAEMON@mail.example
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Original-Envelope-Id: {row}

Final-Recipient: rfc822; {anna}
Action: failed
Status: 5.2.1

--b--
"""


class Surroundings:
    """What a desk is surrounded by, and the desk."""

    def __init__(
        self,
        desk: Desk,
        mail: ScriptedSmtp,
        twilio: Twilio,
        box: Path,
        *,
        clock: SetClock,
        database: Database,
    ) -> None:
        self.desk, self.mail, self.twilio, self.clock = desk, mail, twilio, clock
        self._box = box
        self._database = database

    async def wait(self, minutes: int) -> None:
        """Let time pass, real and simulated."""
        self.clock.move(minutes * MINUTE)
        back = {"$dateSubtract": {"startDate": "$in_vain_since", "unit": "minute", "amount": minutes}}
        await self._database["notifications"].update_many({}, [{"$set": {"in_vain_since": back}}])

    def comes_back(self) -> None:
        """Let the mail server report that the letter which it took has come back."""
        (said,) = self.mail.heard("MAIL")
        envelope = re.search(r"ENVID=(\w+)", said)
        assert envelope
        (self._box / "new" / "1.mail").write_text(BOUNCE.format(row=envelope[1], anna=ANNA))

    async def states(self) -> dict[Channel, State]:
        return {each.channel: each.state for each in await self.desk.ledger.newest(10)}


@pytest.fixture
def reached() -> dict[str, Any]:
    """Settings that differ."""
    return {}


@pytest.fixture
async def around(
    database: Database, mongodb: str, tmp_path: Path, reached: dict[str, Any]
) -> AsyncIterator[Surroundings]:
    """Anna has just been written an email: BA117 will be 45 minutes late, and there is time."""
    (tmp_path / "new").mkdir()
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(ScriptedSmtp(extensions=("DSN",)).running())
        twilio = await stack.enter_async_context(twilio_server())
        settings = Settings.model_validate(
            {
                "mongodb_url": mongodb,
                "mongodb_database": database.name,
                "smtp_host": mail.host,
                "smtp_port": mail.port,
                "smtp_tls": "none",
                "mail_from": "alerts@agency.example",
                "bounces": f"maildir:{tmp_path}",
                "twilio_account_sid": twilio.account,
                "twilio_auth_token": twilio.token,
                "twilio_from": "+12025550199",
                "twilio_url": twilio.url,
                "public_url": PUBLIC,
                **reached,
            }
        )
        clock = SetClock(MORNING)
        world = await open_world(settings, clock)
        stack.push_async_callback(world.close)
        desk = wire_desk(world)
        stack.callback(desk.close)
        state, _ = advance(None, run_of([row()], 1, MORNING)[0])
        late, _ = advance(state, run_of([row(delay=45)], 2, MORNING + MINUTE)[0])
        await MongoFlights(world.database).move_on([late])
        await desk.take_bookings([booking(phone=ANNAS_PHONE)])
        await desk.deliver(Channel.EMAIL)
        await desk.settle()
        yield Surroundings(desk, mail, twilio, tmp_path, clock=clock, database=database)


async def test_a_bounce_becomes_an_sms_and_then_a_call(around: Surroundings) -> None:
    desk = around.desk
    assert desk.read_bounces is not None
    assert await around.states() == {Channel.EMAIL: State.ACCEPTED}
    around.comes_back()
    assert await desk.read_bounces() == {"failed": 1}
    await desk.settle()
    await desk.deliver(Channel.SMS)
    assert await around.states() == {Channel.EMAIL: State.FAILED, Channel.SMS: State.ACCEPTED}
    (sms,) = around.twilio.messages
    assert sms.to == ANNAS_PHONE
    (told, *_) = [each for each in await desk.ledger.newest(2) if each.channel is Channel.SMS]
    assert sms.status_callback == f"{PUBLIC}/twilio/status?row={told.id}"
    around.clock.move(timedelta(hours=4))
    assert await desk.take_receipt(Receipt(told.id, delivered=False, detail="30003"))
    for _ in range(2):
        await desk.settle()
    (call,) = await desk.tasks.unfinished([TaskKind.CALL])
    assert call.resolve_by == NOON + timedelta(hours=3, minutes=20)
    assert len(around.twilio.messages) == len(around.mail.letters) == 1


async def test_a_receipt_that_nobody_can_have_seen_yet_is_waited_for(around: Surroundings) -> None:
    desk = around.desk
    assert desk.read_bounces is not None
    assert await desk.read_bounces() == {}
    await desk.settle()
    await desk.deliver(Channel.SMS)
    assert await around.states() == {Channel.EMAIL: State.ACCEPTED}


@pytest.mark.parametrize("reached", [{"smtp_port": free_port()}], ids=["no mail server"])
async def test_what_no_mail_server_takes_becomes_an_sms_after_ten_minutes(around: Surroundings) -> None:
    desk = around.desk
    for minutes, sent in ((9, 0), (1, 1), (1, 1)):
        await around.wait(minutes)
        await desk.look_at_waiting()
        await desk.settle()
        await desk.deliver(Channel.SMS)
        assert len(around.twilio.messages) == sent
    assert await around.states() == {Channel.EMAIL: State.PENDING, Channel.SMS: State.ACCEPTED}
