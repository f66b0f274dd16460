"""Takes bookings in, and decides at once for those whose flights are late already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus
from flightagents.domain.notifications import Notification
from flightagents.handlers.audience import Audience
from flightagents.handlers.consents import KeepOptOuts
from flightagents.handlers.decide import Decide
from flightagents.ports import Bookings


@dataclass(frozen=True, slots=True)
class Booked:
    """One segment of an imported booking, and what the feed knows of it."""

    reference: str
    segment: Segment
    match: Match


class TakeBookings:
    """Imports bookings: a later line of the same reference and contact replaces the earlier one."""

    def __init__(
        self, bookings: Bookings, audience: Audience, decide: Decide, keep_opt_outs: KeepOptOuts
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._decide = decide
        self._keep_opt_outs = keep_opt_outs

    async def __call__(self, bookings: Sequence[Booking]) -> list[Booked]:
        """Store what has changed and decide on it. What has not changed tells nobody anything."""
        latest = {booking.id: booking for booking in bookings}
        known = await self._bookings.get(list(latest))
        merged = {key: _merged(known.get(key), booking) for key, booking in latest.items()}
        changed = [booking for key, booking in merged.items() if booking != known.get(key)]
        await self._bookings.save(changed)
        await self.decide(changed)
        answers = []
        for booking in merged.values():
            for segment, found, _ in await self._audience.matches([booking]):
                if segment.status is SegmentStatus.CONFIRMED:
                    answers.append(Booked(booking.reference, segment, found))
        return answers

    async def preview(self, bookings: Sequence[Booking]) -> list[Notification]:
        """Give what would be sent if these came in now. Stores nothing."""
        latest = {booking.id: booking for booking in bookings}
        known = await self._bookings.get(list(latest))
        merged = [_merged(known.get(key), booking) for key, booking in latest.items()]
        changed = [booking for booking in merged if booking != known.get(booking.id)]
        return await self._decide.preview(await self._keep_opt_outs.applied(changed)) if changed else []

    async def decide(self, bookings: Sequence[Booking]) -> None:
        """Decide for bookings, also for those whose importer died before it could."""
        if bookings:
            await self._decide.for_bookings(await self._keep_opt_outs(bookings))
            await self._bookings.mark_decided([booking.id for booking in bookings])

    async def catch_up(self) -> None:
        """Decide for bookings that nobody has decided on."""
        await self.decide(await self._bookings.undecided())


def _merged(known: Booking | None, new: Booking) -> Booking:
    """Keep consents that stand for an address, with their time, and cancel the segments that are gone."""
    if known is None:
        return new
    kept = {segment.key for segment in new.segments}
    gone = [replace(old, status=SegmentStatus.CANCELLED) for old in known.segments if old.key not in kept]
    consents = {
        channel: known.consents.get(channel, given)
        if known.address(channel) == new.address(channel)
        else given
        for channel, given in new.consents.items()
    }
    return replace(new, segments=(*new.segments, *gone), consents=consents)
