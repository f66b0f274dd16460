"""The composition root: the Faust app, and every adapter chosen once.

`faust -A flightagents.app worker -l info` starts here. topics.py declares what is read and written, agents.py
and timers.py hang on this app, and what they call is built by `wire`.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import faust

from flightagents import broker, logs
from flightagents.aviationstack.client import AviationStackClient
from flightagents.aviationstack.source import AviationStackSource
from flightagents.batches import BatchTransport
from flightagents.batches.publisher import FaustPublisher
from flightagents.batches.table import DurableTable
from flightagents.clock import Clock, clock_from
from flightagents.handlers.alert import AlertOnChanges
from flightagents.handlers.archive import ArchiveRecords
from flightagents.handlers.dead_letters import StoreDeadLetters
from flightagents.handlers.forget import Forgetting
from flightagents.handlers.poll import PollFeed
from flightagents.handlers.track import TrackFlights
from flightagents.handlers.watch import WatchFlights
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC
from flightagents.settings import Settings, Topics, load
from flightagents.store import setup
from flightagents.store.archive import MongoArchive
from flightagents.store.calls import MongoCallCounter
from flightagents.store.connection import Database, connect, wait_until_ready
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.flights import MongoFlights
from flightagents.store.lease import MongoLease

APP_ID = "flightagents"
TABLE = "last_known_flight"
"""Both are parts of durable topic names: not to be changed."""


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the agents and timers call."""

    archive: ArchiveRecords
    track: TrackFlights
    forgetting: Forgetting
    alert: AlertOnChanges
    dead_letters: StoreDeadLetters
    poll: PollFeed | None
    watch: WatchFlights


@dataclass(frozen=True, slots=True)
class World:
    """The connections that the use cases share."""

    settings: Settings
    clock: Clock
    database: Database
    session: aiohttp.ClientSession
    publisher: FaustPublisher
    table: DurableTable


def wire(world: World) -> UseCases:
    """Choose what implements each port."""
    settings, clock, publisher = world.settings, world.clock, world.publisher
    archive, flights = MongoArchive(world.database), MongoFlights(world.database)
    forgetting = Forgetting(clock, settings.forget_after)
    source = _source(world)
    lease = MongoLease(world.database, f"{socket.gethostname()}:{os.getpid()}")
    return UseCases(
        archive=ArchiveRecords(archive, publisher, clock),
        track=TrackFlights(world.table, flights, publisher, forgetting),
        forgetting=forgetting,
        alert=AlertOnChanges(flights),
        dead_letters=StoreDeadLetters(MongoDeadLetters(world.database)),
        poll=None if source is None else PollFeed(source, lease, publisher, clock, settings.partition_by),
        watch=WatchFlights(flights, archive, clock),
    )


def _source(world: World) -> AviationStackSource | None:
    settings = world.settings
    if settings.aviationstack_key is None:
        return None
    client = AviationStackClient(
        world.session,
        base_url=settings.aviationstack_url,
        key=settings.aviationstack_key,
        counter=MongoCallCounter(world.database, world.clock),
        page_size=settings.aviationstack_plan.page_size,
    )
    return AviationStackSource(client, settings.poll_queries, settings.poll_max_pages)


class FlightApp(faust.App):
    """Faust with our transport; it waits for what it needs before Faust starts."""

    use_cases: UseCases

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = clock_from(settings.clock)
        self.wire: Callable[[World], UseCases] = wire
        super().__init__(APP_ID, **_faust_settings(settings))

    def _new_transport(self) -> BatchTransport:
        transport = BatchTransport(self.conf.broker_consumer, self)
        transport.batched = frozenset({FLIGHT_TOPIC, CHANGE_TOPIC, DEAD_LETTER_TOPIC})
        return transport

    async def on_first_start(self) -> None:
        """Wait for Kafka and MongoDB, make what has to stand there, and wire the use cases."""
        settings = self.settings
        await super().on_first_start()
        admin = await broker.wait_until_ready(settings.kafka_brokers)
        try:
            if settings.topics is Topics.CREATE:
                await broker.make_topics(admin, topic_plans(settings))
        finally:
            await admin.close()
        database = connect(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
        await wait_until_ready(database)
        await setup.prepare(database, keep=timedelta(days=settings.archive_days))
        await setup.require_partitioning(database, settings.partition_by)
        self._session = aiohttp.ClientSession()
        self._database = database
        publisher = FaustPublisher(self)
        self.use_cases = self.wire(
            World(settings, self.clock, database, self._session, publisher, self.tables[TABLE])
        )
        if self.use_cases.poll is None:
            self.log.warning("nothing is polled: FLIGHTAGENTS_AVIATIONSTACK_KEY is not set")

    async def on_shutdown(self) -> None:
        """Close what `on_first_start` opened."""
        await super().on_shutdown()
        if hasattr(self, "_session"):
            await self._session.close()
            self._database.client.close()


def topic_plans(settings: Settings) -> list[broker.TopicPlan]:
    """Give every topic that a worker needs. The changelog has as many partitions as flight-topic: it must."""
    kept = {
        "retention.ms": str(settings.topic_retention_hours * 3_600_000),
        "max.message.bytes": str(settings.topic_max_message_bytes),
    }
    # The changelog holds every write until it is compacted, and recovery reads it all: compact often.
    compacted = {
        "cleanup.policy": "compact",
        "segment.ms": "3600000",
        "min.cleanable.dirty.ratio": "0.2",
        "max.message.bytes": str(settings.topic_max_message_bytes),
    }
    changelog, leader = f"{APP_ID}-{TABLE}-changelog", f"{APP_ID}-__assignor-__leader"
    wanted = [
        (FLIGHT_TOPIC, settings.topic_partitions, kept),
        (CHANGE_TOPIC, settings.topic_partitions, kept),
        (DEAD_LETTER_TOPIC, settings.topic_partitions, kept),
        (changelog, settings.topic_partitions, compacted),
        (leader, 1, {}),
    ]
    return [
        broker.TopicPlan(name, count, settings.topic_replication, config) for name, count, config in wanted
    ]


def _faust_settings(settings: Settings) -> dict[str, object]:
    """Faust as measured: what it loses by default is switched off here."""
    return {
        "broker": ";".join(f"kafka://{each.strip()}" for each in settings.kafka_brokers.split(",")),
        "origin": "flightagents",
        "autodiscover": ["flightagents.agents", "flightagents.timers", "flightagents.cli"],
        "datadir": settings.data_dir,
        "store": settings.table_store,
        "Table": DurableTable,
        "table_standby_replicas": 0,
        "topic_allow_declare": False,
        "topic_partitions": settings.topic_partitions,
        "topic_replication_factor": settings.topic_replication,
        "agent_supervisor": "mode.CrashingSupervisor",
        "stream_wait_empty": False,
        "stream_buffer_maxsize": 64,  # events, which are batches
        "cython_optimizations": True,
        "consumer_auto_offset_reset": "earliest",
        "consumer_max_fetch_size": settings.topic_max_message_bytes,
        "broker_commit_interval": 1.0,
        "broker_session_timeout": settings.kafka_session_timeout,
        "broker_heartbeat_interval": settings.kafka_session_timeout / 5,
        "broker_max_poll_interval": 86_400.0,  # a worker without partitions stays a member
        "producer_linger": 0.02,
        "producer_max_batch_size": 256 * 1024,
        "producer_max_request_size": settings.topic_max_message_bytes,
        "web_bind": settings.web_host,
        "web_host": settings.web_host,
        "web_port": settings.web_port,
        "web_stats_enabled": True,
        "web_metrics_enabled": True,
        "web_tables_enabled": False,
        "logging_config": logs.configure(settings.log_format),
    }


app = FlightApp(load())
