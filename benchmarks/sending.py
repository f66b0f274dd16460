"""How long it takes from changes of flights until everyone on them has an email, and how much processor.

The mail server, the database and the worker are three processes, on one machine and over TCP. Kafka is not
among them: what it costs is in the drain's figures.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pymongo import MongoClient

from benchmarks import machine
from flightagents.domain.notifications import State
from flightagents.settings import PREFIX
from tests.support.rows import NOON

PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Load:
    """Whom to tell, and over how many connections."""

    departures: int
    travellers: int
    connections: int

    @property
    def people(self) -> int:
        """Everyone, one email each."""
        return self.departures * self.travellers


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One attempt. Seconds begin when the changes are handed to the alert agent."""

    load: Load
    emails: int
    seconds: float
    """Until the mail server had accepted the last."""
    decided_seconds: float
    """Until all was decided; the first emails are on their way by then."""
    recorded_seconds: float
    """Until the ledger knew it of all."""
    cpu_seconds: float
    """Of the processor, by the worker, all of its threads."""
    database_seconds: float
    """The same, by MongoDB."""
    mail_server_seconds: float
    """The same, by the mail server."""
    split: dict[str, float] = field(default_factory=dict)
    """Processor seconds of the worker's parts, where it was profiled, which takes time itself."""
    rendered: int = 0
    """Emails that were rendered, likewise: the others were filled in."""

    @property
    def rate(self) -> float:
        """Give emails a second."""
        return self.emails / self.seconds

    @property
    def rate_of_core(self) -> float:
        """Give emails for each second of the processor that the worker used."""
        return self.emails / self.cpu_seconds

    @property
    def rate_of_all(self) -> float:
        """Give emails for each second of the processor that all three used."""
        return self.emails / (self.cpu_seconds + self.database_seconds + self.mail_server_seconds)


def send(mongodb: str, load: Load, *, profile: bool = False) -> Sent:
    """Run once, on an empty database. Raises RuntimeError if anybody got no email, or two."""
    name = f"sending_{uuid.uuid4().hex[:8]}"
    try:
        with _sink() as sink, tempfile.TemporaryDirectory(prefix="flightagents-bench-") as folder:
            environment = _environment(mongodb, name, sink.port, load.connections)
            worked = _worker(Path(folder), environment, load, profile=profile)
            accepted = sink.end()
        _require_all(mongodb, name, accepted, load.people)
    finally:
        with MongoClient[dict[str, Any]](mongodb) as client:
            client.drop_database(name)
    return Sent(
        load=load,
        emails=accepted["accepted"],
        seconds=accepted["last_at"] - worked["began_at"],
        decided_seconds=worked["decided_seconds"],
        recorded_seconds=worked["seconds"],
        cpu_seconds=worked["cpu_seconds"],
        database_seconds=worked["database_seconds"],
        mail_server_seconds=accepted["cpu_seconds"],
        split=worked.get("split", {}),
        rendered=worked.get("rendered", 0),
    )


class _Sink:
    """The mail server's process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(_of(process.stdout).readline())

    def end(self) -> dict[str, Any]:
        """End it; give what it accepted."""
        said, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        counts: dict[str, Any] = json.loads(said)
        return counts


@contextmanager
def _sink() -> Iterator[_Sink]:
    program = [sys.executable, "-m", "benchmarks.smtp_sink"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _Sink(process)
        finally:
            process.kill()


def _of(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("a program has no standard output")
    return stream


def _worker(folder: Path, environment: dict[str, str], load: Load, *, profile: bool) -> dict[str, Any]:
    given = [str(load.departures), str(load.travellers), *(["--profile"] if profile else [])]
    program = [sys.executable, "-m", "benchmarks.sending_worker", *given]
    with (
        (folder / "worker.log").open("w+") as log,
        subprocess.Popen(program, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        try:
            _of(process.stdout).readline()  # the database is filled, and the changes come now
            before = _database_seconds()
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
            after = _database_seconds()
        finally:
            process.kill()
        if process.returncode:
            log.seek(0)
            raise RuntimeError(f"the worker ended with {process.returncode}:\n{log.read()[-3000:]}")
    figures: dict[str, Any] = json.loads(said.splitlines()[-1])
    return {**figures, "database_seconds": after - before}


def _database_seconds() -> float:
    return machine.cpu_seconds().get("mongod", 0.0)


def _environment(mongodb: str, database: str, port: int, connections: int) -> dict[str, str]:
    values = {
        "MONGODB_URL": mongodb,
        "MONGODB_DATABASE": database,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": port,
        "SMTP_TLS": "none",
        "SMTP_CONNECTIONS": connections,
        "MAIL_FROM": "alerts@agency.example",
        "EMAIL_PER_SECOND": 1_000_000,
        "AGENCY_NAME": "Example Travel",
        "AGENCY_PHONE": "+44 20 7946 0000",
        "PUBLIC_URL": "https://alerts.agency.example",
        "LOG_FORMAT": "json",
        "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
    }
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    return {**inherited, **{PREFIX + key: str(value) for key, value in values.items()}}


def _require_all(mongodb: str, database: str, accepted: dict[str, Any], wanted: int) -> None:
    """A figure counts only if the work was done."""
    with MongoClient[dict[str, Any]](mongodb) as client:
        told = client[database]["notifications"].count_documents({"state": State.ACCEPTED.value})
    if not wanted == told == accepted["accepted"] == accepted["distinct"]:
        raise RuntimeError(
            f"{wanted:,} emails were wanted; the mail server accepted {accepted['accepted']:,}, "
            f"{accepted['distinct']:,} of them different; the ledger knows of {told:,}"
        )
