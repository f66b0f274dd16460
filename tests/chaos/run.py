"""Kills workers under load, on Apache Kafka and MongoDB, and then counts what is missing, false or double.

`make chaos`, or `python -m tests.chaos.run --help`. Two workers read a stream of whole flight records; a plan
made from the seed kills and ends them and starts them again. Exit code 0 only if every check holds.
"""

import argparse
import contextlib
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flightagents.domain.changes import Change
from flightagents.records import CHANGE_TOPIC, decode_change, encode
from flightagents.sandbox.mongodb import embedded_mongodb_blocking
from tests.chaos.stories import runs
from tests.chaos.travellers import board, ignorant, nothing_is_due, wrongly_delivered
from tests.support.kafka import Kafka
from tests.support.post import Post
from tests.support.site import Site, Worker

SLOTS = 2
LEAST_BYTES = 1024
"""Of a record: with small ones the fetches are few, and little is in flight when a worker dies."""
TERM_PATIENCE = timedelta(seconds=45)
DRAIN_PATIENCE = timedelta(minutes=4)
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge when all is over."""

    site: Site
    crew: Crew
    load: Load
    post: Post
    behind: int
    told: list[Change]
    """The changes on the topic, each as often as it is there."""
    expected: set[str]
    """The ids of all changes, by the domain alone."""


Check = Callable[[Evidence], Iterator[str]]
"""Gives what is wrong, in words; nothing where all is right."""


def everything_is_read(evidence: Evidence) -> Iterator[str]:
    if evidence.behind:
        yield f"{evidence.behind} messages are not committed"


def every_record_is_stored(evidence: Evidence) -> Iterator[str]:
    produced, stored = evidence.site.produced, evidence.site.stored()
    yield from _difference("records missing in flight_status", produced - stored)
    yield from _difference("records in flight_status that nobody published", stored - produced)


def every_change_is_told(evidence: Evidence) -> Iterator[str]:
    told = {change.id for change in evidence.told}
    yield from _difference("changes missing on the topic", evidence.expected - told)
    yield from _difference("false changes on the topic", told - evidence.expected)


def a_change_told_again_says_the_same(evidence: Evidence) -> Iterator[str]:
    said: dict[str, Change] = {}
    for change in evidence.told:
        first = said.setdefault(change.id, change)
        if (first.before, first.after, first.at) != (change.before, change.after, change.at):
            yield f"told again, and otherwise: {first} {change}"


def every_change_is_in_the_history_once(evidence: Evidence) -> Iterator[str]:
    history = evidence.site.history()  # ids are unique there
    yield from _difference("changes missing in flight_changes", evidence.expected - history)
    yield from _difference("false changes in flight_changes", history - evidence.expected)


def every_flight_stands_as_it_should(evidence: Evidence) -> Iterator[str]:
    latest = {
        row["_id"]: row["ordinal"] for row in evidence.site.database["flights"].find({}, {"ordinal": 1})
    }
    expected = {flight: len(story.told) for flight, story in evidence.site.stories.items() if story.told}
    wrong = {flight for flight, ordinal in expected.items() if latest.get(flight) != ordinal}
    yield from _difference(
        "flights whose latest state is not the last", wrong | latest.keys() - expected.keys()
    )


def nothing_is_dead_lettered(evidence: Evidence) -> Iterator[str]:
    yield from _difference("dead letters", evidence.site.letters())


def every_message_arrives_once(evidence: Evidence) -> Iterator[str]:
    yield from wrongly_delivered(evidence.site, evidence.post)


def every_traveller_knows(evidence: Evidence) -> Iterator[str]:
    yield from ignorant(evidence.site)


def workers_end_cleanly(evidence: Evidence) -> Iterator[str]:
    codes = Counter(evidence.crew.ended)
    if set(codes) - {0}:
        yield f"exit codes after SIGTERM: {dict(codes)}"
    if evidence.crew.fell:
        yield f"ended by themselves: {evidence.crew.fell}"


def the_load_was_a_load(evidence: Evidence) -> Iterator[str]:
    if evidence.load.smallest < LEAST_BYTES:
        yield f"a record had {evidence.load.smallest} bytes only"


CHECKS: Sequence[Check] = (
    everything_is_read,
    every_record_is_stored,
    every_change_is_told,
    a_change_told_again_says_the_same,
    every_change_is_in_the_history_once,
    every_flight_stands_as_it_should,
    nothing_is_dead_lettered,
    every_message_arrives_once,
    every_traveller_knows,
    workers_end_cleanly,
    the_load_was_a_load,
)


def _difference(what: str, ids: set[str]) -> Iterator[str]:
    if ids:
        yield f"{len(ids)} {what}: {sorted(ids)[:5]}"


def run(
    site: Site, post: Post, blows: Sequence[Blow], *, flights: int, records: int, rate: float, seed: int
) -> list[str]:
    """Do it all; give what is wrong."""
    crew = Crew(site)
    crew.live(0)
    site.wait(lambda: site.behind() >= 0)  # the topics stand
    board(site, site.folder)
    load = Load(site, flights, records, rate, seed)
    for number, blow in enumerate(blows, start=1):
        if blow.at_work:
            crew.work()
        crew.live(blow.after)
        say(f"{number:3} {blow.number.name} {crew.strike(blow)}, again in {blow.down:.1f} s")
    crew.live(max(crew.due) - time.monotonic())
    load.end()
    began = time.monotonic()
    while (behind := site.behind()) and time.monotonic() < began + DRAIN_PATIENCE.total_seconds():
        crew.live(0.5)
    while not nothing_is_due(site) and time.monotonic() < began + DRAIN_PATIENCE.total_seconds():
        crew.live(0.5)
    say(f"drained in {time.monotonic() - began:.0f} s")
    crew.dismiss()
    messages = [message for log in site.kafka.read(CHANGE_TOPIC).values() for message in log]
    told = [decode_change(value) for _, value in messages]
    evidence = Evidence(site, crew, load, post, behind, told, site.expected())
    wrong = [f"{check.__name__}: {words}" for check in CHECKS for words in check(evidence)]
    for words in wrong:
        say(words)
    say(
        f"chaos, seed {seed}: {len(site.produced)} records of {len(site.stories)} flights, "
        f"{len(evidence.expected)} changes, {crew.kills} kills, {len(crew.ended)} terms; "
        f"{len(told) - len(evidence.expected)} changes told again; "
        f"{len(post.mailbox.mails)} emails, {len(post.twilio.messages)} SMS; "
        + (f"{len(wrong)} checks FAILED" if wrong else "nothing missing, nothing false, clean exits")
    )
    return wrong


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run it as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the plan and of the flights (%(default)s)")
    parser.add_argument("--kills", type=int, default=20, help="SIGKILLs (%(default)s)")
    parser.add_argument("--terms", type=int, default=10, help="SIGTERMs (%(default)s)")
    parser.add_argument("--flights", type=int, default=4000, help="different flights (%(default)s)")
    parser.add_argument("--records", type=int, default=50_000, help="at least so many (%(default)s)")
    parser.add_argument("--rate", type=float, default=250, help="records a second (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the workers' logs, kept afterwards")
    options = parser.parse_args(argv)
    with contextlib.ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flightagents-chaos-")))
        folder = options.keep or temporary
        folder.mkdir(parents=True, exist_ok=True)
        mongodb = stack.enter_context(embedded_mongodb_blocking())
        kafka = Kafka(temporary)
        stack.callback(kafka.stop)
        post = stack.enter_context(Post())
        site = stack.enter_context(
            Site(kafka, mongodb, folder, environment=post.environment(), **post.settings())
        )
        blows = plan(options.seed, options.kills, options.terms)
        wrong = run(
            site,
            post,
            blows,
            flights=options.flights,
            records=options.records,
            rate=options.rate,
            seed=options.seed,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
