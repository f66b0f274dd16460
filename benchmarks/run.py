"""`make bench`: how fast a worker drains a backlog, beside the first version's consumer; how fast it tells.

Both read from the same Apache Kafka and write to the same MongoDB, one after the other. Ours does all that a
worker does: it archives and tracks, tells the changes and stores them. Then everyone on many flights is sent
an email; `--sending` measures that alone, and needs no Kafka. `--pages` measures the staff page
(pages.py), `--budget` plays months of planned calls (budget.py).
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from benchmarks import backlog, budget, first_version, machine, pages, sending
from benchmarks.backlog import Backlog
from benchmarks.drain import Drained, drain
from benchmarks.sending import Load, Sent
from benchmarks.site import Site
from flightagents.sandbox.mongodb import embedded_mongodb_blocking
from tests.support.kafka import Kafka, missing_programs


@dataclass(frozen=True, slots=True)
class Options:
    """How much of what; the arguments of the command line."""

    records: int = 200_000
    flights: int = 8_000
    changed: float = 0.02
    """Share of the records that bring a change, besides the first look at a flight."""
    first_version_records: int = 20_000
    repeat: int = 1
    new_flights: bool = False
    """Whether the worker has never seen the flights: then each brings a change at its first look too."""
    sending: bool = False
    """Measure the sending alone."""
    departures: int = 20
    """Flights that are late, all in one batch of changes."""
    travellers: int = 1_000
    """On each of them."""
    connections: int = 8
    """To the mail server."""
    pages: bool = False
    """Measure the staff page alone: how fast it is, and what those who look take from a worker."""
    viewers: int = 50
    known: int = 100_000
    """Flights that the pages stand before."""
    loads: int = 800
    """Pages that are opened while no records come."""
    pairs: int = 2
    """Backlogs without viewers and with them, in turn; each has half of `records`."""
    budget: bool = False
    """Play months of planned calls alone: how old news is by then."""
    month: int = 3
    """Of 2013, for `--budget`."""
    seed: int = 20130301
    """Draws what the feed shows when, who is booked, and when."""
    profile: bool = False
    """Tell where a sender's processor time goes; the figures of such a run count for nothing else."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One attempt."""

    drained: Drained
    first_version: float
    """Its records a second."""

    @property
    def ratio(self) -> float:
        """How many times as fast we are."""
        return self.drained.rate / self.first_version


def main() -> None:
    """Measure and print."""
    options = _options()
    print(machine.description(), flush=True)
    if options.budget:
        budget.run(options.month, options.seed, workers=os.cpu_count() or 1)
        return
    if options.pages:
        _measure_pages(options)
        return
    if not options.sending:
        if reason := missing_programs():
            sys.exit(reason)
        with _site() as site:
            for figures in measure(site, options):
                _tell(figures)
    load = Load(options.departures, options.travellers, options.connections)
    with embedded_mongodb_blocking() as url:
        for _ in range(options.repeat):
            _tell_sent(sending.send(url, load, profile=options.profile))


def _measure_pages(options: Options) -> None:
    if reason := missing_programs():
        sys.exit(reason)
    load = pages.Load(
        known=options.known,
        flights=options.flights,
        records=options.records // 2,
        changed=options.changed,
        viewers=options.viewers,
        loads=options.loads,
        pairs=options.pairs,
    )
    for _ in range(options.repeat):
        with _site() as site:
            pages.tell(pages.measure(site, load))


def measure(site: Site, options: Options) -> Iterator[Figures]:
    """Measure both, `repeat` times, taking turns at who is first."""
    made = backlog.make(options.flights, options.records, options.changed, new=options.new_flights)
    news = len(made.changes - made.known_changes)
    print(f"{len(made.waiting):,} records of {made.record_bytes:.0f} bytes with {news:,} changes", flush=True)
    for number in range(options.repeat):
        yield _attempt(site, made, options, ours_first=number % 2 == 0)


def _attempt(site: Site, made: Backlog, options: Options, *, ours_first: bool) -> Figures:
    count = min(options.first_version_records, len(made.waiting))
    site.prepare()
    if ours_first:
        drained = drain(site, made)
        first = first_version.consume(site, count)
    else:
        backlog.publish(site.kafka.address, made.waiting)
        first = first_version.consume(site, count)
        site.prepare()
        drained = drain(site, made)
    site.clear()
    return Figures(drained, first)


def _tell(figures: Figures) -> None:
    drained = figures.drained
    cpu = ", ".join(f"{name} {seconds:.1f}" for name, seconds in sorted(drained.cpu_seconds.items()))
    print(
        f"ours {drained.rate:,.0f} records/s: {drained.seconds:.1f} s, and "
        f"{drained.alerted_seconds:.1f} s until the changes were stored too",
        f"first version {figures.first_version:,.0f} records/s",
        f"{figures.ratio:.1f} times as fast; {machine.load()}; CPU seconds of ours: {cpu}",
        sep="\n",
        flush=True,
    )


def _tell_sent(sent: Sent) -> None:
    load = sent.load
    print(
        f"{sent.emails:,} emails, {load.travellers:,} travellers on each of {load.departures} flights, over "
        f"{load.connections} connections: {sent.rate:,.0f} emails/s, {sent.seconds:.1f} s from the changes "
        f"to the last one accepted, of which {sent.decided_seconds:.1f} s to decide",
        f"{sent.rate_of_core:,.0f} emails for each second of the processor that the worker used, "
        f"{sent.rate_of_all:,.0f} for each that all used; CPU seconds: worker {sent.cpu_seconds:.1f}, "
        f"MongoDB {sent.database_seconds:.1f}, mail server {sent.mail_server_seconds:.1f}; {machine.load()}",
        sep="\n",
        flush=True,
    )
    for part, seconds in sorted(sent.split.items(), key=lambda each: -each[1]):
        print(f"{seconds:8.1f} s  {part}")
    if sent.rendered:
        print(f"{sent.rendered:,} emails were rendered, the others filled in")


@contextmanager
def _site() -> Iterator[Site]:
    with (
        tempfile.TemporaryDirectory(prefix="flightagents-bench-") as name,
        embedded_mongodb_blocking() as url,
    ):
        kafka = Kafka(Path(name))
        try:
            yield Site(kafka, url, Path(name))
        finally:
            kafka.stop()


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    for each in fields(Options):
        name = f"--{each.name.replace('_', '-')}"
        if isinstance(each.default, bool):
            parser.add_argument(name, action="store_true")
        else:
            parser.add_argument(
                name, type=type(each.default), default=each.default, help="default: %(default)s"
            )
    return Options(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
