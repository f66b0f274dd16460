"""Whoever brings the token of a page: which booking and flight it was made for.

The token is all the authority that its page needs, and it leads nowhere once its people are forgotten.
"""

import re
from dataclasses import dataclass

from flightagents.domain.bookings import Booking
from flightagents.domain.notifications import Notification
from flightagents.handlers.links import Links
from flightagents.ports import Bookings, Pages

_TOKEN = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Bearer:
    """A booking, and what was written about one of its flights; oldest first, at least one row."""

    booking: Booking
    rows: tuple[Notification, ...]


class Bearers:
    """Reads tokens."""

    def __init__(self, pages: Pages, bookings: Bookings, links: Links) -> None:
        self._pages = pages
        self._bookings = bookings
        self._links = links

    async def __call__(self, token: str) -> Bearer | None:
        """Find who a token was made for; what does not look like one costs no query."""
        if not _TOKEN.fullmatch(token):
            return None
        rows = [row for row in await self._pages.rows_of(token) if self._made_for(token, row)]
        ids = [row.booking for row in rows if row.booking is not None]
        found = await self._bookings.get(ids[:1]) if ids else {}
        return Bearer(found[ids[0]], tuple(rows)) if found else None

    def _made_for(self, token: str, row: Notification) -> bool:
        return row.booking is not None and self._links.is_of(token, row.booking, row.flight)
