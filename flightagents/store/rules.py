"""`staff_rules`: whom of its staff the agency tells of what, a document a rule; and what each was told.

Rules are few and read at each batch, so that a new one holds at once in every worker.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ASCENDING

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
    async def save(self, rule: StaffRule) -> bool:
        """Store a rule; True if it takes the place of one of its name."""
        result = await self._rules.replace_one({"_id": rule.name}, _document(rule), upsert=True)
        return result.matched_count == 1

    @until_stored
    async def remove(self, name: str) -> bool:
        """Remove a rule; False if there is none of that name."""
        result = await self._rules.delete_one({"_id": name})
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


def _document(rule: StaffRule) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(rule)
    fields["_id"] = fields.pop("name")
    return fields


def _rule(found: Document) -> StaffRule:
    return msgspec.convert({**found, "name": found["_id"]}, StaffRule)


_rules = Reader(COLLECTION, _rule)
