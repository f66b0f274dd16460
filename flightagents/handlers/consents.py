"""Takes consent back, and notes it anew: for an address, in every booking that has it, now and later.

The opt-out is stored before the bookings are looked up, and an import looks for opt-outs after it has stored
its bookings (book.py): whoever comes second sees what the other did.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import Booking, Channel, Consent, SegmentStatus
from flightagents.domain.consents import OptOut, revoked
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.ports import Bookings, OptOuts, Tasks

AddressKey = Callable[[str], str]

_SUMMARY = {
    Channel.EMAIL: "Wants no more emails.",
    Channel.SMS: "Wants no more SMS.",
}


class WithdrawConsent:
    """Ends messages to an address on a channel. Doing it again does nothing."""

    def __init__(
        self, bookings: Bookings, opt_outs: OptOuts, tasks: Tasks, address_key: AddressKey, clock: Clock
    ) -> None:
        self._bookings = bookings
        self._opt_outs = opt_outs
        self._tasks = tasks
        self._address_key = address_key
        self._clock = clock

    async def __call__(self, channel: Channel, address: str, how: str) -> None:
        """Take consent back in all bookings of an address; staff hear of those that have a flight ahead."""
        now = self._clock.now()
        new = OptOut(channel=channel, address_key=self._address_key(address), at=now, how=how)
        opt_out = await self._opt_outs.add(new)
        await self._bookings.revoke(channel, address, opt_out.at, opt_out.how)
        booked = [each for each in await self._bookings.at([address]) if each.address(channel) == address]
        today = (now - timedelta(days=1)).date()  # somewhere it still is
        await self._tasks.open(
            [
                _task(booking, opt_out, self._address_key(booking.id))
                for booking in booked
                if channel in booking.consents
                and any(
                    each.status is SegmentStatus.CONFIRMED and each.flight_date >= today
                    for each in booking.segments
                )
            ]
        )


def _task(booking: Booking, opt_out: OptOut, person: str) -> Task:
    """Its id has the opt-out's time: who stops, starts and stops again is a task again."""
    others = [each for each in booking.channels if each is not opt_out.channel and booking.allows(each)]
    left = "SMS" if Channel.SMS in others else "email"
    then = (
        f"Only {left} is left." if others else "Nothing reaches them any more: call when the flight changes."
    )
    return Task(
        id=task_id(TaskKind.CONSENT_WITHDRAWN, opt_out.channel, person, opt_out.at.isoformat()),
        kind=TaskKind.CONSENT_WITHDRAWN,
        flight=None,
        booking=booking.id,
        summary=f"{_SUMMARY[opt_out.channel]} {then}",
        created_at=opt_out.at,
    )


class GiveConsent:
    """Notes consent that a person gives themselves, and decides on their bookings again (watch does)."""

    def __init__(self, bookings: Bookings, opt_outs: OptOuts, address_key: AddressKey, clock: Clock) -> None:
        self._bookings = bookings
        self._opt_outs = opt_outs
        self._address_key = address_key
        self._clock = clock

    async def __call__(self, channel: Channel, address: str, source: str) -> None:
        """Note consent in all bookings of an address; an opt-out of it is over."""
        await self._opt_outs.remove(channel, self._address_key(address))
        await self._bookings.give(channel, address, Consent(source=source, at=self._clock.now()))

    async def had_stopped(self, channel: Channel, address: str) -> bool:
        """Tell whether an opt-out stands."""
        standing = await self._opt_outs.of([self._address_key(address)])
        return any(each.channel is channel for each in standing)


class KeepOptOuts:
    """What an import says of consent does not outdo what the person said."""

    def __init__(self, bookings: Bookings, opt_outs: OptOuts, address_key: AddressKey) -> None:
        self._bookings = bookings
        self._opt_outs = opt_outs
        self._address_key = address_key

    async def applied(self, bookings: Sequence[Booking]) -> list[Booking]:
        """Give these bookings without the consents that were taken back. Stores nothing."""
        return [after for _, after in await self._pairs(bookings)]

    async def __call__(self, bookings: Sequence[Booking]) -> list[Booking]:
        """Take those consents back in the store as well."""
        pairs = await self._pairs(bookings)
        for before, after in pairs:
            for channel, consent in after.consents.items():
                address = after.address(channel)
                if consent != before.consents[channel] and consent.revoked_at is not None and address:
                    await self._bookings.revoke(channel, address, consent.revoked_at, consent.revoked_by)
        return [after for _, after in pairs]

    async def _pairs(self, bookings: Sequence[Booking]) -> list[tuple[Booking, Booking]]:
        addresses = {address for each in bookings for address in each.addresses}
        keys = {address: self._address_key(address) for address in sorted(addresses)}
        found = await self._opt_outs.of(list(keys.values())) if keys else []
        standing = {(each.channel, each.address_key): each for each in found}
        pairs = []
        for booking in bookings:
            after = booking
            for channel in booking.consents:
                opt_out = standing.get((channel, keys.get(booking.address(channel) or "", "")))
                after = revoked(after, opt_out) if opt_out else after
            pairs.append((booking, after))
        return pairs
