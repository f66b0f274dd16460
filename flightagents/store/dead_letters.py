"""`dead_letters`: what could not be read, as it comes from the topic. letters.py finds and marks it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo import UpdateOne

from flightagents.records import DeadLetter
from flightagents.store.connection import Database, bulk_write, until_stored

COLLECTION = "dead_letters"


class MongoDeadLetters:
    """Stores each letter once, by its id."""

    def __init__(self, database: Database) -> None:
        self._letters = database[COLLECTION]

    @until_stored
    async def store(self, letters: Sequence[DeadLetter]) -> None:
        """Insert what is not there yet."""
        writes = [
            UpdateOne({"_id": letter.id}, {"$setOnInsert": _document(letter)}, upsert=True)
            for letter in letters
        ]
        if not writes:
            return
        with bulk_write(present_stays=True):
            await self._letters.bulk_write(writes, ordered=False)


def _document(letter: DeadLetter) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(letter, builtin_types=(datetime,))
    del fields["id"]
    return fields
