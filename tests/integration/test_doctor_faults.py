"""Faults planted in a healthy system: the doctor names each, says what to do, and finds the rest well."""

import asyncio
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka.admin import AdminClient, NewTopic
from pymongo import MongoClient

from flightagents.app import APP_ID
from flightagents.domain.polls import PollEnd
from flightagents.handlers.doctor import Verdict
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC
from flightagents.sandbox.mongodb import find_mongod
from flightagents.sandbox.processes import LOCALHOST, Child, free_port
from flightagents.store import connection
from flightagents.store.bookings import MongoBookings
from flightagents.store.call_plans import MongoCallPlans
from flightagents.wiring import Leave
from tests.support.feed_server import FeedServer, complaint, page
from tests.support.kafka import Kafka, wait_until
from tests.support.rows import row
from tests.support.site import ALL, delete_topics
from tests.support.smtp_server import ScriptedSmtp
from tests.support.town import Town, forget_variables, later, town
from tests.support.travellers import booking, segment

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]

FAILED, WARNING = Verdict.FAILED, Verdict.WARNING
FIX = Leave(fix=True)
SOON = timedelta(seconds=20)


@pytest.fixture(scope="module")
def standing(
    kafka: Kafka, mongodb: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Kafka, str, str]]:
    """Let the doctor make topics and indexes once; a test that changes one puts it back."""
    name, folder = f"town_{uuid.uuid4().hex[:12]}", tmp_path_factory.mktemp("town")
    delete_topics(kafka.address, *ALL)

    async def make() -> None:
        async with town(kafka, mongodb, name, folder) as here:
            await here.examined(FIX)

    asyncio.run(make())
    yield kafka, mongodb, name
    delete_topics(kafka.address, *ALL)
    with MongoClient[dict[str, Any]](mongodb) as client:
        client.drop_database(name)


@pytest.fixture
async def healthy(
    standing: tuple[Kafka, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """Give a system in which nothing is wrong."""
    forget_variables(monkeypatch)
    monkeypatch.chdir(tmp_path)
    async with town(*standing, tmp_path) as here:
        await here.settle()
        yield here


async def test_in_a_healthy_system_there_is_no_warning(healthy: Town) -> None:
    found = await healthy.examined()
    assert [each for each in found if each.verdict is not Verdict.OK] == []
    assert [each.check for each in found] == [
        *("settings", "Kafka", "topics", "MongoDB", "MongoDB disk", "email", "sms", "bounces", "bookings"),
        *("data folder", "disk", "time zones", "web", "public", "indexes", "partitioning", "clock", "users"),
        *("feed", "plan", "group", "workers"),
    ]


async def test_kafka_is_away(healthy: Town) -> None:
    await healthy.examined(kafka_brokers=f"{LOCALHOST}:{free_port()}")
    healthy.only("Kafka", FAILED, "no broker answers", "FLIGHTAGENTS_KAFKA_BROKERS", "Does it run")


async def test_kafka_has_fewer_brokers_than_copies_are_asked_for(healthy: Town) -> None:
    await healthy.examined(topic_replication=3)
    told = ("1 broker answers", "3 copies", "FLIGHTAGENTS_TOPIC_REPLICATION")
    healthy.only("Kafka", FAILED, *told, beside=("topics",))


async def test_a_topic_is_missing_and_made_when_told_to(healthy: Town, kafka: Kafka) -> None:
    delete_topics(kafka.address, CHANGE_TOPIC)
    await healthy.examined()
    healthy.only("topics", WARNING, f"{CHANGE_TOPIC} do not stand yet", "flightagents doctor --fix")
    await healthy.examined(FIX)
    assert f"made: {CHANGE_TOPIC}" in [each.what for each in healthy.found]
    await healthy.examined(FIX)
    assert "they are as the settings ask" in [each.what for each in healthy.found]


async def test_a_topic_has_too_few_partitions_and_is_left_as_it_is(healthy: Town, kafka: Kafka) -> None:
    async with otherwise(kafka, DEAD_LETTER_TOPIC, partitions=1):
        for leave in (Leave(), FIX):
            await healthy.examined(leave)
            healthy.only(
                "topics",
                FAILED,
                f"{DEAD_LETTER_TOPIC} has 1 partitions, the settings ask for 2",
                "Stop all workers and make the topics anew",
            )
            assert not any("FLIGHTAGENTS_TOPIC_PARTITIONS=" in each.do for each in healthy.found), (
                "the other topics have 2"
            )


async def test_a_topic_keeps_records_for_another_time(healthy: Town, kafka: Kafka) -> None:
    async with otherwise(kafka, DEAD_LETTER_TOPIC, partitions=2, **{"retention.ms": "3600000"}):
        await healthy.examined()
        told = ("retention.ms=3600000", "ask for 604800000", "kafka-configs.sh --alter")
        healthy.only("topics", FAILED, *told)


async def test_records_are_keyed_otherwise_than_the_setting_says(healthy: Town) -> None:
    await healthy.examined(partition_by="airport")
    told = ("PARTITION_BY is airport", "keyed by flight", "Set it back, or stop all workers")
    healthy.only("partitioning", FAILED, *told)


async def test_mongodb_is_away(healthy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SELECTION_TIMEOUT", timedelta(seconds=0.5))
    await healthy.examined(mongodb_url=f"mongodb://{LOCALHOST}:{free_port()}/")
    healthy.only(
        "MongoDB", FAILED, "does not answer", "FLIGHTAGENTS_MONGODB_URL", "cannot be looked at before"
    )


async def test_mongodb_is_no_replica_set(healthy: Town, tmp_path: Path) -> None:
    with alone(tmp_path) as url:
        await healthy.examined(mongodb_url=url)
    healthy.only("MongoDB", FAILED, "no replica set", "--replSet rs0", "rs.initiate()")


async def test_an_index_is_missing_and_made_when_told_to(healthy: Town) -> None:
    await healthy.database["flights"].drop_index("leaves")
    await healthy.examined()
    healthy.only("indexes", WARNING, "1 of ", "flights.leaves", "flightagents doctor --fix")
    await healthy.examined(FIX)
    assert "made 1: flights.leaves" in [each.what for each in healthy.found]
    await healthy.examined()
    assert [each for each in healthy.found if each.verdict is not Verdict.OK] == []


async def test_an_index_is_another_one_and_left_as_it_is(healthy: Town) -> None:
    await healthy.database["tasks"].drop_index("due")
    await healthy.database["tasks"].create_index("due", name="due")
    for leave in (Leave(), FIX):
        await healthy.examined(leave)
        healthy.only("indexes", FAILED, "tasks.due is another one", 'db.tasks.dropIndex("due")')
    await healthy.database["tasks"].drop_index("due")
    await healthy.examined(FIX)


async def test_records_are_kept_for_another_time(healthy: Town) -> None:
    await healthy.examined(archive_days=30)
    healthy.only("indexes", WARNING, "flight_status.archive_days", "FLIGHTAGENTS_ARCHIVE_DAYS")


async def test_the_mail_server_refuses_the_login(healthy: Town) -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",)).say("AUTH", "535 5.7.8 No").running() as server:
        await healthy.examined(smtp_port=server.port, smtp_username="me", smtp_password="hunter2")
    healthy.only("email", FAILED, "refused the login", "FLIGHTAGENTS_SMTP_USERNAME")
    assert "hunter2" not in str(healthy.found)


async def test_the_mail_server_s_name_is_unknown(healthy: Town) -> None:
    await healthy.examined(smtp_host="smtp.agency.invalid")
    healthy.only("email", FAILED, "no host is known by the name", "FLIGHTAGENTS_SMTP_HOST")


async def test_the_mail_server_does_not_answer(healthy: Town) -> None:
    await healthy.examined(smtp_port=free_port())
    healthy.only("email", FAILED, "no connection to the mail server", "does it answer from here")


async def test_twilio_refuses_the_token(healthy: Town) -> None:
    await healthy.examined(twilio_auth_token="hunter2")
    healthy.only("sms", FAILED, "refused the login", "FLIGHTAGENTS_TWILIO_ACCOUNT_SID and _AUTH_TOKEN")
    assert "hunter2" not in str(healthy.found)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("twilio_from", "+12025550100"), ("twilio_messaging_service_sid", f"MG{'1' * 32}")],
)
async def test_the_sender_is_not_the_account_s(healthy: Town, setting: str, value: str) -> None:
    await healthy.examined(**{setting: value})
    healthy.only("sms", WARNING, f"FLIGHTAGENTS_{setting.upper()}", "Twilio's console")


async def test_the_bounces_cannot_be_read(healthy: Town, tmp_path: Path) -> None:
    await healthy.examined(bounces=f"maildir:{tmp_path / 'nothing'}")
    healthy.only("bounces", FAILED, "cannot read `new` of the maildir", "FLIGHTAGENTS_BOUNCES")


async def test_the_folder_of_bookings_is_not_there(healthy: Town, tmp_path: Path) -> None:
    await healthy.examined(bookings_folder=tmp_path / "nothing")
    healthy.only("bookings", FAILED, "does not exist", "FLIGHTAGENTS_BOOKINGS_FOLDER")


async def test_aviationstack_has_refused_the_key(healthy: Town) -> None:
    await healthy.polled(PollEnd.REFUSED, "invalid_access_key", run=2)
    await healthy.examined()
    healthy.only("feed", FAILED, "invalid_access_key", "FLIGHTAGENTS_AVIATIONSTACK_KEY")


async def test_the_month_s_calls_are_spent(healthy: Town) -> None:
    await healthy.polled(PollEnd.MONTH_SPENT, run=2)
    await healthy.examined()
    healthy.only("feed", FAILED, "calls", "plan")


async def test_the_plan_is_too_small_for_what_is_booked(healthy: Town) -> None:
    days = [date(2026, 11, 12 + number % 10) for number in range(50)]
    flights = [segment(f"BA{number}", flight_date=day) for number, day in enumerate(days, start=100)]
    await MongoBookings(healthy.database).save([booking(*flights)])
    # Early in a month, so that its end is far.
    clock = f"simulated:2026-11-11T12:00:00Z@1@{time.time():.0f}"
    await healthy.examined(aviationstack_plan="free", clock=clock)
    told = (
        "The 100 calls that are left of the plan free",
        "flights booked or likely",
        "The plan basic would do",
    )
    healthy.only("plan", WARNING, *told)
    await healthy.examined(clock=clock)
    (said,) = [each.what for each in healthy.found if each.check == "plan"]
    assert said.startswith("10,000 calls are left until 01 December, ")
    assert await MongoCallPlans(healthy.database).current() is None, "it only looks"


async def test_a_call_is_spent_when_told_to_and_says_what_it_brought(healthy: Town) -> None:
    async with FeedServer(page([row()]), complaint(401, "invalid_access_key")) as feed:
        await healthy.examined(Leave(call=True), aviationstack_url=feed.url)
        (said,) = [each.what for each in healthy.found if each.check == "feed"]
        assert said == "AviationStack takes the key and shows 1 rows; one call of this month is spent"
        await healthy.examined(Leave(call=True), aviationstack_url=feed.url)
        healthy.only("feed", FAILED, "invalid_access_key", "one call of this month is spent", "_KEY")
        assert len(feed.asked) == 2
    assert "a-key" not in str(healthy.found)


@pytest.mark.parametrize(("by", "verdict"), [(30, WARNING), (-120, FAILED)])
async def test_the_clocks_differ(healthy: Town, by: int, verdict: Verdict) -> None:
    await healthy.examined(None, later(timedelta(seconds=by)))
    healthy.only("clock", verdict, f"differ by {abs(by)} s", "NTP")


async def test_a_variable_is_mistyped(healthy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_SMTP_PROT", "hunter2")
    await healthy.examined()
    healthy.only(
        "settings", WARNING, "FLIGHTAGENTS_SMTP_PROT is no setting", "was FLIGHTAGENTS_SMTP_PORT meant?"
    )
    assert "hunter2" not in str(healthy.found)


async def test_the_data_folder_cannot_be_written(healthy: Town) -> None:
    await healthy.examined(data_dir="/proc")
    healthy.only("data folder", FAILED, "nothing can be written", "FLIGHTAGENTS_DATA_DIR")


async def test_another_program_has_the_port(healthy: Town) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), LOCALHOST, 0)
    async with server:
        await healthy.examined(web_port=server.sockets[0].getsockname()[1])
        healthy.only("web", FAILED, "Address already in use", "FLIGHTAGENTS_WEB_PORT")


async def test_the_public_address_leads_to_nobody(healthy: Town) -> None:
    await healthy.examined(public_url=f"http://{LOCALHOST}:{free_port()}")
    healthy.only("public", WARNING, "leads to no worker", "does the proxy lead to it")


async def test_nobody_can_log_in(healthy: Town) -> None:
    await healthy.database["users"].delete_many({})
    await healthy.examined()
    healthy.only("users", WARNING, "no user yet", "flightagents users add NAME --role admin")


async def test_workers_of_another_installation_share_the_topics(healthy: Town, kafka: Kafka) -> None:
    await healthy.database["workers"].delete_many({})
    stranger = AIOKafkaConsumer(CHANGE_TOPIC, bootstrap_servers=kafka.address, group_id=APP_ID)
    await stranger.start()
    try:
        await stranger.getmany(timeout_ms=10)
        await healthy.examined()
    finally:
        await stranger.stop()
    told = ("1 workers are in Kafka's group flightagents, and 0 of them", "a Kafka of its own")
    healthy.only("group", WARNING, *told, beside=("workers",))


async def test_no_worker_lives(healthy: Town) -> None:
    await healthy.database["workers"].delete_many({})
    await healthy.examined()
    healthy.only("workers", FAILED, "No worker runs", "flightagents worker -l info")


async def test_the_doctor_leaves_everything_as_it_is(
    standing: tuple[Kafka, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_variables(monkeypatch)
    monkeypatch.chdir(tmp_path)
    kafka, mongodb, _ = standing
    delete_topics(kafka.address, *ALL)
    async with town(kafka, mongodb, f"town_{uuid.uuid4().hex[:12]}", tmp_path) as here:
        await here.examined(data_dir=tmp_path / "made later")
        stands = AdminClient({"bootstrap.servers": kafka.address}).list_topics(timeout=10).topics
        assert not set(stands) & set(ALL)
        assert here.database.name not in await here.database.client.list_database_names()
        assert not (tmp_path / "made later").exists()
        await here.examined(FIX)  # topics and indexes, and not one document
        names = await here.database.list_collection_names()
        assert {name: await here.database[name].count_documents({}) for name in names} == dict.fromkeys(
            names, 0
        )
        await here.database.client.drop_database(here.database.name)


@asynccontextmanager
async def otherwise(kafka: Kafka, name: str, *, partitions: int, **config: str) -> AsyncIterator[None]:
    """Put a topic in the place of ours that is made otherwise, and take it away again."""
    delete_topics(kafka.address, name)
    admin = AdminClient({"bootstrap.servers": kafka.address, "log_level": 0})
    usual = {"retention.ms": "604800000", "max.message.bytes": "4194304"}
    topic = NewTopic(name, num_partitions=partitions, replication_factor=1, config={**usual, **config})
    admin.create_topics([topic])[name].result()
    try:
        yield
    finally:
        delete_topics(kafka.address, name)
        admin.create_topics([NewTopic(name, num_partitions=2, replication_factor=1, config=usual)])[
            name
        ].result()


@contextmanager
def alone(folder: Path) -> Iterator[str]:
    """Run a mongod that is no replica set."""
    data, port = folder / "alone", free_port()
    data.mkdir()
    argv = [str(find_mongod()), "--dbpath", str(data), "--bind_ip", LOCALHOST, "--port", str(port)]
    mongod = Child("mongod", [*argv, "--nounixsocket"], log=folder / "mongod.log")

    def listens() -> bool:
        with socket.socket() as trying:
            return trying.connect_ex((LOCALHOST, port)) == 0

    try:
        wait_until(listens, SOON, mongod.last_words)
        yield f"mongodb://{LOCALHOST}:{port}/"
    finally:
        mongod.stop()
