"""A file of bookings that somebody uploads: kept for a while, looked at, and taken in once they confirm it.

Any worker may be asked next, so it is kept in the database, by the digest of its content: whoever confirms a
preview confirms what was previewed. A program sends its file each time: none of those is kept.
"""

from flightagents.domain.booking_preview import BookingPreview, Refused, TakenIn, Upload
from flightagents.handlers.import_bookings import UPLOAD, ImportBookings, digest_of
from flightagents.handlers.preview_bookings import PreviewBookings
from flightagents.ports import Uploads


class UploadBookings:
    """Acts of one user, who alone may go on with their file."""

    def __init__(
        self,
        *,
        uploads: Uploads,
        import_bookings: ImportBookings,
        preview_bookings: PreviewBookings,
    ) -> None:
        self._uploads = uploads
        self._import_bookings = import_bookings
        self._preview_bookings = preview_bookings

    async def keep(self, content: bytes, name: str, who: str) -> str:
        """Keep a file, and give its digest. Raises BookingFileError for one that cannot be read at all."""
        await self._import_bookings.read(content, name, UPLOAD)
        digest = digest_of(content)
        await self._uploads.keep(who, digest, Upload(name, content))
        return digest

    async def preview(self, digest: str, who: str) -> BookingPreview | None:
        """Tell what a file would do; None where it is not kept any more."""
        upload = await self._uploads.find(who, digest)
        return await self._preview_bookings(upload.content, upload.name) if upload else None

    async def preview_sent(self, content: bytes, name: str) -> BookingPreview:
        """Tell what a file that is not kept would do. Raises BookingFileError."""
        return await self._preview_bookings(content, name)

    async def refused(self, digest: str, who: str) -> tuple[Refused, ...] | None:
        """Give the lines of a file that are no bookings; None where it is not kept any more."""
        upload = await self._uploads.find(who, digest)
        if upload is None:
            return None
        return tuple((await self._import_bookings.read(upload.content, upload.name, UPLOAD)).refused)

    async def take(self, digest: str, who: str) -> TakenIn | None:
        """Import a file; doing it again changes nothing. None where it is not kept any more."""
        upload = await self._uploads.find(who, digest)
        return await self.take_sent(upload.content, upload.name, who) if upload else None

    async def take_sent(self, content: bytes, name: str, who: str) -> TakenIn:
        """Import a file that is not kept. Raises BookingFileError."""
        imported = await self._import_bookings(content, name, who, limits=UPLOAD, anyway=True)
        return TakenIn(len(imported.file.bookings), len(imported.file.refused), imported.past)
