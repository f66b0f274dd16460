"""How much is handed to a provider, on a clock that stands until it is moved."""

from datetime import timedelta

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.handlers.limits import Bucket
from flightagents.settings import DeliveryMode, Settings
from flightagents.wiring import what_is_off
from flightagents.wiring.sending import buckets_of
from tests.support.agency import SECOND, Agency, Worker
from tests.support.judges import Ticks
from tests.support.travellers import booking


def bucket(per_second: float) -> tuple[Bucket, Ticks]:
    ticks = Ticks()
    return Bucket(per_second, ticks), ticks


def test_at_most_one_seconds_worth_is_sent_at_once() -> None:
    some, ticks = bucket(100)
    ticks.move(timedelta(hours=1))
    assert some.take(1000) == 100
    assert some.take(1000) == 0


def test_what_was_taken_comes_back_in_time() -> None:
    some, ticks = bucket(100)
    some.take(100)
    ticks.move(timedelta(seconds=0.5))
    assert some.take(1000) == 50


def test_it_waits_until_there_is_enough_for_a_claim() -> None:
    some, ticks = bucket(100)
    some.take(100)
    ticks.move(timedelta(seconds=0.2))
    assert some.take(1000) == 0
    assert some.take(10) == 10
    ticks.move(timedelta(seconds=0.2))
    assert some.take(1000) == 30


def test_what_was_not_needed_is_given_back() -> None:
    some, _ = bucket(100)
    assert some.take(100) == 100
    some.give_back(40)
    assert some.take(100) == 40
    some.give_back(1000)
    assert some.take(1000) == 100


def test_less_than_one_a_second_is_one_now_and_then() -> None:
    some, ticks = bucket(0.2)
    assert some.take(50) == 1
    ticks.move(4 * SECOND)
    assert some.take(50) == 0
    ticks.move(SECOND)
    assert some.take(50) == 1


def test_over_a_minute_it_is_never_more_than_allowed() -> None:
    some, ticks = bucket(30)
    taken = 0
    for _ in range(600):
        taken += some.take(200)
        ticks.move(timedelta(seconds=0.1))
    assert 30 * 60 - 8 <= taken <= 30 * 61


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


def test_each_channel_is_as_fast_as_its_setting_says() -> None:
    settings = Settings.model_validate({"email_per_second": 50, "sms_per_second": 3})
    taken = {channel: each.take(1000) for channel, each in buckets_of(settings, list(Channel)).items()}
    assert taken == {Channel.EMAIL: 50, Channel.SMS: 3}


@pytest.mark.parametrize("mode", list(DeliveryMode))
def test_nothing_is_claimed_where_delivery_is_off(mode: DeliveryMode) -> None:
    settings = Settings.model_validate({"delivery": mode})
    assert set(buckets_of(settings, list(Channel))) == (set() if mode is DeliveryMode.OFF else set(Channel))


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
