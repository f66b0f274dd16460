"""The connection to MongoDB: how sure a write is, what is tried again, and waiting until it answers."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import stamina
import structlog
from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    InvalidURI,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
from pymongo.errors import ConfigurationError as WrongUrlError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from flightagents.errors import DatabaseOutageError, SettingsError, WriteRefusedError
from flightagents.settings import MongoTls
from flightagents.store.access import of_refusal, why_kept_out
from flightagents.waits import MONGODB, WAITS

Database = AsyncIOMotorDatabase[dict[str, Any]]
Collection = AsyncIOMotorCollection[dict[str, Any]]
Client = AsyncIOMotorClient[dict[str, Any]]

DUPLICATE_KEY = 11000
SELECTION_TIMEOUT = timedelta(seconds=5)
"""How long one call looks for a primary before it counts as failed and is tried again."""
SOCKET_TIMEOUT = timedelta(seconds=60)
WAIT_BETWEEN = timedelta(seconds=1)
TELL_EVERY = 10
"""Tries between two log lines while we wait."""

NO_FILES = MongoTls()

P = ParamSpec("P")
T = TypeVar("T")
_log = structlog.get_logger(__name__)


def connect(url: str, database: str, tls: MongoTls = NO_FILES) -> Database:
    """Open the database. A write is acknowledged once a majority has it in its journal.

    Without files the URL alone says whether the connection is encrypted. Raises SettingsError.
    """
    try:
        client: Client = AsyncIOMotorClient(
            url,
            tz_aware=True,
            serverSelectionTimeoutMS=int(SELECTION_TIMEOUT / timedelta(milliseconds=1)),
            socketTimeoutMS=int(SOCKET_TIMEOUT / timedelta(milliseconds=1)),
            connectTimeoutMS=int(SELECTION_TIMEOUT / timedelta(milliseconds=1)),
            appname="flightagents",
            **tls.way_in(),
        )
    except (InvalidURI, WrongUrlError, ValueError):
        # Not chained: the text of these errors may hold the password.
        raise SettingsError("FLIGHTAGENTS_MONGODB_URL is not a mongodb:// address") from None
    return client.get_database(
        database,
        codec_options=CodecOptions(tz_aware=True),
        write_concern=WriteConcern("majority", j=True),
        read_concern=ReadConcern("majority"),
    )


def is_transient(exc: Exception) -> bool:
    """Tell whether the same call may work a moment later."""
    if isinstance(exc, BulkWriteError):
        return not _refusals(exc) - {DUPLICATE_KEY} and bool((exc.details or {}).get("writeConcernErrors"))
    if isinstance(exc, (AutoReconnect, WTimeoutError)):
        return True
    return isinstance(exc, PyMongoError) and exc.has_error_label("RetryableWriteError")


def until_stored(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Try a call for ever, with back-off and jitter, while MongoDB is away; other errors pass through."""
    retrying = stamina.retry(on=is_transient, attempts=None, timeout=None, wait_initial=0.1, wait_max=10.0)
    call = retrying(function)

    @wraps(function)
    async def waiting(*args: P.args, **kwargs: P.kwargs) -> T:
        with WAITS.on(MONGODB):
            return await call(*args, **kwargs)

    return waiting


@contextmanager
def bulk_write(*, present_stays: bool = False) -> Iterator[None]:
    """Turn what MongoDB refuses into WriteRefusedError: the text of a BulkWriteError holds the documents.

    With `present_stays` a document that is there already is no failure.
    """
    try:
        yield
    except BulkWriteError as exc:
        if is_transient(exc):
            raise not_replicated() from None
        refused = _refusals(exc)
        if refused != {DUPLICATE_KEY} or not present_stays:
            raise WriteRefusedError(refused) from None


def not_replicated() -> WTimeoutError:
    """Say that a write is to be tried again, in place of an error whose text holds the documents."""
    return WTimeoutError("a write has not reached a majority's journal yet")


def _refusals(exc: BulkWriteError) -> set[int]:
    return {error["code"] for error in (exc.details or {}).get("writeErrors", ())}


async def wait_until_ready(database: Database) -> None:
    """Wait for a primary that takes writes from us, and say so now and then.

    Raises AccessError where one answers and does not let us in: waiting does not change that.
    """
    tries = 0
    while True:
        try:
            await require_ready(database)
        except DatabaseOutageError as exc:
            if tries % TELL_EVERY == 0:
                _log.warning("waiting for MongoDB", reason=str(exc), setting="FLIGHTAGENTS_MONGODB_URL")
            tries += 1
            await asyncio.sleep(WAIT_BETWEEN.total_seconds())
        else:
            return


async def require_ready(database: Database) -> None:
    """Look once for a primary that takes writes from us.

    Raises AccessError where MongoDB does not let us in, and DatabaseOutageError where it does not answer.
    """
    try:
        hello = await database.client.admin.command("hello")
        # Whoever has no credentials at all is told so only by a command that needs some.
        await database.command("listCollections", nameOnly=True, authorizedCollections=True)
    except PyMongoError as exc:
        # Not chained: the text may hold the user's name.
        refusal = of_refusal(exc, database.name)
        if refusal is None and isinstance(exc, ServerSelectionTimeoutError):
            refusal = await why_kept_out(database.client)
        if refusal is not None:
            raise refusal from None
        raise DatabaseOutageError(type(exc).__name__) from None
    if not (hello.get("setName") and hello.get("isWritablePrimary")):
        raise DatabaseOutageError("no primary of a replica set yet")
