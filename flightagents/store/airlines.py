"""`airlines`: what the feed calls them, by code. About a thousand, and only what is new is ever written."""

from collections.abc import Sequence

from pymongo import ReplaceOne

from flightagents.domain.airlines import Airline
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "airlines"


class MongoAirlineNames:
    """One document for each; the last name that was learned counts."""

    def __init__(self, database: Database) -> None:
        self._airlines = database[COLLECTION]

    @until_stored
    async def learn(self, airlines: Sequence[Airline]) -> None:
        """Store names that are new."""
        writes = [
            ReplaceOne({"_id": each.code}, {"name": each.name, "icao": each.icao}, upsert=True)
            for each in airlines
        ]
        if writes:
            with bulk_write(present_stays=True):  # of two workers that insert it at once one finds it there
                await self._airlines.bulk_write(writes, ordered=False)

    @until_stored
    async def all(self) -> list[Airline]:
        """Give all that are known, by code."""
        return await _airlines.read(self._airlines.find().sort("_id"))


def _airline(found: Document) -> Airline:
    return Airline(code=found["_id"], name=found["name"], icao=found["icao"])


_airlines = Reader(COLLECTION, _airline)
