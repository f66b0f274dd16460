"""Kills workers and senders under load, and then counts what is missing, false or double.

`make chaos`, or `python -m tests.chaos.run --help`. First two workers read a stream of whole flight records,
on Apache Kafka and MongoDB; a plan made from the seed kills and ends them and starts them again. Then senders
are killed while messages are on their way (messages.py). Exit code 0 only if every check holds.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from flightagents.records import CHANGE_TOPIC, decode_change
from flightagents.sandbox.mongodb import embedded_mongodb_blocking
from tests.chaos.checks import CHECKS, Evidence
from tests.chaos.crew import Blow, Crew, Load, plan, say
from tests.chaos.messages import Witness, prove
from tests.chaos.travellers import board, nothing_is_due
from tests.support.kafka import Kafka
from tests.support.post import Post
from tests.support.postfix import missing
from tests.support.site import Site

DRAIN_PATIENCE = timedelta(minutes=4)


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


def main(argv: Sequence[str] | None = None) -> int:
    """Run it as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the plan and of the flights (%(default)s)")
    parser.add_argument("--kills", type=int, default=20, help="SIGKILLs of workers (%(default)s)")
    parser.add_argument("--terms", type=int, default=10, help="SIGTERMs (%(default)s)")
    parser.add_argument("--flights", type=int, default=4000, help="different flights (%(default)s)")
    parser.add_argument("--records", type=int, default=50_000, help="at least so many (%(default)s)")
    parser.add_argument("--rate", type=float, default=250, help="records a second (%(default)s)")
    parser.add_argument("--messages", action="store_true", help="kill senders of messages alone")
    parser.add_argument(
        "--witness",
        type=Witness,
        choices=list(Witness),
        action="append",
        help="who can say which emails arrived; all three by turns, unless said",
    )
    parser.add_argument("--people", type=int, default=1500, help="an email and an SMS each (%(default)s)")
    parser.add_argument("--sender-kills", type=int, default=30, help="SIGKILLs of senders (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the workers' logs, kept afterwards")
    options = parser.parse_args(argv)
    with contextlib.ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flightagents-chaos-")))
        folder = options.keep or temporary
        folder.mkdir(parents=True, exist_ok=True)
        mongodb = stack.enter_context(embedded_mongodb_blocking())
        wrong = [] if options.messages else kill_workers(mongodb, temporary, folder, options)
        wrong += kill_senders(mongodb, folder, options)
    return 1 if wrong else 0


def kill_workers(mongodb: str, temporary: Path, folder: Path, options: argparse.Namespace) -> list[str]:
    """Kill workers on a Kafka of its own; give what is wrong."""
    with contextlib.ExitStack() as stack:
        kafka = Kafka(temporary)
        stack.callback(kafka.stop)
        post = stack.enter_context(Post())
        site = stack.enter_context(
            Site(kafka, mongodb, folder, environment=post.environment(), **post.settings())
        )
        return run(
            site,
            post,
            plan(options.seed, options.kills, options.terms),
            flights=options.flights,
            records=options.records,
            rate=options.rate,
            seed=options.seed,
        )


def kill_senders(mongodb: str, folder: Path, options: argparse.Namespace) -> list[str]:
    """Kill senders, by turns with each witness; give what is wrong."""
    wrong: list[str] = []
    for witness in options.witness or Witness:
        if witness is Witness.POSTFIX and (reason := missing()):
            say(f"messages, witness {witness}: left out: {reason}")
            wrong += [reason] if options.witness else []
            continue
        logs = folder / f"messages-{witness}"
        proof = prove(
            witness,
            mongodb,
            logs,
            seed=options.seed,
            people=options.people,
            kills=options.sender_kills,
        )
        faults = proof.wrong() + proof.unhit()
        say("\n".join([*proof.lines(), *(f"  FAILED: {words}" for words in faults)]))
        say("  FAILED" if faults else "  every message as often as it should be")
        wrong += faults
    return wrong


if __name__ == "__main__":
    sys.exit(main())
