"""What has to stand in the database before a worker runs: indexes, retention, the partitioning in force."""

from datetime import timedelta

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import OperationFailure

from flightagents.domain.changes import Kind
from flightagents.errors import ConfigurationError
from flightagents.settings import PartitionBy
from flightagents.store import archive, dead_letters, flights, history
from flightagents.store.connection import Database, until_stored

IN_FORCE = "settings"
TTL = "archive_days"


@until_stored
async def prepare(database: Database, *, keep: timedelta) -> None:
    """Make the indexes; records of `flight_status` leave `keep` after they were stored. Changes stay."""
    seconds = int(keep.total_seconds())
    records = database[archive.COLLECTION]
    await records.create_index([("flight", ASCENDING), ("run", ASCENDING)], name="flight_run")
    try:
        await records.create_index("stored_at", name=TTL, expireAfterSeconds=seconds)
    except OperationFailure:  # it stands, with another retention
        index = {"name": TTL, "expireAfterSeconds": seconds}
        await database.command("collMod", archive.COLLECTION, index=index)
    await database[flights.CHANGES].create_index(
        [("flight", ASCENDING), ("ordinal", ASCENDING)], name="flight"
    )
    await history.prepare(database)
    moved = {"kind": Kind.MOVED_TO.value}
    for field in ("flight", "after.flight"):
        await database[flights.CHANGES].create_index(
            field, name=f"moved_{field}", partialFilterExpression=moved
        )
    await database[flights.FLIGHTS].create_index(
        [("designators", ASCENDING), ("date", ASCENDING)], name="number"
    )
    await database[flights.FLIGHTS].create_index(
        [("open", ASCENDING), ("date", ASCENDING)], name="open_date", partialFilterExpression={"open": True}
    )
    await database[dead_letters.COLLECTION].create_index([("at", DESCENDING)], name="at")


@until_stored
async def require_partitioning(database: Database, wanted: PartitionBy) -> None:
    """Refuse to start with another key than the topic's records have. Raises ConfigurationError."""
    await database[IN_FORCE].update_one(
        {"_id": "partition_by"}, {"$setOnInsert": {"value": wanted.value}}, upsert=True
    )
    await check_partitioning(database, wanted)


@until_stored
async def check_partitioning(database: Database, wanted: PartitionBy) -> PartitionBy | None:
    """Give the key in force, None before the first worker; writes nothing. Raises ConfigurationError."""
    stored = await database[IN_FORCE].find_one({"_id": "partition_by"})
    if stored and stored["value"] != wanted.value:
        raise ConfigurationError(
            f"FLIGHTAGENTS_PARTITION_BY is {wanted.value}, but the records on flight-topic are keyed by "
            f"{stored['value']}: a flight's records would part. Set it back, or stop all workers and make "
            "the topics anew: flightagents topics renew"
        )
    return wanted if stored else None


@until_stored
async def set_partitioning(database: Database, wanted: PartitionBy) -> None:
    """Note that the records of the topic, which is empty now, will have this key."""
    await database[IN_FORCE].update_one(
        {"_id": "partition_by"}, {"$set": {"value": wanted.value}}, upsert=True
    )
