"""Where one partition stands: what to hand over next, and what is done. Pure; the consumer does what it says.

Faust drops what it was handed, silently, around every rebalance. So nothing is committed because it was
handed over, only because it was acked, and only without a gap: `done` never passes a record that an agent has
not acked, and whatever was lost on the way is found and handed over again.
"""

from dataclasses import dataclass
from enum import Enum


class Fetched(Enum):
    """What came back, compared with what we want next."""

    WANTED = "wanted"  # begins where the last batch ended, or before: hand over what is new
    SEEN = "seen"  # was handed over already
    HOLE = "hole"  # begins too late: seek back and look again
    GAP = "gap"  # begins too late, but the log has nothing in between: hand it over


class Acked(Enum):
    """What an ack told."""

    COUNTED = "counted"  # everything up to its end is done
    LOST_BEFORE = "lost before"  # an earlier batch was lost on the way: seek back
    TOO_EARLY = "too early"  # that was known already; it comes again in its turn


@dataclass(frozen=True, slots=True, eq=False)
class Handover:
    """One batch on its way to the agents: the offsets from `first` up to, not including, `end`."""

    place: "Place"
    first: int
    end: int
    epoch: int


class Place:
    """The place of one partition during one assignment.

    `next` is the offset to hand over next, everything below `done` is acked, and `epoch` counts how often
    `next` was set back to `done`. Agents ack in the order of their queues, so within one epoch an ack that
    begins above `done` proves that a batch before it was lost.
    """

    __slots__ = ("_late", "done", "epoch", "next")

    def __init__(self, offset: int) -> None:
        self.next = self.done = offset
        self.epoch = 0
        self._late: int | None = None

    def look_at(self, first: int, last: int) -> Fetched:
        """Compare a fetch with `next`. After a hole the caller must seek to `next`.

        Retention and compaction leave real gaps. One is believed only if the fetch right after a seek to
        `next` begins again at the same offset: anything else may be a fetch that was thrown away.
        """
        late, self._late = self._late, None
        if last < self.next:
            return Fetched.SEEN
        if first <= self.next:
            return Fetched.WANTED
        if first == late:
            return Fetched.GAP
        self._late = first
        return Fetched.HOLE

    def hand_over(self, last: int) -> Handover:
        """Stamp what goes to the agents now. A gap in the log belongs to the batch behind it."""
        handover = Handover(self, self.next, last + 1, self.epoch)
        self.next = handover.end
        return handover

    def take_back(self, handover: Handover) -> bool:
        """Undo the latest hand-over, which reached nobody; False if the place has been set back since."""
        if handover.epoch != self.epoch or handover.end != self.next:
            return False
        self.next = handover.first
        return True

    def ack(self, handover: Handover) -> Acked:
        """Count the final ack of a batch. After `LOST_BEFORE` the caller must seek to `next`."""
        if handover.first <= self.done:
            self.done = max(self.done, handover.end)
            self.next = max(self.next, self.done)
            return Acked.COUNTED
        if self.comes_again(handover):
            return Acked.TOO_EARLY
        self.rewind()
        return Acked.LOST_BEFORE

    def comes_again(self, handover: Handover) -> bool:
        """Whether it is behind a known loss: it is handed over again in its turn, and now is too early."""
        return handover.epoch != self.epoch and handover.first > self.done

    def rewind(self) -> None:
        """Hand over again everything that is not done. The caller must seek to `next`."""
        self.epoch += 1
        self.next = self.done
        self._late = None

    def restart(self, committed: int) -> None:
        """Begin again from the committed offset, but never take back what is done. The caller must seek."""
        self.done = max(self.done, committed)
        self.rewind()
