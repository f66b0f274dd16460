"""`users` and `api_tokens`: who may log in, and the programs that act for them. Only hashes are kept."""

from typing import Any

import msgspec
from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from flightagents.domain.users import ApiToken, Role, User
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "users"
TOKENS = "api_tokens"


class MongoUsers:
    """Users by name."""

    def __init__(self, database: Database) -> None:
        self._users = database[COLLECTION]
        self._tokens = database[TOKENS]

    @until_stored
    async def get(self, name: str) -> User | None:
        """Give a user."""
        found = await self._users.find_one({"_id": name})
        return _user(found) if found else None

    @until_stored
    async def all(self) -> list[User]:
        """Give all users, by name."""
        return await _users.read(self._users.find().sort("_id", ASCENDING))

    @until_stored
    async def add(self, user: User) -> bool:
        """Add a user; False where there is one of that name."""
        fields: dict[str, Any] = msgspec.to_builtins(user)
        fields["_id"] = fields.pop("name")
        try:
            await self._users.insert_one(fields)
        except DuplicateKeyError:
            return False
        return True

    @until_stored
    async def change(self, name: str, *, password_hash: str | None = None, role: Role | None = None) -> bool:
        """Set what is given and end what was signed before; False where there is none of that name."""
        given = {"password_hash": password_hash, "role": role.value if role else None}
        fields = {field: value for field, value in given.items() if value is not None}
        update: dict[str, Any] = {"$inc": {"generation": 1}, **({"$set": fields} if fields else {})}
        result = await self._users.update_one({"_id": name}, update)
        return result.matched_count == 1

    @until_stored
    async def remove(self, name: str) -> bool:
        """Remove a user, with all tokens; False where there is none of that name."""
        await self._tokens.delete_many({"owner": name})
        return bool((await self._users.delete_one({"_id": name})).deleted_count)


class MongoTokens:
    """Tokens by their public part."""

    def __init__(self, database: Database) -> None:
        self._tokens = database[TOKENS]

    @until_stored
    async def prepare(self) -> None:
        """Make the index."""
        await self._tokens.create_index([("owner", ASCENDING), ("created_at", ASCENDING)], name="owner")

    @until_stored
    async def get(self, id_: str) -> ApiToken | None:
        """Give a token by its public part."""
        found = await self._tokens.find_one({"_id": id_})
        return _token(found) if found else None

    @until_stored
    async def of(self, owner: str) -> list[ApiToken]:
        """Give a user's tokens, oldest first."""
        return await _tokens.read(self._tokens.find({"owner": owner}).sort("created_at", ASCENDING))

    @until_stored
    async def add(self, token: ApiToken) -> None:
        """Add a token."""
        fields: dict[str, Any] = msgspec.to_builtins(token)
        fields["_id"] = fields.pop("id")
        await self._tokens.insert_one(fields)

    @until_stored
    async def remove(self, id_: str) -> bool:
        """Remove a token; False where there is none."""
        return bool((await self._tokens.delete_one({"_id": id_})).deleted_count)


def _user(found: Document) -> User:
    return msgspec.convert({**found, "name": found["_id"]}, User)


def _token(found: Document) -> ApiToken:
    return msgspec.convert({**found, "id": found["_id"]}, ApiToken)


_users = Reader(COLLECTION, _user)
_tokens = Reader(TOKENS, _token)
