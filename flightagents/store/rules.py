"""`staff_rules`: whom of its staff the agency tells of what, a document a rule; and what each was told.

Rules are few and read at each batch, so that a new one holds at once in every worker.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from flightagents.domain.kept_rules import FIRST_VERSION, KeptRule
from flightagents.domain.notifications import Notification
from flightagents.domain.rules import StaffRule
from flightagents.store import ledger_rows
from flightagents.store.connection import Database, until_stored
from flightagents.store.reading import Document, Reader

COLLECTION = "staff_rules"
_FOR_STAFF = {"rule": {"$type": "string"}}


class MongoStaffRules:
    """Rules by name."""

    def __init__(self, database: Database) -> None:
        self._rules = database[COLLECTION]

    @until_stored
    async def all(self) -> list[StaffRule]:
        """Give all rules, by name."""
        return await _rules.read(self._rules.find().sort("_id", ASCENDING))

    @until_stored
    async def kept(self) -> list[KeptRule]:
        """Give all rules with who put them in force and when, by name."""
        return await _kept.read(self._rules.find().sort("_id", ASCENDING))

    @until_stored
    async def put(self, kept: KeptRule) -> bool:
        """Store a rule in the place of the version before it, the first in the place of none."""
        document = _document(kept)
        before = {"_id": kept.rule.name, "version": _is(kept.version - 1)}
        if kept.version > FIRST_VERSION:
            stored = (await self._rules.replace_one(before, document)).matched_count == 1
        else:
            stored = await self._insert(document)
        # A write whose answer was lost is tried again, and then finds itself.
        return stored or kept in await _kept.read(self._rules.find({"_id": kept.rule.name}).limit(1))

    async def _insert(self, document: dict[str, Any]) -> bool:
        try:
            await self._rules.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    @until_stored
    async def remove(self, name: str, version: int) -> bool:
        """Remove that version of a rule; False if it does not stand there."""
        result = await self._rules.delete_one({"_id": name, "version": _is(version)})
        return result.deleted_count == 1


class MongoStaffRows:
    """The ledger's rows for staff, by address."""

    def __init__(self, database: Database) -> None:
        self._rows = database[ledger_rows.COLLECTION]

    @until_stored
    async def prepare(self) -> None:
        """Make the index."""
        keys = [("address_key", ASCENDING), ("created_at", ASCENDING)]
        await self._rows.create_index(keys, name="staff", partialFilterExpression=_FOR_STAFF)

    @until_stored
    async def to_staff(self, address_keys: Sequence[str], since: datetime) -> list[Notification]:
        """Give the rows for staff at these addresses that were made since then, oldest first."""
        recent = {**_FOR_STAFF, "address_key": {"$in": list(address_keys)}, "created_at": {"$gte": since}}
        # Without what was written: a storm makes thousands of rows, and only their facts are wanted.
        found = self._rows.find(recent, {"message": 0, "trace": 0}).sort("created_at", ASCENDING)
        return await ledger_rows.reader.read(found)


def _is(version: int) -> dict[str, Any]:
    """A rule that was stored before versions were is at its first."""
    return {"$in": [version, None] if version == FIRST_VERSION else [version]}


def _document(kept: KeptRule) -> dict[str, Any]:
    about: dict[str, Any] = msgspec.to_builtins(kept, builtin_types=(datetime,))
    fields: dict[str, Any] = about.pop("rule")
    return {"_id": fields.pop("name"), **fields, **about}


def _rule(found: Document) -> StaffRule:
    return msgspec.convert({**found, "name": found["_id"]}, StaffRule)


def _keeping(found: Document) -> KeptRule:
    return msgspec.convert({**found, "rule": {**found, "name": found["_id"]}}, KeptRule)


_rules = Reader(COLLECTION, _rule)
_kept = Reader(COLLECTION, _keeping)
