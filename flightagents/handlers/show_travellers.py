"""Finds travellers, and lays together all that is kept of one: flights, words, silences, tasks and acts."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.acts import About, Thing
from flightagents.domain.bookings import Booking
from flightagents.domain.flight_file import Decided
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.people_text import PeopleQuery
from flightagents.domain.sights import is_unseen
from flightagents.domain.times import at_latest
from flightagents.domain.travellers import (
    FoundTravellers,
    Leg,
    ListedTraveller,
    Traveller,
    Word,
    next_leg,
)
from flightagents.handlers.audience import Audience
from flightagents.handlers.booking_draft import draft_of
from flightagents.handlers.edit_booking import version_of
from flightagents.handlers.flight_entries import Teller
from flightagents.handlers.over import what_is_over
from flightagents.ports import Archive, Audit, Bookings, FlightSearch, PeopleSearch, Sights, TravellerFiles

PAGE = 50
"""Travellers of a page."""
MOST = 200
"""Words, silences and tasks of one person that are shown: a year of a busy traveller has fewer."""
COMPANIONS = 50
_DAY = timedelta(days=1)


class ShowTravellers:
    """Reads only. Everything is asked for by an index, however many travellers there are."""

    def __init__(
        self,
        *,
        search: PeopleSearch,
        bookings: Bookings,
        audience: Audience,
        flights: FlightSearch,
        archive: Archive,
        sights: Sights,
        files: TravellerFiles,
        audit: Audit,
        key: Callable[[str], str],
        clock: Clock,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`key` hashes addresses and ids of bookings; traces are in the time that `real_now` tells."""
        self._search = search
        self._bookings = bookings
        self._audience = audience
        self._flights = flights
        self._archive = archive
        self._sights = sights
        self._files = files
        self._audit = audit
        self._key = key
        self._clock = clock
        self._real_now = real_now

    async def find(
        self, text: str, *, past: bool = False, after: str | None = None, before: str | None = None
    ) -> FoundTravellers:
        """Give a page of those whom a text finds, soonest first; `past`: also who has flown, latest first.

        Raises CursorError.
        """
        since = None if past else (self._clock.now() - _DAY).date()  # somewhere it still is yesterday
        query = PeopleQuery(text=text, travels_from=since)
        page = await self._search.search(query, limit=PAGE, after=after, before=before)
        return FoundTravellers(
            travellers=await self._listed(page.rows),
            count=await self._search.count(query),
            after=page.after,
            before=page.before,
        )

    async def one(self, key: str) -> Traveller | None:
        """Give one of them; None where a key names nobody."""
        booking = await self._search.one(key)
        if booking is None:
            return None
        (legs,) = await self._legs([booking])
        rows = await self._files.rows(booking.id, MOST)
        flights = sorted({row.flight for row in rows} | {each.flight for leg in legs for each in leg.flights})
        silences, tasks, acts, over, companions = await asyncio.gather(
            self._files.silences(key, flights, MOST),
            self._files.tasks(booking.id, MOST),
            self._audit.read(about=About(Thing.BOOKING, key), limit=MOST),
            what_is_over(self._audience, booking, self._clock.now()),
            self._companions(booking),
        )
        return Traveller(
            key=key,
            booking=booking,
            version=version_of(booking),
            draft=draft_of(booking),
            legs=legs,
            over=over,
            words=self._words(booking, rows, silences),
            tasks=tuple(tasks),
            acts=acts.rows,
            companions=companions,
        )

    async def booking(self, key: str) -> Booking | None:
        """Give the booking alone."""
        return await self._search.one(key)

    async def _companions(self, booking: Booking) -> tuple[ListedTraveller, ...]:
        """Whoever has the same reference; they are not looked up in the feed."""
        others = await self._bookings.of(booking.reference)
        return tuple(
            ListedTraveller(self._key(each.id), each, None) for each in others if each.id != booking.id
        )[:COMPANIONS]

    async def _listed(self, bookings: Sequence[Booking]) -> tuple[ListedTraveller, ...]:
        legs, now = await self._legs(bookings), self._clock.now()
        return tuple(
            ListedTraveller(self._key(booking.id), booking, next_leg(theirs, now))
            for booking, theirs in zip(bookings, legs, strict=True)
        )

    async def _legs(self, bookings: Sequence[Booking]) -> list[tuple[Leg, ...]]:
        """Give the segments of each, with their flights: two questions for all of them."""
        found = await self._audience.matches(bookings, self._clock.now()) if bookings else []
        known = await self._flights.rows({flight for _, _, flights in found for flight in flights})
        sights = await self._sights.of(known) if known else {}
        seen_at = await self._archive.seen_at(sorted(known)) if known else {}
        now = self._clock.now()
        unseen = frozenset(
            flight
            for flight, row in known.items()
            if is_unseen(
                sights.get(flight),
                seen_at.get(flight, row.seen_at),
                at_latest(row.departure.expected),
                now,
            )
        )
        legs = iter(
            Leg(segment, match, tuple(known[each] for each in flights if each in known), unseen)
            for segment, match, flights in found
        )
        return [tuple(next(legs) for _ in booking.segments) for booking in bookings]

    def _words(
        self,
        booking: Booking,
        rows: Sequence[Notification],
        silences: Sequence[tuple[datetime, Silence]],
    ) -> tuple[Word, ...]:
        teller = Teller({booking.id: booking}, self._key, self._clock, self._real_now(), sees_people=True)
        words: list[Word] = []
        for flight in sorted({*(row.flight for row in rows), *(each.flight for _, each in silences)}):
            said = [row for row in rows if row.flight == flight]
            unsaid = [(at, each) for at, each in silences if each.flight == flight]
            told = (each for row in said for each in teller.row(row) if isinstance(each, Decided))
            words += [Word(flight, each) for each in told]
            words += [Word(flight, each) for each in teller.silences(said, unsaid)]
        return tuple(sorted(words, key=lambda word: word.said.at, reverse=True)[:MOST])
