"""What the staff page's long lists are made of: reads alone, each served by an index and bounded."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from flightagents.domain.bookings import Booking
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Change
from flightagents.domain.flight_list import FlightQuery, FlightRow
from flightagents.domain.message_list import LastWord, MessageQuery
from flightagents.domain.notifications import Notification
from flightagents.domain.pages import Count, Page
from flightagents.domain.people_text import PeopleQuery


class FlightSearch(Protocol):
    """Flights by what somebody looks for."""

    async def search(
        self, query: FlightQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[FlightRow]:
        """Give a page of the flights that a query finds, in its order. Raises CursorError."""

    async def count(self, query: FlightQuery) -> Count:
        """Count the flights that a query finds, up to 1,000."""

    async def disrupted(
        self, now: datetime, *, before: timedelta, ahead: timedelta, limit: int
    ) -> list[FlightRow]:
        """Give the flights with a trouble that leave, or once they have left arrive, in a window around now.

        The gravest first, then by that time: what a limit cuts off is what matters least.
        """

    async def numbers_of_disrupted(
        self,
        now: datetime,
        *,
        before: timedelta,
        ahead: timedelta,
        among: Collection[str] | None = None,
    ) -> dict[str, tuple[str, ...]]:
        """Give the numbers that each flight of the same window is sold under, in the same order.

        Of 5,000 flights at most; with `among`, of these alone.
        """

    async def rows(self, flights: Collection[str]) -> dict[str, FlightRow]:
        """Give what is known of these flights, by identity."""


class ChangeSearch(Protocol):
    """The history of flights."""

    async def recent(
        self, query: ChangeQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Change]:
        """Give a page of the changes that a query finds, newest first. Raises CursorError."""

    async def latest(self, flights: Collection[str]) -> dict[str, Change]:
        """Give the last change of each of these flights that has one."""


class MessageSearch(Protocol):
    """The ledger."""

    async def search(
        self, query: MessageQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Notification]:
        """Give a page of the rows that a query finds, newest first, without messages. Raises CursorError."""

    async def standing_of(self, flights: Collection[str]) -> dict[str, dict[str, LastWord]]:
        """Give, by flight and booking, the last that each person was told, or was to be told.

        Of 500 flights at most. Whoever no row was ever written for is missing: they were not told.
        """


class PeopleSearch(Protocol):
    """Bookings by who is on them; a key is the keyed hash of a booking's id, for addresses of pages."""

    async def search(
        self, query: PeopleQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[Booking]:
        """Give a page of the bookings that a query finds. Raises CursorError."""

    async def one(self, key: str) -> Booking | None:
        """Give the booking that a key names; None where there is none."""

    async def count(self, query: PeopleQuery) -> Count:
        """Count the bookings that a query finds, up to 1,000."""
