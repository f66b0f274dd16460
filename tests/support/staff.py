"""Rules and rows of staff in memory, and an agency whose staff have rules.

The fakes pass the same contract tests as MongoDB's (tests/contract).
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change
from flightagents.domain.codes import carrier
from flightagents.domain.flight import FlightState
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.notifications import Notification, State
from flightagents.domain.rules import Recipient, StaffRule
from flightagents.domain.said import Said
from flightagents.domain.tracking import advance
from flightagents.errors import TooSlowError
from flightagents.handlers.alert import AlertOnChanges
from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.keep_rules import KeepRules
from flightagents.handlers.staff import AlertStaff
from flightagents.handlers.staff_recheck import RecheckStaff
from flightagents.handlers.staff_rows import Office
from flightagents.ports import HistoryQuery
from flightagents.wiring.rules import RulesCalls
from tests.support.agency import Agency, Worker, address_key
from tests.support.desk import FakeLedger
from tests.support.fakes import FakeFlights
from tests.support.rows import MINUTE, NOON, run_of

OPS = "ops@agency.example"
OPS_PHONE = "+442079460000"


def rule(
    name: str = "ops",
    *to: str,
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> StaffRule:
    """A rule that tells the operations desk of everything from minor on, at all hours."""
    recipients = tuple(
        Recipient(Channel.EMAIL if "@" in each else Channel.SMS, each) for each in (to or (OPS,))
    )
    return replace(StaffRule(name=name, to=recipients), **differs)


def story(*rows: dict[str, Any], apart: timedelta = 2 * MINUTE) -> list[Change]:
    """Give the changes of one flight that the feed showed so, look after look from noon on."""
    state: FlightState | None = None
    told: list[Change] = []
    for run, raw in enumerate(rows):
        (record,) = run_of([raw], run + 1, NOON + run * apart)
        state, changes = advance(state, record)
        told.extend(changes)
    return told


class FakeStaffRules:
    """Rules by name, as the JSON that a database would give back."""

    def __init__(self) -> None:
        self._rules: dict[str, bytes] = {}

    async def all(self) -> list[StaffRule]:
        return [kept.rule for kept in await self.kept()]

    async def kept(self) -> list[KeptRule]:
        return [msgspec.json.decode(text, type=KeptRule) for _, text in sorted(self._rules.items())]

    async def put(self, kept: KeptRule) -> bool:
        text, name = msgspec.json.encode(kept), kept.rule.name
        if self._rules.get(name) != text and self._version(name) != kept.version - 1:
            return False
        self._rules[name] = text
        return True

    async def remove(self, name: str, version: int) -> bool:
        return self._version(name) == version > 0 and self._rules.pop(name, None) is not None

    def _version(self, name: str) -> int:
        text = self._rules.get(name)
        return msgspec.json.decode(text, type=KeptRule).version if text else 0


class FakeStaffRows:
    """The rows for staff of a ledger in memory."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def to_staff(self, address_keys: Sequence[str], since: datetime) -> list[Notification]:
        found = (
            replace(row, message=None, trace=())
            for row in self._ledger.rows
            if row.rule is not None and row.address_key in address_keys and row.created_at >= since
        )
        return sorted(found, key=lambda row: row.created_at)


class FakeHistory:
    """The history of flights in memory, by pages of two changes."""

    def __init__(self, flights: FakeFlights) -> None:
        self._flights = flights
        self.slow_after: int | None = None
        """Pages after which the database has worked for longer than it may."""

    async def begins(self) -> datetime | None:
        return min((change.at for change in self._flights.history.values()), default=None)

    async def walk(self, query: HistoryQuery, within: timedelta) -> AsyncGenerator[Sequence[Change], None]:
        assert within > timedelta()
        found = [change for change in self._flights.history.values() if _is_wanted(change, query)]
        found.sort(key=lambda change: (change.at, change.kind))
        for page in range(0, len(found), 2):
            if self.slow_after is not None and page // 2 >= self.slow_after:
                raise TooSlowError("too slow")
            yield found[page : page + 2]


def _is_wanted(change: Change, query: HistoryQuery) -> bool:
    carriers = {change.carrier, *map(carrier, change.marketed_as)}
    airports = {change.departure.airport, change.arrival.airport}
    return (
        query.begin <= change.at < query.end
        and (not query.kinds or change.kind in query.kinds)
        and (not query.severities or change.severity in query.severities)
        and (not query.airports or not airports.isdisjoint(query.airports))
        and (not query.airlines or not carriers.isdisjoint(query.airlines))
    )


def rules_of(agency: Agency) -> RulesCalls:
    """What the pages of rules call, where there is no rule yet."""
    office = Office(zone="UTC", hourly=3, on_call=None)
    return RulesCalls(
        KeepRules(FakeStaffRules(), agency.audit, agency.clock),
        BackTestRule(FakeHistory(agency.flights), address_key=address_key, clock=agency.clock, office=office),
    )


class StaffedAgency(Agency):
    """An agency whose staff have rules: at most three alerts an hour to one address."""

    def __init__(
        self, *rules: StaffRule, hourly: int = 3, zone: str = "UTC", on_call: str | None = None
    ) -> None:
        super().__init__()
        self.rules = FakeStaffRules()
        self._first_rules = rules
        self.office = Office(zone=zone, hourly=hourly, on_call=on_call)
        self.worker = self.another_worker("worker-1")

    def another_worker(self, name: str) -> Worker:
        """Give a worker that shares all but its own process."""
        recheck = self.recheck()
        self.staff = recheck  # type: ignore[assignment]  # the real judge in the place of the fake
        worker = Worker(self, name)
        self.alert_staff = AlertStaff(
            rules=self.rules,
            ledger=self.ledger,
            audience=worker.audience,
            address_key=address_key,
            clock=self.clock,
            office=self.office,
        )
        worker.alert = AlertOnChanges(
            self.flights, worker.decide, self.publisher, self.clock, also=[self.alert_staff]
        )
        return worker

    def recheck(self) -> RecheckStaff:
        return RecheckStaff(
            rules=self.rules,
            flights=self.flights,
            rows=FakeStaffRows(self.ledger),
            ledger=self.ledger,
            tasks=self.tasks,
            address_key=address_key,
            clock=self.clock,
            office=self.office,
        )

    async def opens(self) -> None:
        """Put the rules in force."""
        for each in self._first_rules:
            await self.enforces(each)

    async def enforces(self, rule: StaffRule) -> None:
        """Put a rule in force, whatever stands in its place."""
        await self.lifts(rule.name)
        assert await self.rules.put(KeptRule(rule=rule))

    async def lifts(self, name: str) -> None:
        """Put a rule out of force, if there is one of that name."""
        for kept in await self.rules.kept():
            if kept.rule.name == name:
                assert await self.rules.remove(name, kept.version)

    def later(self, **duration: float) -> None:
        self.wait(timedelta(**duration))

    def of_staff(self, said: Said = Said.STAFF_ALERT, state: State | None = None) -> list[Notification]:
        """Give the rows for staff, in the order in which they were written."""
        return [row for row in self.rows if row.said is said and state in (None, row.state)]

    @property
    def subjects(self) -> list[str]:
        """Give the titles that arrived at staff's email addresses."""
        emails = (each for each in self.email.arrived if each.address.endswith("@agency.example"))
        return [each.message.subject for each in emails]
