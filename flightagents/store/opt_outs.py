"""`opt_outs`: the addresses that want no more messages on a channel.

They outlive the bookings, and `forget` leaves them: each is a keyed hash that names nobody, and all that
keeps the next import from writing to somebody who has said stop.
"""

from collections.abc import Sequence

from pymongo import ReturnDocument

from flightagents.domain.bookings import Channel
from flightagents.domain.consents import OptOut
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "opt_outs"


class MongoOptOuts:
    """Opt-outs by channel and address key."""

    def __init__(self, database: Database) -> None:
        self._opt_outs = database[COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index."""
        await self._opt_outs.create_index("address_key", name="address_key")

    @until_stored
    async def add(self, opt_out: OptOut) -> OptOut:
        """Add one; give the one that stands: an earlier one stays."""
        created = {
            "channel": opt_out.channel.value,
            "address_key": opt_out.address_key,
            "at": opt_out.at,
            "how": opt_out.how,
        }
        stands = await self._opt_outs.find_one_and_update(
            {"_id": _id(opt_out.channel, opt_out.address_key)},
            {"$setOnInsert": created},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return _opt_out(stands)

    @until_stored
    async def remove(self, channel: Channel, address_key: str) -> bool:
        """Forget one; False where none stood."""
        result = await self._opt_outs.delete_one({"_id": _id(channel, address_key)})
        return result.deleted_count == 1

    @until_stored
    async def of(self, address_keys: Sequence[str]) -> list[OptOut]:
        """Give those of these addresses, on any channel."""
        found = self._opt_outs.find({"address_key": {"$in": list(address_keys)}}).sort("_id")
        return await _rows.read(found)


def _id(channel: Channel, address_key: str) -> str:
    return f"{channel}|{address_key}"


def _opt_out(row: Document) -> OptOut:
    return OptOut(
        channel=Channel(row["channel"]), address_key=row["address_key"], at=row["at"], how=row["how"]
    )


_rows = Reader(COLLECTION, _opt_out)
