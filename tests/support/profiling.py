"""What MongoDB did to answer: the plan of each query that ran, as the server itself notes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

Database = AsyncIOMotorDatabase[dict[str, Any]]


@asynccontextmanager
async def plans(database: Database) -> AsyncIterator[list[str]]:
    """Give, once the block is over, `collection: plan` of everything in it that looked for documents."""
    found: list[str] = []
    await database.command("profile", 2)
    try:
        yield found
    finally:
        await database.command("profile", 0)
    async for entry in database["system.profile"].find({"planSummary": {"$exists": True}}):
        collection = entry["ns"].partition(".")[2]
        if not collection.startswith("system."):
            found.append(f"{collection}: {entry['planSummary']}")
    await database["system.profile"].drop()
