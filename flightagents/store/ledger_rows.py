"""The documents of `notifications`: how a row is written, read and traced."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from flightagents.domain.notifications import Notice, Notification
from flightagents.domain.said import FOR_STAFF
from flightagents.store.reading import Document, Reader

COLLECTION = "notifications"
TRACE = 20
"""Events of a row that are kept."""
FOR_TRAVELLERS = {"rule": None, "said": {"$nin": sorted(said.value for said in FOR_STAFF)}}


def within(wait: timedelta) -> dict[str, Any]:
    """Give the instant after a wait, on the database's clock."""
    return {"$add": ["$$NOW", int(wait / timedelta(milliseconds=1))]}


def not_after(field: str, now: datetime) -> dict[str, Any]:
    """Match what has no such time, or one that has come."""
    return {"$or": [{field: None}, {field: {"$lte": now}}]}


def not_of_held(flights: Collection[str]) -> list[dict[str, Any]]:
    """Match, by all of these, what is not for travellers of flights whose messages staff hold."""
    if not flights:
        return []
    return [{"$nor": [{"flight": {"$in": sorted(flights)}, **FOR_TRAVELLERS}]}]


def fence(row: Notification) -> dict[str, Any]:
    """Match the row only while it is in the hands of whoever claimed it."""
    return {"_id": row.id, "owner": row.owner, "attempt": row.attempt}


def line(event: str) -> str:
    """Write an event for the trace."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {event}"


def event(text: str) -> dict[str, Any]:
    """Trace an event in an update."""
    return {"$push": {"trace": {"$each": [line(text)], "$slice": -TRACE}}}


def traced(text: str) -> dict[str, Any]:
    """Give the trace with an event more, in an update by pipeline."""
    return {"$slice": [{"$concatArrays": ["$trace", [{"$literal": line(text)}]]}, -TRACE]}


def document(row: Notification) -> dict[str, Any]:
    """Dates as dates, but the notice as text: its times are naive where the airport's zone is not known."""
    fields: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    del fields["id"], fields["trace"]
    return {**fields, "notice": notice_text(row.notice)}


def notice_text(notice: Notice | None) -> str | None:
    """Write a notice."""
    return msgspec.json.encode(notice).decode() if notice else None


def read_notice(text: str) -> Notice:
    """Read a notice."""
    return _notice.decode(text)


def _row(found: Document) -> Notification:
    notice = _notice.decode(found["notice"]) if found["notice"] else None
    return msgspec.convert({**found, "id": found["_id"], "notice": notice}, Notification)


_notice = msgspec.json.Decoder(Notice)
reader = Reader(COLLECTION, _row)
