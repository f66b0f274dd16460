"""Marks rows of the ledger, and gives each of them to whoever marked it, and to nobody else."""

import uuid
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection

from flightagents.domain.notifications import Notification
from flightagents.store.ledger_rows import reader

AT_ONCE = 1000
"""Rows that one look marks."""


async def marked(
    rows: AsyncIOMotorCollection[dict[str, Any]], wanted: dict[str, Any], changes: dict[str, Any]
) -> list[Notification]:
    """Change rows by a pipeline. A row that another look was faster with does not match any more."""
    ids = [row["_id"] async for row in rows.find(wanted, {"_id": 1}).limit(AT_ONCE)]
    if not ids:
        return []
    token = uuid.uuid4().hex
    await rows.update_many({"_id": {"$in": ids}, **wanted}, [{"$set": {**changes, "marked": token}}])
    return await reader.read(rows.find({"_id": {"$in": ids}, "marked": token}))
