"""Which indexes the stores would make, and how those that stand differ: for whoever only looks.

The stores are asked what they make by letting them make it in what is no database, so that there is one list.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pymongo import ASCENDING

from flightagents.store.connection import Database, until_stored

_COMPARED = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression")
"""Options that make an index another one; the rest is how it is stored."""


@dataclass(frozen=True, slots=True)
class WantedIndex:
    """An index as a store makes it."""

    collection: str
    name: str
    keys: Sequence[tuple[str, int]]
    options: Mapping[str, Any]

    def __str__(self) -> str:
        """Name it as mongosh does."""
        return f"{self.collection}.{self.name}"

    def differs(self, stands: Mapping[str, Any]) -> bool:
        """Tell whether the one that stands under this name is another one."""
        keys = [(name, int(way)) for name, way in stands["key"]]
        return keys != list(self.keys) or any(
            stands.get(each) != self.options.get(each) for each in _COMPARED
        )


@dataclass(frozen=True, slots=True)
class IndexesFound:
    """How the indexes stand."""

    wanted: int
    missing: list[WantedIndex]
    different: list[WantedIndex]


@dataclass(slots=True)
class _NoCollection:
    name: str
    asked_for: list[WantedIndex]

    async def create_index(
        self,
        keys: str | Sequence[tuple[str, int]],
        *,
        name: str,
        **options: Any,  # noqa: ANN401 - MongoDB's
    ) -> str:
        keys = [(keys, ASCENDING)] if isinstance(keys, str) else keys
        self.asked_for.append(WantedIndex(self.name, name, keys, options))
        return name

    async def drop_index(self, name: str) -> None:
        """Only an index of an earlier version is dropped: whoever looks leaves it."""

    def with_options(self, **_options: object) -> "_NoCollection":
        return self


@dataclass(slots=True)
class _NoDatabase:
    asked_for: list[WantedIndex] = field(default_factory=list)

    def __getitem__(self, name: str) -> _NoCollection:
        return _NoCollection(name, self.asked_for)


async def wanted_indexes(make: Callable[[Database], Awaitable[None]]) -> list[WantedIndex]:
    """Give what `make` would make."""
    nowhere = _NoDatabase()
    await make(cast("Database", nowhere))
    return nowhere.asked_for


@until_stored
async def look_at_indexes(database: Database, wanted: Sequence[WantedIndex]) -> IndexesFound:
    """Compare them with those that stand."""
    standing: dict[str, Mapping[str, Any]] = {}
    for name in await database.list_collection_names():
        standing[name] = await database[name].index_information()
    missing = [each for each in wanted if each.name not in standing.get(each.collection, {})]
    different = [
        each
        for each in wanted
        if each.name in standing.get(each.collection, {})
        and each.differs(standing[each.collection][each.name])
    ]
    return IndexesFound(len(wanted), missing, different)


@until_stored
async def make(database: Database, missing: Sequence[WantedIndex]) -> None:
    """Make those that are missing."""
    for each in missing:
        await database[each.collection].create_index(each.keys, name=each.name, **each.options)
