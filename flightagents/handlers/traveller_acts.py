"""What staff do to a booking from its page or through the API, each act logged with who and when.

The log names a booking by its keyed hash, and the fields that were changed, never what stands in them.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Protocol

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.booking_edits import BookingDraft, Edit, Edited, SegmentDraft
from flightagents.domain.bookings import Booking, Channel
from flightagents.handlers.edit_booking import EditBooking, version_of
from flightagents.handlers.forget_people import ForgetPeople
from flightagents.ports import Audit, Bookings, PeopleSearch


class Consenting(Protocol):
    """Takes back, or gives, the consent of an address on a channel, in every booking that has it."""

    async def __call__(self, channel: Channel, address: str, how: str, /) -> None:
        """Do it; `how` is where it came from."""


class TravellerActs:
    """Acts on one booking, which a key names. `store=False` only previews."""

    def __init__(
        self,
        *,
        search: PeopleSearch,
        bookings: Bookings,
        edit_booking: EditBooking,
        forget_people: ForgetPeople,
        withdraw: Consenting,
        give: Consenting,
        audit: Audit,
        key: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._search = search
        self._bookings = bookings
        self._edit_booking = edit_booking
        self._forget_people = forget_people
        self._withdraw = withdraw
        self._give = give
        self._audit = audit
        self._key = key
        self._clock = clock

    def key_of(self, booking: Booking) -> str:
        """Name a booking in an address of a page."""
        return self._key(booking.id)

    async def add(self, draft: BookingDraft, who: str, *, store: bool = True) -> Edited:
        """Add a booking."""
        edited = await self._edit_booking.add(draft, who, store=store)
        return await self._logged(edited, None, who, Did.ADDED)

    async def edit(
        self, key: str, version: str, draft: BookingDraft, who: str, *, store: bool = True
    ) -> Edited:
        """Put a draft in the place of a booking; flights that are not in it any more are cancelled."""
        known = await self._search.one(key)
        if known is None:
            return Edited(edit=Edit.UNKNOWN)
        edited = await self._edit_booking.edit(known.id, version, draft, who, store=store)
        return await self._logged(edited, known, who, Did.CHANGED)

    async def rebook(
        self, key: str, version: str, segment: int, new: SegmentDraft, who: str, *, store: bool = True
    ) -> Edited:
        """Mark a flight of a booking, by its place in it, as rebooked, and add the one they fly instead."""
        known = await self._search.one(key)
        if known is None:
            return Edited(edit=Edit.UNKNOWN)
        edited = await self._edit_booking.rebook(known.id, version, segment, new, store=store)
        return await self._logged(edited, known, who, Did.REBOOKED)

    async def cancel(
        self, key: str, version: str, segment: int | None, who: str, *, store: bool = True
    ) -> Edited:
        """Cancel a flight of a booking, by its place in it, or all of them."""
        known = await self._search.one(key)
        if known is None:
            return Edited(edit=Edit.UNKNOWN)
        edited = await self._edit_booking.cancel(known.id, version, segment, store=store)
        return await self._logged(edited, known, who, Did.CANCELLED)

    async def cancel_reference(self, reference: str, who: str) -> int:
        """Cancel all flights of all people of a reference; give of how many people that was done."""
        done = 0
        for known in await self._bookings.of(reference):
            edited = await self._edit_booking.cancel(known.id, version_of(known))
            while edited.edit is Edit.CONFLICT and edited.booking is not None:  # somebody else was faster
                known = edited.booking  # noqa: PLW2901 - what is cancelled is how it stands now
                edited = await self._edit_booking.cancel(known.id, edited.version)
            await self._logged(edited, known, who, Did.CANCELLED)
            done += edited.edit is Edit.SAVED
        return done

    async def consent(self, key: str, channel: Channel, who: str, *, given: bool) -> bool:
        """Note what somebody said to one of the staff: stop, or write to me again; False without an address.

        It holds for every booking with that address.
        """
        known = await self._search.one(key)
        address = known.address(channel) if known else None
        if address is None:
            return False
        await (self._give if given else self._withdraw)(channel, address, f"phone:{who}")
        detail = f"consent to {channel} {'given' if given else 'taken back'}, by phone"
        await self._log(key, who, Did.CHANGED, detail)
        return True

    async def forget(self, key: str, who: str) -> int:
        """Erase all people of a booking's reference; give how many those were."""
        known = await self._search.one(key)
        return await self.forget_reference(known.reference, who) if known else 0

    async def forget_reference(self, reference: str, who: str) -> int:
        """Erase all people of a reference; give how many those were."""
        keys = [self._key(each.id) for each in await self._bookings.of(reference)]
        count = await self._forget_people(reference)
        for each in keys:
            await self._log(each, who, Did.FORGOT)
        return count

    async def _logged(self, edited: Edited, before: Booking | None, who: str, did: Did) -> Edited:
        after = edited.booking
        if edited.edit is Edit.SAVED and after is not None and after != before:
            await self._log(self._key(after.id), who, did, _changed(before, after) if before else "")
        return edited

    async def _log(self, key: str, who: str, did: Did, detail: str = "") -> None:
        about = About(Thing.BOOKING, key)
        await self._audit.write([Act(at=self._clock.now(), by=who, did=did, about=about, detail=detail)])


def _changed(before: Booking, after: Booking) -> str:
    names = (each.name for each in fields(Booking))
    return ", ".join(name for name in names if getattr(before, name) != getattr(after, name))
