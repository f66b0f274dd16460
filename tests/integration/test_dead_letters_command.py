"""Dead letters as a person mends them at the command line, with a broker and a database."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from flightagents.app import app
from flightagents.broker import CommandPublisher
from flightagents.errors import BrokerOutageError
from flightagents.records import FLIGHT_TOPIC, DeadLetterSource, dead_letter, decode_flight_record
from flightagents.sandbox.kafka import PARTITIONS, EmbeddedKafka, embedded_kafka
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.settings import PREFIX, KafkaAccess, load
from tests.integration.test_commands import Desk, Ended, desk
from tests.support.rows import NOON, row

__all__ = ["desk"]
LARGEST = 4_194_304


async def records(kafka: EmbeddedKafka) -> list[tuple[bytes, bytes]]:
    """Give key and value of everything on flight-topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.brokers, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(FLIGHT_TOPIC, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[tuple[bytes, bytes]] = []
        while len(found) < sum(ends.values()):
            message = await consumer.getone()
            found.append((message.key, message.value))
        return found
    finally:
        await consumer.stop()


def a_letter(desk: Desk, raw: object, number: int, reason: str = "no_airport") -> str:
    """Store a dead letter as an earlier version did; give its id."""
    letter = dead_letter(
        reason,
        "no airport code",
        raw=msgspec.json.encode(raw),
        source=DeadLetterSource.FEED,
        place={"run": 5, "query": "dep_iata=LHR", "offset": 0, "row": number},
        at=NOON,
    )
    fields: dict[str, Any] = msgspec.to_builtins(letter, builtin_types=(type(NOON),))
    key = fields.pop("id")
    desk.database["dead_letters"].insert_one({"_id": key, **fields})
    return str(key)


async def test_a_command_publishes_what_was_acknowledged_and_says_where_no_broker_is() -> None:
    async with embedded_kafka() as kafka:
        publisher = CommandPublisher(KafkaAccess(kafka.brokers), LARGEST)
        await publisher.publish(FLIGHT_TOPIC, [("BA117", b"1"), ("BA117", b"2")])
        assert await records(kafka) == [(b"BA117", b"1"), (b"BA117", b"2")]
    with pytest.raises(BrokerOutageError, match="FLIGHTAGENTS_KAFKA_BROKERS"):
        await CommandPublisher(KafkaAccess(f"{LOCALHOST}:{free_port()}"), LARGEST).publish(
            FLIGHT_TOPIC, [("k", b"v")]
        )


@pytest.mark.mongodb
async def test_a_letter_is_shown_corrected_replayed_once_and_others_are_dismissed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = a_letter(desk, row(departure={"iata": None, "icao": None}), 0)
    other = a_letter(desk, [], 1, "not_an_object")
    a_letter(desk, row("BA9"), 2, "our_mistake")
    file = desk.folder / "row.json"
    file.write_text(json.dumps(row(delay=90)), encoding="utf-8")
    async with embedded_kafka() as kafka:
        monkeypatch.setenv(f"{PREFIX}KAFKA_BROKERS", kafka.brokers)
        monkeypatch.setattr(app, "settings", load())

        async def typed(*words: str) -> Ended:
            return await asyncio.to_thread(desk.type, "dead-letters", *words)

        shown = await typed("show", wrong)
        assert shown.lines[1:4] == [
            "from:  run 5, query dep_iata=LHR, row 0 of the page at offset 0, at 2026-11-22 12:00Z",
            "was:   no_airport: no airport code",
            "today: no_airport: no airport code in departure.iata None or departure.icao None",
        ], shown.err
        refused = await typed("replay", wrong, "--by", "Ida")
        assert (refused.code, refused.out) == (1, "")
        assert "departure.iata" in refused.err
        seen = await typed("replay", wrong, "--with", str(file), "--by", "Ida", "--dry-run")
        assert seen.out.startswith("would replay BA117|2026-11-22|LHR|JFK|BA117|5: it is compared with")
        assert seen.out.endswith("; news: first_seen\n")
        assert await kafka.topics() == frozenset()
        replayed = await typed("replay", wrong, "--with", str(file), "--by", "Ida")
        assert replayed.out.startswith("replayed BA117|2026-11-22|LHR|JFK|BA117|5"), replayed.err
        again = await typed("replay", wrong, "--with", str(file), "--by", "Bob")
        assert "it is replayed by Ida at 2026-11-22 12:0" in again.err
        all_of_them = await typed("replay-all", "our_mistake", "--by", "Ida")
        assert all_of_them.lines[-1] == "1 of 1 replayed"
        found = [decode_flight_record(value) for _, value in await records(kafka)]
        assert sorted((each.designator, each.departure.delay, each.run) for each in found) == [
            ("BA117", 90, 5),
            ("BA9", None, 5),
        ]
    dismissed = await typed("dismiss", other, "--by", "Ida", "--note", "an empty row")
    assert dismissed.lines == ["dismissed"]
    assert (await typed("list")).lines == []
    assert len((await typed("list", "--all")).lines) == 3
    (line,) = (await typed("list", "--all", "--reason", "not_an_object", "--json")).objects
    assert (line["_id"], line["state"], line["by"], line["note"]) == (
        other,
        "dismissed",
        "Ida",
        "an empty row",
    )
    assert (await typed("show", "nobody")).code == 1
