"""Kafka with TLS, logins and certificates: who comes in, and what whoever does not is told."""

import re
from pathlib import Path

import pytest

from flightagents.access.kafka import why_kept_out
from flightagents.broker import (
    CommandPublisher,
    Lookout,
    TopicPlan,
    look_at_topics,
    make_topics,
    wait_until_ready,
)
from flightagents.errors import (
    AccessError,
    BrokerOutageError,
    HostNameError,
    LoginRefusedError,
    OurCertificateError,
    SecurityMismatchError,
    UntrustedCertificateError,
)
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.settings import KafkaAccess, SaslMechanism, Settings
from tests.support.certificates import PASSWORD, Authority
from tests.support.kafka import Kafka
from tests.support.kafka_listeners import PASSWORDS, USER

pytestmark = pytest.mark.kafka

PLAIN, SCRAM, ABSENT = SaslMechanism.PLAIN, SaslMechanism.SCRAM_SHA_512, SaslMechanism.SCRAM_SHA_256


def access(brokers: str, security: str, **given: object) -> KafkaAccess:
    named = {f"kafka_{name}": value for name, value in given.items()}
    return Settings.model_validate({"kafka_brokers": brokers, "kafka_security": security, **named}).kafka


def login(kafka: Kafka, mechanism: SaslMechanism, **other: object) -> KafkaAccess:
    given = {
        "brokers": kafka.listeners.login,
        "security": "sasl_ssl",
        "sasl_mechanism": mechanism,
        "username": USER,
        "password": PASSWORDS[mechanism],
        "ca_file": kafka.listeners.authority.file,
    }
    return access(**given | other)  # type: ignore[arg-type]


@pytest.mark.parametrize("mechanism", [PLAIN, SCRAM])
async def test_every_client_comes_in_by_a_login(kafka: Kafka, mechanism: SaslMechanism) -> None:
    await comes_in(login(kafka, mechanism), f"login-{mechanism.value}")


async def test_every_client_comes_in_by_a_login_in_plain_text(kafka: Kafka) -> None:
    given = {"sasl_mechanism": SCRAM, "username": USER, "password": PASSWORDS[SCRAM]}
    await comes_in(access(kafka.listeners.bare, "sasl_plaintext", **given), "bare")


async def test_every_client_comes_in_by_a_certificate_with_a_locked_key(kafka: Kafka) -> None:
    ours = kafka.listeners.authority.certify("ours")
    given = {"cert_file": ours.chain, "key_file": ours.locked, "key_password": PASSWORD}
    await comes_in(mutual(kafka, **given), "mutual")


def mutual(kafka: Kafka, **given: object) -> KafkaAccess:
    return access(kafka.listeners.mutual, "ssl", **{"ca_file": kafka.listeners.authority.file, **given})


async def comes_in(way: KafkaAccess, topic: str) -> None:
    plan = TopicPlan(topic, 1, 1, {})
    admin = await wait_until_ready(way)
    await make_topics(admin, [plan])
    await admin.close()
    found = await look_at_topics(way, [plan], ours=True)
    assert (found.missing, found.wrong) == ([], [])
    await CommandPublisher(way, 1_000_000).publish(topic, [("key", b"value")])
    lookout = Lookout(way)
    assert await lookout([(topic, 0)]) == {(topic, 0): 1}
    await lookout.close()
    assert await why_kept_out(way) is None


async def refused(way: KafkaAccess, kind: type[AccessError], *words: str) -> None:
    """A worker ends instead of waiting, and a command and the doctor hear the same."""
    with pytest.raises(kind) as waiting:
        await wait_until_ready(way)
    with pytest.raises(kind) as asking:
        await look_at_topics(way, [], ours=True)
    assert str(waiting.value) == str(asking.value)
    told = str(waiting.value)
    for each in (*words, waiting.value.what, waiting.value.advice):
        assert each in told, told
    assert not re.search("|".join([*PASSWORDS.values(), "hunter2"]), told + repr(way))


async def test_a_wrong_password_is_told(kafka: Kafka) -> None:
    for mechanism in (PLAIN, SCRAM):
        wrong = login(kafka, mechanism, password="hunter2")
        await refused(
            wrong, LoginRefusedError, "refuses our user name or password", "FLIGHTAGENTS_KAFKA_PASSWORD"
        )


async def test_a_mechanism_that_the_broker_does_not_take_is_told_with_those_that_it_takes(
    kafka: Kafka,
) -> None:
    words = ("SCRAM-SHA-256", "PLAIN, SCRAM-SHA-512", "FLIGHTAGENTS_KAFKA_SASL_MECHANISM")
    await refused(login(kafka, ABSENT), LoginRefusedError, *words)


async def test_an_authority_that_we_do_not_trust_is_told(kafka: Kafka, tmp_path: Path) -> None:
    for unknown in (Authority(tmp_path).file, None):
        way = login(kafka, PLAIN, ca_file=unknown)
        await refused(way, UntrustedCertificateError, "is not trusted", "FLIGHTAGENTS_KAFKA_CA_FILE")


async def test_a_host_that_its_certificate_does_not_name_is_told(kafka: Kafka) -> None:
    brokers = kafka.listeners.other_name(kafka.listeners.login)
    words = ("another host name", "127.0.0.1", "FLIGHTAGENTS_KAFKA_BROKERS")
    await refused(login(kafka, PLAIN, brokers=brokers), HostNameError, *words)


async def test_a_certificate_of_ours_that_the_broker_does_not_take_is_told(
    kafka: Kafka, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "stranger").certify("stranger")
    for ours in ({}, {"cert_file": stranger.both}):
        await refused(mutual(kafka, **ours), OurCertificateError, "FLIGHTAGENTS_KAFKA_CERT_FILE")


@pytest.mark.parametrize(
    ("listener", "security", "words"),
    [
        ("login", "plaintext", ("talks TLS here", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_ssl")),
        ("login", "sasl_plaintext", ("talks TLS here", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_ssl")),
        ("login", "ssl", ("wants a login (", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_ssl")),
        ("mutual", "plaintext", ("talks TLS here", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_ssl, or ssl")),
        ("bare", "plaintext", ("wants a login (", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_plaintext")),
        ("bare", "ssl", ("does not encrypt here", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_plaintext")),
        (
            "plain",
            "sasl_ssl",
            ("does not encrypt here", "FLIGHTAGENTS_KAFKA_SECURITY=sasl_plaintext, or plain"),
        ),
        ("plain", "sasl_plaintext", ("asks for no login here", "FLIGHTAGENTS_KAFKA_SECURITY=plaintext")),
    ],
)
async def test_who_talks_otherwise_than_the_broker_is_told(
    kafka: Kafka, listener: str, security: str, words: tuple[str, ...]
) -> None:
    brokers = kafka.address if listener == "plain" else getattr(kafka.listeners, listener)
    given: dict[str, object] = {}
    if "sasl" in security:
        given |= {"username": USER, "password": PASSWORDS[PLAIN]}
    if "ssl" in security:
        given |= {"ca_file": kafka.listeners.authority.file}
    await refused(access(brokers, security, **given), SecurityMismatchError, *words)


async def test_a_broker_that_is_away_is_an_outage_and_no_mistake(kafka: Kafka) -> None:
    away = login(kafka, PLAIN, brokers=f"{LOCALHOST}:{free_port()}")
    assert await why_kept_out(away) is None
    with pytest.raises(BrokerOutageError, match="FLIGHTAGENTS_KAFKA_BROKERS"):
        await look_at_topics(away, [], ours=True)
