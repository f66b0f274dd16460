"""Whatever happens to workers, broker and deliveries, both agents get every record, and all is committed."""

import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pytest
from confluent_kafka import KafkaException

from flightagents.sandbox.processes import Child
from tests.support.batch_worker import AGENTS, PLAN, SESSION_SECONDS, Plan
from tests.support.kafka import Kafka, wait_until

pytestmark = pytest.mark.kafka

PATIENCE = timedelta(seconds=45)
SIZE = 1024  # of a record, in bytes
BACKLOG = 25 * 56  # a partition; a fetch brings 56 records of that size


class Worker:
    """One worker process, and what it says of itself."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        command = [
            sys.executable,
            "-m",
            "tests.support.batch_worker",
            "-L",
            "uvloop",
            "worker",
            "--without-web",
        ]
        self.log = Path(plan.folder) / f"{plan.name}.log"
        self.child = Child(
            plan.name,
            [*command, "-l", "info"],
            log=self.log,
            env={**os.environ, PLAN: json.dumps(asdict(plan))},
        )

    def standing(self) -> dict[str, Any]:
        path = self.plan.standing
        standing: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return standing

    def queued(self) -> int:
        """Count the batches waiting for the agent that has fewest."""
        queued = self.standing().get("queued")
        return min(queued.values()) if queued else 0

    def batches_done(self, agent: str) -> list[tuple[int, ...]]:
        path = self.plan.done(agent)
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        # A killed worker may leave half a line; what it did not finish writing was not acked.
        return [tuple(map(int, line.split())) for line in lines if line.endswith("\n")]

    def terminate(self) -> int | None:
        self.child.signal(signal.SIGTERM)
        return self.child.wait(PATIENCE)


class Special(TypedDict, total=False):
    """What a worker's `Plan` may have that others have not."""

    work_seconds: float
    patience_seconds: float
    lose: list[tuple[int, int]]
    lose_from: list[str]
    lose_share: float


class Crew:
    """A topic with a backlog, and the workers of one group that read it."""

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self.kafka = kafka
        self.folder = folder
        self.topic = f"batches-{uuid.uuid4().hex[:8]}"
        self.group = f"crew-{self.topic}"
        self.partitions = 0
        self.produced = 0
        self.workers: list[Worker] = []

    def topic_of(self, partitions: int, *, backlog: int = BACKLOG, filled: list[int] | None = None) -> None:
        self.partitions = partitions
        self.kafka.create_topic(self.topic, partitions)
        self.produce(backlog, filled)

    def produce(self, each: int, partitions: list[int] | None = None) -> None:
        partitions = list(range(self.partitions)) if partitions is None else partitions
        count = each * len(partitions)
        self.kafka.produce(self.topic, count, size=SIZE, partitions=partitions, first=self.produced)
        self.produced += count

    def start(self, name: str, **special: Unpack[Special]) -> Worker:
        worker = Worker(
            Plan(
                name=name,
                folder=str(self.folder),
                brokers=self.kafka.address,
                topic=self.topic,
                group=self.group,
                partitions=self.partitions,
                **special,
            )
        )
        self.workers.append(worker)
        return worker

    def open_gate(self) -> None:
        (self.folder / "gate").touch()

    def wait(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, PATIENCE, self.explain)

    def settle(self) -> None:
        """Wait until everything is committed, and see that it is true."""
        ends = self.kafka.end_offsets(self.topic)
        assert sum(ends.values()) == self.produced

        def all_committed() -> bool:
            return self.kafka.committed(self.topic, self.group) == ends

        self.wait(all_committed)
        for agent in AGENTS:
            seen: dict[int, set[int]] = {partition: set() for partition in ends}
            for worker in self.workers:
                for partition, first, last, count in worker.batches_done(agent):
                    assert count == last - first + 1
                    seen[partition].update(range(first, last + 1))
            assert {partition: len(offsets) for partition, offsets in seen.items()} == ends, agent

    def terminate(self) -> None:
        assert [worker.terminate() for worker in self.workers if worker.child.exit_code is None]
        assert {worker.child.exit_code for worker in self.workers} <= {0, -signal.SIGKILL}, self.explain()

    def explain(self) -> str:
        lines = []
        with suppress(KafkaException):
            lines += [f"committed {self.kafka.committed(self.topic, self.group)}"]
        for worker in self.workers:
            lines += [
                f"{worker.plan.name} {worker.child.exit_code} {worker.standing()}",
                worker.child.last_words(40),
            ]
        return "\n".join(lines)


@pytest.fixture
def crew(kafka: Kafka, tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(kafka, tmp_path)
    yield crew
    for worker in crew.workers:
        worker.child.signal(signal.SIGKILL)
        worker.child.stop()


def test_a_lost_batch_with_fifty_behind_it_comes_again(crew: Crew) -> None:
    crew.topic_of(1, backlog=3 * BACKLOG)
    worker = crew.start("one", lose=[(0, 60)])
    crew.wait(lambda: worker.queued() >= 50)
    assert worker.standing()["lost"] == 1
    crew.open_gate()
    crew.settle()
    assert worker.standing()["counts"]["rewinds"] == 1
    crew.terminate()


@pytest.mark.parametrize("losers", [AGENTS, AGENTS[:1], AGENTS[1:]], ids="-".join)
def test_a_lost_batch_with_nothing_behind_it_comes_again(crew: Crew, losers: tuple[str, ...]) -> None:
    crew.topic_of(2)
    crew.open_gate()
    worker = crew.start("one", lose=[(0, BACKLOG - 1)], lose_from=list(losers))
    crew.settle()
    assert worker.standing()["lost"] == 1
    assert worker.standing()["counts"]["rewinds"] == 1
    crew.terminate()


def test_a_second_worker_before_the_first_commit_begins_at_the_beginning(crew: Crew) -> None:
    crew.topic_of(4)
    first = crew.start("one", patience_seconds=0.5)
    crew.wait(lambda: first.queued() >= 50)
    second = crew.start("two")
    crew.wait(lambda: crew.kafka.members(crew.group) == 2 and second.queued() > 0)
    assert set(crew.kafka.committed(crew.topic, crew.group).values()) == {0}
    crew.open_gate()
    crew.settle()
    assert second.batches_done("track")
    crew.terminate()


def test_a_partition_silent_until_then_is_read_from_its_first_record(crew: Crew) -> None:
    crew.topic_of(2, filled=[0])
    crew.open_gate()
    crew.start("one")
    crew.settle()
    second = crew.start("two")
    crew.wait(lambda: len(second.standing().get("assigned", [])) == 1)
    crew.produce(BACKLOG, [1])
    crew.settle()
    crew.terminate()


def test_rebalances_while_the_queues_are_full_lose_nothing(crew: Crew) -> None:
    crew.topic_of(4)
    first = crew.start("one", work_seconds=0.05)
    crew.wait(lambda: first.queued() >= 50)
    crew.open_gate()
    second = crew.start("two", work_seconds=0.05)
    crew.wait(lambda: len(second.batches_done("track")) >= 5 and second.queued() > 5)
    assert second.terminate() == 0
    crew.settle()
    crew.terminate()


def test_a_broker_that_hangs_while_batches_are_in_flight_costs_nothing(crew: Crew) -> None:
    crew.topic_of(4)
    worker = crew.start("one")
    crew.wait(lambda: worker.queued() >= 50)
    frozen_until = time.monotonic() + 1.5 * SESSION_SECONDS
    with crew.kafka.frozen():
        crew.open_gate()
        crew.wait(lambda: time.monotonic() > frozen_until and worker.queued() == 0)
    crew.settle()
    crew.terminate()


def test_a_worker_that_hangs_longer_than_its_session_finds_its_partitions_given_away(crew: Crew) -> None:
    crew.topic_of(4)
    crew.open_gate()
    first = crew.start("one", work_seconds=0.05)
    second = crew.start("two", work_seconds=0.05)
    crew.wait(lambda: all(len(worker.batches_done("track")) >= 5 for worker in (first, second)))
    first.child.signal(signal.SIGSTOP)
    crew.wait(lambda: crew.kafka.members(crew.group) == 1)
    first.child.signal(signal.SIGCONT)
    crew.settle()
    crew.terminate()


def test_a_worker_ended_by_sigterm_leaves_the_rest_to_the_next(crew: Crew) -> None:
    crew.topic_of(4)
    crew.open_gate()
    first = crew.start("one", work_seconds=0.05)
    crew.wait(lambda: len(first.batches_done("track")) >= 10)
    assert first.terminate() == 0
    crew.start("two")
    crew.settle()
    crew.terminate()


def test_a_worker_ended_by_sigkill_leaves_the_rest_to_the_other(crew: Crew) -> None:
    crew.topic_of(4)
    crew.open_gate()
    first = crew.start("one", work_seconds=0.05)
    second = crew.start("two", work_seconds=0.05)
    crew.wait(lambda: all(len(worker.batches_done("track")) >= 5 for worker in (first, second)))
    first.child.signal(signal.SIGKILL)
    crew.settle()
    crew.terminate()


def test_one_delivery_in_ten_may_be_lost(crew: Crew) -> None:
    crew.topic_of(4)
    crew.open_gate()
    worker = crew.start("one", lose_share=0.1)
    crew.settle()
    assert worker.standing()["lost"] > 0
    crew.terminate()
