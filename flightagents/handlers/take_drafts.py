"""Bookings that a program brings, as they are typed into a form; each is taken or refused by itself.

Like an import (book.py): the same reference and contact is the same booking, the later of two counts, and
bringing it again changes nothing. Who brought what is logged.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.booking_edits import BookingDraft, Errors
from flightagents.domain.booking_intake import MANY, Intake, TakenDraft, TakenDrafts
from flightagents.domain.bookings import Booking, Match, Segment, SegmentStatus
from flightagents.handlers.book import Planned, TakeBookings, with_those_gone
from flightagents.handlers.booking_draft import read_draft
from flightagents.ports import Audit, Bookings
from flightagents.settings import ConsentBasis

Contact = tuple[str, str | None]
Found = tuple[Segment, Match, tuple[str, ...]]
_OTHER = TakenDraft(
    outcome=Intake.REFUSED,
    errors={
        "key": "its reference and contact are of another booking, or of none: edit it by its key instead"
    },
)


class TakeDrafts:
    """Takes them."""

    def __init__(
        self,
        *,
        bookings: Bookings,
        take_bookings: TakeBookings,
        audit: Audit,
        key: Callable[[str], str],
        clock: Clock,
        basis: ConsentBasis,
    ) -> None:
        """`key` hashes the id of a booking, which holds an address, for the log."""
        self._bookings = bookings
        self._take_bookings = take_bookings
        self._audit = audit
        self._key = key
        self._clock = clock
        self._basis = basis

    async def __call__(
        self, drafts: Sequence[BookingDraft], who: str, *, store: bool = True, anyway: bool = False
    ) -> TakenDrafts:
        """Take bookings, or with `store=False` only tell what would come of it.

        What would send more than 20 messages at once is stored only `anyway`.
        """
        read = [self._read(draft, None, who) for draft in drafts]
        planned = await self._planned(drafts, read, who)
        messages = await self._take_bookings.would_send(planned)
        store = store and (anyway or len(messages) <= MANY)
        if store:
            await self._store(planned, who)
        matches = iter(await self._take_bookings.matches([each.after for each in planned]))
        taken = {_contact(each.after): _taken(each, matches) for each in planned}
        return TakenDrafts(
            items=tuple(
                taken.get(_contact(each), _OTHER)
                if isinstance(each, Booking)
                else TakenDraft(outcome=Intake.REFUSED, errors=each)
                for each in read
            ),
            messages=tuple(messages),
            stored=store,
        )

    async def _planned(
        self, drafts: Sequence[BookingDraft], read: Sequence[Booking | Errors], who: str
    ) -> list[Planned]:
        """Read what is known already once more, beside what stands: an empty consent leaves that.

        What was read from one booking and names another by now is left out: it would be a second one.
        """
        latest = {
            _contact(each): draft
            for draft, each in zip(drafts, read, strict=True)
            if isinstance(each, Booking)
        }
        planned = await self._take_bookings.plan([each for each in read if isinstance(each, Booking)])
        return [
            Planned(each.before, self._again(latest[_contact(each.after)], each.before, who))
            if each.before is not None
            else each
            for each in planned
            if latest[_contact(each.after)].key in ("", self._key(each.after.id))
        ]

    def _again(self, draft: BookingDraft, known: Booking, who: str) -> Booking:
        read = self._read(draft, known, who)
        if not isinstance(read, Booking):  # they took a consent back themselves, and so it stays
            read = self._read(replace(draft, consent_email="", consent_sms=""), known, who)
        if not isinstance(read, Booking):
            return known
        return replace(read, segments=with_those_gone(known.segments, read.segments))

    def _read(self, draft: BookingDraft, known: Booking | None, who: str) -> Booking | Errors:
        return read_draft(draft, known, who=who, basis=self._basis, now=self._clock.now())

    async def _store(self, planned: Sequence[Planned], who: str) -> None:
        changed = [each for each in planned if each.changed]
        if not changed:
            return
        await self._bookings.save([each.after for each in changed])
        now = self._clock.now()
        await self._audit.write(
            [
                Act(
                    at=now,
                    by=who,
                    did=Did.CHANGED if each.before else Did.ADDED,
                    about=About(Thing.BOOKING, self._key(each.after.id)),
                )
                for each in changed
            ]
        )
        await self._take_bookings.decide([each.after for each in changed])


def _taken(planned: Planned, matches: Iterator[Found]) -> TakenDraft:
    """The matches of all bookings' segments come in their order."""
    found = [next(matches) for _ in planned.after.segments]
    return TakenDraft(
        outcome=_outcome(planned),
        booking=planned.after,
        matches=tuple(each for each in found if each[0].status is SegmentStatus.CONFIRMED),
    )


def _outcome(planned: Planned) -> Intake:
    if planned.before is None:
        return Intake.NEW
    return Intake.CHANGED if planned.changed else Intake.UNCHANGED


def _contact(booking: Booking) -> Contact:
    return booking.reference, booking.email or booking.phone
