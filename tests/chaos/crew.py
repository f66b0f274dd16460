"""Workers that read a load of flight records while a plan, made from a seed, kills and ends them."""

import random
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from flightagents.records import encode
from tests.chaos.stories import runs
from tests.support.site import Site, Worker

SLOTS = 2
TERM_PATIENCE = timedelta(seconds=45)
AT_WORK = 2 / 3
"""The part of the blows that wait until something was committed since the last; the others hit a start."""
AFTER = (0.2, 3.0)
"""Seconds more until the blow."""
WORK_PATIENCE = timedelta(seconds=60)
"""A killed worker's partitions wait for the end of its session, and then for a recovery."""
DOWN = (0.0, 5.0)
"""Seconds until a worker is started again; with a longer time than to the next blow both are down."""


@dataclass(frozen=True, slots=True)
class Blow:
    """A worker is killed or ended, and started again after a while."""

    number: signal.Signals
    at_work: bool
    after: float
    slot: int
    down: float


def plan(seed: int, kills: int, terms: int) -> list[Blow]:
    """Make the plan of a seed."""
    chance = random.Random(f"plan {seed}")
    signals = [signal.SIGKILL] * kills + [signal.SIGTERM] * terms
    chance.shuffle(signals)
    return [
        Blow(
            number,
            chance.random() < AT_WORK,
            chance.uniform(*AFTER),
            chance.randrange(SLOTS),
            chance.uniform(*DOWN),
        )
        for number in signals
    ]


@dataclass
class Load:
    """Publishes records at a rate, from a thread of its own, until it is told that there are enough."""

    site: Site
    flights: int
    least: int
    rate: float
    seed: int
    failure: BaseException | None = None
    smallest: int = sys.maxsize
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait for the last record. Raises what went wrong."""
        self._over.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            self._publish()
        except BaseException as failure:  # noqa: BLE001 - told by `end`
            self.failure = failure

    def _publish(self) -> None:
        began = time.monotonic()
        published = 0
        for run in runs(self.flights, self.seed):
            self.smallest = min(self.smallest, *(len(encode(record)) for record in run))
            self.site.publish(run)
            published += len(run)
            if published >= self.least and self._over.is_set():
                return
            time.sleep(max(0.0, began + published / self.rate - time.monotonic()))


@dataclass
class Crew:
    """The two workers, and what became of each that ran."""

    site: Site
    slots: list[Worker | None] = field(default_factory=lambda: [None] * SLOTS)
    due: list[float] = field(default_factory=lambda: [0.0] * SLOTS)
    kills: int = 0
    ended: list[int | None] = field(default_factory=list)
    """Exit codes after SIGTERM; None for one that still ran after `TERM_PATIENCE`."""
    fell: list[str] = field(default_factory=list)
    """Workers that ended by themselves, with their code."""

    def live(self, seconds: float) -> None:
        """Let time go by, starting again whoever is due."""
        end = time.monotonic() + seconds
        while True:
            for slot in range(SLOTS):
                self._raise(slot)
            if time.monotonic() >= end:
                return
            time.sleep(0.05)

    def work(self) -> None:
        """Live until the workers have committed something more. Raises TimeoutError where nobody does."""
        before, end = self.site.committed(), time.monotonic() + WORK_PATIENCE.total_seconds()
        while self.site.committed() <= before:
            if time.monotonic() > end:
                raise TimeoutError(f"nothing was committed for {WORK_PATIENCE}\n{self.site.explain()}")
            self.live(0.2)

    def strike(self, blow: Blow) -> str:
        """Kill or end a worker that runs; say whom."""
        while not any(self.slots):
            self.live(0.05)
        slot = blow.slot if self.slots[blow.slot] else 1 - blow.slot
        worker = self.slots[slot]
        assert worker is not None
        if blow.number is signal.SIGTERM:
            self._let_begin(worker)
        self.slots[slot] = None
        if blow.number is signal.SIGKILL:
            worker.kill()
            self.kills += 1
        else:
            self._end(worker)
        self.due[slot] = time.monotonic() + blow.down
        return worker.name

    def dismiss(self) -> None:
        """End everybody in order."""
        for worker in filter(None, self.slots):
            self._end(worker)
        self.slots = [None] * SLOTS

    def _let_begin(self, worker: Worker) -> None:
        """Before these words it has no handler for SIGTERM, and nothing that it could end in order."""
        while worker.runs and not worker.said("Starting..."):
            time.sleep(0.05)

    def _end(self, worker: Worker) -> None:
        code = worker.terminate(TERM_PATIENCE)
        self.ended.append(code)
        if code != 0:
            say(f"{worker.name} was ended with {code}:\n{worker.child.last_words()}")
            worker.kill()

    def _raise(self, slot: int) -> None:
        worker = self.slots[slot]
        if worker is not None and not worker.runs:
            self.fell.append(f"{worker.name}: {worker.child.exit_code}")
            say(f"{worker.name} ended by itself:\n{worker.child.last_words()}")
            self.slots[slot] = None
        if self.slots[slot] is None and time.monotonic() >= self.due[slot]:
            self.slots[slot] = self.site.start(f"worker-{len(self.site.workers):02}")


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
