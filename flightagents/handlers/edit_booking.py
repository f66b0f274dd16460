"""One booking, added or changed by hand: seen first, then stored and decided on at once.

Whoever changes a booking says which version of it they saw: of two who change the same one, the second is
told, and overwrites nothing.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import msgspec

from flightagents.clock import Clock
from flightagents.domain.booking_edits import BookingDraft, Edit, Edited, Errors, SegmentDraft
from flightagents.domain.bookings import Booking, Segment, SegmentStatus
from flightagents.domain.flown import Over, too_late
from flightagents.handlers.audience import Audience
from flightagents.handlers.book import Planned, TakeBookings, with_those_gone
from flightagents.handlers.booking_draft import read_draft, read_segment
from flightagents.handlers.over import what_is_over
from flightagents.ports import Bookings
from flightagents.settings import ConsentBasis

NOT_THERE = "there is no such flight in the booking"
ALL_OVER = "all flights of this booking are over: there is nothing to cancel"


def version_of(booking: Booking) -> str:
    """Name a version of a booking by its content."""
    return hashlib.sha256(msgspec.json.encode(booking)).hexdigest()[:16]


class EditBooking:
    """Adds, edits, rebooks and cancels. `who` is the name of a person; `store=False` only previews."""

    def __init__(
        self,
        bookings: Bookings,
        audience: Audience,
        take_bookings: TakeBookings,
        clock: Clock,
        basis: ConsentBasis,
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._take_bookings = take_bookings
        self._clock = clock
        self._basis = basis

    async def add(self, draft: BookingDraft, who: str, *, store: bool = True) -> Edited:
        """Add a booking."""
        read = self._read(draft, None, who)
        if not isinstance(read, Booking):
            return Edited(edit=Edit.WRONG, errors=read)
        (planned,) = await self._take_bookings.plan([read])
        if planned.before is not None:
            return _as_it_stands(Edit.EXISTS, planned.before)
        return await self._carry_out(None, read, store=store)

    async def edit(
        self, key: str, version: str, draft: BookingDraft, who: str, *, store: bool = True
    ) -> Edited:
        """Put a draft in the place of a booking; flights that are not in it any more are cancelled."""

        async def change(known: Booking) -> Booking | Errors:
            read = self._read(draft, known, who)
            if not isinstance(read, Booking):
                return read
            return replace(read, segments=with_those_gone(known.segments, read.segments))

        return await self._change(key, version, change, store=store)

    async def rebook(
        self, key: str, version: str, segment: int, new: SegmentDraft, *, store: bool = True
    ) -> Edited:
        """Mark a flight of a booking, by its place in it, as rebooked, and add the one they fly instead."""

        async def change(known: Booking) -> Booking | Errors:
            if segment not in range(len(known.segments)):
                return {"segment": NOT_THERE}
            if why := (await self._over(known))[segment]:
                return {"segment": too_late(known.segments[segment], why)}
            read = read_segment(new, "new")
            if not isinstance(read, Segment):
                return read
            if any(each.key == read.key for each in known.segments):
                return {"new.designator": "this flight is in the booking already"}
            rebooked = replace(known.segments[segment], status=SegmentStatus.REBOOKED)
            before, after = known.segments[:segment], known.segments[segment + 1 :]
            return replace(known, segments=(*before, rebooked, read, *after))

        return await self._change(key, version, change, store=store)

    async def cancel(
        self, key: str, version: str, segment: int | None = None, *, store: bool = True
    ) -> Edited:
        """Cancel a flight of a booking, by its place in it, or all that are not over."""

        async def change(known: Booking) -> Booking | Errors:
            if segment is not None and segment not in range(len(known.segments)):
                return {"segment": NOT_THERE}
            over = await self._over(known)
            if segment is not None and (why := over[segment]):
                return {"segment": too_late(known.segments[segment], why)}
            if all(over):
                return {"segment": ALL_OVER}
            segments = (
                replace(each, status=SegmentStatus.CANCELLED)
                if segment in (None, place) and not over[place]
                else each
                for place, each in enumerate(known.segments)
            )
            return replace(known, segments=tuple(segments))

        return await self._change(key, version, change, store=store)

    async def _over(self, known: Booking) -> tuple[Over | None, ...]:
        return await what_is_over(self._audience, known, self._clock.now())

    def _read(self, draft: BookingDraft, known: Booking | None, who: str) -> Booking | Errors:
        return read_draft(draft, known, who=who, basis=self._basis, now=self._clock.now())

    async def _change(
        self,
        key: str,
        version: str,
        change: Callable[[Booking], Awaitable[Booking | Errors]],
        *,
        store: bool,
    ) -> Edited:
        known = (await self._bookings.get([key])).get(key)
        if known is None:
            return Edited(edit=Edit.UNKNOWN)
        if version != version_of(known):
            return _as_it_stands(Edit.CONFLICT, known)
        changed = await change(known)
        if isinstance(changed, Mapping):
            return Edited(edit=Edit.WRONG, booking=known, version=version, errors=changed)
        return await self._carry_out(known, changed, store=store)

    async def _carry_out(self, before: Booking | None, after: Booking, *, store: bool) -> Edited:
        messages = tuple(await self._take_bookings.would_send([Planned(before, after)]))
        edited = Edited(
            edit=Edit.SAVED if store else Edit.PREVIEWED,
            booking=after,
            version=version_of(after) if store else version_of(before) if before else "",
            matches=tuple(await self._audience.matches([after], self._clock.now())),
            messages=messages,
        )
        if not store or before == after:
            return edited
        if not await self._bookings.replace(before, after):
            standing = (await self._bookings.get([after.id])).get(after.id)
            if standing is None:
                return Edited(edit=Edit.UNKNOWN)
            return _as_it_stands(Edit.EXISTS if before is None else Edit.CONFLICT, standing)
        await self._take_bookings.decide([after])
        stored = (await self._bookings.get([after.id])).get(after.id, after)  # an opt-out may stand
        return replace(edited, booking=stored, version=version_of(stored))


def _as_it_stands(edit: Edit, booking: Booking) -> Edited:
    return Edited(edit=edit, booking=booking, version=version_of(booking))
