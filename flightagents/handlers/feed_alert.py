"""The feed as a whole is blind, or shows flights again -> a row of the ledger for each address of the staff.

watch_freshness.py calls it. In its place no flight is told of by itself: all of them would be.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from flightagents.clock import Clock
from flightagents.domain.freshness import Cause
from flightagents.domain.notifications import TOLD, Notification, StaffNotice, State
from flightagents.domain.rules import Recipient, StaffRule
from flightagents.domain.said import Said
from flightagents.domain.sight_words import DO, WHY
from flightagents.domain.sights import KeptSight
from flightagents.domain.times import iso, to_local
from flightagents.handlers.counting import count_written
from flightagents.handlers.staff_rows import NEWS_FOR, Office, row_id, staff_key
from flightagents.ports import Ledger, StaffRules

_BLIND, _SEES = "blind", "sees"
_HEARS = TOLD | {State.PENDING}


class AlertOfFeed:
    """Tells all staff that rules name; of the end, whoever was told of the beginning."""

    def __init__(
        self,
        *,
        rules: StaffRules,
        ledger: Ledger,
        address_key: Callable[[str], str],
        clock: Clock,
        office: Office,
    ) -> None:
        self._rules = rules
        self._ledger = ledger
        self._address_key = address_key
        self._clock = clock
        self._office = office

    async def blind(self, feed: KeptSight, flights: int) -> None:
        """Tell that it is blind, and how many booked flights may leave unseen; again changes nothing."""
        now = self._clock.now()
        local = to_local(now, self._office.zone)
        cause = feed.cause or Cause.NOT_ASKED
        lines = [
            f"Nothing was seen since {self._moment(feed.known_at)}." if feed.known_at else "",
            f"{_flights(flights)} that leave within six hours: look at the airports' screens.",
            "Travellers who wait for a delayed flight are told to look at the screens.",
            DO[cause],
        ]
        notice = StaffNotice(
            title=f"The feed is blind: {WHY[cause]}", lines=tuple(filter(None, lines)), severity="critical"
        )
        to = [each for each in self._everyone(await self._rules.all()) if each[0].hours.cover(local)]
        rows = [self._row(_BLIND, feed.since, rule, each, notice) for rule, each in to]
        count_written(await self._ledger.add(rows))

    async def sees(self, feed: KeptSight) -> None:
        """Tell that the blindness is over which `feed` describes."""
        notice = StaffNotice(
            title="The feed shows flights again",
            lines=(
                f"It was blind since {self._moment(feed.since)}. What has changed meanwhile is told now.",
            ),
        )
        rows = []
        for rule, each in self._everyone(await self._rules.all()):
            before = await self._ledger.get(self._id(_BLIND, feed.since, each))
            if before is not None and before.state in _HEARS:
                rows.append(self._row(_SEES, feed.since, rule, each, notice))
        count_written(await self._ledger.add(rows))

    def _everyone(self, rules: list[StaffRule]) -> Iterator[tuple[StaffRule, Recipient]]:
        return ((rule, to) for rule in rules for to in rule.to)

    def _row(
        self, what: str, since: datetime, rule: StaffRule, to: Recipient, notice: StaffNotice
    ) -> Notification:
        now = self._clock.now()
        return Notification(
            id=self._id(what, since, to),
            flight="",
            ordinal=0,
            booking=None,
            channel=to.channel,
            address_key=staff_key(self._address_key, to.address),
            said=Said.FEED_ALERT,
            notice=None,
            created_at=now,
            expires_at=now + NEWS_FOR,
            rule=rule.name,
            staff=notice,
        )

    def _id(self, what: str, since: datetime, to: Recipient) -> str:
        """Of several rules with one address, it hears of it once."""
        return row_id("feed", what, iso(since), to.channel, staff_key(self._address_key, to.address))

    def _moment(self, at: datetime) -> str:
        local = to_local(at, self._office.zone)
        return f"{local:%H:%M} on {local:%a} {local.day} {local:%b}"


def _flights(count: int) -> str:
    return "1 booked flight" if count == 1 else f"{count:,} booked flights"
