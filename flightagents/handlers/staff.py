"""Changes -> rows of the ledger for the agency's own staff, by its rules.

Before it alert.py stored the facts; after it staff_recheck.py looks at each row once more before it is sent.
A batch that comes again makes the same rows: what is in the ledger already stays as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.rules import (
    OF_SIGHT,
    REMEMBERED,
    WITHDRAWING,
    Recipient,
    StaffRule,
    fact,
    is_news,
    matches,
)
from flightagents.domain.said import Said
from flightagents.domain.times import to_local
from flightagents.handlers.audience import Audience
from flightagents.handlers.counting import count_written
from flightagents.handlers.staff_rows import NEWS_FOR, Office, is_gathered, is_told, row_id, staff_key
from flightagents.handlers.staff_words import notice_of
from flightagents.metrics import RULE_DECISIONS
from flightagents.ports import Ledger, StaffRules

Place = tuple[str, Channel, str, bool]
"""A flight, a channel, an address key, and whether it is about being seen at all."""
Heard = dict[Place, Kind]
"""Which disruption, or loss of sight, or its end, an address was last told of a flight."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change and a rule; `tells` where the rule asks for it, else who was told the opposite hears it."""

    change: Change
    rule: StaffRule
    tells: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """One change for one address."""

    id: str
    change: Change
    rule: StaffRule
    to: Recipient
    key: str


class AlertStaff:
    """Tells staff facts: a cancellation at its first look, its confirmation to who did not hear of it."""

    def __init__(
        self,
        *,
        rules: StaffRules,
        ledger: Ledger,
        audience: Audience,
        address_key: Callable[[str], str],
        clock: Clock,
        office: Office,
    ) -> None:
        self._rules = rules
        self._ledger = ledger
        self._audience = audience
        self._address_key = address_key
        self._clock = clock
        self._office = office

    async def __call__(self, changes: Sequence[Change]) -> None:
        """Write the alerts of some changes, those of one flight in order; old ones alarm nobody."""
        now = self._clock.now()
        recent = [change for change in changes if now - change.at <= NEWS_FOR]
        candidates = list(self._candidates(recent, await self._rules.all())) if recent else []
        if not candidates:
            return
        flights = sorted({each.change.flight for each in candidates})
        keys = sorted({self._key(to) for each in candidates for to in each.rule.to})
        alerts = self._alerts(candidates, await self._ledger.rows_of(flights, keys))
        if alerts:
            travellers = await self._travellers(sorted({alert.change.flight for alert in alerts}))
            count_written(await self._ledger.add([self._row(alert, travellers) for alert in alerts]))

    def _candidates(self, changes: Sequence[Change], rules: Sequence[StaffRule]) -> Iterator[Candidate]:
        local = to_local(self._clock.now(), self._office.zone)
        for change in changes:
            for rule in rules:
                decision = matches(rule, change, local)
                RULE_DECISIONS.labels(reason=decision.reason.value).inc()
                tells = decision.tell
                if tells or fact(change) in WITHDRAWING:
                    yield Candidate(change, rule, tells)

    def _alerts(self, candidates: Sequence[Candidate], known: Sequence[Notification]) -> list[Alert]:
        """One address is told of a change once, whichever of its rules asks for it first."""
        written = {row.id for row in known}
        heard = _heard(known)
        alerts = []
        for each in candidates:
            what = fact(each.change)
            for to in each.rule.to:
                key = self._key(to)
                alert = Alert(row_id(each.change.id, to.channel, key), each.change, each.rule, to, key)
                place = each.change.flight, to.channel, key, what in OF_SIGHT
                if alert.id in written or not is_news(heard.get(place), what, asked=each.tells):
                    continue
                written.add(alert.id)
                alerts.append(alert)
                if what in REMEMBERED:
                    heard[place] = what
        return alerts

    async def _travellers(self, flights: Sequence[str]) -> Mapping[str, int]:
        counts = dict.fromkeys(flights, 0)
        for case in await self._audience.of_flights(flights):
            counts[case.state.flight] += 1
        return counts

    def _row(self, alert: Alert, travellers: Mapping[str, int]) -> Notification:
        now, change = self._clock.now(), alert.change
        return Notification(
            id=alert.id,
            flight=change.flight,
            ordinal=change.ordinal,
            booking=None,
            channel=alert.to.channel,
            address_key=alert.key,
            said=Said.STAFF_ALERT,
            notice=None,
            created_at=now,
            expires_at=now + NEWS_FOR,
            record=change.record,
            reason=Reason.NEWS,
            rule=alert.rule.name,
            staff=notice_of(change, travellers[change.flight], self._office.patience),
            changes=(change.id,),
        )

    def _key(self, to: Recipient) -> str:
        return staff_key(self._address_key, to.address)


def _heard(rows: Sequence[Notification]) -> Heard:
    """What waits to be sent, or was left to a digest, counts: it will be heard."""
    heard: Heard = {}
    for row in sorted(rows, key=lambda row: (row.ordinal, row.created_at)):
        coming = row.state is State.PENDING or is_told(row) or is_gathered(row)
        kind = row.staff.kind if row.staff else None
        if coming and kind is not None and kind in REMEMBERED:
            heard[row.flight, row.channel, row.address_key or "", kind in OF_SIGHT] = kind
    return heard
