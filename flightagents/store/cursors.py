"""Cursors: where a list that is sorted by time, newest first, and then by id, goes on."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from flightagents.errors import CursorError

LONGEST = 200


def write(at: datetime, key: str) -> str:
    """Write the place of an entry; its id may be anything."""
    millis = int(at.timestamp() * 1000)
    return base64.urlsafe_b64encode(f"{millis}|{key}".encode()).decode().rstrip("=")


def read(cursor: str) -> tuple[datetime, str]:
    """Read a place. Raises CursorError."""
    if len(cursor) > LONGEST:
        raise CursorError
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        millis, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition("|")
        return datetime.fromtimestamp(int(millis) / 1000, UTC), key
    except (ValueError, OverflowError, OSError, binascii.Error):
        raise CursorError from None


def older_than(field: str, cursor: str) -> dict[str, Any]:
    """Match what comes after an entry, newest first. Raises CursorError."""
    at, key = read(cursor)
    return {"$or": [{field: {"$lt": at}}, {field: at, "_id": {"$lt": key}}]}
