"""Keyed hashes of addresses: they tell that two recipients are one without telling who."""

import hmac
import secrets

from flightagents.store.connection import Database, until_stored
from flightagents.store.setup import IN_FORCE

ADDRESS_KEY = "address_key"


class AddressKeys:
    """Hashes with a key of this database's own (`secret`), made once."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, address: str) -> str:
        """Hash an address; the same one, in any case, gives the same."""
        return hmac.digest(self._key, address.strip().lower().encode(), "sha256").hex()[:32]


async def address_keys(database: Database) -> AddressKeys:
    """Give the hashes of a database: every worker's are the same."""
    return AddressKeys(await secret(database, ADDRESS_KEY))


@until_stored
async def secret(database: Database, name: str) -> bytes:
    """Read a secret that all workers of a database share, or make it: 32 bytes."""
    settings = database[IN_FORCE]
    made = {"value": secrets.token_bytes(32)}
    await settings.update_one({"_id": name}, {"$setOnInsert": made}, upsert=True)
    stored = await settings.find_one({"_id": name})
    return bytes(stored["value"]) if stored else made["value"]
