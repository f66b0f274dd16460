"""A back-test counts what the live path has sent of the same changes: searched by hypothesis."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.flight import FlightState
from flightagents.domain.notifications import Notification, State
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.overtaking import Truth
from flightagents.domain.rules import StaffRule
from flightagents.domain.said import Said
from flightagents.domain.tracking import advance
from flightagents.handlers.back_test import BackTestRule
from tests.support.agency import address_key
from tests.support.rows import MINUTE, row, run_of
from tests.support.staff import OPS, OPS_PHONE, FakeHistory, StaffedAgency, rule

STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TO = ((OPS,), (OPS_PHONE,), (OPS, OPS_PHONE), (OPS, "boss@agency.example"))
FLIGHTS = (
    ("BA117", "LHR-JFK"),
    ("BA9", "LHR-MAD"),
    ("IB4", "MAD-LHR"),
    ("AA1", "JFK-MAD"),
    ("QQ5", "QQQ-JFK"),
)
FIELDS: dict[str, tuple[Any, ...]] = {
    "status": ("scheduled", "scheduled", "cancelled", "cancelled", "diverted", "incident", "active"),
    "delay": (None, 5, 20, 35, 65, 130, 200),
    "departs": ("14:35", "15:05", "16:00"),
    "gate": ("A5", "A7"),
    "took_off": (None, None, "14:50"),
}
WAITS = tuple(timedelta(seconds=seconds) for seconds in (20, 60, 60, 61, 300, 840, 900, 1800, 3600))

_STEP = st.one_of(*(st.tuples(st.just(name), st.sampled_from(values)) for name, values in FIELDS.items()))
_RUN = st.lists(st.tuples(st.integers(0, len(FLIGHTS) - 1), _STEP), min_size=1, max_size=8)
RUNS = st.lists(st.tuples(st.sampled_from(WAITS), _RUN), min_size=1, max_size=12)
RULES = st.builds(
    lambda to, **differs: rule("ops", *to, **differs),
    st.sampled_from(TO),
    airports=st.sampled_from(((), (), ("JFK",), ("MAD", "QQQ"))),
    airlines=st.sampled_from(((), (), ("BA",), ("IB", "QQ"))),
    kinds=st.sampled_from(((), (), (Kind.CANCELLED,), (Kind.DELAYED, Kind.GATE_CHANGED))),
    min_severity=st.sampled_from(Severity),
    hours=st.sampled_from((OfficeHours(), OfficeHours(), OfficeHours.parse("06:00-12:40", "sun"))),
)


class Lived:
    """An agency with one rule, and what the feed showed it."""

    def __init__(self, asked: StaffRule, hourly: int) -> None:
        self.agency = StaffedAgency(asked, hourly=hourly, zone="Europe/London")
        self._rule = asked
        self._states: dict[str, FlightState] = {}
        self._shown: dict[int, dict[str, Any]] = {}
        self._run = 0

    async def through(self, runs: Any) -> None:  # noqa: ANN401 - what RUNS draws
        await self.agency.opens()
        for wait, steps in runs:
            await self._waits(wait)
            for number, (name, value) in steps:
                self._shown.setdefault(number, {})[name] = value
            await self._sees()
        await self._waits(20 * MINUTE)

    async def _waits(self, duration: timedelta) -> None:
        """Let time pass, and each digest leave when it is due."""
        end = self.agency.clock.now() + duration
        while due := [at for at in self._due() if at <= end]:
            self.agency.wait(min(due) - self.agency.clock.now())
            await self.agency.delivers()
        self.agency.wait(end - self.agency.clock.now())

    def _due(self) -> Iterator[Any]:
        for each in self.agency.of_staff(Said.STAFF_DIGEST, State.PENDING):
            yield each.not_before

    async def _sees(self) -> None:
        self._run += 1
        rows = [_row(number, known) for number, known in sorted(self._shown.items())]
        changes: list[Change] = []
        for record in run_of(rows, self._run, self.agency.clock.now()):
            before = self._states.get(record.flight)
            self._states[record.flight], found = advance(before, record)
            changes.extend(found)
        await self.agency.hears(changes)
        await self.agency.delivers()

    async def test(self) -> Any:  # noqa: ANN401 - a BackTest
        agency = self.agency
        try_rule = BackTestRule(
            FakeHistory(agency.flights), address_key=address_key, clock=agency.clock, office=agency.office
        )
        return await try_rule(self._rule)

    def told(self) -> list[Notification]:
        return [each for each in self.agency.rows if each.rule and each.state is State.ACCEPTED]


def _row(number: int, known: dict[str, Any]) -> dict[str, Any]:
    designator, route = FLIGHTS[number]
    named = {name: known[name] for name in ("status", "delay", "departs", "took_off") if name in known}
    gate: dict[str, Any] = {"departure": {"gate": known["gate"]}} if "gate" in known else {}
    return row(designator, route=route, arrives="2026-11-23T05:35", **named, **gate)


def _kinds(lived: Lived) -> Counter[Kind]:
    """Count what was told: each fact by itself or in a digest, for each address."""
    told = lived.told()
    alerts = [each for each in lived.agency.of_staff() if each.staff]
    in_digests = {
        (each.address_key, each.channel, change)
        for each in told
        if each.staff
        for change in each.staff.changes
    }
    return Counter(
        each.staff.kind
        for each in alerts
        if each.staff
        and each.staff.kind
        and (each in told or (each.address_key, each.channel, each.changes[0]) in in_digests)
    )


@STEADY
@given(RULES, RUNS, st.integers(1, 4))
def test_it_counts_what_was_sent(asked: StaffRule, runs: Any, hourly: int) -> None:  # noqa: ANN401 - drawn
    async def live() -> None:
        lived = Lived(asked, hourly)
        await lived.through(runs)
        found, told = await lived.test(), lived.told()
        assert found.would_send == len(told)
        assert found.digests == sum(each.said is Said.STAFF_DIGEST for each in told)
        assert found.by_channel == Counter(each.channel for each in told)
        assert found.recipients == len({(each.channel, each.address_key) for each in told})
        assert found.by_kind == _kinds(lived)
        assert sum(found.by_hour.values()) == sum(found.by_day.values()) == found.would_send

    asyncio.run(live())


@STEADY
@given(RUNS)
def test_the_history_shows_what_can_overtake_a_fact_as_the_state_does(runs: Any) -> None:  # noqa: ANN401 - drawn
    async def live() -> None:
        lived = Lived(rule(), hourly=3)
        await lived.through(runs)
        truths: dict[str, Truth] = {}
        for change in sorted(lived.agency.flights.history.values(), key=lambda each: each.ordinal):
            truths[change.flight] = truths.get(change.flight, Truth()).after(change)
        states = lived.agency.flights.states
        assert truths == {flight: Truth.of(states[flight]) for flight in truths}

    asyncio.run(live())


async def test_stories_do_reach_the_limit_and_its_digests() -> None:
    """Without this the first test might hold of empty counts alone."""
    lived = Lived(rule("ops", OPS, OPS_PHONE), hourly=2)
    late = [(number, ("delay", 65)) for number in range(5)]
    await lived.through([(MINUTE, late), (70 * MINUTE, [(0, ("status", "cancelled"))])])
    found = await lived.test()
    assert (found.would_send, found.digests, found.recipients) == (8, 2, 2)
    assert found.by_kind == {Kind.DELAYED: 10, Kind.CANCELLED_UNCONFIRMED: 2}
    assert found.by_channel == {Channel.EMAIL: 4, Channel.SMS: 4}
