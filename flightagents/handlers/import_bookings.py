"""A file of bookings, read and taken in: for the command line, the watched folder and the web alike."""

import asyncio
import hashlib
from dataclasses import dataclass

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.booking_intake import MANY
from flightagents.domain.bookings import Match
from flightagents.domain.notifications import Notification
from flightagents.errors import BookingFileError
from flightagents.handlers.book import Booked, TakeBookings
from flightagents.handlers.booking_file import BookingFile, read_bookings
from flightagents.ports import Audit
from flightagents.settings import ConsentBasis

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be."""

    size: int
    """Bytes."""
    lines: int

    def require(self, content: bytes, name: str) -> None:
        """Raise BookingFileError for a file that is larger."""
        if len(content) > self.size:
            raise BookingFileError(f"{name}: more than {self.size / MEGABYTE:.0f} MB; split the file")
        lines = content.count(b"\n")
        if lines > self.lines:
            raise BookingFileError(f"{name}: {lines} lines, at most {self.lines}; split the file")


UPLOAD = Limits(5 * MEGABYTE, 50_000)
"""Of a file that somebody waits for."""
EXPORT = Limits(20 * MEGABYTE, 100_000)
"""Of a file that comes by night."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. With `would_send` it did nothing: so many messages want to be seen first."""

    file: BookingFile
    booked: list[Booked]
    would_send: list[Notification]

    @property
    def held(self) -> bool:
        """Whether nothing was imported."""
        return bool(self.would_send)

    @property
    def past(self) -> int:
        """Count the flights whose date is past: nobody is told of them."""
        return sum(each.match is Match.PAST for each in self.booked)


def digest_of(content: bytes) -> str:
    """Name a file by what is in it: its own name may be anything, an address too."""
    return hashlib.sha256(content).hexdigest()


class ImportBookings:
    """Imports a file; doing it again changes nothing. `who` did it stands in the log."""

    def __init__(self, take_bookings: TakeBookings, audit: Audit, clock: Clock, basis: ConsentBasis) -> None:
        self._take_bookings = take_bookings
        self._audit = audit
        self._clock = clock
        self._basis = basis

    async def read(self, content: bytes, name: str, limits: Limits | None = None) -> BookingFile:
        """Read a file, beside whatever else the process does. Raises BookingFileError."""
        if limits is not None:
            limits.require(content, name)
        return await asyncio.to_thread(
            read_bookings, content, name=name, basis=self._basis, now=self._clock.now()
        )

    async def __call__(
        self, content: bytes, name: str, who: str, *, limits: Limits | None = None, anyway: bool = False
    ) -> Imported:
        """Import a file; one that would send more than `MANY` messages at once only `anyway`.

        Raises BookingFileError for a file that cannot be read at all.
        """
        file = await self.read(content, name, limits)
        rows = [] if anyway else await self._take_bookings.preview(file.bookings)
        if len(rows) > MANY:
            return Imported(file, [], rows)
        imported = Imported(file, await self._take_bookings(file.bookings), [])
        about = About(Thing.FILE, digest_of(content)[:16])
        detail = f"{len(file.bookings)} lines, {len(file.refused)} refused"
        now = self._clock.now()
        await self._audit.write([Act(at=now, by=who, did=Did.IMPORTED, about=about, detail=detail)])
        return imported
