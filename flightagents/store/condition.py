"""How MongoDB is, for whoever looks before anything runs: a replica set, taking writes, with space left."""

from dataclasses import dataclass
from enum import StrEnum

from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError
from pymongo.write_concern import WriteConcern

from flightagents.store.access import of_refusal, why_kept_out
from flightagents.store.connection import Database
from flightagents.store.setup import IN_FORCE

OLDEST = (6, 0)
"""The oldest version that we are tested with."""
_WRITE_PATIENCE_MS = 5_000


class Standing(StrEnum):
    """How it stands, as far as one got."""

    AWAY = "away"
    NO_REPLICA_SET = "no replica set"
    NO_PRIMARY = "no primary"
    NO_WRITES = "takes no writes"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Condition:
    """What was seen; `detail` names what failed, and no address."""

    standing: Standing
    detail: str = ""
    version: str = ""
    free: int | None = None
    """Bytes on the disk of its data; None where it does not tell."""

    @property
    def is_old(self) -> bool:
        """Whether its version is older than what we are tested with."""
        return tuple(int(part) for part in self.version.split(".")[:2]) < OLDEST


async def condition_of(database: Database) -> Condition:
    """Look; changes nothing. Raises AccessError where it answers and does not let us in."""
    try:
        hello = await database.client.admin.command("hello")
        if not hello.get("setName"):
            return Condition(Standing.NO_REPLICA_SET)
        if not hello.get("isWritablePrimary"):
            return Condition(Standing.NO_PRIMARY)
        # Whoever has no credentials at all is told so only by a command that needs some.
        await database.command("listCollections", nameOnly=True, authorizedCollections=True)
    except PyMongoError as exc:
        # Not chained: the text may hold the user's name.
        refusal = of_refusal(exc, database.name)
        if refusal is None and isinstance(exc, ServerSelectionTimeoutError):
            refusal = await why_kept_out(database.client)
        if refusal is not None:
            raise refusal from None
        return Condition(Standing.AWAY, type(exc).__name__)
    trouble = await _writes(database)
    if trouble is not None:
        return Condition(Standing.NO_WRITES, trouble)
    told = await database.command("buildInfo")
    space = await database.command("dbStats")
    # Both are 0 as long as the database does not exist.
    free = int(space["fsTotalSize"] - space["fsUsedSize"]) if space.get("fsTotalSize") else None
    return Condition(Standing.WELL, version=told["version"], free=free)


async def _writes(database: Database) -> str | None:
    """Write to what does not exist, which changes nothing but has to be acknowledged as every write has."""
    concern = WriteConcern("majority", j=True, wtimeout=_WRITE_PATIENCE_MS)
    try:
        collection = database[IN_FORCE].with_options(write_concern=concern)
        await collection.update_one({"_id": "of nobody"}, {"$set": {"value": None}})
    except OperationFailure as exc:
        return f"code {exc.code}"
    except PyMongoError as exc:
        return type(exc).__name__
    return None
