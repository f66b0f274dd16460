"""Erases the people of a booking everywhere but in counts."""

from collections.abc import Awaitable, Callable, Sequence

from flightagents.domain.bookings import Booking
from flightagents.ports import Bookings, Ledger, Tasks


class ForgetPeople:
    """Whoever is in another booking too stays known there, with what was said to them."""

    def __init__(
        self,
        bookings: Bookings,
        ledger: Ledger,
        tasks: Tasks,
        notes: Callable[[Sequence[Booking]], Awaitable[None]],
        address_key: Callable[[str], str],
    ) -> None:
        """`notes` empties those on flights that name them."""
        self._bookings = bookings
        self._ledger = ledger
        self._tasks = tasks
        self._forget_notes = notes
        self._address_key = address_key

    async def __call__(self, reference: str) -> int:
        """Forget; give how many people the booking had."""
        theirs = await self._bookings.of(reference)
        ids = [booking.id for booking in theirs]
        addresses = {address for each in theirs for address in each.addresses}
        others = [each for each in await self._bookings.at(sorted(addresses)) if each.id not in ids]
        shared = addresses & {address for each in others for address in each.addresses}
        still_booked = [self._address_key(address) for address in sorted(shared)]
        # Before the bookings, which alone tell whose the rows are, and after, for what was decided meanwhile.
        await self._erase(ids, still_booked)
        await self._forget_notes(theirs)
        await self._bookings.forget(ids)
        await self._erase(ids, still_booked)
        return len(ids)

    async def _erase(self, ids: Sequence[str], still_booked: Sequence[str]) -> None:
        await self._ledger.erase(ids, still_booked)
        await self._tasks.erase(ids)
