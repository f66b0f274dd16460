"""The consumer of the system's first version, as it was: kafka-python, JSON, one insert for each message.

A program of its own, as the worker is. It differs in two things: it reads from the beginning of the topic, so
that there is something to read, and it ends.
"""

import argparse
import json
import subprocess
import sys
import time
import uuid
import warnings

from pymongo import MongoClient

from benchmarks.site import FIRST_VERSION, Site

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of how kafka-python reads its own files
    from kafka import KafkaConsumer


def consume(site: Site, records: int) -> float:
    """Run it over the first records; give how many it stored a second."""
    url = site.mongodb.partition("&")[0]  # it asked for no write concern: the server's default
    given = [site.kafka.address, url, str(records)]
    quietly = ["-W", "ignore::DeprecationWarning"]  # of kafka-python
    program = [sys.executable, *quietly, "-m", "benchmarks.first_version", *given]
    ended = subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True)
    with MongoClient[dict[str, object]](site.mongodb) as client:
        stored = client[FIRST_VERSION]["flight_status"].count_documents({})
    return stored / float(ended.stdout)


def main() -> None:
    """Consume; print the seconds from the first message to the last insert."""
    options = argparse.ArgumentParser()
    options.add_argument("brokers")
    options.add_argument("mongodb")
    options.add_argument("records", type=int)
    given = options.parse_args()
    consumer = KafkaConsumer(
        "flight-topic",
        bootstrap_servers=[given.brokers],
        auto_offset_reset="earliest",
        enable_auto_commit=True,
        group_id=f"flight-consumer-group-{uuid.uuid4().hex}",
        value_deserializer=lambda value: json.loads(value.decode("utf-8")),
    )
    collection = MongoClient[dict[str, object]](given.mongodb)[FIRST_VERSION]["flight_status"]
    start = 0.0
    for inserted, message in enumerate(consumer, start=1):
        start = start or time.perf_counter()
        collection.insert_one(message.value)
        if inserted == given.records:
            break
    print(time.perf_counter() - start)
    consumer.close()


if __name__ == "__main__":
    main()
