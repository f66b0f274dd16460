"""Reads documents one by one: one that another version wrote, or a hand broke, stops nobody."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from motor.core import AgnosticBaseCursor

T = TypeVar("T")
Document = Mapping[str, Any]
PAGE = 250
"""Documents that are fetched and read at once: a state takes 60 µs, and all else waits meanwhile."""

_log = structlog.get_logger(__name__)


async def pages(cursor: "AgnosticBaseCursor[Any]") -> AsyncIterator[list[dict[str, Any]]]:
    """Give documents a page at a time: a third of what each document for itself would take.

    The server sends no more than that at once either: decoding 16 MB of BSON would stop the whole process.
    """
    cursor.batch_size(PAGE)
    while page := await cursor.to_list(PAGE):
        yield page


class Reader(Generic[T]):
    """Decodes the documents of a collection; what it cannot read it skips, and names once a process.

    `named_by` is the field that a log line may show: an `_id` can hold an address.
    """

    def __init__(self, collection: str, decode: Callable[[Document], T], *, named_by: str = "_id") -> None:
        self._collection = collection
        self._decode = decode
        self._named_by = named_by
        self._told: set[str] = set()

    async def read(self, documents: AsyncIterable[Document]) -> list[T]:
        """Give what can be read, in order."""
        if not isinstance(documents, AgnosticBaseCursor):
            return [one async for document in documents for one in self._one(document)]
        return [one async for page in pages(documents) for one in self.read_all(page)]

    def read_all(self, documents: Iterable[Document]) -> list[T]:
        """Do the same with documents that are here already."""
        return [one for document in documents for one in self._one(document)]

    def _one(self, document: Document) -> tuple[T, ...]:
        try:
            return (self._decode(document),)
        except (msgspec.DecodeError, LookupError, TypeError, ValueError) as exc:
            self._tell(str(document.get(self._named_by)), exc)
            return ()

    def _tell(self, name: str, exc: Exception) -> None:
        if name not in self._told:
            self._told.add(name)
            # Without the error's text: it may quote the document.
            told = {"collection": self._collection, "document": name, "reason": type(exc).__name__}
            _log.error(
                "a stored document cannot be read and is skipped; did another version write it?", **told
            )
