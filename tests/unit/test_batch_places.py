"""However batches are lost on their way to the agents, `done` is true and everything arrives in the end."""

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flightagents.batches.place import Acked, Fetched, Handover, Place


def handed_over(place: Place, *lasts: int) -> list[Handover]:
    return [place.hand_over(last) for last in lasts]


def test_batches_acked_in_order_are_done() -> None:
    place = Place(100)
    for handover in handed_over(place, 109, 119):
        assert place.ack(handover) is Acked.COUNTED
    assert (place.next, place.done) == (120, 120)


def test_a_batch_that_waits_for_an_agent_is_not_done() -> None:
    place = Place(0)
    handed_over(place, 9, 19)
    assert (place.next, place.done) == (20, 0)


def test_a_lost_batch_shows_at_the_ack_of_the_next_one() -> None:
    place = Place(0)
    first, _lost, third, fourth = handed_over(place, 9, 19, 29, 39)
    assert place.ack(first) is Acked.COUNTED
    assert not place.comes_again(fourth)
    assert place.ack(third) is Acked.LOST_BEFORE
    assert place.comes_again(fourth)
    assert (place.next, place.done) == (10, 10)
    assert place.ack(fourth) is Acked.TOO_EARLY, "known already, and no reason to go back again"
    again = place.hand_over(39)
    assert (again.first, again.end) == (10, 40)
    assert place.ack(again) is Acked.COUNTED
    assert place.done == 40


def test_a_second_loss_after_going_back_shows_too() -> None:
    place = Place(0)
    _lost, second = handed_over(place, 9, 19)
    assert place.ack(second) is Acked.LOST_BEFORE
    _lost_again, next_one = handed_over(place, 9, 19)
    assert place.ack(next_one) is Acked.LOST_BEFORE


def test_a_batch_of_an_earlier_epoch_counts_where_it_joins_on() -> None:
    place = Place(0)
    slow, _lost = handed_over(place, 9, 19)
    place.rewind()
    assert place.ack(slow) is Acked.COUNTED
    assert (place.next, place.done) == (10, 10), "what is done need not be handed over again"


def test_an_old_batch_never_takes_done_back() -> None:
    place = Place(0)
    (slow,) = handed_over(place, 9)
    place.rewind()
    (again,) = handed_over(place, 19)
    assert place.ack(again) is Acked.COUNTED
    assert place.ack(slow) is Acked.COUNTED
    assert place.done == 20


def test_what_was_handed_over_is_cut_off() -> None:
    place = Place(10)
    assert place.look_at(3, 9) is Fetched.SEEN
    assert place.look_at(3, 12) is Fetched.WANTED
    assert place.hand_over(12).first == 10


def test_a_fetch_that_begins_too_late_is_a_hole_until_it_comes_again_after_the_seek() -> None:
    place = Place(10)
    assert place.look_at(15, 20) is Fetched.HOLE
    assert place.look_at(15, 20) is Fetched.GAP
    handover = place.hand_over(20)
    assert handover.first == 10, "the gap belongs to the batch behind it"
    assert place.ack(handover) is Acked.COUNTED
    assert place.done == 21


@pytest.mark.parametrize("second", [14, 16])
def test_another_beginning_after_the_seek_proves_no_gap(second: int) -> None:
    place = Place(10)
    assert place.look_at(15, 20) is Fetched.HOLE
    assert place.look_at(second, 20) is Fetched.HOLE


def test_a_fetch_in_between_takes_the_evidence_of_a_gap_away() -> None:
    place = Place(10)
    assert place.look_at(15, 20) is Fetched.HOLE
    assert place.look_at(10, 12) is Fetched.WANTED
    place.hand_over(12)
    assert place.look_at(15, 20) is Fetched.HOLE


def test_a_rewind_forgets_the_evidence_of_a_gap() -> None:
    place = Place(10)
    assert place.look_at(15, 20) is Fetched.HOLE
    place.rewind()
    assert place.look_at(15, 20) is Fetched.HOLE


def test_a_delivery_that_reached_nobody_is_taken_back() -> None:
    place = Place(0)
    first, second = handed_over(place, 9, 19)
    assert place.take_back(second)
    assert place.next == 10
    assert not place.take_back(second), "once"
    place.rewind()
    assert not place.take_back(first), "set back already"


def test_a_restart_never_takes_back_what_is_done() -> None:
    place = Place(0)
    acked, waiting = handed_over(place, 9, 19)
    place.ack(acked)
    place.restart(5)
    assert (place.next, place.done) == (10, 10)
    assert place.ack(waiting) is Acked.COUNTED


AGENTS = ("archive", "track")


@dataclass(eq=False)
class Delivery:
    """What Faust makes of a hand-over: a message with a count of the agents that have not acked it."""

    handover: Handover
    offsets: list[int]
    owed: set[str] = field(default_factory=lambda: set(AGENTS))


class Partition(RuleBasedStateMachine):
    """One partition, its log, a fetcher, two agents with queues, and a Faust that loses what it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[int] = []
        self.end = 0
        self.committed: int | None = None
        self.place = Place(0)
        self.position = 0
        self.seek_pending = False
        self.looked_late = False
        self.last_done = 0
        self.queues: dict[str, deque[Delivery]] = {agent: deque() for agent in AGENTS}
        self.hands: dict[str, Delivery | None] = dict.fromkeys(AGENTS)
        self.seen: dict[str, set[int]] = {agent: set() for agent in AGENTS}

    @rule(count=st.integers(1, 8), gap=st.sampled_from([0, 0, 0, 1, 5]))
    def append(self, count: int, gap: int) -> None:
        self.log += range(self.end + gap, self.end + gap + count)
        self.end += gap + count

    def fetch(self, count: int) -> list[int]:
        if self.seek_pending:
            self.position, self.seek_pending = self.place.next, False
        offsets = [offset for offset in self.log if offset >= self.position][:count]
        if offsets:
            self.position = offsets[-1] + 1
        return offsets

    @rule(count=st.integers(1, 6), losers=st.sampled_from([(), (), (), AGENTS, AGENTS[:1], AGENTS[1:]]))
    def hand_over(self, count: int, losers: tuple[str, ...]) -> None:
        offsets = self.fetch(count)
        if not offsets:
            return
        match self.place.look_at(offsets[0], offsets[-1]):
            case Fetched.SEEN:
                pass
            case Fetched.HOLE:
                self.position = self.place.next
                self.looked_late = True
                return
            case Fetched.WANTED | Fetched.GAP:
                new = [offset for offset in offsets if offset >= self.place.next]
                delivery = Delivery(self.place.hand_over(offsets[-1]), new)
                for agent in set(AGENTS) - set(losers):
                    self.queues[agent].append(delivery)
        self.looked_late = False

    @rule(count=st.integers(1, 6))
    def deliver_to_nobody(self, count: int) -> None:
        offsets = self.fetch(count)
        if offsets:
            fetched = self.place.look_at(offsets[0], offsets[-1])
            self.looked_late = fetched is Fetched.HOLE
            if fetched in {Fetched.WANTED, Fetched.GAP}:
                assert self.place.take_back(self.place.hand_over(offsets[-1]))
        self.position = self.place.next

    @rule(count=st.integers(1, 6))
    def refuse(self, count: int) -> None:
        self.fetch(count)
        self.position = self.place.next

    @rule(count=st.integers(1, 6))
    def lose_a_fetch(self, count: int) -> None:
        self.fetch(count)
        if self.looked_late:
            # Twice the same loss would look like a gap. But only a rebalance ends the fetcher in the middle
            # of a fetch, and when it is over, it seeks.
            self.restart()

    @rule(agent=st.sampled_from(AGENTS))
    def take(self, agent: str) -> None:
        if self.hands[agent] is None and self.queues[agent]:
            self.hands[agent] = delivery = self.queues[agent].popleft()
            if delivery.handover.place is not self.place or self.place.comes_again(delivery.handover):
                self.hands[agent] = None  # skipped, and not acked

    @rule(agent=st.sampled_from(AGENTS))
    def ack(self, agent: str) -> None:
        delivery, self.hands[agent] = self.hands[agent], None
        if delivery is None:
            return
        self.seen[agent].update(delivery.offsets)
        delivery.owed.remove(agent)
        if (
            not delivery.owed
            and delivery.handover.place is self.place
            and self.place.ack(delivery.handover) is Acked.LOST_BEFORE
        ):
            self.seek_pending = True

    @rule()
    def work_off(self) -> None:
        for agent in AGENTS:
            while self.hands[agent] or self.queues[agent]:
                self.ack(agent)
                self.take(agent)

    @rule(agents=st.sets(st.sampled_from(AGENTS), min_size=1))
    def clear_queues(self, agents: set[str]) -> None:
        for agent in agents:
            self.queues[agent].clear()

    @rule()
    def commit(self) -> None:
        self.committed = self.place.done

    @rule()
    def restart(self) -> None:
        done = self.place.done
        self.place.restart(self.committed or 0)
        assert self.place.done == done
        self.position = self.place.next
        self.looked_late = False

    @rule(commit=st.booleans())
    def reassign(self, commit: bool) -> None:
        if commit:
            self.commit()
        self.place = Place(self.committed or 0)
        self.position, self.seek_pending = self.place.next, False
        self.looked_late = False
        self.last_done = self.place.done

    @precondition(lambda self: self.place.next > self.place.done)
    @rule()
    def look_for_silence(self) -> None:
        if not any(self.queues.values()) and not any(self.hands.values()):
            self.place.rewind()
            self.position = self.place.next

    @invariant()
    def done_is_done_by_both(self) -> None:
        for agent in AGENTS:
            undone = [offset for offset in self.log if offset not in self.seen[agent]]
            assert not undone or undone[0] >= self.place.done
        assert self.last_done <= self.place.done <= self.place.next
        self.last_done = self.place.done

    def teardown(self) -> None:
        """Nothing more goes wrong: then everything is handed over, acked and committed."""
        self.append(3, 0)
        for _ in range(6 * len(self.log) + 60):
            self.hand_over(6, ())
            for agent in AGENTS:
                self.take(agent)
                self.ack(agent)
            if self.place.next > self.place.done:
                self.look_for_silence()
        assert self.place.done == self.end
        for agent in AGENTS:
            assert self.seen[agent] == set(self.log)


Partition.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestAnyHistoryOfAPartition = Partition.TestCase
