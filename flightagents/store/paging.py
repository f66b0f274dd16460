"""Pages of a long list by keyset: a cursor holds the place of an entry, never a number of entries to skip.

So the last page costs what the first does, and entries that come, go or move shift no others. A cursor is
opaque to whoever passes it on, and anything may come back in its place: it is read as two
values, each of its own type, and never as part of a query.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from pymongo import ASCENDING, DESCENDING

from flightagents.domain.pages import Count, Page
from flightagents.errors import CursorError
from flightagents.store.connection import Collection
from flightagents.store.reading import Document, Reader, T

Value = str | int | datetime
MOST = 500
"""Entries of a page, whatever is asked for."""
LONGEST = 2048
"""Characters of a cursor, or of any other text that the database is asked for."""
COUNTED = 1_000
"""Beyond this nobody counts: it would walk the index for a number that nobody reads."""
_LOWEST: Mapping[type, Value] = {str: "", int: -(2**63), datetime: datetime(1970, 1, 1, tzinfo=UTC)}
_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_PLACES: Mapping[type, Any] = {
    str: tuple[str, bool, str, str],
    int: tuple[str, bool, _Int64, str],
    datetime: tuple[str, bool, _Moment, str],
}
"""What a cursor holds: the field, whether it descends, the value there, and what tells equals apart."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by a field of one type, and among equals by a text that each has for itself."""

    field: str
    kind: type[Value]
    descending: bool = False
    tie: str = "_id"

    def present(self) -> dict[str, Any]:
        """Match what has the field, as this type; what an earlier version wrote may lack it."""
        return {self.field: {"$gte": _LOWEST[self.kind]}}

    def sorting(self, *, backwards: bool = False, equals: bool = False) -> list[tuple[str, int]]:
        """Give the sort, or the one from the end to the beginning; `equals`: of entries with one value.

        Among equals the tie alone counts. To name the field as well would cost a sort in memory where a
        condition before it in the index asks for one of several values.
        """
        way = DESCENDING if self.descending is not backwards else ASCENDING
        return [(self.tie, way)] if equals else [(self.field, way), (self.tie, way)]

    def cursor(self, found: Document) -> str:
        """Name the place of a document."""
        place = msgspec.json.encode([self.field, self.descending, found[self.field], found[self.tie]])
        return base64.urlsafe_b64encode(place).decode().rstrip("=")

    def place(self, cursor: str) -> tuple[Value, str]:
        """Read a cursor. Raises CursorError for one that this order did not give."""
        try:
            padded = cursor[:LONGEST].encode("ascii") + b"=" * (-len(cursor) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True)
            field, descending, value, key = msgspec.json.decode(text, type=_PLACES[self.kind])
            for each in (value, key):
                str(each).encode()  # a surrogate by itself cannot be asked for
        except (msgspec.DecodeError, ValueError) as exc:
            raise CursorError from exc
        if (field, descending) != (self.field, self.descending):
            raise CursorError
        return value, key


async def page(
    collection: Collection,
    conditions: Sequence[Mapping[str, Any]],
    order: Order,
    reader: Reader[T],
    *,
    limit: int,
    after: str | None = None,
    before: str | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Page[T]:
    """Give the page after a cursor, or before one; the first where there is neither.

    `conditions` all have to hold; `fields` is a projection that keeps the order's own field. Raises
    CursorError.
    """
    limit = max(1, min(limit, MOST))
    backwards = before is not None
    start = before if before is not None else after
    found: list[dict[str, Any]] = []
    for number, query in enumerate(queries(conditions, order, start, backwards=backwards)):
        equals = start is not None and number == 0
        rows = collection.find(query, fields).sort(order.sorting(backwards=backwards, equals=equals))
        found += await rows.limit(limit + 1 - len(found)).to_list(None)
        if len(found) > limit:
            break
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    follows, precedes = (start is not None, more) if backwards else (more, start is not None)
    return Page(
        tuple(reader.read_all(found)),
        after=order.cursor(found[-1]) if found and follows else None,
        before=order.cursor(found[0]) if found and precedes else None,
    )


def is_text(value: str) -> bool:
    """Tell whether the database can be asked for a text: not for a surrogate by itself, nor for a book."""
    return len(value) <= LONGEST and not any("\ud800" <= each <= "\udfff" for each in value)


async def count(collection: Collection, conditions: Sequence[Mapping[str, Any]]) -> Count:
    """Count what holds all conditions, up to 1,000."""
    number = await collection.count_documents({"$and": [*conditions]}, limit=COUNTED + 1)
    return Count(min(number, COUNTED), more=number > COUNTED)


def queries(
    conditions: Sequence[Mapping[str, Any]], order: Order, start: str | None, *, backwards: bool = False
) -> list[dict[str, Any]]:
    """Ask for what lies beyond a place, one after the other: for its equals, then for the others.

    Two queries with plain bounds instead of one with an $or: the planner finds the index for each, whatever
    else is asked for, and a value that most entries share (a delay of 0) is not walked from its beginning.
    """
    if start is None:
        return [{"$and": [*conditions, order.present()]}]
    value, key = order.place(start)
    beyond = "$lt" if order.descending is not backwards else "$gt"
    equals, others = {order.field: value, order.tie: {beyond: key}}, {order.field: {beyond: value}}
    return [{"$and": [*conditions, equals]}, {"$and": [*conditions, others]}]
