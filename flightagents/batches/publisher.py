"""Sends records through Faust's producer, and returns only when the broker has them all."""

import asyncio
from collections.abc import Iterable

import faust
import stamina
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from faust.exceptions import ProducerSendError

from flightagents.waits import KAFKA, WAITS

HOPELESS = (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
"""The same records fail in the same way each time, until a person has changed something."""


def may_work_later(exc: Exception) -> bool:
    """Tell whether sending the same records again may work; Faust wraps what the client raises."""
    cause = exc.__cause__ if isinstance(exc, ProducerSendError) else exc
    return isinstance(exc, (KafkaError, ProducerSendError)) and not isinstance(cause, HOPELESS)


class FaustPublisher:
    """Faust's own `send` only enqueues, and a failed delivery is just a warning in the log."""

    def __init__(self, app: faust.App) -> None:
        self._app = app

    async def publish(self, topic: str, records: Iterable[tuple[str, bytes]]) -> None:
        """Send records (key, value) in order; after a failure all of them again, until they are sent.

        Whoever reads them bears doubles. Raises at once what can never work.
        """
        records = list(records)
        retries = stamina.retry_context(
            on=may_work_later, attempts=None, timeout=None, wait_initial=0.1, wait_max=10.0
        )
        with WAITS.on(KAFKA):
            async for attempt in retries:
                with attempt:
                    await self._send(topic, records)

    async def _send(self, topic: str, records: list[tuple[str, bytes]]) -> None:
        """Send all; raise the first failure after the last answer has come."""
        producer = self._app.producer
        sent = [
            await producer.send(topic, key.encode(), value, partition=None, timestamp=None, headers=None)
            for key, value in records
        ]
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
