"""The way of a record through a whole worker: from the feed to MongoDB, for us and for older subscribers."""

import asyncio
import json
import time
import warnings
from typing import Any

import pytest

from flightagents.records import FLIGHT_TOPIC, decode_flight_record
from tests.support.feed_server import FeedServer, page
from tests.support.foreign import FOREIGN
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.site import Site

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of how kafka-python reads its own files
    from kafka import KafkaConsumer

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]

BA117 = "BA117|2026-11-22|LHR|JFK"
FIRST_VERSION = {
    "airline": str,
    "flight_number": str,
    "departure_airport": str,
    "departure_scheduled": str,
    "arrival_airport": str,
    "arrival_scheduled": str,
    "status": str,
    "timestamp": float,
}


def first_versions_consumer(site: Site, count: int) -> list[dict[str, Any]]:
    """Do as the consumer of the system's first version: read JSON, insert the record.

    But for `latest`, which would miss what was published before it had joined.
    """
    consumer = KafkaConsumer(
        "flight-topic",
        bootstrap_servers=[site.kafka.address],
        auto_offset_reset="earliest",
        enable_auto_commit=True,
        group_id="flight-consumer-group",
        value_deserializer=lambda value: json.loads(value.decode("utf-8")),
        consumer_timeout_ms=20_000,
    )
    collection = site.database["first_version"]
    try:
        for message in consumer:
            collection.insert_one(message.value)
            if collection.count_documents({}) == count:
                break
    finally:
        consumer.close()
    return list(collection.find())


@pytest.mark.filterwarnings("ignore:value_deserializer does not implement:DeprecationWarning")
async def test_a_row_of_the_feed_goes_all_the_way(site: Site) -> None:
    later = row(delay=60, departure={"gate": "A5"})
    looks = [
        page([row(), row("AA6143", operated_by="BA117"), {"flight": None}]),
        page([later, row("BA119", flight={"iata": None, "icao": "BAW119"})]),
    ]
    async with FeedServer(*looks) as feed:
        site.start(
            AVIATIONSTACK_KEY="key",
            AVIATIONSTACK_URL=feed.url,
            AVIATIONSTACK_PLAN="business",
            POLL_QUERIES="dep_iata=LHR",
            POLL_INTERVAL=60,
            CLOCK=f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@60@{time.time():.0f}",
        )
        changes = site.database["flight_changes"]
        await asyncio.to_thread(site.wait, lambda: changes.count_documents({}) >= 3)
        await asyncio.to_thread(site.settle)
        asked = len(feed.asked)
        await asyncio.to_thread(site.terminate)

    records = {document["_id"]: document for document in site.database["flight_status"].find()}
    assert set(records) == {
        f"{BA117}|BA117|1",
        f"{BA117}|AA6143|1",
        f"{BA117}|BA117|2",
        "BA119|2026-11-22|LHR|JFK|BA119|2",
    }
    assert records[f"{BA117}|BA117|1"]["marketed_as"] == ["AA6143"]

    told = [(change["flight"], change["kind"]) for change in changes.find().sort([("at", 1), ("ordinal", 1)])]
    assert sorted(told) == [
        (BA117, "delayed"),
        (BA117, "first_seen"),
        ("BA119|2026-11-22|LHR|JFK", "first_seen"),
    ]
    flight = site.database["flights"].find_one({"_id": BA117})
    assert flight is not None
    assert (flight["ordinal"], flight["open"], flight["designators"]) == (2, True, ["BA117", "AA6143"])

    (letter,) = site.database["dead_letters"].find()
    assert letter["_id"] == "feed|run=1|query=dep_iata=LHR|offset=0|row=2"
    (calls,) = site.database["api_calls"].find()
    assert calls["calls"] >= asked

    older = first_versions_consumer(site, len(records))
    assert len(older) == len(records)
    for document in older:
        assert set(FIRST_VERSION) <= set(document)
        for name, kind in FIRST_VERSION.items():
            assert isinstance(document[name], kind) or document[name] is None, name
    (icao_only,) = (document for document in older if document["flight"].startswith("BA119"))
    assert icao_only["flight_number"] is None
    (first,) = (document for document in older if document["id"] == f"{BA117}|BA117|1")
    assert {name: first[name] for name in FIRST_VERSION if name != "timestamp"} == {
        "airline": "British Airways",
        "flight_number": "BA117",
        "departure_airport": "London Heathrow",
        "departure_scheduled": "2026-11-22T14:35:00+00:00",
        "arrival_airport": "New York John F. Kennedy",
        "arrival_scheduled": "2026-11-22T17:35:00+00:00",
        "status": "scheduled",
    }


def test_foreign_messages_are_dead_lettered_once_and_the_stream_goes_on(site: Site) -> None:
    first = site.start()
    site.wait(lambda: site.behind() >= 0)
    for number, (foreign, reason) in enumerate(FOREIGN.values()):
        site.publish(run_of([row(f"BA{101 + number}")], 1 + number, NOON + number * MINUTE))
        # One key, so that all of them meet on one partition.
        site.send(FLIGHT_TOPIC, [("BA101|2026-11-22|LHR|JFK", foreign)])
        if reason == "not_storable":  # MongoDB cannot hold it, and yet track can read it
            site.expect([decode_flight_record(foreign)])
    site.settle()
    letters = site.letters()
    reasons = sorted(letter["reason"] for letter in site.database["dead_letters"].find())
    assert reasons == sorted(reason for _, reason in FOREIGN.values())
    site.check()

    assert first.terminate() == 0
    site.start()
    (again,) = run_of([row("BA117", delay=45)], 100, NOON + 100 * MINUTE)
    site.publish([again])
    site.settle()
    assert site.letters() == letters
    site.check()
    site.terminate()
