"""How fast the staff page is, and what it takes from a worker: `make bench ARGS=--pages`.

One real worker with its web, before it 100,000 flights with a million changes and fifty people who look.
First pages are opened while no records come; then single changes are followed from flight-topic to the
streams of those people; then backlogs are drained, in turn with nobody looking and with everybody.
"""

import asyncio
import itertools
import signal
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any

from pymongo import MongoClient

from benchmarks import backlog, machine
from benchmarks.backlog import Messages, publish
from benchmarks.crowd import Crowd, gather
from benchmarks.drain import PATIENCE, running_worker, when_committed
from benchmarks.feed import Feed
from benchmarks.pages_data import NOW, Amounts, fill
from benchmarks.pages_people import add_people, probes_of
from benchmarks.site import OURS, Site
from flightagents.records import CHANGE_TOPIC, FLIGHT_TOPIC, FlightRecord
from flightagents.sandbox.processes import LOCALHOST, Child, free_port
from flightagents.settings import PREFIX
from flightagents.store.flights import FLIGHTS
from tests.support.kafka import wait_until

PAGES = ("/", "/?show=all", "/flights", "/flights/{flight}", "/tasks", "/messages", "/system", "/places")
"""What is opened, as far as the worker has it."""
START = timedelta(minutes=2)
WARM_SECONDS = 75.0
"""A worker that leads looks at everything once a minute, the first time without knowing anything."""
LOADS_A_SECOND = 4.0
"""Five times what fifty people do who open a page a minute."""
PROBE_EVERY = 1.7
"""Seconds: no multiple of what the streams go by, so that a change meets them at any moment."""
MOST_A_SECOND = 1.05
"""Updates of a stream; the rest is the network's jitter."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much of what."""

    known: int
    """Flights that the pages stand before, ten changes each, and two bookings and messages for each."""
    flights: int
    """In the feed that is drained."""
    records: int
    """Of each backlog."""
    changed: float
    viewers: int
    loads: int
    pairs: int
    """Of backlogs: without viewers and with them."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One backlog, drained."""

    viewers: int
    records: int
    changes: int
    seconds: float
    """Until the offsets of flight-topic were committed."""
    alerted_seconds: float
    """Until those of the changes were."""
    worker_seconds: float
    """Of the processor."""
    viewers_seconds: float
    """The same, of the program that looks."""
    updates: int = 0
    opened: int = 0
    refused: int = 0
    """Pages that took the worker too long."""

    @property
    def rate(self) -> float:
        """Give records a second."""
        return self.records / self.seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """One attempt."""

    took: dict[str, list[float]]
    """Milliseconds, by page."""
    followed: list[float]
    """Seconds from a record to each stream."""
    legs: list[Leg]
    busiest: float
    """Updates a second of the stream that got most."""

    @property
    def ratio(self) -> float:
        """Give how fast a backlog is drained with viewers, as a share of without."""
        return _rate(self.legs, watched=True) / _rate(self.legs, watched=False)


def measure(site: Site, load: Load) -> Measured:
    """Measure once."""
    _prepare(site, load)
    looks = Feed(load.flights, load.changed).looks()
    probes = probes_of()
    publish(site.kafka.address, [*backlog.as_messages(next(looks)), *backlog.as_messages(probes[0])])
    port = free_port()
    with running_worker(site, _web(port)) as worker, gather(port, load.viewers) as crowd:
        _wait_until_drained(site, worker)
        wait_until(lambda: _answers(port), START, worker.last_words)
        pages = _pages_of(crowd, site)
        crowd.ask("look", pages=pages)
        time.sleep(WARM_SECONDS)
        took: dict[str, list[float]] = crowd.ask(
            "load", pages=pages, count=load.loads, a_second=LOADS_A_SECOND
        )["took"]
        followed = _follow(site, crowd, probes[1])
        busiest = _busiest(crowd.ask("leave"))
        legs = []
        for watched in [False, True] * load.pairs:
            messages = _next(looks, load.records)
            legs.append(_leg(site, worker, crowd, messages, pages if watched else ()))
    return Measured(took, followed, legs, busiest)


def tell(measured: Measured) -> None:
    """Print what came out."""
    everything = list(itertools.chain.from_iterable(measured.took.values()))
    for name, took in [*measured.took.items(), ("all pages", everything)]:
        print(
            f"{name:40} {len(took):5} times: median {statistics.median(took):6.1f} ms, "
            f"p99 {_percentile(took, 0.99):6.1f} ms, most {max(took):6.1f} ms"
        )
    print(
        f"from a record to {len(measured.followed)} looks at it: median "
        f"{statistics.median(measured.followed):.2f} s, most {max(measured.followed):.2f} s; "
        f"at most {measured.busiest:.2f} updates a second on a stream"
    )
    for leg in measured.legs:
        print(
            f"{leg.viewers:3} viewers: {leg.rate:6,.0f} records/s, {leg.seconds:.1f} s, and "
            f"{leg.alerted_seconds:.1f} s until the changes were stored too; CPU seconds: worker "
            f"{leg.worker_seconds:.1f}, viewers {leg.viewers_seconds:.1f}; "
            f"{leg.updates} updates, {leg.opened} pages, {leg.refused} refused"
        )
    print(f"with viewers {measured.ratio:.0%} of the rate without; {machine.load()}", flush=True)


def _web(port: int) -> dict[str, str]:
    """Give the settings of a worker whose clock begins at the time that the data was made for."""
    return {
        f"{PREFIX}WEB_HOST": LOCALHOST,
        f"{PREFIX}WEB_PORT": str(port),
        f"{PREFIX}CLOCK": f"simulated:{NOW:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
    }


def _prepare(site: Site, load: Load) -> None:
    with MongoClient[dict[str, Any]](site.mongodb) as client:
        filled = client[OURS][FLIGHTS].find_one() is not None
    if not filled:
        site.prepare_topics()
        began = time.monotonic()
        fill(site.mongodb, OURS, Amounts(flights=load.known, bookings=2 * load.known, rows=2 * load.known))
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
    asyncio.run(add_people(site, load.viewers))


def _next(looks: Iterator[list[FlightRecord]], count: int) -> Messages:
    messages: list[tuple[str, bytes]] = []
    while len(messages) < count:
        messages.extend(backlog.as_messages(next(looks)))
    return messages


def _pages_of(crowd: Crowd, site: Site) -> list[str]:
    """Give those of the pages that there are, of a flight with travellers that one."""
    with MongoClient[dict[str, Any]](site.mongodb) as client:
        booked = client[OURS]["notifications"].find_one({}, {"flight": 1})
    flight = booked["flight"] if booked else ""
    wanted = [each.format(flight=flight) for each in PAGES]
    found: list[str] = crowd.ask("there", pages=wanted)["pages"]
    print(f"pages: {' '.join(found)}", flush=True)
    return found


def _follow(site: Site, crowd: Crowd, late: Sequence[FlightRecord]) -> list[float]:
    """Send one change after the other, and see when it is on the streams of those who look at the list."""
    crowd.ask("expect", keys=[record.flight for record in late])
    sent = {}
    for record in late:
        publish(site.kafka.address, backlog.as_messages([record]))
        sent[record.flight] = time.time()  # the broker has it
        time.sleep(PROBE_EVERY)

    def seen() -> list[dict[str, float]]:
        return [each["keys"] for each in crowd.ask("seen")["seen"]]

    def are_seen() -> bool:
        found = seen()
        return all(any(flight in keys for keys in found) for flight in sent)

    wait_until(are_seen, PATIENCE, every=timedelta(seconds=1))
    # Whoever opened the list after a change found it there: that is no update.
    return [keys[flight] - at for flight, at in sent.items() for keys in seen() if keys.get(flight, 0.0) > 0]


def _leg(site: Site, worker: Child, crowd: Crowd, messages: Messages, pages: Sequence[str]) -> Leg:
    """Fill the topic while the worker stands still, and let it drain."""
    if pages:
        crowd.ask("look", pages=list(pages))
    worker.signal(signal.SIGSTOP)
    publish(site.kafka.address, messages)
    before = sum(site.kafka.end_offsets(CHANGE_TOPIC).values())
    cpu, looking = machine.cpu_seconds_of(worker.pid), crowd.cpu_seconds
    began = time.time()
    worker.signal(signal.SIGCONT)
    done = when_committed(site.kafka, FLIGHT_TOPIC, worker).timestamp() - began
    alerted = when_committed(site.kafka, CHANGE_TOPIC, worker).timestamp() - began
    spent = machine.cpu_seconds_of(worker.pid) - cpu, crowd.cpu_seconds - looking
    changes = sum(site.kafka.end_offsets(CHANGE_TOPIC).values()) - before
    left: dict[str, Any] = crowd.ask("leave") if pages else {"updates": [], "opened": 0, "refused": 0}
    if pages:
        _busiest(left)
    return Leg(
        viewers=len(left["updates"]),
        records=len(messages),
        changes=changes,
        seconds=done,
        alerted_seconds=alerted,
        worker_seconds=spent[0],
        viewers_seconds=spent[1],
        updates=sum(left["updates"]),
        opened=left["opened"],
        refused=left["refused"],
    )


def _busiest(left: dict[str, Any]) -> float:
    """Give how many updates a second the busiest stream got; more than one is no measurement."""
    # Each stream begins with one update, the list as it stands.
    streams = 1 + left["opened"] / max(1, len(left["updates"]))
    a_second: float = max(0.0, max(left["updates"]) - 2 * streams) / left["seconds"]
    if a_second > MOST_A_SECOND:
        raise RuntimeError(f"a viewer got {a_second:.2f} updates a second")
    return a_second


def _wait_until_drained(site: Site, worker: Child) -> None:
    when_committed(site.kafka, FLIGHT_TOPIC, worker)
    when_committed(site.kafka, CHANGE_TOPIC, worker)


def _answers(port: int) -> bool:
    """Tell whether the worker has all that it needs."""
    with closing(HTTPConnection(LOCALHOST, port, timeout=PATIENCE.total_seconds())) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False


def _rate(legs: Sequence[Leg], *, watched: bool) -> float:
    these = [leg for leg in legs if (leg.viewers > 0) is watched]
    return sum(leg.records for leg in these) / sum(leg.seconds for leg in these)


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
