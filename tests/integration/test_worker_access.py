"""Workers where Kafka encrypts and wants to know who comes: they work, or end at once and say why."""

import asyncio
from typing import Any

import pytest

from flightagents.settings import SaslMechanism
from tests.integration.test_worker_poll import feed_of, runs
from tests.support.kafka_listeners import PASSWORDS, USER
from tests.support.site import Site

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]

SCRAM = SaslMechanism.SCRAM_SHA_512


def login(site: Site) -> dict[str, Any]:
    listeners = site.kafka.listeners
    return {
        "KAFKA_BROKERS": listeners.login,
        "KAFKA_SECURITY": "sasl_ssl",
        "KAFKA_SASL_MECHANISM": SCRAM,
        "KAFKA_USERNAME": USER,
        "KAFKA_PASSWORD": PASSWORDS[SCRAM],
        "KAFKA_CA_FILE": listeners.authority.file,
    }


async def test_workers_with_a_login_and_with_a_certificate_poll_and_archive(site: Site) -> None:
    ours = site.kafka.listeners.authority.certify("worker")
    certified: dict[str, Any] = {
        "KAFKA_BROKERS": site.kafka.listeners.mutual,
        "KAFKA_SECURITY": "ssl",
        "KAFKA_CA_FILE": site.kafka.listeners.authority.file,
        "KAFKA_CERT_FILE": ours.both,
    }
    async with feed_of(answering=True) as feed:
        workers = [site.start(**feed.settings(), **each) for each in (login(site), certified)]
        await asyncio.to_thread(site.wait, lambda: all(worker.said("Worker ready") for worker in workers))
        await asyncio.to_thread(site.wait, lambda: len(runs(site)) >= 1)
        await asyncio.to_thread(site.settle)
    for worker in workers:
        assert not worker.said(PASSWORDS[SCRAM])
        assert not worker.said("Unable connect")


def test_a_worker_that_is_not_let_in_ends_and_says_what_to_do(site: Site) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "refuses our user name or password": {"KAFKA_PASSWORD": "hunter2"},
        "talks TLS here": {"KAFKA_SECURITY": "sasl_plaintext", "KAFKA_CA_FILE": ""},
    }
    workers = [(words, site.start(**login(site) | given)) for words, given in wrong.items()]
    site.wait(lambda: not any(worker.runs for _, worker in workers))
    for words, worker in workers:
        assert worker.child.exit_code not in (0, None)
        assert worker.said(words), site.explain()
        assert not worker.said("waiting for Kafka")
        assert not worker.said("hunter2")
        assert not worker.said(PASSWORDS[SCRAM])
