"""The Faust consumer behind the batches: it asks each partition's `Place`, and does what that says.

Before it: aiokafka's fetches, in a thread of their own. After it: Faust's conductor, which puts each batch
into the queue of every agent that reads the topic. Faust's own bookkeeping of acks, offset by offset, is not
used for batched topics. Everything here runs in the event loop of the agents, so no lock is needed.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from aiokafka.errors import IllegalStateError
from faust.types import TP, ConsumerMessage
from faust.types.transports import TPorTopicSet

from flightagents.batches.batch import Batch, Records
from flightagents.batches.counts import Counts
from flightagents.batches.place import Acked, Fetched, Place
from flightagents.batches.thread import Consumer

# How long a rebalance waits for agents to finish what they are at. The other workers wait meanwhile; after
# broker_rebalance_timeout (Faust: 60 s) the broker gives our partitions away whatever we do.
REVOKE_PATIENCE = timedelta(seconds=10)

# How long the end waits for the last commit: a broker that hangs must not keep us from ending.
LAST_COMMIT_PATIENCE = timedelta(seconds=5)

# How often to look for batches lost with nothing behind them. Two looks must agree before anything is done.
LOOK_INTERVAL = timedelta(seconds=1)


class BatchConsumer(Consumer):
    """Hands over batches without gaps, and commits exactly what is done."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.in_hand: set[Batch] = set()
        self.handed: Counter[str] = Counter()
        """Records of each topic that agents were handed."""
        self._counts: Counts = self.transport.counts
        self._places: dict[TP, Place] = {}  # of the partitions that we have, once they were sought
        self._to_seek: set[TP] = set()  # set back by an ack, which cannot wait for the seek
        self._silent: dict[TP, tuple[int, int]] = {}  # what the last look found: next and done
        self._next_look = 0.0  # monotonic

    def is_current(self, message: ConsumerMessage) -> bool:
        """Whether the partition is still ours, in the generation that the message was fetched in."""
        return (
            message.generation_id == self.app.consumer_generation_id
            and message.handover.place is self._places.get(message.tp)
        )

    def is_due(self, message: ConsumerMessage) -> bool:
        """Whether an agent should work on it now: it is current, and not behind a batch known to be lost."""
        return self.is_current(message) and not message.handover.place.comes_again(message.handover)

    def standing(self) -> dict[TP, int]:
        """Tell how far each of our partitions is committed; before the first commit, how far it is done."""
        return {tp: self._committed(tp) or place.done for tp, place in self._places.items()}

    def done(self, tp: TP) -> int:
        """Tell below which offset everything is acked; of a partition that `standing` names."""
        return self._places[tp].done

    # From Kafka to the agents

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109 - Faust's name
        """Fetch once; yield a message for each batch, and one for each record of the other topics."""
        await self._recover_lost()
        fetched, active = await self._wait_next_records(timeout)
        if fetched is None or self.should_stop:
            return
        if not self.flow_active:
            # The flow was stopped while we waited. These records go to nobody, so they must come again.
            try:
                await self.perform_seek()
            except Exception as error:  # noqa: BLE001 - as Faust does: a rebalance breaks this in many ways
                self.log.info("seek while the flow is stopped: %r", error)
            return
        generation = self.app.consumer_generation_id
        for tp, records in fetched.items():
            if self._is_batched(tp) and (message := await self._next_batch(tp, records, active, generation)):
                yield tp, message
                await self._check_delivery(message)
        plain = {tp: records for tp, records in fetched.items() if not self._is_batched(tp)}
        for tp, record in self.scheduler.iterate(plain):
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            if self._is_wanted(tp, active):
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                yield tp, self._to_message(tp, record)

    async def _next_batch(
        self, tp: TP, records: Records, active: set[TP] | None, generation: int
    ) -> ConsumerMessage | None:
        """Make a message of what is new in the records; None where the agents must not have it now."""
        place = self._places.get(tp)
        if place is None or not self._may_hand_over(tp, active, generation):
            self._counts.add("refused")
            await self._seek_to_next(tp)
            return None
        match place.look_at(records[0].offset, records[-1].offset):
            case Fetched.SEEN:
                return None
            case Fetched.HOLE:
                self._counts.add("holes")
                await self._seek_to_next(tp)
                return None
            case Fetched.GAP:
                self._counts.add("gaps")
            case Fetched.WANTED:
                pass
        message = self._to_message(tp, records[-1])
        message.value = [record for record in records if record.offset >= place.next]
        message.handover = place.hand_over(records[-1].offset)
        self.handed[tp.topic] += len(message.value)
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        return message

    def _is_batched(self, tp: TP) -> bool:
        return tp.topic in self.transport.batched

    def _is_wanted(self, tp: TP, active: set[TP] | None) -> bool:
        return active is None or tp in active or tp in self._buffered_partitions

    def _may_hand_over(self, tp: TP, active: set[TP] | None, generation: int) -> bool:
        # aiokafka returns all partitions when the active ones have become none: an agent would meet a table
        # that is half recovered, and take old news for new.
        return (
            self.flow_active
            and not self.app.rebalancing
            and self.app.consumer_generation_id == generation
            and self._is_wanted(tp, active)
            and tp not in self._paused_partitions
            and tp in self.assignment()
        )

    async def _check_delivery(self, message: ConsumerMessage) -> None:
        """Take back what reached no agent: the delivery was cancelled while it waited for the flow."""
        if message.refcount or message.acked:
            return
        if message.handover.place.take_back(message.handover):
            self._counts.add("dropped")
            await self._seek_to_next(message.tp)

    async def _recover_lost(self) -> None:
        """Seek back wherever an ack, or silence, told of a lost batch."""
        if not self.flow_active:
            return
        if monotonic() >= self._next_look:
            self._next_look = monotonic() + LOOK_INTERVAL.total_seconds()
            silent = self._find_silent()
            # The second look is for batches that were just between queue and agent at the first.
            for tp, _ in silent.items() & self._silent.items():
                self._places[tp].rewind()
                self._note_rewind(tp)
            self._silent = silent
        while self._to_seek:
            await self._seek_to_next(self._to_seek.pop())

    def _find_silent(self) -> dict[TP, tuple[int, int]]:
        """Find partitions with batches that are neither done, nor in a queue, nor in an agent's hands.

        A lost batch shows at the ack of the next one; this is for the last one. The queues are looked into
        because weak references do not tell: Faust's loops keep the last message they saw alive.
        """
        busy = {batch.partition for batch in self.in_hand}
        busy.update(event.message.tp for channel in self.app.topics for event in channel.queue._queue)  # noqa: SLF001 - see above
        return {
            tp: (place.next, place.done)
            for tp, place in self._places.items()
            if place.next > place.done and tp not in busy
        }

    # From the agents to Kafka

    def ack(self, message: ConsumerMessage) -> bool:
        """Count the final ack of a batch, by the last of its agents."""
        if not self._is_batched(message.tp):
            return bool(super().ack(message))
        message.acked = True
        self._unacked_messages.discard(message)
        if not self.is_current(message):
            self._counts.add("stale")
            return False
        if message.handover.place.ack(message.handover) is Acked.LOST_BEFORE:
            self._note_rewind(message.tp)
        return True

    def _filter_tps_with_pending_acks(self, topics: TPorTopicSet | None = None) -> Iterator[TP]:
        yield from super()._filter_tps_with_pending_acks(topics)
        for tp, place in self._places.items():
            if (topics is None or tp in topics or tp.topic in topics) and place.done > self._committed(tp):
                yield tp

    def _new_offset(self, tp: TP) -> int | None:
        if not self._is_batched(tp):
            offset: int | None = super()._new_offset(tp)
            return offset
        place = self._places.get(tp)
        return place.done if place else None

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if not self._is_batched(tp):  # a place counts the offsets of its batches itself
            await super()._add_gap(tp, offset_from, offset_to)

    def _committed(self, tp: TP) -> int:
        return self._committed_offset.get(tp) or 0

    # Where to read

    async def perform_seek(self) -> None:
        """Begin at the committed offsets; where there is none, at the beginning of the log.

        Faust leaves the latter to aiokafka, and so to what happens to come first: when a second worker joins
        before the first commit, that is not the beginning.
        """
        await super().perform_seek()
        ours = [tp for tp in self.assignment() if self._is_batched(tp)]
        fresh = [tp for tp in ours if not self._committed(tp)]
        beginnings = await self.earliest_offsets(*fresh) if fresh else {}
        for tp in ours:
            start = self._committed(tp) or beginnings[tp]
            if tp in self._places:
                self._places[tp].restart(start)
            else:
                self._places[tp] = Place(start)
            await self._seek_to_next(tp)

    async def _seek_to_next(self, tp: TP) -> None:
        if place := self._places.get(tp):
            with suppress(IllegalStateError):  # no longer assigned
                # Not `_seek`: Faust would discard what it had read before, which is all that comes now.
                await self.seek(tp, place.next)

    async def _seek(self, partition: TP, offset: int) -> None:
        # In aiokafka's own thread: from ours, as Faust does it, a seek pulls the rug from under a fetch.
        await self._thread.call_thread(self._thread.seek, partition, offset)

    def _note_rewind(self, tp: TP) -> None:
        self._counts.add("rewinds")
        self._to_seek.add(tp)

    # Rebalances

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let the agents finish what they are at, commit it, and forget the rest.

        Before Faust, which forgets its acks first and commits nothing.
        """
        if self._places and not self.app.should_stop:
            self.stop_flow()
            self.app.flow_control.suspend()
            self.app.flow_control.clear()
            await self._wait_for_agents()
            await self.maybe_wait_for_commit_to_finish()
            await self.force_commit()
        self._forget_places()
        self._buffered_partitions.difference_update(revoked)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin anew: a seek that was late for the last generation may have left places behind."""
        self._forget_places()
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_stop(self) -> None:
        """Commit what is done, but end in any case: a worker that cannot end is never started again.

        A crash takes aiokafka's thread with it, which then never answers. What is not committed comes again.
        """
        if self.crashed:
            return
        try:
            await asyncio.wait_for(super().on_stop(), LAST_COMMIT_PATIENCE.total_seconds())
        except TimeoutError:
            self.log.warning("ended without the last commit: what it would have said comes again")

    def on_buffer_drop(self, tp: TP) -> None:
        """Fetch again, unless the partition is paused: then it was the queue of an earlier generation."""
        if tp not in self._paused_partitions:
            super().on_buffer_drop(tp)

    async def _wait_for_agents(self) -> None:
        end = monotonic() + REVOKE_PATIENCE.total_seconds()
        while True:
            # First a pause: an agent may be about to get what it took from its queue before that was cleared.
            await asyncio.sleep(0.02)
            if not self.in_hand or monotonic() > end:
                return

    def _forget_places(self) -> None:
        self._places.clear()
        self._to_seek.clear()
        self._silent.clear()
