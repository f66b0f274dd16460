"""A decision about one person -> rows of the ledger: one for each channel that reaches them."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flightagents.domain.alerting import (
    Current,
    Decision,
    Told,
    expires_at,
    gate_before,
    reach,
    terminal_before,
    time_to_tell,
)
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import Notice, Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.handlers.cases import Case
from flightagents.handlers.links import Links


class Rows:
    """Writes rows. `address_key` hashes an address."""

    def __init__(self, address_key: Callable[[str], str], links: Links) -> None:
        self._address_key = address_key
        self._links = links

    def address_keys(self, booking: Booking) -> list[str]:
        """Hash every address of a person."""
        return [self._address_key(address) for address in booking.addresses]

    def person_key(self, booking: str) -> str:
        """Hash a booking's id, which holds an address."""
        return self._address_key(booking)

    def notice(self, case: Case, current: Current, told: Told, said: Said) -> Notice:
        """Say what is to be said, in no language yet."""
        state = current.state
        operating = FlightId.parse(state.flight).designator
        token = self._links.token(case.booking.id, state.flight)
        believed = told.expected or current.base
        return Notice(
            flight=state.flight,
            said=said,
            designator=case.segment.designator,
            operated_as=operating if operating != case.segment.designator else None,
            departure=state.departure.airport,
            arrival=state.arrival.airport,
            zone=state.departure.zone,
            old=current.base if said is Said.CANCELLED else believed,
            new=believed if said is Said.NO_NEWS else time_to_tell(said, current),
            language=case.booking.language,
            name=case.booking.name,
            reference=case.booking.reference,
            was_diverted=said is Said.REINSTATED and told.diverted,
            as_of=case.lost_at if said is Said.NO_NEWS else None,
            gate_from=gate_before(told, current),
            gate=state.departure.gate,
            terminal_from=terminal_before(told, current),
            terminal=state.departure.terminal,
            page=self._links.page(token),
            unsubscribe=self._links.unsubscribe(token),
        )

    def of(
        self,
        case: Case,
        current: Current,
        notice: Notice,
        decision: Decision,
        now: datetime,
        *,
        turn: int = 0,
    ) -> list[Notification]:
        """Give a row for each channel; one that nobody may write to is set aside at once, with its reason."""
        rows = []
        for channel, at in self._ways(case.booking, notice.said, current, now).items():
            row = self.row(case.booking, channel, notice, now)
            waits = [each for each in (decision.not_before, at) if each is not None and each > now]
            rows.append(
                replace(
                    row,
                    id=row_id(
                        row.flight, current.state.ordinal, notice.said, channel, row.address_key, turn=turn
                    ),
                    ordinal=current.state.ordinal,
                    record=current.state.record,
                    turn=turn,
                    expires_at=expires_at(current),
                    reason=decision.reason if row.state is State.PENDING else row.reason,
                    not_before=max(waits, default=None),
                )
            )
        return rows

    def row(self, booking: Booking, channel: Channel, notice: Notice, now: datetime) -> Notification:
        """Give a row for one channel that the person has; its id, ordinal and end are the caller's to set."""
        obstacle = obstacle_to(booking, channel)
        return Notification(
            id="",
            flight=notice.flight,
            ordinal=0,
            booking=booking.id,
            channel=channel,
            address_key=self._address_key(booking.address(channel) or ""),
            said=notice.said,
            notice=notice,
            created_at=now,
            expires_at=now,
            state=State.SUPPRESSED if obstacle else State.PENDING,
            reason=obstacle or Reason.NEWS,
            link=self._links.token(booking.id, notice.flight),
        )

    def elsewhere(
        self, row: Notification, notice: Notice, booking: Booking, channel: Channel, now: datetime
    ) -> Notification:
        """Give the row that the news of another has on a channel: whoever decides on it finds it written."""
        new = self.row(booking, channel, notice, now)
        return replace(
            new,
            id=row_id(row.flight, row.ordinal, row.said, channel, new.address_key, turn=row.turn),
            turn=row.turn,
            flight=row.flight,
            ordinal=row.ordinal,
            record=row.record,
            expires_at=row.expires_at,
            link=row.link,
            fallback_of=row.id,
        )

    def _ways(self, booking: Booking, said: Said, current: Current, now: datetime) -> dict[Channel, datetime]:
        """Give the channels, and from when on each is used.

        Who is reached at once on one channel does not hear it a second time, later, on another.
        """
        ways = {
            channel: at
            for channel in booking.channels
            if booking.address(channel) and (at := reach(channel, said, current, now)) is not None
        }
        soonest = min((at for channel, at in ways.items() if not obstacle_to(booking, channel)), default=now)
        return {channel: at for channel, at in ways.items() if at <= soonest}


def obstacle_to(booking: Booking, channel: Channel) -> Reason | None:
    """Name what forbids writing to a person on a channel.

    A channel without settings forbids nothing: its rows wait for a worker that has them.
    """
    if not booking.allows(channel):
        return Reason.NO_CONSENT
    return None if channel in booking.channels else Reason.NOT_WANTED


def row_id(
    flight: str, ordinal: int, said: Said, channel: Channel, address_key: str | None, *, turn: int = 0
) -> str:
    """The same news to the same address is the same row, whoever decides, and from whichever booking."""
    text = f"{flight}|{ordinal}|{said}|{channel}|{address_key}" + (f"|{turn}" if turn else "")
    return hashlib.sha256(text.encode()).hexdigest()[:32]
