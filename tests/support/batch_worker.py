"""A Faust worker for the tests of `flightagents.batches`: two agents on one topic, one of them with a table.

Run as a program, with a `Plan` in the environment. Each agent appends to a file of its own what it has done,
a line a batch, before it acks; and the worker keeps a file of how it stands. What is lost on purpose is lost
here, in a subclass: the transport itself knows nothing of it.
"""

import asyncio
import json
import os
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import faust
from faust.types import ConsumerMessage, EventT, StreamT

from flightagents.batches import Batch, BatchConsumer, BatchSchema, BatchTransport, batches, consumer

AGENTS = ("archive", "track")
PLAN = "BATCH_WORKER_PLAN"
SESSION_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What one worker is to do, and to lose."""

    name: str
    folder: str  # shared by the workers of a test
    brokers: str
    topic: str
    group: str
    partitions: int
    fetch_bytes: int = 64 * 1024
    work_seconds: float = 0.0  # each batch takes so long
    patience_seconds: float = 10.0  # of a rebalance with agents that are busy
    # Lost once each, after they were put into the queues of these agents: the batches with these offsets.
    lose: list[tuple[int, int]] = field(default_factory=list)  # partition, offset
    lose_from: list[str] = field(default_factory=lambda: list(AGENTS))
    lose_share: float = 0.0  # and so many of all the others, in the ways there are

    @property
    def gate(self) -> Path:
        """Agents begin no batch before this file exists."""
        return Path(self.folder) / "gate"

    def done(self, agent: str) -> Path:
        """Lines of partition, first offset, last offset, number of records, in the order of the work."""
        return Path(self.folder) / f"{self.name}.{agent}.done"

    @property
    def standing(self) -> Path:
        """How the worker stands, a few times a second."""
        return Path(self.folder) / f"{self.name}.json"


def plan_from_environment() -> Plan:
    return Plan(**json.loads(os.environ[PLAN]))


class LossyConsumer(BatchConsumer):
    """Loses deliveries without a trace, as a rebalance does."""

    callback: Callable[[ConsumerMessage], Awaitable[None]]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.plan: Plan = self.app.plan
        self.to_lose = [tuple(each) for each in self.plan.lose]
        self.lost = 0
        self._deliver = self.callback
        self.callback = self._deliver_or_not

    async def _deliver_or_not(self, message: ConsumerMessage) -> None:
        if message.topic != self.plan.topic:
            await self._deliver(message)
            return
        offsets = range(message.handover.first, message.handover.end)
        on_purpose = [each for each in self.to_lose if each[0] == message.partition and each[1] in offsets]
        by_chance = random.random() < self.plan.lose_share
        self.lost += bool(on_purpose) or by_chance
        if by_chance and random.random() < 1 / 3:
            return  # cancelled before it reached a queue
        await self._deliver(message)
        if on_purpose or by_chance:
            self.to_lose = [each for each in self.to_lose if each not in on_purpose]
            losers = self.plan.lose_from if on_purpose else random.choice([AGENTS, AGENTS[:1], AGENTS[1:]])
            for agent in losers:
                for queue in self.app.queues(agent):
                    for event in [event for event in queue if event.message is message]:
                        queue.remove(event)


class LossyTransport(BatchTransport):
    Consumer: ClassVar[type[BatchConsumer]] = LossyConsumer


class BatchApp(faust.App):
    """An app that knows its plan."""

    plan: Plan

    def _new_transport(self) -> BatchTransport:
        transport = LossyTransport(self.conf.broker_consumer, self)
        transport.batched = frozenset({self.plan.topic})
        return transport

    def queues(self, agent: str) -> Iterator[deque[EventT]]:
        """Give the queues behind asyncio's queues: what waits for an agent."""
        for actor in self.agents[agent]._actors:
            yield actor.stream.channel.queue._queue


async def archive(stream: StreamT) -> None:
    async for batch in worked_on(stream):
        report(stream.app.plan, "archive", batch)
        await batch.ack()


async def track(stream: StreamT) -> None:
    async for batch in worked_on(stream):
        if batch.current:
            stream.app.tables["last-done"][str(batch.partition.partition)] = batch.records[-1].offset + 1
            report(stream.app.plan, "track", batch)
            await batch.ack()


async def worked_on(stream: StreamT) -> AsyncIterator[Batch]:
    plan: Plan = stream.app.plan
    async for batch in batches(stream):
        while not plan.gate.exists():  # noqa: ASYNC110 - another process opens it
            await asyncio.sleep(0.02)
        assert all(record.value.rstrip(b".") == record.key for record in batch.records if record.value)
        await asyncio.sleep(plan.work_seconds)
        yield batch


def report(plan: Plan, agent: str, batch: Batch) -> None:
    first, last = batch.records[0].offset, batch.records[-1].offset
    with plan.done(agent).open("a") as file:
        file.write(f"{batch.partition.partition} {first} {last} {len(batch.records)}\n")


async def keep_standing(app: BatchApp) -> None:
    plan = app.plan
    draft = plan.standing.with_suffix(".draft")
    while not app.should_stop:
        with suppress(AttributeError):  # before the agents have started
            standing = {
                "queued": {agent: sum(map(len, app.queues(agent))) for agent in AGENTS},
                "assigned": [tp.partition for tp in app.consumer.assignment() if tp.topic == plan.topic],
                "lost": app.consumer.lost,
                "counts": asdict(app.transport.counts),
            }
            draft.write_text(json.dumps(standing))
            draft.rename(plan.standing)
        await asyncio.sleep(0.1)


def make_app(plan: Plan) -> BatchApp:
    consumer.REVOKE_PATIENCE = timedelta(seconds=plan.patience_seconds)
    app = BatchApp(
        plan.group,
        broker=f"kafka://{plan.brokers}",
        datadir=f"{plan.folder}/{plan.name}.data",
        agent_supervisor="mode.CrashingSupervisor",
        stream_wait_empty=False,
        stream_buffer_maxsize=64,
        stream_recovery_delay=0,
        cython_optimizations=True,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=plan.fetch_bytes,
        broker_commit_interval=1.0,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=1.0,
        broker_max_poll_interval=86_400.0,
        topic_partitions=plan.partitions,
        topic_replication_factor=1,
        topic_disable_leader=True,
        table_standby_replicas=0,
    )
    app.plan = plan
    schema = BatchSchema(key_type=bytes, value_type=bytes)
    topic = app.topic(plan.topic, schema=schema, partitions=plan.partitions)
    app.Table("last-done", key_type=str, value_type=int, partitions=plan.partitions)
    app.agent(topic, name="archive")(archive)
    app.agent(topic, name="track")(track)
    app.task(keep_standing)
    return app


if __name__ == "__main__":
    make_app(plan_from_environment()).main()
