"""What a worker sends again, and what it gives up at once."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
)
from faust.exceptions import ProducerSendError

from flightagents.batches.publisher import FaustPublisher, may_work_later


class Producer:
    """Fails with each of these in turn, when a record is handed over, or later; then it works."""

    def __init__(self, *failures: KafkaError, at_once: bool) -> None:
        self.failures = list(failures)
        self.tries = 0
        self._at_once = at_once

    async def send(self, *_record: object, **_more: object) -> "asyncio.Future[None]":
        self.tries += 1
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failure = self.failures.pop(0) if self.failures else None
        if failure is None:
            answer.set_result(None)
        elif self._at_once:
            raise ProducerSendError(f"Error while sending: {failure!r}") from failure
        else:
            answer.set_exception(failure)
        return answer


class App:
    """As much of Faust as a publisher asks for."""

    def __init__(self, producer: Producer) -> None:
        self.producer = producer


async def publish(producer: Producer) -> None:
    app: Any = App(producer)
    await FaustPublisher(app).publish("flight-topic", [("key", b"value")])


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_may_work_later_is_sent_again(at_once: bool) -> None:
    producer = Producer(KafkaConnectionError(), at_once=at_once)
    await publish(producer)
    assert producer.tries == 2


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    "hopeless", [MessageSizeTooLargeError, TopicAuthorizationFailedError, InvalidTopicError]
)
async def test_what_can_never_work_is_raised_at_once(hopeless: type[KafkaError], at_once: bool) -> None:
    producer = Producer(hopeless(), hopeless(), at_once=at_once)
    with pytest.raises((KafkaError, ProducerSendError), match=hopeless.__name__):
        await publish(producer)
    assert producer.tries == 1


@pytest.mark.parametrize("failure", [KafkaTimeoutError, NotEnoughReplicasError])
def test_a_broker_that_is_slow_or_short_of_replicas_is_waited_for(failure: type[KafkaError]) -> None:
    assert may_work_later(failure())


def test_a_mistake_of_ours_is_not_tried_again() -> None:
    assert not may_work_later(TypeError())
