"""What agents and Faust meet of batches, on a log in memory; `tests/integration` has the same on Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from types import SimpleNamespace
from typing import Any, ClassVar

import faust
import pytest
from aiokafka.errors import IllegalStateError
from aiokafka.structs import ConsumerRecord
from faust.types import TP, ConsumerMessage

from flightagents.batches import (
    Batch,
    BatchConsumer,
    BatchSchema,
    BatchTransport,
    batches,
    consumer,
    require_compiled_streams,
)
from flightagents.batches.lag import lag
from flightagents.errors import ConfigurationError
from tests.support.counted import counted

TOPIC = "flight-topic"
ZERO, ONE = TP(TOPIC, 0), TP(TOPIC, 1)
FETCH = 10  # records


class LogConsumer(BatchConsumer):
    """The consumer without its thread: what that would ask Kafka is answered here."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.ends = {ZERO: 30, ONE: 0}
        self.beginnings = {ZERO: 0, ONE: 0}
        self.positions = {ZERO: 0, ONE: 0}
        self.stored: dict[TP, int] = {}
        self.stop_flow_while_fetching = False

    def assignment(self) -> set[TP]:
        return set(self.positions)

    async def _getmany(self, active_partitions: set[TP], timeout: float) -> dict[TP, list[Any]]:  # noqa: ARG002, ASYNC109 - Faust's names
        fetched = {}
        for tp in active_partitions:
            offsets = range(self.positions[tp], min(self.positions[tp] + FETCH, self.ends[tp]))
            self.positions[tp] += len(offsets)
            if offsets:
                fetched[tp] = [record(tp, offset) for offset in offsets]
        if self.stop_flow_while_fetching:
            self.stop_flow()
        return fetched

    async def _seek(self, partition: TP, offset: int) -> None:
        if partition not in self.positions:
            raise IllegalStateError(partition)
        self.positions[partition] = offset

    async def seek_to_committed(self) -> dict[TP, int | None]:
        return {tp: self.stored.get(tp) for tp in self.positions}

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        return {tp: self.beginnings[tp] for tp in partitions}

    def highwater(self, tp: TP) -> int:
        return self.ends[tp]

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        self.stored.update(offsets)
        return True


class LogTransport(BatchTransport):
    Consumer: ClassVar[type[BatchConsumer]] = LogConsumer


def record(tp: TP, offset: int) -> "ConsumerRecord[bytes, bytes]":
    return ConsumerRecord(tp.topic, tp.partition, offset, 0, 0, b"key", b"value", None, 3, 5, ())


class BatchApp(faust.App):
    def _new_transport(self) -> LogTransport:
        transport = LogTransport(self.conf.broker_consumer, self)
        transport.batched = frozenset({TOPIC})
        return transport


@pytest.fixture
async def log() -> AsyncIterator[LogConsumer]:
    """Give a consumer that has both partitions, as if a rebalance had just ended."""
    app = BatchApp("batches", broker="kafka://nowhere:9092", web_enabled=False, stream_wait_empty=False)

    async def nothing(*_: object) -> None:
        pass

    log: LogConsumer = app.transport.create_consumer(
        callback=nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing
    )
    app._consumer = log
    app.consumer_generation_id = 1
    app.flow_control.resume()
    await log.on_partitions_assigned(log.assignment(), 1)
    await log.perform_seek()
    log.resume_flow()
    yield log
    log._thread.thread_loop.close()  # of the thread that was never started


async def fetch(log: LogConsumer, *, agents: int = 2) -> list[ConsumerMessage]:
    """Fetch once, and deliver to so many agents what comes of it."""
    messages = []
    async for _, message in log.getmany(1.0):
        message.incref(agents)
        messages.append(message)
    return messages


def span(message: ConsumerMessage) -> tuple[int, int]:
    return message.value[0].offset, message.value[-1].offset


def ack(log: LogConsumer, *messages: ConsumerMessage) -> None:
    for message in messages:
        for _ in range(message.refcount):
            message.ack(log)


def done_with(log: LogConsumer, tp: TP = ZERO) -> int | None:
    return log._new_offset(tp)


async def test_one_fetch_of_a_partition_is_one_event(log: LogConsumer) -> None:
    (first,), (second,) = await fetch(log), await fetch(log)
    assert [span(first), span(second)] == [(0, 9), (10, 19)]
    assert first.tp == ZERO


async def test_a_batch_is_done_when_its_last_agent_has_acked(log: LogConsumer) -> None:
    (message,) = await fetch(log)
    message.ack(log)
    assert done_with(log) == 0
    message.ack(log)
    assert done_with(log) == 10
    await log.force_commit()
    assert log.stored == {ZERO: 10}


async def test_nothing_is_committed_past_a_lost_batch_and_it_comes_again(log: LogConsumer) -> None:
    (_lost,), (second,) = await fetch(log), await fetch(log)
    ack(log, second)
    await log.force_commit()
    assert log.stored == {}
    (again,) = await fetch(log)
    assert span(again) == (0, 9)
    assert not log.is_due(second), "it comes again behind the lost one"


async def test_a_delivery_that_reaches_no_agent_comes_again(log: LogConsumer) -> None:
    before = counted("flightagents_batch_troubles_total", what="dropped")
    await fetch(log, agents=0)
    (again,) = await fetch(log)
    assert span(again) == (0, 9)
    assert log.app.transport.counts.dropped == 1
    assert counted("flightagents_batch_troubles_total", what="dropped") == before + 1


async def test_the_last_batch_lost_in_silence_comes_again(
    log: LogConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "LOOK_INTERVAL", consumer.LOOK_INTERVAL * 0)
    log.ends[ZERO] = 10
    (lost,) = await fetch(log)
    log.in_hand.add(Batch(lost.value, ZERO, None, None))
    for _ in range(3):
        assert not await fetch(log), "an agent is working on it"
    log.in_hand.clear()
    assert not await fetch(log), "the first look may err"
    (again,) = await fetch(log)
    assert span(again) == (0, 9)


async def test_records_that_come_while_the_flow_is_stopped_come_again(log: LogConsumer) -> None:
    log.stop_flow_while_fetching = True
    assert not await fetch(log)
    log.stop_flow_while_fetching = False
    log.resume_flow()
    (message,) = await fetch(log)
    assert span(message) == (0, 9)


def rebalance(log: LogConsumer) -> None:
    log.app.rebalancing = True


def pause(log: LogConsumer) -> None:
    log._paused_partitions.add(ZERO)


def lose(log: LogConsumer) -> None:
    log._active_partitions.add(ZERO)
    del log.positions[ZERO]


@pytest.mark.parametrize("trouble", [rebalance, pause, lose])
async def test_what_comes_at_the_wrong_time_is_refused(
    log: LogConsumer, trouble: Callable[[LogConsumer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble(log)
    monkeypatch.setattr(log, "_getmany", everything(log))
    assert not await fetch(log)
    assert log.app.transport.counts.refused == 1
    assert log.positions.get(ZERO, 0) == 0, "sought back, if it is still ours"


def everything(log: LogConsumer) -> Callable[..., Coroutine[Any, Any, dict[TP, list[Any]]]]:
    """Fetch as aiokafka does when the active partitions have become none: from all that it knows."""

    async def getmany(**_: object) -> dict[TP, list[Any]]:
        if ZERO in log.positions:
            log.positions[ZERO] += FETCH
        return {ZERO: [record(ZERO, offset) for offset in range(FETCH)]}

    return getmany


async def test_what_comes_twice_is_handed_over_once(log: LogConsumer) -> None:
    await fetch(log)
    log.positions[ZERO] = 5
    (message,) = await fetch(log)
    assert span(message) == (10, 14)


async def test_a_seek_to_the_committed_offset_takes_back_nothing_that_is_done(log: LogConsumer) -> None:
    ack(log, *await fetch(log))
    await log.perform_seek()
    assert done_with(log) == 10
    (message,) = await fetch(log)
    assert span(message) == (10, 19)


async def test_without_a_commit_reading_begins_at_the_beginning_of_the_log(log: LogConsumer) -> None:
    log.beginnings[ZERO] = 5
    log.positions[ZERO] = 25  # where another worker was
    await log.on_partitions_assigned(log.assignment(), 2)
    assert done_with(log) is None, "known when it was sought"
    await log.perform_seek()
    (message,) = await fetch(log)
    assert span(message) == (5, 14)


async def test_a_gap_in_the_log_is_passed(log: LogConsumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_seek", seek_behind_20(log))
    log.positions[ZERO] = 20
    assert not await fetch(log), "a hole, until it comes again after a seek"
    (message,) = await fetch(log)
    assert span(message) == (20, 29)
    ack(log, message)
    assert done_with(log) == 30


def seek_behind_20(log: LogConsumer) -> Callable[[TP, int], Coroutine[Any, Any, None]]:
    async def seek(partition: TP, offset: int) -> None:
        log.positions[partition] = max(offset, 20)

    return seek


async def test_a_revoked_partition_is_committed_when_its_agents_are_done(log: LogConsumer) -> None:
    (message,) = await fetch(log)
    at_work = Batch(message.value, ZERO, None, None)
    log.in_hand.add(at_work)
    revoking = asyncio.create_task(log.on_partitions_revoked(log.assignment()))
    assert not (await asyncio.wait({revoking}, timeout=0.1))[0], "it waits for the agent"
    assert log.is_current(message)
    ack(log, message)
    log.in_hand.remove(at_work)
    await revoking
    assert log.stored == {ZERO: 10}
    assert not log.is_current(message)


async def test_an_ack_after_the_partition_was_taken_away_counts_for_nothing(log: LogConsumer) -> None:
    (message,) = await fetch(log)
    await log.on_partitions_revoked(log.assignment())
    await log.on_partitions_assigned(log.assignment(), 2)
    await log.perform_seek()
    ack(log, message)
    assert done_with(log) == 0
    assert log.app.transport.counts.stale == 1


async def test_a_queue_of_the_past_does_not_wake_a_paused_partition(log: LogConsumer) -> None:
    log.on_buffer_full(ZERO)
    log.pause_partitions([ZERO])
    log.on_buffer_drop(ZERO)
    assert ZERO not in log._active_partitions


async def test_a_queue_of_the_past_does_not_wake_a_partition_that_was_given_away(log: LogConsumer) -> None:
    log.on_buffer_full(ZERO)
    await log.on_partitions_revoked({ZERO})
    log.on_buffer_drop(ZERO)
    assert ZERO not in log._active_partitions


class FakeStream:
    """A stream that has these events."""

    def __init__(self, log: LogConsumer, messages: Iterable[ConsumerMessage]) -> None:
        self.app = log.app
        self.all = [SimpleNamespace(value=message.value, message=message) for message in messages]

    def noack(self) -> "FakeStream":
        return self

    async def events(self) -> AsyncIterator[Any]:
        for event in self.all:
            yield event

    async def ack(self, event: SimpleNamespace) -> None:
        event.message.ack(self.app.consumer)


async def test_an_agent_gets_batches_and_acks_each_once(log: LogConsumer) -> None:
    stream = FakeStream(log, await fetch(log, agents=1))
    seen: list[Batch] = []
    async for batch in batches(stream):
        assert log.in_hand == {batch}
        assert batch.current
        assert [each.offset for each in batch.records] == list(range(FETCH))
        await batch.ack()
        with pytest.raises(RuntimeError, match="acked already"):
            await batch.ack()
        seen.append(batch)
    assert log.in_hand == set()
    assert done_with(log) == 10
    assert [batch.partition for batch in seen] == [ZERO]


async def test_an_agent_does_not_see_what_it_lost_in_its_queue(log: LogConsumer) -> None:
    stream = FakeStream(log, await fetch(log))
    await log.on_partitions_revoked(log.assignment())
    assert [batch async for batch in batches(stream)] == []


async def test_a_batch_is_no_longer_current_in_the_next_generation(log: LogConsumer) -> None:
    async for batch in batches(FakeStream(log, await fetch(log))):
        log.app.consumer_generation_id = 2
        assert not batch.current


def test_the_schema_leaves_key_and_value_as_they_are() -> None:
    schema = BatchSchema()
    message = SimpleNamespace(key=b"key", value=[b"value"])
    assert schema.loads_key(None, message, loads=int) == b"key"
    assert schema.loads_value(None, message, loads=int) == [b"value"]


def test_a_worker_without_compiled_streams_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    require_compiled_streams()
    monkeypatch.setattr(faust.streams, "_CStreamIterator", None)
    with pytest.raises(ConfigurationError, match="NO_CYTHON"):
        require_compiled_streams()


async def test_lag_is_what_is_not_committed(log: LogConsumer) -> None:
    async def ends(places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        return {place: log.ends[TP(*place)] for place in places}

    (message,) = await fetch(log)
    assert await lag(log, ends) == {ZERO: 30, ONE: 0}
    ack(log, message)
    await log.force_commit()
    assert await lag(log, ends) == {ZERO: 20, ONE: 0}


async def test_of_a_partition_whose_end_the_broker_does_not_tell_no_lag_is_known(log: LogConsumer) -> None:
    async def ends(places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        return {place: 30 for place in places if place == ZERO}

    assert await lag(log, ends) == {ZERO: 30}
