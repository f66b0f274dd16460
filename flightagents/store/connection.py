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
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.errors import ConfigurationError as WrongUrlError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from flightagents.errors import ConfigurationError, SettingsError, WriteRefusedError
from flightagents.waits import MONGODB, WAITS

Database = AsyncIOMotorDatabase[dict[str, Any]]
Collection = AsyncIOMotorCollection[dict[str, Any]]
Client = AsyncIOMotorClient[dict[str, Any]]

DUPLICATE_KEY = 11000
REFUSED = (13, 18)
"""Unauthorized, AuthenticationFailed."""
SELECTION_TIMEOUT = timedelta(seconds=5)
"""How long one call looks for a primary before it counts as failed and is tried again."""
SOCKET_TIMEOUT = timedelta(seconds=60)
WAIT_BETWEEN = timedelta(seconds=1)
TELL_EVERY = 10
"""Tries between two log lines while we wait."""

P = ParamSpec("P")
T = TypeVar("T")
_log = structlog.get_logger(__name__)


def connect(url: str, database: str) -> Database:
    """Open the database. A write is acknowledged once a majority has it in its journal."""
    try:
        client: Client = AsyncIOMotorClient(
            url,
            tz_aware=True,
            serverSelectionTimeoutMS=int(SELECTION_TIMEOUT / timedelta(milliseconds=1)),
            socketTimeoutMS=int(SOCKET_TIMEOUT / timedelta(milliseconds=1)),
            connectTimeoutMS=int(SELECTION_TIMEOUT / timedelta(milliseconds=1)),
            appname="flightagents",
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

    Raises ConfigurationError where it refuses our credentials: waiting does not change them.
    """
    tries = 0
    while True:
        try:
            hello = await database.client.admin.command("hello")
            # Whoever has no credentials at all is told so only by a command that needs some.
            await database.command("listCollections", nameOnly=True, authorizedCollections=True)
        except PyMongoError as exc:
            if isinstance(exc, OperationFailure) and exc.code in REFUSED:
                raise ConfigurationError(
                    f"MongoDB refuses us (code {exc.code}): set a user and a password in "
                    "FLIGHTAGENTS_MONGODB_URL that may read and write the database "
                    f"{database.name}, with authSource where the user is of another one"
                ) from None
            reason = type(exc).__name__
        else:
            if hello.get("setName") and hello.get("isWritablePrimary"):
                return
            reason = "no primary of a replica set yet"
        if tries % TELL_EVERY == 0:
            _log.warning("waiting for MongoDB", reason=reason, setting="FLIGHTAGENTS_MONGODB_URL")
        tries += 1
        await asyncio.sleep(WAIT_BETWEEN.total_seconds())
