"""Gives documents that an earlier version wrote the fields that they lack, once, at a start."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo import UpdateOne

from flightagents.store.connection import Collection, bulk_write
from flightagents.store.reading import Document

BATCH = 500
"""Documents that are held in memory at a time."""


async def complete(
    collection: Collection,
    lacks: str,
    updates: Callable[[Sequence[Document]], Sequence[UpdateOne]],
    fields: Mapping[str, Any] | None = None,
) -> int:
    """Write the updates of all documents that lack a field, which is indexed; tell how many were written.

    Several workers may do so at once: `updates` has to leave alone what was written anew meanwhile, and what
    nobody can read. What is written leaves the part of the index that is walked here.
    """
    written = 0
    lacking: list[dict[str, Any]] = []
    async for found in collection.find({lacks: None}, fields).batch_size(BATCH):
        lacking.append(found)
        if len(lacking) == BATCH:
            written += await _write(collection, updates(lacking))
            lacking = []
    return written + await _write(collection, updates(lacking))


async def _write(collection: Collection, writes: Sequence[UpdateOne]) -> int:
    if not writes:
        return 0
    with bulk_write():
        return int((await collection.bulk_write(writes, ordered=False)).modified_count)
