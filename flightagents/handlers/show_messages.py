"""Lists the ledger for staff, and opens one row with its words, as far as one may see people."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from flightagents.clock import Clock
from flightagents.domain.acts import About, Thing
from flightagents.domain.flight_file import Decided
from flightagents.domain.message_file import ListedMessage, MessageFile
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.notifications import Notification, State
from flightagents.domain.pages import Page
from flightagents.handlers.flight_entries import Teller
from flightagents.ports import Audit, Bookings, HeldFlights, Ledger, MessageSearch

ACTS = 50
"""Acts on one message that are shown."""


class ShowMessages:
    """Reads only: three queries for a page, four for one row."""

    def __init__(
        self,
        *,
        search: MessageSearch,
        ledger: Ledger,
        bookings: Bookings,
        audit: Audit,
        held: HeldFlights,
        key: Callable[[str], str],
        clock: Clock,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`key` hashes addresses and ids of bookings; traces are in the time that `real_now` tells."""
        self._search = search
        self._ledger = ledger
        self._bookings = bookings
        self._audit = audit
        self._held = held
        self._key = key
        self._clock = clock
        self._real_now = real_now

    async def find(
        self,
        query: MessageQuery,
        *,
        sees_people: bool,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[ListedMessage]:
        """Give a page of rows, newest first, without their words. Raises CursorError."""
        page = await self._search.search(query, limit=limit, after=after, before=before)
        teller = await self._teller(page.rows, sees_people=sees_people)
        held = await self._held.held()
        rows = tuple(
            ListedMessage(
                told=_told(row, teller),
                flight=row.flight,
                key=self._key_of(row, teller),
                flight_held=_waits_for_flight(row, held),
            )
            for row in page.rows
        )
        return Page(rows, after=page.after, before=page.before)

    async def one(self, message: str, *, sees_people: bool) -> MessageFile | None:
        """Give one row with all that is kept of it; None where there is none."""
        row = await self._ledger.get(message)
        if row is None:
            return None
        teller = await self._teller([row], sees_people=sees_people)
        about = About(Thing.MESSAGE, row.id)
        acts = (await self._audit.read(about=about, limit=ACTS)).rows if sees_people else ()
        return MessageFile(
            told=_told(row, teller),
            flight=row.flight,
            designator=row.notice.designator if row.notice else "",
            key=self._key_of(row, teller),
            html=(row.message.html or "") if row.message and sees_people else "",
            expires_at=row.expires_at,
            tries=row.tries,
            provider_id=row.provider_id or "" if sees_people else "",
            fallback_of=row.fallback_of,
            flight_held=_waits_for_flight(row, await self._held.held()),
            about=row.staff.title if row.staff else "",
            acts=acts,
        )

    async def _teller(self, rows: Sequence[Notification], *, sees_people: bool) -> Teller:
        theirs = sorted({row.booking for row in rows if row.booking})
        people = await self._bookings.get(theirs) if theirs and sees_people else {}
        return Teller(people, self._key, self._clock, self._real_now(), sees_people=sees_people)

    def _key_of(self, row: Notification, teller: Teller) -> str:
        person = teller.person(row.booking)
        return self._key(person.booking) if person else ""


def _waits_for_flight(row: Notification, held: frozenset[str]) -> bool:
    return row.state is State.PENDING and row.rule is None and row.flight in held


def _told(row: Notification, teller: Teller) -> Decided:
    return next(each for each in teller.row(row) if isinstance(each, Decided))
