"""Who is on which flight, and what they want."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from flightagents.domain.booking_preview import Upload
from flightagents.domain.bookings import Booking, Channel, Consent, Segment, Ticket
from flightagents.domain.changes import Change
from flightagents.domain.consents import OptOut
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.tasks import Task


class Bookings(Protocol):
    """Who is on which flight."""

    async def get(self, ids: Sequence[str]) -> dict[str, Booking]:
        """Give those of these bookings that exist."""

    async def on(self, numbers: Iterable[tuple[str, str]]) -> list[Booking]:
        """Give the bookings with a segment of one of these numbers and dates."""

    async def numbers_flown(self, designators: Sequence[str], days: Sequence[date]) -> set[str]:
        """Give those of these designators that somebody is booked on, on one of these local dates."""

    async def segments_flown(self, since: date, until: date) -> list[Segment]:
        """Give the confirmed segments of these local dates, both included, each once however many fly it."""

    async def flown_by(self, since: date, until: date) -> list[tuple[Segment, int]]:
        """Give the same segments, with how many people fly each."""

    async def tickets(self, numbers: Iterable[tuple[str, str]]) -> list[Ticket]:
        """Give the confirmed segments of these numbers and dates, with whose they are, by booking."""

    async def undecided(self) -> list[Booking]:
        """Give the bookings that were stored and never decided on: whoever stored them died."""

    async def of(self, reference: str) -> list[Booking]:
        """Give the bookings of a reference."""

    async def at(self, addresses: Sequence[str], days: tuple[date, date] | None = None) -> list[Booking]:
        """Give the bookings with one of these addresses; with `days`, those that fly between them."""

    async def forget(self, ids: Sequence[str]) -> None:
        """Delete bookings."""

    async def save(self, bookings: Sequence[Booking]) -> None:
        """Store bookings, as not decided on."""

    async def replace(self, before: Booking | None, after: Booking) -> bool:
        """Store a booking, as not decided on, in the place of what stood there; None: of nothing.

        False, and nothing is stored, where it does not stand like that any more.
        """

    async def mark_decided(self, ids: Sequence[str]) -> None:
        """Note that these bookings were decided on."""

    async def revoke(self, channel: Channel, address: str, at: datetime, how: str) -> None:
        """Take back the consent of an address in every booking; one that was taken back before stays so."""

    async def give(self, channel: Channel, address: str, consent: Consent) -> None:
        """Note the consent of an address in every booking, and that they are to be decided on again."""


class OptOuts(Protocol):
    """The addresses that want no more messages, as keyed hashes: they outlive the bookings."""

    async def add(self, opt_out: OptOut) -> OptOut:
        """Add one; give the one that stands: an earlier one stays."""

    async def remove(self, channel: Channel, address_key: str) -> bool:
        """Forget one; False where none stood."""

    async def of(self, address_keys: Sequence[str]) -> list[OptOut]:
        """Give those of these addresses, on any channel."""


class Once(Protocol):
    """What was done, by a name, for as many days as anybody may ask for it again."""

    async def done(self, name: str) -> bool:
        """Tell whether it was noted."""

    async def note(self, name: str) -> bool:
        """Note it; False where it was noted before."""


class TravellerFiles(Protocol):
    """What is kept of one person of a booking, beside the booking: newest first, and no more than `limit`."""

    async def rows(self, booking: str, limit: int) -> list[Notification]:
        """Give their rows of the ledger, of all flights, with the words in plain text."""

    async def silences(
        self, person: str, flights: Sequence[str], limit: int
    ) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell them (a keyed hash) of these flights, with their times."""

    async def tasks(self, booking: str, limit: int) -> list[Task]:
        """Give the tasks about them."""


class Uploads(Protocol):
    """Files that somebody has uploaded and may confirm, for some minutes: any worker may be asked next."""

    async def keep(self, user: str, digest: str, upload: Upload) -> None:
        """Keep a file for a user, by the digest of its content."""

    async def find(self, user: str, digest: str) -> Upload | None:
        """Give a user's file; None where it is not kept any more, or is somebody else's."""


class Pages(Protocol):
    """What a traveller's page is made of, beside the flight's state."""

    async def rows_of(self, link: str) -> list[Notification]:
        """Give the newest rows of a page's token; oldest first."""

    async def changes_of(self, flight: str) -> list[Change]:
        """Give a flight's newest changes, without its states; oldest first."""

    async def seen_at(self, flight: str) -> datetime | None:
        """Give the poll time of the last record of a flight; None where none is kept."""
