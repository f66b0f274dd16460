"""Staff send a traveller their news again, or by another channel -> a row of the ledger, or why not.

What is said is the flight's newest news to them, whichever older row was pointed at. The row is that which
this news would have had on that channel, so asking twice makes one message; after it the row is judged anew
and sent like any other (recheck.py, deliver.py).
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.clock import Clock
from flightagents.domain.alerting import expires_at
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import BESIDE, CONNECTIONS, FOR_STAFF, PLACES
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case, Moved
from flightagents.handlers.counting import count_written
from flightagents.handlers.decide import Decide
from flightagents.handlers.one_person import OnePerson
from flightagents.handlers.rows import Rows, obstacle_to
from flightagents.ports import Bookings, Ledger
from flightagents.ports.desk import HeldFlights

NOT_AGAIN_WITHIN = timedelta(minutes=10)
"""A provider may need as long, and whoever asks twice means once."""


class Resending(StrEnum):
    """How it ended."""

    WRITTEN = "written"
    NO_SUCH_MESSAGE = "no_such_message"
    NO_BOOKING = "no_booking"
    NOT_ON_FLIGHT = "not_on_flight"
    CHANNEL_OFF = "channel_off"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    NOT_WANTED = "not_wanted"
    NOTHING_TO_TELL = "nothing_to_tell"
    FLIGHT_GONE = "flight_gone"
    OUTDATED = "outdated"
    FLIGHT_HELD = "flight_held"
    WAITS = "waits"
    ON_ITS_WAY = "on_its_way"
    TOLD = "told"
    FAILED = "failed"
    TOO_SOON = "too_soon"

    @property
    def may_be_confirmed(self) -> bool:
        """Tell whether asking with `again` may send it all the same."""
        return self in (Resending.TOLD, Resending.FAILED)


WORDS = {
    Resending.WRITTEN: "it is on its way",
    Resending.NO_SUCH_MESSAGE: "there is no such message to a traveller",
    Resending.NO_BOOKING: "the booking is gone",
    Resending.NOT_ON_FLIGHT: "the traveller is not on this flight any more, or staff look after it",
    Resending.CHANNEL_OFF: "this channel has no settings here",
    Resending.NO_ADDRESS: "the booking has no address for this channel",
    Resending.NO_CONSENT: "there is no leave to write to this address",
    Resending.NOT_WANTED: "the booking does not name this channel",
    Resending.NOTHING_TO_TELL: "there is no news of this flight that this channel could tell",
    Resending.FLIGHT_GONE: "the flight has left, or it is too late to be of use",
    Resending.OUTDATED: "it is not true any more, and what is new is being decided: look again in a minute",
    Resending.FLIGHT_HELD: "the messages of this flight are held: release them first",
    Resending.WAITS: "it waits to be sent there already",
    Resending.ON_ITS_WAY: "it is being sent there at this moment",
    Resending.TOLD: "the traveller was told exactly this there: confirm to send it again",
    Resending.FAILED: "it could not be delivered there: confirm to try again",
    Resending.TOO_SOON: "it was sent there less than ten minutes ago",
}

_STANDS_FOR_NEWS = frozenset({Reason.NO_CONSENT, Reason.NOT_WANTED, Reason.RATE_LIMIT, Reason.SHADOW})
"""Why a row was set aside although what it says was news."""
_OBSTACLES = {Reason.NO_CONSENT: Resending.NO_CONSENT, Reason.NOT_WANTED: Resending.NOT_WANTED}


@dataclass(frozen=True, slots=True)
class Resent:
    """How it ended, and the row where there is one."""

    end: Resending
    row: str | None = None

    @property
    def done(self) -> bool:
        """Tell whether it will be sent."""
        return self.end is Resending.WRITTEN

    @property
    def may_be_confirmed(self) -> bool:
        """Tell whether asking with `again` may send it all the same."""
        return self.end.may_be_confirmed

    @property
    def words(self) -> str:
        """Say how it ended."""
        return WORDS[self.end]


class Resend:
    """Writes the row. `channels` are those that can be sent on at all."""

    def __init__(
        self,
        *,
        bookings: Bookings,
        audience: Audience,
        ledger: Ledger,
        decide: Decide,
        one_person: OnePerson,
        rows: Rows,
        held: HeldFlights,
        channels: Collection[Channel],
        clock: Clock,
    ) -> None:
        self._bookings = bookings
        self._audience = audience
        self._ledger = ledger
        self._decide = decide
        self._one_person = one_person
        self._rows = rows
        self._held = held
        self._channels = channels
        self._clock = clock

    async def message(self, key: str, channel: Channel, *, again: bool = False) -> Resent:
        """Send the news of a row; `again`: somebody has confirmed that it is to be sent once more."""
        row = await self._ledger.get(key)
        if row is None or row.booking is None or row.notice is None or row.said in FOR_STAFF:
            return Resent(Resending.NO_SUCH_MESSAGE)
        connection = row if row.said in CONNECTIONS else None
        return await self._send(row.booking, row.flight, channel, connection, again=again)

    async def _send(
        self, key: str, flight: str, channel: Channel, connection: Notification | None, *, again: bool
    ) -> Resent:
        booking = (await self._bookings.get([key])).get(key)
        obstacle = self._obstacle(booking, channel) if booking else Resending.NO_BOOKING
        if booking is None or obstacle is not None:
            return Resent(obstacle or Resending.NO_BOOKING)
        case = await self._case(booking, flight)
        if case is None:
            return Resent(Resending.NOT_ON_FLIGHT)
        if not (await self._held.held()).isdisjoint(case.flights):
            return Resent(Resending.FLIGHT_HELD)
        theirs = self._decide.of_person(case, await self._decide.known([case]))
        row = self._row(case, theirs, channel, connection)
        if isinstance(row, Resending):
            return Resent(row)
        return await self._write(row, [each for each in theirs if _is_twin(each, row)], again=again)

    def _row(
        self,
        case: Case,
        theirs: Sequence[Notification],
        channel: Channel,
        connection: Notification | None,
    ) -> Notification | Resending:
        source, now = connection or _newest_news(case, theirs, channel), self._clock.now()
        if source is None or source.notice is None:
            return Resending.NOTHING_TO_TELL
        row = self._rows.elsewhere(source, source.notice, case.booking, channel, now)
        row = replace(row, reason=Reason.RESENT)
        # What is told of a connection is judged when its turn comes.
        return row if connection else self._checked(row, case, theirs, now)

    def _obstacle(self, booking: Booking, channel: Channel) -> Resending | None:
        if channel not in self._channels:
            return Resending.CHANNEL_OFF
        if not booking.address(channel):
            return Resending.NO_ADDRESS
        obstacle = obstacle_to(booking, channel)
        return _OBSTACLES[obstacle] if obstacle is not None else None

    async def _case(self, booking: Booking, flight: str) -> Case | None:
        """Find the flight that theirs is now: a flight retimed over midnight has another name."""
        cases = await self._audience.of_bookings([booking], whole=True)
        return next((case for case in cases if case.aside is None and flight in case.flights), None)

    def _checked(
        self, row: Notification, case: Case, theirs: Sequence[Notification], now: datetime
    ) -> Notification | Resending:
        """Judge it as it will be judged when its turn comes (recheck.py)."""
        moved = Moved(row.notice.gate_from, row.notice.terminal_from) if row.notice else Moved()
        current = self._one_person.current(case, moved)
        decision, _ = self._one_person.still(case, theirs, row, current, now)
        if not decision.tell and decision.reason in (Reason.DEPARTED, Reason.EXPIRED):
            return Resending.FLIGHT_GONE
        if not decision.tell or decision.said is not row.said:
            return Resending.OUTDATED
        until = max(row.expires_at, expires_at(current))
        return replace(row, expires_at=until, not_before=decision.not_before)

    async def _write(self, row: Notification, twins: Sequence[Notification], *, again: bool) -> Resent:
        """Of what was written there already, the last counts."""
        if not twins:
            return await self._add(row)
        last = max(twins, key=lambda each: each.created_at)
        if last.state in (State.SUPPRESSED, State.SUPERSEDED):
            return await self._add(replace(row, id=last.id))
        if (end := _end(last, row.created_at, again=again)) is not None:
            return Resent(end)
        if last.state in (State.FAILED, State.DEAD):
            tried = await self._ledger.replay(last.id)
            return Resent(Resending.WRITTEN if tried else Resending.WAITS, last.id)
        return await self._add(_anew(row, len(twins)))

    async def _add(self, row: Notification) -> Resent:
        count_written(await self._ledger.add([row]))
        return Resent(Resending.WRITTEN, row.id)


def _end(last: Notification, now: datetime, *, again: bool) -> Resending | None:
    """Tell why what was written last forbids to write once more; None where it does not."""
    match last.state:
        case State.PENDING:
            return Resending.WAITS
        case State.SENDING | State.UNCERTAIN:
            return Resending.ON_ITS_WAY
        case State.ACCEPTED | State.DELIVERED if again:
            sent = max(last.created_at, last.not_before or last.created_at)
            return Resending.TOO_SOON if now - sent < NOT_AGAIN_WITHIN else None
        case State.ACCEPTED | State.DELIVERED:
            return Resending.TOLD
        case _:
            return None if again else Resending.FAILED


def _newest_news(case: Case, rows: Sequence[Notification], channel: Channel) -> Notification | None:
    """Find what they were to be told last; an SMS names no gate."""
    news = [
        row
        for row in rows
        if row.flight == case.state.flight
        and row.said not in BESIDE
        and not (channel is Channel.SMS and row.said in PLACES)
        and row.state is not State.SUPERSEDED
        and (row.state is not State.SUPPRESSED or row.reason in _STANDS_FOR_NEWS)
    ]
    return max(news, key=lambda row: (row.ordinal, row.turn), default=None)


def _is_twin(row: Notification, new: Notification) -> bool:
    """Tell whether a row says the same to the same address."""
    if (row.flight, row.said, row.address_key) != (new.flight, new.said, new.address_key):
        return False
    if new.said not in CONNECTIONS:
        return (row.ordinal, row.turn) == (new.ordinal, new.turn)
    one, other = (each.notice.onward if each.notice else None for each in (row, new))
    return (
        one is not None
        and other is not None
        and (one.designator, one.flight_date, one.round) == (other.designator, other.flight_date, other.round)
    )


def _anew(row: Notification, times: int) -> Notification:
    """Name it by how often it was written there: of two who ask at once, both write the same row."""
    text = f"{row.id}|again|{times}"
    return replace(row, id=hashlib.sha256(text.encode()).hexdigest()[:32])
