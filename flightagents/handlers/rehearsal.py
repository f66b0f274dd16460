"""One rule in force over the history: what AlertStaff would write and RecheckStaff would let go.

Both judge by the same functions as this. Here every message leaves at the moment of its change, when nothing
can have overtaken it yet, and a digest when it is due. What the two know and this cannot: how many travellers
were on a flight, which of the alerts of one moment go singly by that, and what other rules told the address.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flightagents.domain.back_test import Example
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind
from flightagents.domain.overtaking import Truth, still_true
from flightagents.domain.rules import (
    DISRUPTED,
    GRAVITY,
    RESTORED,
    Recipient,
    RuleReason,
    StaffRule,
    fact,
    is_news,
    late_minutes,
    matches,
)
from flightagents.domain.times import to_local
from flightagents.handlers.staff_digest import GATHER_FOR, needs_another
from flightagents.handlers.staff_rows import HOUR, NEWS_FOR, Office, is_full, row_id, staff_key

MOST_EXAMPLES = 20
_MINUTE = timedelta(minutes=1)

Truths = dict[str, Truth]


@dataclass(frozen=True, slots=True, eq=False)
class Alert:
    """A change that the rule tells."""

    change: Change
    what: Kind
    late: int
    """Minutes."""

    def is_true(self, truths: Truths) -> bool:
        """Tell whether it holds, as the flight stands now."""
        return still_true(self.what, self.late, truths[self.change.flight])


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it would have left: one alert, or the alerts of a digest."""

    at: datetime
    alerts: Sequence[Alert]
    digest: bool = False


class Rehearsal:
    """Counts as it goes; what it remembers grows with the flights that it was shown."""

    def __init__(self, rule: StaffRule, office: Office, address_key: Callable[[str], str]) -> None:
        self._rule = rule
        self._zone = office.zone
        self._inboxes = [Inbox(to, staff_key(address_key, to.address), office.hourly) for to in rule.to]
        self._truths: Truths = {}
        self._told: dict[str, Kind] = {}
        self._examples: deque[Example] = deque(maxlen=MOST_EXAMPLES)
        self._minutes: Counter[int] = Counter()
        self.messages = 0
        self.digests = 0
        self.by_kind: Counter[Kind] = Counter()
        self.by_channel: Counter[Channel] = Counter()
        self.by_day: Counter[date] = Counter()
        self.by_hour: Counter[int] = Counter()
        self.silent: Counter[RuleReason] = Counter()

    @property
    def recipients(self) -> int:
        """How many addresses got anything."""
        return sum(inbox.reached for inbox in self._inboxes)

    @property
    def examples(self) -> tuple[Example, ...]:
        """Some alerts, the newest first."""
        return tuple(reversed(self._examples))

    @property
    def median_before_departure(self) -> timedelta | None:
        """Give the lower median over all facts told; None where none has a departure in UTC."""
        left = (self._minutes.total() + 1) // 2
        for minutes in sorted(self._minutes):
            left -= self._minutes[minutes]
            if left <= 0:
                return minutes * _MINUTE
        return None

    def see(self, changes: Sequence[Change]) -> Iterator[None]:
        """Tell the changes of one moment, those of one flight in order.

        In steps, so that whoever drives it can rest between them.
        """
        now = changes[0].at
        yield from self.pass_time(now)
        local = to_local(now, self._zone)
        alerts = []
        for change in changes:
            if (alert := self._judge(change, local)) is not None:
                alerts.append(alert)
            self._truths[change.flight] = self._truths.get(change.flight, Truth()).after(change)
            yield
        over: set[str] = set()
        for inbox in self._inboxes if alerts else ():
            over.update(alert.change.id for alert in inbox.take(alerts, now))
            yield from self._count(inbox)
        for each in alerts[-MOST_EXAMPLES:]:
            change = each.change
            self._examples.append(
                Example(now, change.flight, each.what, change.severity, gathered=change.id in over)
            )

    def pass_time(self, until: datetime) -> Iterator[None]:
        """Send the digests that are due by then; in steps."""
        for inbox in self._inboxes:
            if inbox.tell_digests(until, self._truths):
                yield from self._count(inbox)

    def _judge(self, change: Change, local: datetime) -> Alert | None:
        decision, what = matches(self._rule, change, local), fact(change)
        if is_news(self._told.get(change.flight), what, asked=decision.tell):
            if what in DISRUPTED | RESTORED:
                self._told[change.flight] = what
            return Alert(change, what, late_minutes(change))
        if not decision.tell:
            self.silent[decision.reason] += 1
        return None

    def _count(self, inbox: "Inbox") -> Iterator[None]:
        for message in inbox.leaving():
            local = to_local(message.at, self._zone)
            self.messages += 1
            self.digests += message.digest
            self.by_channel[inbox.channel] += 1
            self.by_day[local.date()] += 1
            self.by_hour[local.hour] += 1
            for alert in message.alerts:
                self.by_kind[alert.what] += 1
                leaves = alert.change.departure.expected
                if leaves.tzinfo is not None:
                    self._minutes[round((leaves - message.at) / _MINUTE)] += 1
                yield


class Inbox:
    """One address: what it got within the hour, what is set aside for it, and when a digest is due."""

    def __init__(self, to: Recipient, key: str, hourly: int) -> None:
        self.channel = to.channel
        self.reached = False
        self._key = key
        self._hourly = hourly
        self._told: deque[datetime] = deque()
        self._gathered: list[Alert] = []
        self._due: list[datetime] = []
        self._leaving: list[Sent] = []

    def take(self, alerts: Sequence[Alert], now: datetime) -> list[Alert]:
        """Send what the hour's limit allows, the gravest first; give what is set aside."""
        while self._told and now - self._told[0] >= HOUR:
            self._told.popleft()
        over = []
        for alert in sorted(alerts, key=self._place):
            if is_full(self._told, now, self._hourly):
                over.append(alert)
            else:
                self._told.append(now)
                self._leaving.append(Sent(now, [alert]))
        self._gathered += over
        if over and needs_another(self._due[-1] if self._due else None, now):
            self._due.append(now + GATHER_FOR)
        return over

    def tell_digests(self, until: datetime, truths: Truths) -> bool:
        """Send what is due: what is set aside, still news, and true. Tell whether anything was."""
        while self._due and self._due[0] <= until:
            now = self._due.pop(0)
            recent = [each for each in self._gathered if now - each.change.at <= NEWS_FOR]
            true: list[Alert] = []
            self._gathered = []
            for each in recent:
                (true if each.is_true(truths) else self._gathered).append(each)
            if true:
                self._leaving.append(Sent(now, true, digest=True))
        return bool(self._leaving)

    def leaving(self) -> list[Sent]:
        """Give what has left since it was asked last."""
        sent, self._leaving = self._leaving, []
        self.reached |= bool(sent)
        return sent

    def _place(self, alert: Alert) -> tuple[int, str]:
        """As for rows of the ledger, for flights with nobody on them."""
        change = alert.change
        return -GRAVITY[change.severity], row_id(change.id, self.channel, self._key)
