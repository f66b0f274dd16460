"""The desk in memory: ledger, bookings, channel and words, and a whole desk built on them.

The ledger and the bookings pass the same contract tests as MongoDB's (tests/contract).
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import msgspec

from flightagents.domain.bookings import Booking, Channel, Consent, Segment, SegmentStatus, Ticket
from flightagents.domain.consents import OptOut, revoked
from flightagents.domain.delivery import Accepted, Envelope, Found, Misconfigured, Outcome, Receipt, Retry
from flightagents.domain.notifications import SETTLED_AS, TOLD, Message, Notice, Notification, Stage, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import FOR_STAFF, Said
from flightagents.handlers.pace import Pace
from flightagents.ports import ChannelBacklog
from tests.support.fakes import Journal
from tests.support.rows import NOON

LEASE = timedelta(seconds=60)
PACE = Pace(timedelta(seconds=5), timedelta(minutes=2), grace=timedelta(seconds=30))

_UNENDED = (State.PENDING, State.SENDING, State.UNCERTAIN)
_REVIVED = (State.SUPPRESSED, State.SUPERSEDED)


@dataclass
class Kept:
    """A row, and what only the ledger knows of it. Times are the database's own."""

    row: Notification
    settled: bool = True
    retry_at: datetime | None = None
    lease_until: datetime | None = None


class FakeLedger:
    """Ledger and outbox in one: rows by id, on a database's clock that stands until a test moves it."""

    def __init__(self, lease: timedelta = LEASE, journal: Journal | None = None) -> None:
        self.kept: dict[str, Kept] = {}
        self.real_time = NOON + timedelta(days=1000)
        self._lease = lease
        self._journal: Journal = [] if journal is None else journal
        self.held: Callable[[], Awaitable[Collection[str]]] = _nothing_held
        """The flights whose messages staff hold."""

    @property
    def rows(self) -> list[Notification]:
        return [kept.row for kept in self.kept.values()]

    def wait(self, duration: timedelta) -> None:
        """Let real time pass."""
        self.real_time += duration

    # Deciding

    async def rows_of(self, flights: Sequence[str], address_keys: Sequence[str]) -> list[Notification]:
        found = [row for row in self.rows if row.flight in flights and row.address_key in address_keys]
        return [replace(row, message=None) for row in found]

    async def told_of(self, flights: Collection[str]) -> set[str]:
        return {row.flight for row in self.rows if row.state in TOLD and _is_held(row, flights)}

    async def supersede(self, flights: Iterable[tuple[str, int]], address_keys: Sequence[str]) -> None:
        newest = dict(flights)
        for kept in self.kept.values():
            row = kept.row
            older = row.ordinal < newest.get(row.flight, 0)
            if older and row.state is State.PENDING and row.address_key in address_keys:
                self._write(row, state=State.SUPERSEDED, reason=Reason.SUPERSEDED)
        self._journal.append(("superseded", " ".join(sorted(newest))))

    async def add(self, rows: Sequence[Notification]) -> list[Notification]:
        added: list[Notification] = []
        for row in rows:
            known = self.kept.get(row.id)
            if known is None:
                self.kept[row.id] = Kept(replace(row, trace=(f"decided: {row.reason}",)))
                added.append(row)
            elif row.state is State.PENDING and known.row.state in _REVIVED:
                revived = replace(
                    row,
                    attempt=known.row.attempt,
                    wire_at=known.row.wire_at,
                    last_wire_at=known.row.last_wire_at,
                    maybe_twice=known.row.maybe_twice,
                    trace=(*known.row.trace, "decided again"),
                )
                self.kept[row.id] = Kept(revived)
        self._journal.append(("added", str(len(added))))
        return added

    async def unsettled(self) -> list[Notification]:
        return [kept.row for kept in self.kept.values() if not kept.settled]

    async def settle(self, rows: Sequence[Notification]) -> None:
        for row in rows:
            kept = self.kept[row.id]
            if (kept.row.attempt, kept.row.state) == (row.attempt, row.state):
                kept.settled = True

    async def hold(self, row: str, on: bool) -> bool:
        kept = self.kept.get(row)
        if kept is None or kept.row.state is not State.PENDING or kept.row.hold is on:
            return False
        self._write(kept.row, hold=on, event="held by staff" if on else "released by staff")
        return True

    async def get(self, row: str) -> Notification | None:
        kept = self.kept.get(row)
        return kept.row if kept else None

    async def replay(self, row: str) -> bool:
        kept = self.kept.get(row)
        if kept is None or kept.row.state not in (State.DEAD, State.FAILED):
            return False
        kept.settled, kept.retry_at = True, None
        self._write(
            kept.row,
            state=State.PENDING,
            stage=None,
            tries=0,
            stuck=False,
            in_vain_since=None,
            waits_since=None,
            not_before=None,
            event="tried again by hand",
        )
        return True

    def shadow(self, row: Notification) -> None:
        """End a row as shadow mode does."""
        self._write(row, state=State.SUPPRESSED, reason=Reason.SHADOW)

    # Sending

    async def due(self, channels: Sequence[str], now: datetime, limit: int) -> int:
        held = await self.held()
        kept = (each for each in self.kept.values() if each.row.channel in channels)
        return min(limit, sum(self._is_due(each, now, held) for each in kept))

    async def claim(
        self, owner: str, channels: Sequence[str], now: datetime, limit: int
    ) -> list[Notification]:
        held = await self.held()
        kept_here = (kept for kept in self.kept.values() if kept.row.channel in channels)
        due = [kept for kept in kept_here if self._is_due(kept, now, held)]
        due.sort(key=lambda kept: kept.row.created_at)
        for kept in due[:limit]:
            at_wire = kept.row.stage is Stage.WIRE
            kept.lease_until = kept.retry_at = self.real_time + self._lease
            self._write(
                kept.row,
                state=State.UNCERTAIN if at_wire else State.SENDING,
                stage=Stage.WIRE if at_wire else Stage.CLAIMED,
                owner=owner,
                attempt=kept.row.attempt + 1,
            )
        return [kept.row for kept in due[:limit]]

    def _is_due(self, kept: Kept, now: datetime, held: Collection[str]) -> bool:
        row = kept.row
        waited = kept.retry_at is None or kept.retry_at <= self.real_time
        match row.state:
            case State.PENDING:
                free = not (row.hold or _is_held(row, held))
                return waited and free and (row.not_before is None or row.not_before <= now)
            case State.UNCERTAIN:
                return waited
            case State.SENDING:
                return kept.lease_until is None or kept.lease_until < self.real_time
            case _:
                return False

    async def wire(self, row: Notification, message: Message) -> bool:
        kept = self._ours(row)
        if kept is None or kept.lease_until is None or kept.lease_until <= self.real_time:
            return False
        kept.lease_until = kept.retry_at = self.real_time + self._lease
        self._write(
            kept.row,
            stage=Stage.WIRE,
            wire_at=kept.row.wire_at or self.real_time,
            last_wire_at=self.real_time,
            message=message,
            notice=row.notice,
            staff=row.staff,
        )
        return True

    async def finish(
        self,
        row: Notification,
        state: State,
        detail: str,
        *,
        reason: Reason | None = None,
        provider_id: str | None = None,
        receipt_within: timedelta | None = None,
        message: Message | None = None,
    ) -> None:
        kept = self._ours(row)
        if kept is not None:
            kept.settled = state in TOLD or reason in SETTLED_AS
            why = reason or kept.row.reason
            by = self.real_time + receipt_within if receipt_within is not None else None
            said = {} if message is None else {"message": message, "notice": row.notice, "staff": row.staff}
            self._write(
                kept.row,
                state=state,
                provider_id=provider_id,
                reason=why,
                receipt_by=by,
                event=detail,
                **said,
            )

    async def postpone(
        self,
        row: Notification,
        reason: str,
        wait: timedelta,
        *,
        until: datetime | None = None,
        burned: bool = True,
        in_vain: bool = False,
    ) -> None:
        kept = self._ours(row)
        if kept is not None:
            kept.retry_at = self.real_time + wait
            tries = kept.row.tries + burned
            since = kept.row.in_vain_since or (self.real_time if in_vain else None)
            self._write(
                kept.row,
                state=State.PENDING,
                stage=None,
                not_before=until,
                tries=tries,
                in_vain_since=since,
                event=reason,
            )

    async def leave_uncertain(
        self, row: Notification, reason: str, wait: timedelta, *, again: bool = False
    ) -> None:
        kept = self._ours(row)
        if kept is not None:
            kept.retry_at = self.real_time + wait
            twice = kept.row.maybe_twice or again
            stage = Stage.CLAIMED if again else kept.row.stage
            self._write(
                kept.row,
                state=State.UNCERTAIN,
                stage=stage,
                maybe_twice=twice,
                in_vain_since=kept.row.in_vain_since or self.real_time,
                event=reason,
            )

    async def heard(
        self,
        address_keys: Sequence[str],
        window: timedelta,
        said: Collection[Said],
        *,
        apart_from: Sequence[str] = (),
    ) -> dict[str, int]:
        begin = self.real_time - window
        return Counter(
            row.address_key
            for row in self.rows
            if row.address_key is not None
            and row.address_key in address_keys
            and row.id not in apart_from
            and row.said in said
            and (row.state in TOLD and row.stage is Stage.WIRE)
            and (row.last_wire_at is not None and row.last_wire_at > begin)
        )

    # Waiting

    async def backlog(self, now: datetime) -> dict[Channel, ChannelBacklog]:
        found: dict[Channel, list[datetime]] = {}
        for row in self.rows:
            if row.state in _UNENDED and not row.hold and (row.not_before is None or row.not_before <= now):
                found.setdefault(row.channel, []).append(row.due_since)
        return {channel: ChannelBacklog(len(since), min(since)) for channel, since in found.items()}

    async def expire(self, now: datetime) -> list[Notification]:
        waiting = (kept for kept in self.kept.values() if kept.row.state is State.PENDING)
        late = [kept for kept in waiting if kept.row.expires_at < now]
        for kept in late:
            kept.settled = False
            event = "expired: it waited too long"
            self._write(kept.row, state=State.EXPIRED, reason=Reason.EXPIRED, event=event)
        return [kept.row for kept in late]

    async def stuck(
        self, after: timedelta, due_by: datetime, down: Collection[Channel]
    ) -> list[Notification]:
        before = self.real_time - after
        held = await self.held()
        free = (kept for kept in self.kept.values() if not _is_held(kept.row, held))
        found = [kept for kept in free if _is_stuck(kept.row, before, due_by, down)]
        for kept in found:
            kept.settled = False
            self._write(kept.row, stuck=True, event="stuck: another way is sought")
        return [kept.row for kept in found]

    async def of_travellers(self, flights: Collection[str]) -> dict[str, int]:
        waiting = (row for row in self.rows if row.state is State.PENDING and _is_held(row, flights))
        return Counter(row.flight for row in waiting)

    async def only_shown(self, now: datetime) -> int:
        shown = [
            kept
            for kept in self.kept.values()
            if (kept.row.state, kept.row.reason) == (State.SUPPRESSED, Reason.SHADOW)
            and kept.row.expires_at >= now
            and kept.settled
        ]
        for kept in shown:
            kept.settled = False
        return len(shown)

    # Receipts

    async def receive(self, receipt: Receipt) -> bool:
        kept = self.kept.get(receipt.row)
        if kept is None or not _may_move(kept.row, receipt):
            return False
        state = State.DELIVERED if receipt.delivered else State.FAILED
        state = State.ACCEPTED if receipt.relayed else state
        kept.settled = state is not State.FAILED
        event = f"receipt: {'relayed' if receipt.relayed else state}: {receipt.detail}"
        self._write(kept.row, state=state, owner=None, receipt_by=None, event=event)
        return True

    async def row_of(self, provider_id: str) -> str | None:
        return next((row.id for row in self.rows if row.provider_id == provider_id), None)

    async def answered(self, rows: Sequence[str]) -> Notification | None:
        return next((self.kept[each].row for each in rows if each in self.kept), None)

    async def overdue(self, channel: Channel) -> list[Notification]:
        late = [
            kept
            for kept in self.kept.values()
            if kept.row.channel is channel
            and kept.row.state is State.ACCEPTED
            and kept.row.receipt_by is not None
            and kept.row.receipt_by < self.real_time
        ]
        for kept in late:
            kept.settled = False
            self._write(kept.row, receipt_by=None, event="no receipt in time")
        return [kept.row for kept in late]

    # Forgetting

    async def erase(self, bookings: Sequence[str], still_booked: Sequence[str] = ()) -> None:
        for kept in self.kept.values():
            if kept.row.booking in bookings:
                if kept.row.state is State.PENDING:
                    kept.settled = False
                    self._write(kept.row, state=State.SUPPRESSED, reason=Reason.NOT_BOOKED)
                notice, key = kept.row.notice, kept.row.address_key
                stays = key in still_booked and notice is not None
                said = replace(notice, name="", reference="") if stays and notice else None
                key = key if stays else None
                self._write(kept.row, message=None, notice=said, booking=None, address_key=key, owner=None)

    def _ours(self, row: Notification) -> Kept | None:
        kept = self.kept.get(row.id)
        fenced = kept and (kept.row.owner, kept.row.attempt) == (row.owner, row.attempt)
        return kept if fenced else None

    def _write(self, row: Notification, *, event: str = "", **changed: object) -> None:
        trace = (*row.trace, event) if event else row.trace
        self.kept[row.id].row = replace(row, trace=trace, **changed)  # type: ignore[arg-type]  # its fields
        if "state" in changed:
            self._journal.append((str(changed["state"]), row.id))


async def _nothing_held() -> Collection[str]:
    return ()


def _is_held(row: Notification, held: Collection[str]) -> bool:
    return row.flight in held and row.rule is None and row.said not in FOR_STAFF


def _may_move(row: Notification, receipt: Receipt) -> bool:
    """Receipts are of what may have left, and of what was accepted; that it was relayed is news once."""
    if row.state is State.ACCEPTED:
        return not receipt.relayed or row.receipt_by is not None
    return row.state in (State.PENDING, State.SENDING, State.UNCERTAIN) and row.wire_at is not None


def _is_stuck(row: Notification, before: datetime, due_by: datetime, down: Collection[Channel]) -> bool:
    if row.state not in (State.PENDING, State.UNCERTAIN) or row.hold or row.stuck or row.rule:
        return False
    in_vain = row.attempt > 0 and row.in_vain_since is not None and row.in_vain_since <= before
    unsendable = row.channel in down and (row.waits_since or row.created_at) <= due_by
    return (in_vain or unsendable) and (row.not_before is None or row.not_before <= due_by)


class FakeBookings:
    """Bookings by id, as the JSON that a database would give back."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._bookings: dict[str, bytes] = {}
        self._undecided: set[str] = set()
        self._journal: Journal = [] if journal is None else journal

    async def everyone(self) -> list[Booking]:
        return [_booking(text) for text in self._bookings.values()]

    async def get(self, ids: Sequence[str]) -> dict[str, Booking]:
        return {key: _booking(self._bookings[key]) for key in ids if key in self._bookings}

    async def on(self, numbers: Iterable[tuple[str, str]]) -> list[Booking]:
        wanted = set(numbers)
        self._journal.append(("asked", "bookings"))
        return [
            booking
            for booking in await self.everyone()
            if any((each.designator, each.flight_date.isoformat()) in wanted for each in booking.segments)
        ]

    async def numbers_flown(self, designators: Sequence[str], days: Sequence[date]) -> set[str]:
        segments = [each for booking in await self.everyone() for each in booking.segments]
        return {each.designator for each in segments if each.flight_date in days} & set(designators)

    async def segments_flown(self, since: date, until: date) -> list[Segment]:
        segments = (each for booking in await self.everyone() for each in booking.segments)
        flown = (each for each in segments if each.status is SegmentStatus.CONFIRMED)
        return list({each: None for each in flown if since <= each.flight_date <= until})

    async def flown_by(self, since: date, until: date) -> list[tuple[Segment, int]]:
        segments = (each for booking in await self.everyone() for each in booking.segments)
        flown = (each for each in segments if each.status is SegmentStatus.CONFIRMED)
        return list(Counter(each for each in flown if since <= each.flight_date <= until).items())

    async def tickets(self, numbers: Iterable[tuple[str, str]]) -> list[Ticket]:
        wanted = set(numbers)
        return [
            Ticket(booking.id, booking.reference, each)
            for booking in sorted(await self.everyone(), key=lambda each: each.id)
            for each in booking.segments
            if each.status is SegmentStatus.CONFIRMED
            and (each.designator, each.flight_date.isoformat()) in wanted
        ]

    async def undecided(self) -> list[Booking]:
        return [_booking(self._bookings[key]) for key in sorted(self._undecided)]

    async def save(self, bookings: Sequence[Booking]) -> None:
        for booking in bookings:
            self._bookings[booking.id] = msgspec.json.encode(booking)
            self._undecided.add(booking.id)
        self._journal.append(("saved", "bookings"))

    async def replace(self, before: Booking | None, after: Booking) -> bool:
        known = (await self.get([after.id])).get(after.id)
        if known not in (before, after):
            return False
        if known != after:
            await self.save([after])
        return True

    async def mark_decided(self, ids: Sequence[str]) -> None:
        self._undecided -= set(ids)

    async def revoke(self, channel: Channel, address: str, at: datetime, how: str) -> None:
        opt_out = OptOut(channel=channel, address_key="", at=at, how=how)
        for booking in await self.everyone():
            if booking.address(channel) == address:
                self._bookings[booking.id] = msgspec.json.encode(revoked(booking, opt_out))

    async def give(self, channel: Channel, address: str, consent: Consent) -> None:
        for booking in await self.everyone():
            if booking.address(channel) == address:
                given = replace(booking, consents={**booking.consents, channel: consent})
                self._bookings[booking.id] = msgspec.json.encode(given)
                self._undecided.add(booking.id)

    async def cancel(self, reference: str) -> None:
        """Let somebody have cancelled all flights of a reference."""
        for booking in await self.of(reference):
            segments = tuple(replace(each, status=SegmentStatus.CANCELLED) for each in booking.segments)
            self._bookings[booking.id] = msgspec.json.encode(replace(booking, segments=segments))

    async def of(self, reference: str) -> list[Booking]:
        return [each for each in await self.everyone() if each.reference == reference]

    async def at(self, addresses: Sequence[str], days: tuple[date, date] | None = None) -> list[Booking]:
        first, last = days or (date.min, date.max)
        return [
            each
            for each in await self.everyone()
            if {each.email, each.phone} & set(addresses)
            and any(first <= segment.flight_date <= last for segment in each.segments)
        ]

    async def forget(self, ids: Sequence[str]) -> None:
        for key in ids:
            self._bookings.pop(key, None)
            self._undecided.discard(key)


def _booking(text: bytes) -> Booking:
    return msgspec.json.decode(text, type=Booking)


@dataclass
class FakeChannel:
    """Ends each send as it was told to, and accepts what it was told nothing about."""

    channel: Channel
    outcomes: list[Outcome] = field(default_factory=list)
    answers: list[Accepted | Found] = field(default_factory=list)
    """To look-ups; without one it knows what it has accepted."""
    arrived: list[Envelope] = field(default_factory=list)
    tried: list[Envelope] = field(default_factory=list)
    asked: list[Envelope] = field(default_factory=list)
    before_wire: Callable[[], Awaitable[None]] | None = None
    on_the_wire: Callable[[], Awaitable[None]] | None = None
    """Happen in the midst of a send."""

    async def send(self, envelope: Envelope, on_wire: Callable[[], Awaitable[None]]) -> Outcome:
        self.tried.append(envelope)
        if self.before_wire is not None:
            await self.before_wire()
        await on_wire()
        if self.on_the_wire is not None:
            await self.on_the_wire()
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted(f"id of {envelope.row}")
        if isinstance(outcome, Accepted):
            self.arrived.append(envelope)
        return outcome

    async def trouble(self) -> Misconfigured | Retry | None:
        """Say what the next send would end with, where that tells of trouble."""
        outcome = self.outcomes[0] if self.outcomes else None
        return outcome if isinstance(outcome, Misconfigured | Retry) else None

    async def find(self, envelope: Envelope) -> Accepted | Found:
        self.asked.append(envelope)
        if self.answers:
            return self.answers.pop(0)
        has_it = any(each.row == envelope.row for each in self.arrived)
        return Accepted(f"id of {envelope.row}") if has_it else Found.NO

    def close(self) -> None:
        """Keep nothing open."""

    @property
    def texts(self) -> list[str]:
        return [envelope.message.text for envelope in self.arrived]


class FakeRenderer:
    """Writes "later 16:40 not 14:35 (BA117)", times in UTC."""

    def __init__(self) -> None:
        self.rendered = 0

    def render(self, notice: Notice, channel: Channel, *, row: str, now: datetime) -> Message:
        self.rendered += 1
        moved = f" gate {notice.gate} not {notice.gate_from}" if notice.gate_from else ""
        text = f"{notice.said} {notice.new:%H:%M} not {notice.old:%H:%M}{moved} ({notice.designator})"
        if channel is Channel.SMS:
            return Message(text=text)
        return Message(text=text, subject=text, message_id=f"<{row}@agency.example>", date=now)
