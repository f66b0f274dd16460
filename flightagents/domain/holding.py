"""When a message may wait: quiet hours where the traveller is, and clients whose staff come first.

What is more urgent than bad news, an earlier departure or a flight that is on again, never waits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from flightagents.domain.alerting import Current, Decision
from flightagents.domain.bookings import Booking
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.times import at_latest, to_local, to_utc

URGENT = frozenset({Said.EARLIER, Said.ALL_CLEAR, Said.REINSTATED})
"""Whoever was told of a delay may be on the way already, or not yet: both must hear of these at once."""
NEVER_QUIET = URGENT | {Said.CANCELLED, Said.CONNECTION_SAFE}
QUIET_ENDS_BEFORE = timedelta(hours=5)
"""Quiet hours hold a message only if they end this long before departure."""
STAFF_FIRST_UNTIL = timedelta(hours=3)
"""So long before departure staff do not come first any more."""
VIP = "vip"
EVERYONE = "*"

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of the local day, which may go over midnight; empty where both ends are the same."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """Read 22:00-06:00; None for an empty text. Raises ValueError."""
        if not text.strip():
            return None
        found = _SPAN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no span of hours: write 22:00-06:00")
        begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
        return cls(time(begin_hour, begin_minute), time(end_hour, end_minute))

    def over_at(self, now: datetime, zone: str | None) -> datetime | None:
        """Give the end of the quiet hours that `now` lies in; None outside of them, or without a zone."""
        if zone is None:
            return None
        local = to_local(now, zone)
        ends = datetime.combine(local.date(), self.end)
        if self.begin > self.end and local.time() >= self.begin:
            ends += timedelta(days=1)
        begins = datetime.combine(ends.date(), self.begin)
        if self.begin > self.end:
            begins -= timedelta(days=1)
        return to_utc(ends, zone) if begins <= local < ends else None


@dataclass(frozen=True, slots=True)
class Policies:
    """How many minutes staff come first, per client; `vip` and `*` are clients too."""

    minutes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Policies":
        """Read vip=immediate;acme=15;*=0. Raises ValueError."""
        minutes = {}
        for part in filter(None, (each.strip() for each in text.split(";"))):
            client, _, wait = (word.strip().lower() for word in part.partition("="))
            if not client or not (wait == "immediate" or re.fullmatch(r"\d{1,3}", wait)):
                raise ValueError(f"{part!r}: write client=immediate, or client=15 for minutes")
            minutes[client] = 0 if wait == "immediate" else int(wait)
        return cls(minutes)

    def staff_first(self, booking: Booking) -> timedelta:
        """Give how long staff come first with this person's news."""
        for client in (VIP if booking.vip else "", booking.client, EVERYONE):
            if client and client in self.minutes:
                return timedelta(minutes=self.minutes[client])
        return timedelta()


@dataclass(frozen=True, slots=True)
class Holding:
    """The agency's rules on waiting."""

    quiet: QuietHours | None = None
    policies: Policies = field(default_factory=Policies)

    def quiet_until(self, said: Said, departs: datetime, zone: str | None, now: datetime) -> datetime | None:
        """Give when the quiet hours end that hold such a message now; None where none do."""
        if self.quiet is None or said in NEVER_QUIET:
            return None
        over = self.quiet.over_at(now, zone)
        return over if over is not None and departs - over >= QUIET_ENDS_BEFORE else None

    def hold(
        self,
        decision: Decision,
        current: Current,
        bookings: Sequence[Booking],
        *,
        since: datetime,
        now: datetime,
    ) -> Decision:
        """Put a decision to tell off where a rule says so; of several bookings the most impatient counts.

        `since` is when this person's untold news began: a flight that creeps does not make staff come first
        for ever.
        """
        if not decision.tell or decision.said is None:
            return decision
        waits = [(decision.not_before, decision.reason)] if decision.not_before else []
        departs = at_latest(current.expected)
        if decision.said not in URGENT:
            wait = min(map(self.policies.staff_first, bookings))
            until = min(since + wait, departs - STAFF_FIRST_UNTIL)
            waits.append((until, Reason.STAFF_FIRST))
        over = self.quiet_until(decision.said, departs, current.zone, now)
        if over is not None:
            waits.append((over, Reason.QUIET_HOURS))
        waits = [(until, reason) for until, reason in waits if until > now]
        if not waits:
            return Decision(tell=True, reason=Reason.NEWS, said=decision.said)
        until, reason = max(waits)
        return Decision(tell=True, reason=reason, said=decision.said, not_before=until.astimezone(UTC))
