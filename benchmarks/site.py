"""The Kafka and the MongoDB that all attempts share, and how they are made empty before each."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pymongo import MongoClient

from benchmarks.feed import START
from flightagents import broker
from flightagents.app import topic_plans
from flightagents.settings import PREFIX, KafkaAccess, Settings
from flightagents.store import setup
from flightagents.store.connection import connect
from tests.support.kafka import Kafka
from tests.support.site import delete_group, delete_topics

OURS, FIRST_VERSION = "ours", "first_version"
"""Databases."""
KEEP = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the contest takes place. Everything here blocks."""

    kafka: Kafka
    mongodb: str
    folder: Path

    def environment(self) -> dict[str, str]:
        """Give a worker's settings; its clock is that of the backlog."""
        values = {
            "KAFKA_BROKERS": self.kafka.address,
            "MONGODB_URL": self.mongodb,
            "MONGODB_DATABASE": OURS,
            "DATA_DIR": str(self.folder / "data"),
            "CLOCK": f"simulated:{START:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
        }
        return {PREFIX + key: value for key, value in values.items()}

    def prepare(self) -> None:
        """Make all anew: the topics as a worker does, and both archives with the same indexes."""
        self.prepare_topics()
        for name in (OURS, FIRST_VERSION):
            asyncio.run(self._make_indexes(name))

    def prepare_topics(self) -> None:
        """Make the topics as a worker does, and nothing else."""
        self.clear()
        asyncio.run(self._make_topics())

    def clear(self) -> None:
        """Delete topics, committed offsets and archives."""
        delete_topics(self.kafka.address, *(plan.name for plan in topic_plans(Settings())))
        delete_group(self.kafka.address)
        with MongoClient[dict[str, object]](self.mongodb) as client:
            for name in (OURS, FIRST_VERSION):
                client.drop_database(name)

    async def _make_topics(self) -> None:
        admin = await broker.wait_until_ready(KafkaAccess(self.kafka.address))
        try:
            await broker.make_topics(admin, topic_plans(Settings()))
        finally:
            await admin.close()

    async def _make_indexes(self, name: str) -> None:
        database = connect(self.mongodb, name)
        await setup.prepare(database, keep=KEEP)
        database.client.close()
