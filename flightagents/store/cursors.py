"""Where a page ended, as a word that only we can read: the time and the id of its last document."""

import base64
import binascii
from datetime import UTC, datetime

import msgspec

from flightagents.errors import CursorError


def cursor_after(at: datetime, key: str) -> str:
    """Write the place after a document; MongoDB's times have milliseconds."""
    text = msgspec.json.encode((round(at.timestamp() * 1000), key))
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Read what `cursor_after` wrote. Raises CursorError."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        milliseconds, key = msgspec.json.decode(text, type=tuple[int, str])
        return datetime.fromtimestamp(milliseconds / 1000, UTC), key
    except (binascii.Error, UnicodeError, msgspec.DecodeError, OverflowError, OSError, ValueError):
        raise CursorError from None
