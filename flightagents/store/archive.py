"""`flight_status`: every record, as the system's first version stored it and with all that we know more."""

from collections.abc import Sequence
from datetime import UTC, datetime

import bson
import msgspec
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError

from flightagents.errors import UnreadableRecordError
from flightagents.records import FlightRecord
from flightagents.store.connection import DUPLICATE_KEY, Database, until_stored

COLLECTION = "flight_status"


class MongoArchive:
    """Stores records under an `_id` made of flight, designator and run: a redelivery inserts nothing."""

    def __init__(self, database: Database) -> None:
        self._records = database[COLLECTION]

    def document(self, record: FlightRecord) -> bytes:
        """Encode a record for `store`. Raises UnreadableRecordError for what BSON cannot hold."""
        fields = msgspec.to_builtins(record, builtin_types=(datetime,))
        fields["_id"] = fields.pop("id")
        fields["stored_at"] = datetime.now(UTC)
        try:
            return bson.encode(fields)
        except (BSONError, OverflowError, ValueError, RecursionError) as exc:
            raise UnreadableRecordError("not_storable", f"{record.id}: {exc}") from exc

    @until_stored
    async def store(self, documents: Sequence[bytes]) -> None:
        """Insert what is not there yet; returns once a majority has it in its journal."""
        if not documents:
            return
        try:
            await self._records.insert_many([RawBSONDocument(each) for each in documents], ordered=False)
        except BulkWriteError as exc:
            details = exc.details or {}
            others = [error for error in details["writeErrors"] if error["code"] != DUPLICATE_KEY]
            if others or details["writeConcernErrors"]:
                raise

    async def runs_of(self, flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Give the runs that brought each flight, in order."""
        found: dict[str, tuple[int, ...]] = {}
        group = {"_id": "$flight", "runs": {"$addToSet": "$run"}}
        async for row in self._records.aggregate(
            [{"$match": {"flight": {"$in": list(flights)}}}, {"$group": group}]
        ):
            found[row["_id"]] = tuple(sorted(row["runs"]))
        return found
