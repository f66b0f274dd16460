"""A rule for staff, perhaps not saved yet -> what it would have sent in the days that were.

It walks through the history in the loop of a worker that has other things to do: a page at a time, with
pauses. Beyond a bound it tells what it has found by then. rehearsal.py does the judging.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import timedelta
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.back_test import BackTest, Span
from flightagents.domain.changes import Change, Kind, Severity, severity
from flightagents.domain.overtaking import OVERTAKING
from flightagents.domain.rules import GRAVITY, StaffRule
from flightagents.errors import TooSlowError
from flightagents.handlers.rehearsal import Rehearsal
from flightagents.handlers.staff_rows import Office
from flightagents.ports import ChangeHistory, HistoryQuery

DEFAULT_SPAN = timedelta(days=7)
LONGEST_SPAN = timedelta(days=28)
MOST_CHANGES = 200_000
"""Changes that one back-test looks at."""
LONGEST = timedelta(seconds=10)
"""Real time that one back-test takes."""
PAUSE_AFTER = 100
"""Steps of the rehearsal between two pauses."""


class BackTestRule:
    """Tries a rule on the history. Reads alone."""

    def __init__(
        self,
        history: ChangeHistory,
        *,
        address_key: Callable[[str], str],
        clock: Clock,
        office: Office,
        most: int = MOST_CHANGES,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._history = history
        self._address_key = address_key
        self._clock = clock
        self._office = office
        self._most = most
        self._ticks = ticks

    async def __call__(self, rule: StaffRule, length: timedelta = DEFAULT_SPAN) -> BackTest:
        """Give what the rule would have sent in the last days, at most 28 of them.

        Raises ValueError for another length, HistoryOutageError where the database goes away meanwhile.
        """
        if not timedelta() < length <= LONGEST_SPAN:
            raise ValueError(f"a back-test looks at 28 days at most, not at {length}")
        now, started = self._clock.now(), self._ticks()
        span = Span(now - length, now)
        begins = await self._history.begins()
        rehearsal = Rehearsal(rule, self._office, self._address_key)
        looked_at, looked_until, cut = 0, span.begin, True
        try:
            async with aclosing(self._moments(query_for(rule, span))) as moments:
                async for changes in moments:
                    if looked_at >= self._most or self._ticks() - started >= LONGEST.total_seconds():
                        break
                    await _paused(rehearsal.see(changes))
                    looked_at += len(changes)
                    looked_until = changes[0].at
                else:
                    looked_until, cut = span.end, False
        except TooSlowError:
            pass  # what has come by then is told, and that it is not all
        await _paused(rehearsal.pass_time(looked_until))
        return BackTest(
            span=span,
            looked_until=looked_until,
            history_begins=begins,
            changes_looked_at=looked_at,
            would_send=rehearsal.messages,
            digests=rehearsal.digests,
            recipients=rehearsal.recipients,
            median_before_departure=rehearsal.median_before_departure,
            by_kind=rehearsal.by_kind,
            by_channel=rehearsal.by_channel,
            by_day=rehearsal.by_day,
            by_hour=rehearsal.by_hour,
            examples=rehearsal.examples,
            silent=rehearsal.silent,
            cut=cut,
        )

    async def _moments(self, query: HistoryQuery) -> AsyncGenerator[list[Change], None]:
        """Give the changes of each moment, which may stand on several pages; of a flight, in order."""
        moment: list[Change] = []
        async with aclosing(self._history.walk(query, LONGEST)) as pages:
            async for page in pages:
                for change in page:
                    if moment and change.at != moment[0].at:
                        yield sorted(moment, key=_in_order)
                        moment = []
                    moment.append(change)
        if moment:
            yield sorted(moment, key=_in_order)


def query_for(rule: StaffRule, span: Span) -> HistoryQuery:
    """Ask for no more than what the rule may tell, and what may overtake that.

    What is only information overtakes nothing.
    """
    least = GRAVITY[rule.min_severity]
    told = {kind for kind in rule.kinds or Kind if GRAVITY[severity(kind, timedelta.max)] >= least}
    kinds = tuple(kind for kind in Kind if kind in told | OVERTAKING)
    return HistoryQuery(
        begin=span.begin,
        end=span.end,
        airports=rule.airports,
        airlines=rule.airlines,
        kinds=() if len(kinds) == len(Kind) else kinds,
        severities=() if least == GRAVITY[Severity.INFO] else _NO_MERE_INFORMATION,
    )


_NO_MERE_INFORMATION = tuple(each for each in Severity if each is not Severity.INFO)


def _in_order(change: Change) -> tuple[str, int]:
    return change.flight, change.ordinal


async def _paused(steps: Iterator[None]) -> None:
    """Take some steps, and let others have their turn in between."""
    for number, _ in enumerate(steps, start=1):
        if number % PAUSE_AFTER == 0:
            await asyncio.sleep(0)
    await asyncio.sleep(0)
