"""What a file of bookings would change, before anybody imports it (import_bookings.py). Writes nothing."""

from collections.abc import Sequence

from flightagents.domain.booking_preview import BookingPreview, PreviewedBooking, SegmentPreview, Standing
from flightagents.domain.bookings import SegmentStatus
from flightagents.handlers.book import Planned, TakeBookings
from flightagents.handlers.import_bookings import UPLOAD, ImportBookings, Limits, digest_of


class PreviewBookings:
    """Previews a file; asking again gives the same."""

    def __init__(self, import_bookings: ImportBookings, take_bookings: TakeBookings) -> None:
        self._import_bookings = import_bookings
        self._take_bookings = take_bookings

    async def __call__(self, content: bytes, name: str, limits: Limits = UPLOAD) -> BookingPreview:
        """Tell what an import would do. Raises BookingFileError for a file that cannot be read at all."""
        file = await self._import_bookings.read(content, name, limits)
        planned = await self._take_bookings.plan(file.bookings)
        return BookingPreview(
            name=name,
            digest=digest_of(content),
            bookings=await self._previewed(planned),
            refused=tuple(file.refused),
            ignored_columns=tuple(file.ignored_columns),
            would_send=tuple(await self._take_bookings.would_send(planned)),
        )

    async def _previewed(self, planned: Sequence[Planned]) -> tuple[PreviewedBooking, ...]:
        """Ask of all segments at once: they come back in order."""
        found = iter(await self._take_bookings.matches([each.after for each in planned]))
        return tuple(
            PreviewedBooking(
                _standing(each),
                each.after,
                tuple(
                    SegmentPreview(segment, match, flights)
                    for segment, match, flights in (next(found) for _ in each.after.segments)
                    if segment.status is SegmentStatus.CONFIRMED
                ),
            )
            for each in planned
        )


def _standing(planned: Planned) -> Standing:
    if planned.before is None:
        return Standing.NEW
    return Standing.CHANGED if planned.changed else Standing.UNCHANGED
