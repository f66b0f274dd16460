"""The Faust app: how it is set, what it waits for, and what it is wired with.

`faust -A flightagents.app worker -l info` starts here. topics.py declares what is read and written, agents.py
and timers.py hang on this app, and what they call is built by wiring/.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from functools import partial

import faust
import structlog
from faust.auth import Credentials, SASLCredentials, SSLCredentials

from flightagents import broker, logs
from flightagents.batches import BatchTransport
from flightagents.batches.publisher import FaustPublisher
from flightagents.batches.sensor import Sensor
from flightagents.batches.table import DurableTable
from flightagents.batches.vital_signs import StreamReader
from flightagents.clock import clock_from
from flightagents.domain.vital_signs import Measure
from flightagents.errors import SettingsError, StartingError
from flightagents.garbage import keep_for_good
from flightagents.ports import Publisher, StateTable
from flightagents.pulse import PULSE, feel_the_loop
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC
from flightagents.refused_start import RefusedStartError
from flightagents.settings import KafkaAccess, Settings, Topics, load, unknown_variables
from flightagents.store import setup
from flightagents.watchdog import Watchdog
from flightagents.web.faust_pages import StaffWeb
from flightagents.web.faust_statistics import figures_of
from flightagents.web.mount import mount
from flightagents.web.site import Site
from flightagents.wiring import (
    UseCases,
    VitalOrgans,
    World,
    memory,
    open_world,
    what_is_off,
    wire,
    wire_vital_signs,
)

APP_ID = "flightagents"
TABLE = "last_known_flight"
"""Both are parts of durable topic names: not to be changed."""


CHANGELOG_WRITES_AT_ONCE = 10_000
"""Records that wait in Faust's producer; its own 100 makes a batch of table writes wait for the broker."""
_log = structlog.get_logger(__name__)


class FlightApp(faust.App):
    """Faust with our transport; it waits for what it needs before Faust starts."""

    use_cases: UseCases
    world: World | None = None
    organs: VitalOrgans | None = None
    """What tells how this worker is; None before it is wired."""
    lookout: broker.Lookout
    deliveries: asyncio.Task[None] | None = None
    """The senders at work."""
    watchdog: Watchdog | None = None
    """None before the worker starts."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = clock_from(settings.clock)
        self.wire: Callable[[World, Publisher, StateTable], UseCases] = wire
        super().__init__(APP_ID, **_faust_settings(settings))

    def _new_transport(self) -> BatchTransport:
        transport = BatchTransport(self.conf.broker_consumer, self)
        transport.batched = frozenset({FLIGHT_TOPIC, CHANGE_TOPIC, DEAD_LETTER_TOPIC})
        return transport

    def _new_web(self) -> faust.web.base.Web:
        web = StaffWeb(self)
        mount(
            web.web_app,
            self._site,
            lambda: self.organs.readiness if self.organs else None,
            lambda: figures_of(self.monitor.asdict()),
        )
        return web

    def _site(self) -> Site:
        use_cases: UseCases | None = getattr(self, "use_cases", None)
        if use_cases is None:
            raise StartingError("this worker is not wired yet")
        return use_cases.site

    async def on_first_start(self) -> None:
        """Wait for Kafka and MongoDB, make what has to stand there, and wire the use cases."""
        settings = self.settings
        await super().on_first_start()
        # Ended in order as by an operator, who sends the same signal.
        end = partial(os.kill, os.getpid(), signal.SIGTERM)
        self.watchdog = Watchdog(settings.watchdog, memory=memory, end=end)
        self.watchdog.start()
        self.add_future(self.watchdog.beat())
        admin = await broker.wait_until_ready(settings.kafka)
        try:
            if settings.topics is Topics.CREATE:
                await broker.make_topics(admin, topic_plans(settings))
        finally:
            await admin.close()
        self.world = await open_world(settings, self.clock)
        await setup.require_partitioning(self.world.database, settings.partition_by)
        self.use_cases = self.wire(self.world, FaustPublisher(self), self.tables[TABLE])
        self.producer.buffer.max_messages = CHANGELOG_WRITES_AT_ONCE
        self.lookout = broker.Lookout(settings.kafka)
        stream = StreamReader(self, self.lookout, self._table_size)
        self.organs = wire_vital_signs(self.world, self.use_cases.desk, stream, self.lookout.answers)
        self.add_future(self.organs.tell.again_and_again())
        self.add_future(feel_the_loop(PULSE[Measure.EVENT_LOOP_DELAY]))
        self.add_future(self.watchdog.follow(stream.look))
        tell_what_is_off(settings)
        keep_for_good()

    def _table_size(self) -> int | None:
        """RocksDB would read all of it to count it."""
        return len(self.tables[TABLE]) if self.settings.table_store.startswith("memory:") else None

    async def on_stop(self) -> None:
        """Let the senders end before their connections are closed."""
        if self.watchdog is not None:
            self.watchdog.rest()
        if self.deliveries is not None:
            self.use_cases.desk.deliver.end()
        await super().on_stop()

    async def on_shutdown(self) -> None:
        """Close what `on_first_start` opened."""
        await super().on_shutdown()
        hangs = self.watchdog is not None and self.watchdog.ends_it
        if self.deliveries is not None:
            await self.deliveries
        if self.organs is not None:
            if not (self.crashed or hangs):
                await self.organs.tell.stop()
            await self.lookout.close()
        if self.world is not None:
            use_cases = getattr(self, "use_cases", None)  # missing where the start was refused
            if use_cases is not None:
                if use_cases.poll is not None:
                    await use_cases.poll.stop()
                use_cases.desk.close()
            await self.world.close()
        if self.watchdog is not None and hangs:
            self.watchdog.leave()  # with its own exit code, which Faust knows no way to give


def tell_what_is_off(settings: Settings) -> None:
    """Warn by our own logger: of lines by Faust's the System page names the logger alone."""
    for unknown in unknown_variables():
        _log.warning("a variable is no setting", variable=unknown.name, was_it=unknown.nearest)
    for missing in what_is_off(settings):
        _log.warning(missing)


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
        (FLIGHT_TOPIC, kept),
        (CHANGE_TOPIC, kept),
        (DEAD_LETTER_TOPIC, kept),
        (changelog, compacted),
    ]
    plans = [
        broker.TopicPlan(name, settings.topic_partitions, settings.topic_replication, config)
        for name, config in wanted
    ]
    # Whoever has its partition 0 leads; Faust looks at no other.
    return [*plans, broker.TopicPlan(leader, 1, settings.topic_replication, {}, or_more=True)]


def _faust_settings(settings: Settings) -> dict[str, object]:
    """Faust as measured: what it loses by default is switched off here."""
    return {
        "broker": ";".join(f"kafka://{each}" for each in settings.kafka.servers),
        "broker_credentials": _credentials(settings.kafka),
        # It is searched as well: not the whole package, or the sandbox in it would be imported. Without one
        # Faust makes one of the path of whatever program runs, and there need not be such a module.
        "origin": "flightagents.app",
        "autodiscover": ["flightagents.agents", "flightagents.timers", "flightagents.cli"],
        "datadir": settings.data_dir,
        "store": settings.table_store,
        "Table": DurableTable,
        "Monitor": Sensor,
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


def _credentials(access: KafkaAccess) -> Credentials | None:
    """How Faust's consumer and producer come in, in its words; its own admin client is a consumer's."""
    if access.security.has_login:
        return SASLCredentials(
            mechanism=access.mechanism.value,
            username=access.username,
            password=access.password.get_secret_value() if access.password else None,
            ssl_context=access.tls,
        )
    return SSLCredentials(access.tls) if access.tls else None


def _settings() -> Settings:
    """Read them. Raises RefusedStartError, which is a line and no traceback also where click imports this."""
    try:
        return load()
    except SettingsError as exc:
        raise RefusedStartError(*exc.mistakes) from None


app = FlightApp(_settings())
