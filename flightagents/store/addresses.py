"""Keyed hashes of addresses: they tell that two recipients are one without telling who."""

import hashlib
import hmac
import secrets

from flightagents.store.connection import Database, until_stored
from flightagents.store.setup import IN_FORCE


class AddressKeys:
    """Hashes with a key of this database's own, made once."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    async def of(cls, database: Database) -> "AddressKeys":
        """Read the key, or make it."""
        return cls(await _key(database))

    def __call__(self, address: str) -> str:
        """Hash an address; the same one, in any case, gives the same."""
        return hmac.new(self._key, address.strip().lower().encode(), hashlib.sha256).hexdigest()[:32]


@until_stored
async def _key(database: Database) -> bytes:
    settings = database[IN_FORCE]
    made = {"value": secrets.token_bytes(32)}
    await settings.update_one({"_id": "address_key"}, {"$setOnInsert": made}, upsert=True)
    stored = await settings.find_one({"_id": "address_key"})
    return bytes(stored["value"]) if stored else made["value"]
