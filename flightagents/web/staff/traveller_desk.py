"""What the pages of travellers call, as they want to see it."""

from dataclasses import dataclass
from typing import Protocol

from flightagents.domain.booking_edits import BookingDraft, Edited, SegmentDraft
from flightagents.domain.booking_preview import BookingPreview, Refused, TakenIn
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.travellers import FoundTravellers, Traveller


class ShowTravellers(Protocol):
    """Finds them."""

    async def find(
        self, text: str, *, past: bool = False, after: str | None = None, before: str | None = None
    ) -> FoundTravellers:
        """Give a page of those whom a text finds; `past`: also who flies no more. Raises CursorError."""

    async def one(self, key: str) -> Traveller | None:
        """Give one; None where a key names nobody."""


class TravellerActs(Protocol):
    """Acts on one booking by its key; each is logged. `store=False` only previews."""

    def key_of(self, booking: Booking) -> str:
        """Name a booking in an address of a page."""

    async def add(self, draft: BookingDraft, who: str, *, store: bool = True) -> Edited:
        """Add a booking."""

    async def edit(
        self, key: str, version: str, draft: BookingDraft, who: str, *, store: bool = True
    ) -> Edited:
        """Put a draft in the place of a booking."""

    async def rebook(
        self, key: str, version: str, segment: int, new: SegmentDraft, who: str, *, store: bool = True
    ) -> Edited:
        """Mark a flight, by its place, as rebooked, and add the one they fly instead."""

    async def cancel(
        self, key: str, version: str, segment: int | None, who: str, *, store: bool = True
    ) -> Edited:
        """Cancel a flight, by its place, or all of them."""

    async def consent(self, key: str, channel: Channel, who: str, *, given: bool) -> bool:
        """Note consent that was given, or taken back, by phone; False without an address."""

    async def forget(self, key: str, who: str) -> int:
        """Erase all people of a booking's reference; give how many."""


class UploadBookings(Protocol):
    """Files, each of the user who uploaded it; None where it is not kept any more."""

    async def keep(self, content: bytes, name: str, who: str) -> str:
        """Keep a file, and give its digest. Raises BookingFileError for one that cannot be read at all."""

    async def preview(self, digest: str, who: str) -> BookingPreview | None:
        """Tell what it would do."""

    async def preview_sent(self, content: bytes, name: str) -> BookingPreview:
        """Tell what a file that is not kept would do. Raises BookingFileError."""

    async def refused(self, digest: str, who: str) -> tuple[Refused, ...] | None:
        """Give its lines that are no bookings."""

    async def take(self, digest: str, who: str) -> TakenIn | None:
        """Import it."""

    async def take_sent(self, content: bytes, name: str, who: str) -> TakenIn:
        """Import a file that is not kept. Raises BookingFileError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TravellersDesk:
    """Use cases of travellers."""

    show: ShowTravellers
    acts: TravellerActs
    uploads: UploadBookings
    watches_folder: bool
    """Whether files are imported from a folder, too."""
