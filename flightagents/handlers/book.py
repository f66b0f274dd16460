"""Takes bookings in, and decides at once for those whose flights are late already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flightagents.clock import Clock
from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus
from flightagents.domain.notifications import Notification
from flightagents.handlers.audience import Audience
from flightagents.handlers.consents import KeepOptOuts
from flightagents.handlers.decide import Decide
from flightagents.ports import Bookings

ASKED_AT_ONCE = 10_000
"""Addresses of one question to the database, which takes 16 MB."""


@dataclass(frozen=True, slots=True)
class Booked:
    """One segment of an imported booking, and what the feed knows of it."""

    reference: str
    segment: Segment
    match: Match


@dataclass(frozen=True, slots=True)
class Planned:
    """A booking as it stands, if it does, and as it would stand after an import."""

    before: Booking | None
    after: Booking

    @property
    def changed(self) -> bool:
        """Whether the import says something new."""
        return self.before != self.after


class TakeBookings:
    """Imports bookings: a later line of the same reference and contact replaces the earlier one."""

    def __init__(
        self,
        bookings: Bookings,
        audience: Audience,
        decide: Decide,
        keep_opt_outs: KeepOptOuts,
        clock: Clock,
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._decide = decide
        self._keep_opt_outs = keep_opt_outs
        self._clock = clock

    async def __call__(self, bookings: Sequence[Booking]) -> list[Booked]:
        """Store what has changed and decide on it. What has not changed tells nobody anything."""
        planned = await self.plan(bookings)
        changed = [each.after for each in planned if each.changed]
        await self._bookings.save(changed)
        await self.decide(changed)
        found = await self.matches([each.after for each in planned])
        references = [each.after.reference for each in planned for _ in each.after.segments]
        return [
            Booked(reference, segment, match)
            for reference, (segment, match, _) in zip(references, found, strict=True)
            if segment.status is SegmentStatus.CONFIRMED
        ]

    async def matches(self, bookings: Sequence[Booking]) -> list[tuple[Segment, Match, tuple[str, ...]]]:
        """Tell of each segment what the feed knows, or that its date is past."""
        return await self._audience.matches(bookings, self._clock.now())

    async def plan(self, bookings: Sequence[Booking]) -> list[Planned]:
        """Tell what these bookings would change. Stores nothing."""
        latest = {booking.id: booking for booking in bookings}
        known = await self._bookings.get(list(latest))
        edited = await self._edited([booking for key, booking in latest.items() if key not in known])
        planned: dict[str, Planned] = {}
        for key, booking in latest.items():
            before = known.get(key) or edited.get(key)
            after = merged(before, booking)
            planned[after.id] = Planned(before, after)
        return list(planned.values())

    async def preview(self, bookings: Sequence[Booking]) -> list[Notification]:
        """Give what would be sent if these came in now. Stores nothing."""
        return await self.would_send(await self.plan(bookings))

    async def would_send(self, planned: Sequence[Planned]) -> list[Notification]:
        """Give what would be sent if these plans came true now. Stores nothing."""
        changed = [each.after for each in planned if each.changed]
        return await self._decide.preview(await self._keep_opt_outs.applied(changed)) if changed else []

    async def decide(self, bookings: Sequence[Booking]) -> None:
        """Decide for bookings, also for those whose importer died before it could."""
        if bookings:
            await self._decide.for_bookings(await self._keep_opt_outs(bookings))
            await self._bookings.mark_decided([booking.id for booking in bookings])

    async def catch_up(self) -> None:
        """Decide for bookings that nobody has decided on."""
        await self.decide(await self._bookings.undecided())

    async def _edited(self, unknown: Sequence[Booking]) -> dict[str, Booking]:
        """Find those whose contact staff have changed by hand: they stand under the id of the old one."""
        wanted = {(each.reference, each.email or each.phone): each.id for each in unknown}
        addresses = sorted({contact for _, contact in wanted if contact})
        found: dict[str, Booking] = {}
        for start in range(0, len(addresses), ASKED_AT_ONCE):
            for booking in await self._bookings.at(addresses[start : start + ASKED_AT_ONCE]):
                key = wanted.get((booking.reference, booking.email or booking.phone))
                if key is not None:
                    found[key] = booking
        return found


def merged(known: Booking | None, new: Booking) -> Booking:
    """Keep consents that stand for an address, with their time, and cancel the segments that are gone."""
    if known is None:
        return new
    consents = {
        channel: known.consents.get(channel, given)
        if known.address(channel) == new.address(channel)
        else given
        for channel, given in new.consents.items()
    }
    return replace(
        new, id=known.id, segments=with_those_gone(known.segments, new.segments), consents=consents
    )


def with_those_gone(known: Sequence[Segment], new: Sequence[Segment]) -> tuple[Segment, ...]:
    """Give the new segments, and those that are not among them any more as cancelled."""
    kept = {segment.key for segment in new}
    gone = (replace(old, status=SegmentStatus.CANCELLED) for old in known if old.key not in kept)
    return (*new, *gone)
