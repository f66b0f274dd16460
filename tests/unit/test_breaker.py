"""A channel whose settings are wrong stops, is tried with one message a minute, and goes on."""

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Envelope, Found, Misconfigured, Uncertain
from flightagents.domain.notifications import State
from flightagents.handlers import deliver as module
from flightagents.handlers.breaker import STOPPED_FOR
from flightagents.handlers.hand_over import TRIES_WITH_OTHERS
from tests.support.agency import SECOND, Agency
from tests.support.desk import PACE
from tests.support.due import BOTH, a_due_delay, forty_due


async def test_wrong_settings_stop_the_channel_and_burn_no_try() -> None:
    agency = await a_due_delay(90, BOTH)
    agency.email.outcomes = [Misconfigured("535 wrong password")]
    await agency.delivers()
    email = next(each for each in agency.rows if each.channel is Channel.EMAIL)
    assert (email.state, email.tries) == (State.PENDING, 0)
    assert len(agency.sms.texts) == 1
    agency.wait(STOPPED_FOR - SECOND)
    await agency.delivers()
    assert len(agency.email.tried) == 1
    agency.wait(SECOND)
    await agency.delivers()
    assert len(agency.email.texts) == 1


async def test_the_message_that_a_stopped_channel_is_tried_with_in_vain_lets_others_go_first() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Misconfigured("535 wrong password")] * 2
    await agency.delivers()
    agency.wait(STOPPED_FOR + SECOND)
    await agency.delivers()
    assert len(agency.email.tried) == 2
    agency.wait(TRIES_WITH_OTHERS * STOPPED_FOR - 2 * SECOND)
    await agency.delivers()
    assert agency.email.texts == []
    agency.wait(2 * SECOND)
    await agency.delivers()
    assert len(agency.email.texts) == 1


async def test_a_stopped_channel_is_not_tried_with_the_rest_of_the_claim() -> None:
    """Else one wrong password is tried two hundred times a minute, and the provider locks the account."""
    agency = Agency()
    await forty_due(agency)
    agency.email.outcomes = [Misconfigured("535 wrong password")] * 40
    await agency.delivers()
    assert len(agency.email.tried) <= module.AT_ONCE
    assert {(each.state, each.tries) for each in agency.rows} == {(State.PENDING, 0)}


async def test_a_stopped_channel_is_tried_with_one_message_a_minute_until_it_works() -> None:
    agency = Agency()
    await forty_due(agency)
    agency.email.outcomes = [Misconfigured("535 wrong password")] * 40
    await agency.delivers()
    first = len(agency.email.tried)
    tried: list[str] = []
    for _ in range(3):
        agency.wait(STOPPED_FOR + SECOND)
        await agency.delivers()
        tried.append(agency.email.tried[-1].row)
    assert len(agency.email.tried) == first + 3
    assert len(set(tried)) == 3, "the same message each time: perhaps it is that one alone"
    agency.email.outcomes = []
    agency.wait(STOPPED_FOR + SECOND)
    assert await agency.worker.deliver() == 1
    agency.wait(TRIES_WITH_OTHERS * STOPPED_FOR)
    await agency.delivers()
    assert len(agency.told) == 40
    assert {each.tries for each in agency.rows} == {0}


async def test_a_stop_and_its_end_are_each_said_once() -> None:
    agency = Agency()
    await forty_due(agency)
    agency.email.outcomes = [Misconfigured("535 wrong password")] * 40
    with capture_logs() as logs:
        await agency.delivers()
        assert stopped() == 1
        agency.wait(STOPPED_FOR + SECOND)
        await agency.delivers()
        agency.email.outcomes = []
        agency.wait(TRIES_WITH_OTHERS * STOPPED_FOR)
        await agency.delivers()
        assert stopped() == 0
    said = [each["event"] for each in logs if each["log_level"] in ("error", "warning")]
    assert said == ["a channel stops: its settings are wrong", "a channel works again"]


def stopped() -> float | None:
    return REGISTRY.get_sample_value("flightagents_channel_stopped", {"channel": "email"})


async def test_what_was_asked_about_while_the_channel_stopped_is_sent_later_and_not_taken_for_sent() -> None:
    agency = await a_due_delay()
    agency.email.outcomes = [Uncertain("no answer")]
    await agency.delivers()
    breaker = agency.worker.sender._breakers[Channel.EMAIL]

    async def find(envelope: Envelope) -> Found:
        del envelope
        breaker.trip("535 wrong password")
        return Found.CANNOT_TELL

    agency.email.find = find  # type: ignore[method-assign]  # another message trips it meanwhile
    agency.wait(PACE.grace)
    await agency.worker.deliver()
    assert (agency.row.state, agency.row.stage, agency.row.maybe_twice) == (State.PENDING, None, True)
    agency.wait(STOPPED_FOR + SECOND)
    await agency.delivers()
    assert len(agency.email.tried) == 2
    assert agency.states == [State.ACCEPTED]
