"""What a message has to admit before it leaves: nobody has looked for a while, or its time has passed.

recheck.py asks for it last. An airline's "on time" is as old as the last look: a traveller who reads it an
hour later would trust it, and a departure that has passed is no time to go by.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.caution import CALLS_EARLIER, REASSURES
from flightagents.domain.notifications import Notice
from flightagents.domain.sights import is_stale
from flightagents.domain.times import at_latest
from flightagents.handlers.lost_flights import SeenAt
from flightagents.handlers.verdicts import Send, Verdict
from flightagents.ports import Sights


class Caveats:
    """Adds to notices what they have to admit."""

    def __init__(self, sights: Sights, seen_at: SeenAt, clock: Clock) -> None:
        self._sights = sights
        self._seen_at = seen_at
        self._clock = clock

    async def __call__(self, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """Give the verdicts, with the notices of those that are to be sent as they have to be worded now."""
        now = self._clock.now()
        notices = {key: each.notice for key, each in verdicts.items() if isinstance(each, Send)}
        soothing = {each.flight for each in notices.values() if each is not None and each.said in REASSURES}
        seen = {flight: await self._seen_at(flight) for flight in sorted(soothing)}
        sights = await self._sights.of(soothing) if soothing else {}
        stale = {flight: is_stale(sights.get(flight), seen_at, now) for flight, seen_at in seen.items()}
        return {
            key: replace(each, notice=_admitting(each.notice, seen, stale, now))
            if isinstance(each, Send) and each.notice is not None
            else each
            for key, each in verdicts.items()
        }


def _admitting(
    notice: Notice, seen: Mapping[str, datetime | None], stales: Mapping[str, bool], now: datetime
) -> Notice:
    seen_at = seen.get(notice.flight)
    stale = notice.said in REASSURES and seen_at is not None and stales.get(notice.flight, False)
    gone = notice.said in CALLS_EARLIER and not notice.was_diverted and at_latest(notice.new) <= now
    if not (stale or gone):
        return notice
    return replace(notice, overdue=gone, as_of=seen_at if stale else None)
