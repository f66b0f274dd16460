"""Rows of the ledger -> emails and SMS, each exactly once as far as the provider gives evidence.

Before it decide.py wrote the rows. They are claimed in bulk, judged anew in slices (recheck.py), marked
"wire" durably just before bytes leave, and end with one of five outcomes (hand_over.py). A row that was at
"wire" when its sender died is asked about at the provider before anything is sent again (reconcile.py), and
judged anew like any other.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic

from structlog.contextvars import bound_contextvars

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, Misconfigured, Outcome, Rejected
from flightagents.domain.notifications import Notification, Stage
from flightagents.handlers.breaker import Breaker
from flightagents.handlers.counting import count_end
from flightagents.handlers.following import names_of
from flightagents.handlers.hand_over import HandOver
from flightagents.handlers.recheck import Recheck
from flightagents.handlers.reconcile import Reconcile
from flightagents.handlers.verdicts import Send, SetAside, Verdict, Wait
from flightagents.ports import Outbox, RateLimit

BATCH = 200
"""Most rows of one claim: even at four a second their turn comes before the lease ends (60 s)."""
SLICE = 100
"""Rows that are judged together. While one slice is sent the next one is judged."""
SLICES_AT_ONCE = 2
AT_ONCE = 16
"""Messages with a channel at the same time: twice the connections to the mail server, none idles."""
FRESH = timedelta(seconds=2)
"""How old a verdict may be when its row's turn comes; then the row is judged again."""
SOON = timedelta(seconds=1)


class Deliver:
    """Sends what is due. One at work in each worker; the ledger keeps them apart."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        recheck: Recheck,
        reconcile: Reconcile,
        hand_over: HandOver,
        rates: Mapping[Channel, RateLimit],
        clock: Clock,
        owner: str,
        at_once: int = AT_ONCE,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        """`rates`: the channels that can be sent on here, and how fast each."""
        self._outbox = outbox
        self._recheck = recheck
        self._reconcile = reconcile
        self._hand_over = hand_over
        self._rates = rates
        self._clock = clock
        self._owner = owner
        self._ticks = ticks
        self._breakers = {channel: Breaker(channel, ticks) for channel in rates}
        self._slices = {channel: asyncio.Semaphore(SLICES_AT_ONCE) for channel in rates}
        self._at_once = {channel: asyncio.Semaphore(at_once) for channel in rates}
        self._ending = False

    @property
    def channels(self) -> list[Channel]:
        """The channels that can be sent on here."""
        return list(self._rates)

    def down(self) -> set[Channel]:
        """Give the channels on which nothing leaves from here: they have no settings, or wrong ones."""
        return {each for each in Channel if each not in self._rates or self._breakers[each].stopped}

    def stopped(self) -> dict[Channel, str]:
        """Give the channels whose settings are wrong, and which."""
        return {channel: each.reason for channel, each in self._breakers.items() if each.stopped}

    async def __call__(self, channel: Channel) -> int:
        """Send one claim of a channel's rows; give how many there were. A slow channel holds up no other."""
        rate, now = self._rates[channel], self._clock.now()
        allowed = self._breakers[channel].allows(0 if self._ending else BATCH)
        # Asked first: a worker with nothing to send writes nothing.
        due = await self._outbox.due([channel.value], now, allowed) if allowed else 0
        limit = await rate.take(due) if due else 0
        if not limit:
            return 0
        rows = await self._outbox.claim(self._owner, [channel.value], now, limit)
        slices = [rows[start : start + SLICE] for start in range(0, len(rows), SLICE)]
        # One that fails does not leave the others on their way with nobody waiting for them.
        ends = [end for ends in await asyncio.gather(*map(self._slice, slices)) for end in ends]
        if unused := limit - len(rows) + ends.count(False):
            await rate.give_back(unused)
        if failures := [end for end in ends if isinstance(end, Exception)]:
            raise ExceptionGroup("some notifications stay claimed until their lease ends", failures)
        return len(rows)

    def end(self) -> None:
        """Begin nothing more: what is on its way is sent to its end, and what is claimed is given back."""
        self._ending = True

    async def _slice(self, rows: Sequence[Notification]) -> list[bool | BaseException]:
        """Send some rows of one channel; tell of each whether it was handed over, or what failed."""
        async with self._slices[rows[0].channel]:
            asked = await asyncio.gather(*map(self._is_to_be_judged, rows), return_exceptions=True)
            failed = [end for end in asked if isinstance(end, BaseException)]
            settled = asked.count(False)
            rows = [row for row, end in zip(rows, asked, strict=True) if end is True]
            verdicts = await self._judged(rows)
            judged_at = self._ticks()
            ends = await asyncio.gather(
                *(self._named(row, verdicts[row.id], judged_at) for row in rows), return_exceptions=True
            )
        return [*failed, *[False] * settled, *ends]

    async def _is_to_be_judged(self, row: Notification) -> bool:
        """Ask about what may have left already; what needs no more is settled there."""
        if row.stage is not Stage.WIRE:
            return True
        async with self._at_once[row.channel]:
            if not self._ending:
                with bound_contextvars(**names_of(row)):
                    return await self._reconcile(row)
            await self._outbox.leave_uncertain(row, "the worker ends", timedelta())
            return False

    async def _judged(self, rows: Sequence[Notification]) -> dict[str, Verdict | BaseException]:
        """Judge rows together; where that fails each alone, so that one that is broken stops no neighbour."""
        (verdicts,) = await asyncio.gather(self._recheck(rows), return_exceptions=True)
        if not isinstance(verdicts, BaseException):
            return {row.id: verdicts.get(row.id, LookupError(f"nobody judged {row.id}")) for row in rows}
        if len(rows) == 1:
            return {rows[0].id: verdicts}
        each = await asyncio.gather(*(self._judged([row]) for row in rows))
        return {key: verdict for one in each for key, verdict in one.items()}

    async def _named(self, row: Notification, verdict: Verdict | BaseException, judged_at: float) -> bool:
        """Whatever is logged on its way, by a connection or a retry, names it."""
        with bound_contextvars(**names_of(row)):
            return await self._one(row, verdict, judged_at)

    async def _one(self, row: Notification, verdict: Verdict | BaseException, judged_at: float) -> bool:
        """Do as the verdict says; tell whether the row was handed over to its channel."""
        if not isinstance(verdict, Send) or self._hand_over.shadow:
            await self._without_sending(row, verdict)
            return False
        async with self._at_once[row.channel]:
            if self._ending or self._breakers[row.channel].rests:
                await self._give_back(row)
                return False
            if self._ticks() - judged_at > FRESH.total_seconds():
                verdict = (await self._judged([row]))[row.id]
            if not isinstance(verdict, Send):
                await self._without_sending(row, verdict)
                return False
            on_trial = self._breakers[row.channel].stopped
            outcome = await self._hand_over.send(row, verdict)
            if outcome is not None:
                self._note(row.channel, outcome)
        if outcome is not None:
            await self._hand_over.record(row, outcome, on_trial=on_trial)
        return True

    async def _without_sending(self, row: Notification, verdict: Verdict | BaseException) -> None:
        match verdict:
            case Send():
                await self._hand_over.show(row, verdict)
            case SetAside(state, reason):
                await self._outbox.finish(row, state, reason.value, reason=reason)
                count_end(row, state, reason)
            case Wait(why, real):
                await self._outbox.postpone(row, why, real, until=row.not_before, burned=False)
            case BaseException():
                raise verdict

    async def _give_back(self, row: Notification) -> None:
        """Let it be claimed again: nothing of it has left, or what had left was asked about."""
        why, wait = ("the worker ends", timedelta()) if self._ending else ("the channel rests", SOON)
        await self._outbox.postpone(row, why, wait, until=row.not_before, burned=False)

    def _note(self, channel: Channel, outcome: Outcome) -> None:
        match outcome:
            case Misconfigured(reason):
                self._breakers[channel].trip(reason)
            case Accepted() | Rejected():
                self._breakers[channel].works()
            case _:
                pass
