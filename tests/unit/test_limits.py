"""How much is handed to a provider, on a clock that stands until it is moved."""

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.settings import DeliveryMode, Settings
from flightagents.store.connection import Database
from flightagents.wiring import what_is_off
from flightagents.wiring.sending import rates_of
from tests.support.agency import SECOND, Agency, Worker
from tests.support.travellers import booking

# In the sender


async def due(agency: Agency, people: int) -> None:
    await agency.books(*[booking(email=f"{number}@example.com") for number in range(people)])
    await agency.is_late(None)
    await agency.is_late(45)


async def test_no_more_is_claimed_than_may_be_sent_within_a_second() -> None:
    agency = Agency()
    agency.per_second = 5
    agency.worker = Worker(agency, "worker-1")
    await due(agency, 12)
    assert await agency.worker.deliver() == 5
    assert agency.states.count(State.PENDING) == 7, "others are kept from sending them"
    assert await agency.worker.deliver() == 0
    agency.wait(SECOND)
    assert await agency.worker.deliver() == 5
    agency.wait(SECOND)
    assert await agency.worker.deliver() == 2
    assert len(agency.told) == 12


async def test_what_is_set_aside_takes_nothing_from_the_limit() -> None:
    agency = Agency(channels=[Channel.EMAIL])
    agency.per_second = 5
    agency.worker = Worker(agency, "worker-1")
    await due(agency, 12)
    await agency.bookings.forget([each.id for each in await agency.bookings.everyone()][:10])
    claims = [await agency.worker.deliver() for _ in range(3)]
    assert claims == [5, 5, 2]
    assert len(agency.told) == 2


# By the settings


@pytest.mark.mongodb
async def test_each_channel_is_as_fast_as_its_setting_says(database: Database) -> None:
    settings = Settings.model_validate({"email_per_second": 50, "sms_per_second": 3})
    rates = rates_of(settings, database, list(Channel))
    taken = {channel: await each.take(1000) for channel, each in rates.items()}
    assert taken == {Channel.EMAIL: 50, Channel.SMS: 3}


@pytest.mark.mongodb
@pytest.mark.parametrize("mode", list(DeliveryMode))
async def test_nothing_is_claimed_where_delivery_is_off(database: Database, mode: DeliveryMode) -> None:
    rates = rates_of(Settings.model_validate({"delivery": mode}), database, list(Channel))
    assert set(rates) == (set() if mode is DeliveryMode.OFF else set(Channel))


async def test_a_sender_without_channels_leaves_everything_waiting() -> None:
    agency = Agency()
    await due(agency, 3)
    agency.channels = {}
    idle = Worker(agency, "worker-2")
    assert idle.sender.channels == []
    assert await idle.deliver() == 0
    assert set(agency.states) == {State.PENDING}


@pytest.mark.parametrize(
    ("mode", "words"), [(DeliveryMode.OFF, "all of it waits"), (DeliveryMode.SHADOW, "only shown")]
)
def test_it_is_said_at_the_start_that_nothing_is_sent(mode: DeliveryMode, words: str) -> None:
    told = what_is_off(Settings.model_validate({"delivery": mode}))
    assert [line for line in told if "FLIGHTAGENTS_DELIVERY" in line and words in line]
    assert not [line for line in what_is_off(Settings()) if "FLIGHTAGENTS_DELIVERY" in line]
