"""Indexes that an earlier version made and nothing needs any more: each of them slows every write."""

from pymongo.errors import OperationFailure

from flightagents.store.connection import Collection

_NOT_THERE = (26, 27)
"""NamespaceNotFound, IndexNotFound."""


async def drop(collection: Collection, name: str) -> None:
    """Drop an index if it is there; another worker may have dropped it already."""
    try:
        await collection.drop_index(name)
    except OperationFailure as exc:
        if exc.code not in _NOT_THERE:
            raise
