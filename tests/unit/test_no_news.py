"""Out of sight: who is told so, once, and what brings it to an end."""

from dataclasses import replace
from datetime import timedelta

from flightagents.domain.bookings import Channel
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.notifications import State, told_by
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.sights import KeptSight
from tests.support.agency import BA117, Agency
from tests.support.due import BOTH
from tests.support.rows import MINUTE, NOON, row

HOUR = timedelta(hours=1)
LEAVES = NOON + 155 * MINUTE


class Watching(Agency):
    """An agency whose feed goes away and comes back."""

    async def goes_blind(self) -> None:
        """Let nobody see BA117 for 40 minutes, and the leader notice."""
        known_at = self._looked_at
        self.wait(40 * MINUTE)
        await self.sights.keep(
            [
                KeptSight(
                    key=BA117,
                    sight=Sight.BLIND,
                    cause=Cause.OUTAGE,
                    since=self.clock.now(),
                    known_at=known_at,
                )
            ],
            [],
        )
        await self.looks_around()

    async def looks_around(self) -> None:
        """Decide as the leader does each minute."""
        await self.worker.decide.for_flights([BA117])

    @property
    def rows_of_it(self) -> list[State]:
        return [each.state for each in self.rows if each.said is Said.NO_NEWS]

    @property
    def reasons(self) -> list[Reason]:
        return [silence.reason for silence in self.silences.all]


async def told_of_a_delay(minutes: int = 90) -> Watching:
    agency = Watching()
    await agency.at_rest(BOTH)
    await agency.is_late(minutes)
    await agency.delivers()
    assert [each.said for each in agency.rows] == [Said.LATER, Said.LATER]
    return agency


async def test_whoever_was_told_of_a_delay_hears_once_that_there_is_no_news() -> None:
    agency = await told_of_a_delay()
    for _ in range(3):
        await agency.goes_blind()
        await agency.delivers()
    assert agency.rows_of_it == [State.ACCEPTED, State.ACCEPTED]
    assert {each.channel for each in agency.rows if each.said is Said.NO_NEWS} == set(Channel)


async def test_it_names_the_time_that_they_believe_in_and_since_when_nobody_looked() -> None:
    agency = await told_of_a_delay(90)
    looked_at = agency.clock.now()
    await agency.goes_blind()
    (notice, _) = [each.notice for each in agency.rows if each.said is Said.NO_NEWS]
    assert notice is not None
    assert (notice.new, notice.old) == (LEAVES + 90 * MINUTE, LEAVES + 90 * MINUTE)
    assert notice.as_of == looked_at


async def test_it_changes_nothing_of_what_they_believe_and_is_none_of_the_four_delays() -> None:
    agency = await told_of_a_delay()
    before = told_by(agency.rows)
    await agency.goes_blind()
    await agency.delivers()
    after = told_by(agency.rows)
    assert not before.no_news
    assert after.no_news
    assert replace(after, no_news=False) == before


async def test_nobody_else_is_disturbed() -> None:
    agency = Watching()
    await agency.at_rest(BOTH)
    await agency.goes_blind()
    assert agency.rows == []
    assert agency.reasons[-1] is Reason.LOST_SIGHT


async def test_whoever_was_told_that_it_is_on_time_again_is_not_disturbed() -> None:
    agency = await told_of_a_delay()
    await agency.is_late(None)
    await agency.is_late(None)
    await agency.delivers()
    assert agency.rows[-1].said is Said.ALL_CLEAR
    await agency.goes_blind()
    assert agency.rows_of_it == []


async def test_it_is_withdrawn_where_sight_comes_back_before_it_is_sent() -> None:
    agency = await told_of_a_delay()
    await agency.goes_blind()
    assert agency.rows_of_it == [State.PENDING, State.PENDING]
    await agency.is_late(90)
    await agency.delivers()
    assert agency.rows_of_it == [State.SUPERSEDED, State.SUPERSEDED]


async def test_what_was_withdrawn_is_told_at_the_next_blindness() -> None:
    agency = await told_of_a_delay()
    await agency.goes_blind()
    await agency.is_late(90)
    await agency.delivers()
    await agency.goes_blind()
    await agency.delivers()
    assert agency.rows_of_it == [State.ACCEPTED, State.ACCEPTED]


async def test_it_is_not_told_again_where_sight_only_came_and_went() -> None:
    agency = await told_of_a_delay()
    await agency.goes_blind()
    await agency.delivers()
    await agency.is_late(90)
    await agency.is_late(101)  # a change, and no news to them
    await agency.goes_blind()
    await agency.delivers()
    assert agency.rows_of_it == [State.ACCEPTED, State.ACCEPTED]
    assert agency.reasons[-1] is Reason.DUPLICATE


async def test_after_something_new_it_may_be_told_again() -> None:
    agency = await told_of_a_delay(90)
    await agency.goes_blind()
    await agency.delivers()
    await agency.is_late(150)
    await agency.delivers()
    await agency.goes_blind()
    await agency.delivers()
    assert agency.rows_of_it == [State.ACCEPTED] * 4


async def test_newer_news_take_its_place() -> None:
    agency = await told_of_a_delay(90)
    await agency.goes_blind()
    await agency.is_late(150)
    await agency.delivers()
    assert agency.rows_of_it == [State.SUPERSEDED, State.SUPERSEDED]
    assert [each.said for each in agency.rows if each.state is State.ACCEPTED][-1] is Said.LATER


async def test_a_delay_that_still_waits_to_be_told_comes_first() -> None:
    agency = Watching()
    await agency.at_rest(BOTH)
    await agency.is_late(90)
    await agency.goes_blind()
    assert agency.rows_of_it == []
    await agency.delivers()
    await agency.looks_around()
    assert agency.rows_of_it == [State.PENDING, State.PENDING]


async def test_no_news_of_a_cancelled_flight_or_of_one_that_should_have_left_help_nobody() -> None:
    agency = await told_of_a_delay()
    agency.wait(4 * HOUR)
    await agency.goes_blind()
    assert agency.rows_of_it == []
    assert agency.reasons[-1] is Reason.EXPIRED
    cancelled = await told_of_a_delay()
    await cancelled.shows(row(status="cancelled"))
    await cancelled.shows(row(status="cancelled"))
    await cancelled.delivers()
    await cancelled.goes_blind()
    assert cancelled.rows_of_it == []


async def test_long_before_departure_it_waits_for_the_screens() -> None:
    agency = await told_of_a_delay(900)
    await agency.goes_blind()
    assert {each.not_before for each in agency.rows if each.said is Said.NO_NEWS} == {
        LEAVES + 900 * MINUTE - 6 * HOUR
    }
