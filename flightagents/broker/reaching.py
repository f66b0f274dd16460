"""Gets through to Kafka: waits for it, or says what keeps us out.

A worker that subscribes to a topic which does not exist yet consumes nothing and says so in one log line.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from flightagents.access.kafka import why_kept_out
from flightagents.errors import BrokerOutageError
from flightagents.settings import KafkaAccess

WAIT_BETWEEN = timedelta(seconds=1)
TELL_EVERY = 10
"""Tries between two log lines while we wait."""

_log = structlog.get_logger(__name__)


async def wait_until_ready(access: KafkaAccess) -> AIOKafkaAdminClient:
    """Wait for a broker that answers, and say so; give an admin client, which the caller closes.

    Raises AccessError where one answers and does not let us in: waiting does not change that.
    """
    tries = 0
    while True:
        admin = admin_of(access, patience=timedelta(seconds=30))
        try:
            with aiokafka_silent():
                await admin.start()
        except (KafkaError, OSError) as exc:
            await admin.close()
            await refuse_what_does_not_pass(access)
            if tries % TELL_EVERY == 0:
                _log.warning("waiting for Kafka", brokers=access.brokers, reason=type(exc).__name__)
            tries += 1
            await asyncio.sleep(WAIT_BETWEEN.total_seconds())
        else:
            return admin


@asynccontextmanager
async def looking(access: KafkaAccess) -> AsyncIterator[AIOKafkaAdminClient]:
    """Give an admin client, and wait for nothing.

    Raises AccessError where a broker does not let us in, BrokerOutageError where none answers.
    """
    admin = admin_of(access, patience=timedelta(seconds=5))
    try:
        try:
            with aiokafka_silent():
                await admin.start()
        except (KafkaError, OSError) as exc:
            await refuse_what_does_not_pass(access)
            raise outage_of(access, "does not answer", exc) from exc
        yield admin
    finally:
        await admin.close()


def admin_of(access: KafkaAccess, patience: timedelta) -> AIOKafkaAdminClient:
    """Give an admin client that is not started; `patience` bounds each of its requests."""
    return AIOKafkaAdminClient(
        bootstrap_servers=access.servers,
        request_timeout_ms=int(patience / timedelta(milliseconds=1)),
        **access.way_in(),
    )


async def refuse_what_does_not_pass(access: KafkaAccess) -> None:
    """Raise AccessError where a broker answers and does not let us in."""
    with aiokafka_silent():
        kept_out = await why_kept_out(access)
    if kept_out is not None:
        raise kept_out from None


@contextmanager
def aiokafka_silent() -> Iterator[None]:
    """It logs an error at each try, once a second, where we say the same every tenth time."""
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def outage_of(access: KafkaAccess, what: str, exc: Exception) -> BrokerOutageError:
    """Give the error for whoever typed a command."""
    return BrokerOutageError(
        f"Kafka at {access.brokers} {what} ({type(exc).__name__}): is it running, and is "
        "FLIGHTAGENTS_KAFKA_BROKERS right?"
    )
