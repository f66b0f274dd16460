"""The leader's look at all that is watched: who is told of what is lost, once, and of its end."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from flightagents.aviationstack.showing import Showing
from flightagents.domain.changes import Kind
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.notifications import State
from flightagents.domain.polls import PollEnd
from flightagents.domain.said import Said
from flightagents.domain.sights import FEED
from flightagents.domain.watched import Outlook, Watched
from flightagents.handlers.feed_alert import AlertOfFeed
from flightagents.handlers.look_at_sight import LookAtSight
from flightagents.handlers.watch_freshness import SETTLED_AFTER, WatchFreshness
from tests.support.agency import BA117, address_key
from tests.support.due import BOTH
from tests.support.feed import BOARD, MINUTE, a_plan, failing, standing, watched
from tests.support.feed_plans import FakeCallPlans, FakeQueryStandings
from tests.support.rows import NOON, row
from tests.support.staff import OPS, OPS_PHONE, StaffedAgency, rule

LOST = "BA117 LHR-JFK Sun 22 Nov out of sight: 1 traveller"
BACK = "BA117 LHR-JFK Sun 22 Nov seen again: 1 traveller"
BLIND = "The feed is blind: AviationStack does not answer"
SEES = "The feed shows flights again"


class Watch(StaffedAgency):
    """An agency whose leader looks each minute."""

    def __init__(self, *rules: object) -> None:
        super().__init__(*(rules or (rule(),)), hourly=10)  # type: ignore[arg-type]
        self.standings, self.plans = FakeQueryStandings(), FakeCallPlans()
        self.is_seen = True
        self.feed_answers = True
        self.leaves = NOON + timedelta(minutes=155)
        self.leader = self.another_leader()

    def another_leader(self) -> WatchFreshness:
        return WatchFreshness(
            look=LookAtSight(
                watching=self.watching,
                standings=self.standings,
                plans=self.plans,
                showing=Showing,
                clock=self.clock,
                by_date=False,
            ),
            sights=self.sights,
            flights=self.flights,
            decide=self.worker.decide.for_flights,
            alert_staff=self.alert_staff,
            tell_of_feed=AlertOfFeed(
                rules=self.rules,
                ledger=self.ledger,
                address_key=address_key,
                clock=self.clock,
                office=self.office,
            ),
            clock=self.clock,
        )

    async def watching(self) -> list[Watched]:
        return [watched(leaves_at=self.leaves, seen_at=self._looked_at, told=self.is_told)]

    @property
    def is_told(self) -> bool:
        return any(each.state is State.ACCEPTED for each in self.rows if each.booking)

    async def minutes(self, count: int, *, leader: WatchFreshness | None = None) -> None:
        """Let minutes go by, in each of which the feed is asked, and then the leader looks and sends."""
        for _ in range(count):
            self.later(minutes=1)
            now = self.clock.now()
            if self.feed_answers:
                await self.standings.note(standing(asked_at=now, good_at=now))
                if self.is_seen:
                    self._looked_at = now
            else:
                last = (await self.standings.all())[BOARD]
                good_at = last.good_at or NOON
                await self.standings.note(failing(since=good_at, asked_at=now))
            await self.plans.keep(a_plan(now))
            await (leader or self.leader)()
            await self.delivers()

    @property
    def kinds(self) -> list[Kind]:
        of_sight = (Kind.LOST_SIGHT, Kind.SIGHT_REGAINED)
        return [change.kind for change in self.flights.history.values() if change.kind in of_sight]


async def a_watch(*rules: object, delay: int | None = None) -> Watch:
    agency = Watch(*rules)
    await agency.opens()
    await agency.at_rest(BOTH)
    if delay is not None:
        await agency.is_late(delay)
        await agency.delivers()
    await agency.minutes(15)
    return agency


async def test_a_booked_flight_that_vanishes_is_told_to_staff_once_and_its_end_once() -> None:
    agency = await a_watch()
    agency.is_seen = False
    await agency.minutes(29)
    assert agency.subjects == []
    await agency.minutes(15)
    assert agency.subjects == [LOST]
    assert (await agency.sights.of([BA117]))[BA117].cause is Cause.VANISHED
    agency.is_seen = True
    await agency.minutes(5)
    assert agency.subjects == [LOST, BACK]
    assert agency.kinds == [Kind.LOST_SIGHT, Kind.SIGHT_REGAINED]


async def test_a_new_leader_tells_it_no_second_time() -> None:
    agency = await a_watch()
    agency.is_seen = False
    await agency.minutes(40)
    await agency.minutes(5, leader=agency.another_leader())
    assert agency.subjects == [LOST]
    assert agency.kinds == [Kind.LOST_SIGHT]


async def test_a_second_blindness_is_told_again() -> None:
    agency = await a_watch()
    for _ in range(2):
        agency.is_seen = False
        await agency.minutes(40)
        agency.is_seen = True
        await agency.minutes(2)
    assert agency.subjects == [LOST, BACK] * 2


async def test_staff_hear_of_no_flight_that_leaves_much_later() -> None:
    agency = Watch()
    agency.leaves = NOON + timedelta(hours=9)
    await agency.opens()
    await agency.at_rest(BOTH)
    await agency.minutes(15)
    agency.is_seen = False
    await agency.minutes(120)
    assert agency.subjects == []


async def test_a_feed_that_is_blind_is_told_once_in_the_place_of_its_flights_and_so_is_its_end() -> None:
    agency = await a_watch(rule("ops", OPS, OPS_PHONE), rule("more", OPS))
    agency.feed_answers = False
    await agency.minutes(45)
    assert agency.subjects == [BLIND]
    assert len(agency.sms.texts) == 1
    assert agency.kinds == [Kind.LOST_SIGHT]
    agency.feed_answers = True
    await agency.minutes(5)
    assert agency.subjects == [BLIND, SEES]
    assert len(agency.sms.texts) == 2


async def test_after_the_feed_came_back_each_flight_gets_its_turn_before_staff_hear_of_it() -> None:
    agency = await a_watch()
    agency.feed_answers = False
    await agency.minutes(45)
    agency.feed_answers, agency.is_seen = True, False
    await agency.minutes(SETTLED_AFTER // MINUTE - 1)
    assert agency.subjects == [BLIND, SEES]
    await agency.minutes(3)
    assert agency.subjects == [BLIND, SEES, LOST]


async def test_of_the_end_hears_only_who_heard_of_the_beginning() -> None:
    agency = await a_watch()
    agency.feed_answers = False
    await agency.minutes(20)
    await agency.enforces(rule("new", "new@agency.example"))
    agency.feed_answers = True
    await agency.minutes(5)
    assert {each.address for each in agency.email.arrived} == {OPS}


async def test_one_failed_call_tells_nobody_anything() -> None:
    agency = await a_watch()
    agency.feed_answers = False
    await agency.minutes(9)
    agency.feed_answers = True
    await agency.minutes(20)
    assert (agency.subjects, agency.kinds) == ([], [])


async def test_a_traveller_who_waits_for_a_delayed_flight_hears_that_there_is_no_news() -> None:
    agency = await a_watch(delay=90)
    agency.feed_answers = False
    await agency.minutes(60)
    assert [each.said for each in agency.rows if each.booking] == [Said.LATER] * 2 + [Said.NO_NEWS] * 2
    agency.feed_answers = True
    await agency.minutes(3)
    agency.feed_answers = False
    await agency.minutes(45)
    assert [each.said for each in agency.rows if each.booking] == [Said.LATER] * 2 + [Said.NO_NEWS] * 2


class DiedError(Exception):
    """The worker was killed here."""


def dying(call: Callable[..., Awaitable[Any]], *, before: bool) -> Callable[..., Awaitable[Any]]:
    """Die the first time that a call of the leader is about a blind flight, before or after it is done."""
    died: list[bool] = []

    async def instead(first: Any, *others: Any) -> Any:  # noqa: ANN401 - whatever it takes and gives
        dies = not died and any(getattr(each, "sight", Sight.BLIND) is Sight.BLIND for each in first)
        if dies:
            died.append(True)
        if dies and before:
            raise DiedError
        done = await call(first, *others)
        if dies:
            raise DiedError
        return done

    return instead


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", ["add_to_history", "keep", "for_flights"])
async def test_a_leader_that_is_killed_on_the_way_leaves_nobody_untold_and_nobody_told_twice(
    step: str, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    agency = await a_watch(delay=90)
    agency.is_seen = False
    await agency.minutes(29)
    whole: dict[str, object] = {
        "add_to_history": agency.flights,
        "keep": agency.sights,
        "for_flights": agency.worker.decide,
    }
    monkeypatch.setattr(whole[step], step, dying(getattr(whole[step], step), before=before))
    leader = agency.another_leader()
    deaths = 0
    for _ in range(15):
        try:
            await agency.minutes(1, leader=agency.another_leader() if deaths else leader)
        except DiedError:
            deaths += 1
    assert deaths == 1
    assert [each.said for each in agency.rows if each.booking] == [Said.LATER] * 2 + [Said.NO_NEWS] * 2
    assert agency.subjects[1:] == ["BA117 LHR-JFK Sun 22 Nov out of sight: 1 traveller"]
    assert agency.kinds == [Kind.LOST_SIGHT]


async def test_others_on_a_blind_flight_are_not_disturbed_and_their_silence_is_explained() -> None:
    agency = await a_watch()
    agency.feed_answers = False
    await agency.minutes(45)
    assert [each for each in agency.rows if each.booking] == []
    assert [each.reason.value for each in agency.silences.all][-1] == "lost_sight"


async def test_after_a_pause_of_ours_the_feed_is_asked_before_anybody_is_told() -> None:
    agency = await a_watch(delay=90)
    agency.later(hours=1)  # nobody runs
    await agency.minutes(3)
    assert (agency.subjects[1:], agency.kinds) == ([], [])


async def test_a_flight_that_has_left_is_watched_no_more() -> None:
    agency = await a_watch()
    assert set(await agency.sights.all()) == {BA117, FEED}
    await agency.shows(row(status="active", took_off="14:40"))

    async def in_the_air() -> list[Watched]:
        return [watched(outlook=Outlook.AIRBORNE)]

    agency.watching = in_the_air  # type: ignore[method-assign]
    await agency.minutes(1, leader=agency.another_leader())
    assert set(await agency.sights.all()) == {FEED}


async def test_a_look_that_finds_nothing_new_writes_nothing_but_that_the_feed_was_looked_at() -> None:
    agency = await a_watch()
    before = agency.sights.writes
    await agency.minutes(10)
    assert agency.sights.writes == before + 10


@pytest.mark.parametrize(
    ("end", "title"),
    [
        (PollEnd.REFUSED, "AviationStack refuses our key"),
        (PollEnd.MONTH_SPENT, "this month's calls are spent"),
    ],
)
async def test_a_refused_key_and_a_spent_month_are_told_at_the_second_look(end: PollEnd, title: str) -> None:
    agency = await a_watch()
    for _ in range(2):
        agency.later(minutes=1)
        now = agency.clock.now()
        await agency.standings.note(failing(end, since=now - MINUTE, asked_at=now))
        await agency.plans.keep(a_plan(now))
        await agency.leader()
    await agency.delivers()
    assert agency.subjects == [f"The feed is blind: {title}"]
    assert (await agency.sights.all())[FEED].sight is Sight.BLIND
