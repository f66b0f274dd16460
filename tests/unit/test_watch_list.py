"""The flights that somebody is booked on, as the poller sees them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import SegmentStatus
from flightagents.domain.notifications import State
from flightagents.domain.tracking import advance
from flightagents.domain.watched import Outlook, Watched
from flightagents.handlers.watch_list import WatchList, outlook
from tests.support.agency import BA117, zone_of
from tests.support.looking import Desk
from tests.support.receipts import ROW
from tests.support.rows import DAY, MINUTE, NOON, row, run_of
from tests.support.travellers import booking, segment
from tests.unit.test_moves import new, old

HOUR = timedelta(hours=1)
TOMORROW = DAY + timedelta(days=1)
LEAVES = datetime(2026, 11, 22, 14, 35, tzinfo=UTC)
ARRIVES = datetime(2026, 11, 22, 22, 35, tzinfo=UTC)
TICKETED = datetime(2026, 11, 22, 14, 35)  # noqa: DTZ001 - a ticket shows the wall clock
BEN = {"reference": "BEN111", "email": "ben@example.com"}


class Watching(Desk):
    """A desk, and its list of what is watched; `seconds` are real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.list = self.another()

    def another(self) -> WatchList:
        return WatchList(
            bookings=self.bookings,
            flights=self.flights,
            archive=self.archive,
            ledger=self.ledger,
            audience=self.worker.audience,
            zone_of=zone_of,
            clock=self.clock,
            ticks=lambda: self.seconds,
        )

    async def watched(self) -> list[Watched]:
        """Look a good while later."""
        self.seconds += 10_000
        return await self.list()

    async def one(self) -> Watched:
        (found,) = await self.watched()
        return found


async def test_a_flight_that_the_feed_shows_is_watched_for_all_who_are_on_it() -> None:
    desk = Watching()
    await desk.books(booking(segment("AA6143")), booking(**BEN))
    await desk.shows(row(), row("AA6143", operated_by="BA117"))
    assert await desk.one() == Watched(
        designator="BA117",
        flight_date=DAY,
        departure="LHR",
        arrival="JFK",
        travellers=2,
        leaves_at=LEAVES,
        arrives_at=ARRIVES,
        outlook=Outlook.WAITING,
        flight=BA117,
        seen_at=NOON,
    )


@pytest.mark.parametrize(
    ("differs", "leaves_at", "leaves_by"),
    [
        ({}, datetime(2026, 11, 21, 10, tzinfo=UTC), datetime(2026, 11, 23, 14, tzinfo=UTC)),
        (
            {"departure": "JFK", "arrival": "LHR"},
            datetime(2026, 11, 22, 5, tzinfo=UTC),
            datetime(2026, 11, 23, 5, tzinfo=UTC),
        ),
        ({"departure": "LHR", "arrival": "JFK", "ticketed": TICKETED}, LEAVES, None),
    ],
)
async def test_one_that_it_does_not_show_is_expected_from_the_earliest_to_the_latest_that_its_ticket_allows(
    differs: dict[str, Any], leaves_at: datetime, leaves_by: datetime | None
) -> None:
    desk = Watching()
    await desk.books(booking(segment(**differs)), booking(**BEN))
    found = await desk.one()
    assert (found.outlook, found.flight, found.seen_at, found.travellers) == (Outlook.EXPECTED, None, None, 2)
    assert (found.leaves_at, found.leaves_by) == (leaves_at, leaves_by)
    assert found.key == "BA117|2026-11-22"


async def test_one_that_the_feed_shows_as_sold_by_others_alone_is_known_by_their_number_too() -> None:
    desk = Watching()
    await desk.books(booking(segment("AA6143")))
    await desk.shows(row("AA6143", operated_by="BA117"))
    found = await desk.one()
    assert (found.designator, found.shown_as) == ("BA117", ("AA6143",))


async def test_one_that_never_showed_is_given_up_half_a_day_after_it_should_have_left() -> None:
    desk = Watching()
    await desk.books(booking(segment(departure="LHR", arrival="JFK", ticketed=TICKETED)))
    desk.clock.time = LEAVES + 12 * HOUR - MINUTE
    assert len(await desk.watched()) == 1
    desk.clock.move(MINUTE)
    assert await desk.watched() == []


async def test_days_to_come_are_known_until_the_month_ends_and_no_longer() -> None:
    desk = Watching()
    days = [datetime(2026, 11, day, tzinfo=UTC).date() for day in (24, 25, 30)]
    await desk.books(booking(*(segment(flight_date=day) for day in (*days, days[-1] + timedelta(days=1)))))
    assert [each.flight_date for each in await desk.watched()] == days


async def test_a_flight_of_a_day_to_come_is_one_however_its_tickets_are_written() -> None:
    desk = Watching()
    day = DAY + timedelta(days=5)
    routed = segment(flight_date=day, departure="LHR", arrival="JFK")
    await desk.books(booking(segment(flight_date=day)), booking(routed, **BEN))
    found = await desk.one()
    assert (found.travellers, found.departure) == (2, "LHR")


async def test_what_was_flown_in_the_past_weeks_is_told_but_over() -> None:
    desk = Watching()
    weeks_ago, long_ago = (segment(flight_date=DAY - timedelta(days=days)) for days in (9, 40))
    routed = replace(weeks_ago, departure="LHR", arrival="JFK")
    await desk.books(booking(weeks_ago), booking(routed, long_ago, **BEN))
    flown = await desk.one()
    assert (flown.flight_date, flown.outlook) == (DAY - timedelta(days=9), Outlook.OVER)
    assert (flown.travellers, flown.departure) == (2, "LHR")


async def test_nobody_is_watched_who_does_not_fly_or_has_flown_long_ago() -> None:
    desk = Watching()
    gone = segment(status=SegmentStatus.CANCELLED)
    await desk.books(booking(gone), booking(segment(flight_date=DAY - timedelta(days=40)), **BEN))
    assert await desk.watched() == []


async def test_of_a_number_that_means_several_flights_each_is_watched() -> None:
    desk = Watching()
    await desk.books(booking())
    await desk.shows(row(), row(route="JFK-MAD", departs="20:00", arrives=f"{TOMORROW}T09:00"))
    assert {each.arrival for each in await desk.watched()} == {"JFK", "MAD"}


async def test_a_flight_that_became_another_one_is_watched_as_that() -> None:
    desk = Watching()
    await desk.books(booking())
    await desk.shows(old())
    for _ in range(2):
        await desk.shows(new("06:00"))
    await desk.watch()
    assert [(each.flight_date, each.travellers) for each in await desk.watched()] == [(TOMORROW, 1)]


async def test_of_whom_something_was_told_is_known_and_what_only_waits_is_not_told() -> None:
    desk = Watching()
    await desk.books(booking())
    await desk.shows(row())
    await desk.ledger.add([ROW])
    assert not (await desk.one()).told
    desk.ledger.kept[ROW.id].row = replace(ROW, state=State.ACCEPTED)
    assert (await desk.one()).told


async def test_a_first_look_at_a_cancellation_waits_for_its_second_at_once() -> None:
    desk = Watching()
    await desk.books(booking())
    await desk.shows(row())
    assert (await desk.one()).unconfirmed_since is None
    await desk.shows(row(status="cancelled"))
    (found,) = await desk.list()
    assert (found.outlook, found.unconfirmed_since) == (Outlook.CANCELLED, desk.clock.now())
    desk.clock.move(MINUTE)
    await desk.shows(row(status="cancelled"))
    (found,) = await desk.list()
    assert found.unconfirmed_since is None


async def test_what_this_worker_polled_itself_counts_before_the_archive_has_it() -> None:
    desk = Watching()
    await desk.books(booking())
    await desk.shows(row())
    await desk.watched()
    desk.list.saw(run_of([row()], 9, NOON + 5 * MINUTE))
    (found,) = await desk.list()
    assert found.seen_at == NOON + 5 * MINUTE
    assert (await desk.one()).seen_at == NOON + 5 * MINUTE
    desk.list = desk.another()
    assert (await desk.one()).seen_at == NOON, "another worker knows what is archived"


async def test_bookings_are_read_once_a_minute_and_those_of_later_days_every_ten() -> None:
    desk = Watching()
    later = booking(segment(flight_date=DAY + timedelta(days=5)), **BEN)
    await desk.list()
    await desk.books(booking())
    desk.seconds = 59
    assert await desk.list() == []
    desk.seconds = 60
    assert len(await desk.list()) == 1
    await desk.books(later)
    desk.seconds = 599
    assert len(await desk.list()) == 1
    desk.seconds = 600
    assert len(await desk.list()) == 2


async def test_on_a_simulated_day_they_are_read_every_two_real_seconds_at_most() -> None:
    desk = Watching()
    desk.clock.speed = 120
    desk.list = desk.another()
    await desk.list()
    await desk.books(booking())
    desk.seconds = 1.9
    assert await desk.list() == []
    desk.seconds = 2.0
    assert len(await desk.list()) == 1


async def test_a_flight_that_is_over_is_not_read_again() -> None:
    desk = Watching()
    await desk.books(booking(), booking(segment("BA119"), **BEN))
    await desk.shows(row(), row("BA119"))
    await desk.shows(row(took_off="14:40", landed="17:30", status="landed"), row("BA119"))
    assert {each.outlook for each in await desk.watched()} == {Outlook.OVER, Outlook.WAITING}
    desk.flights.asked.clear()
    await desk.list()
    assert desk.flights.asked == [["BA119|2026-11-22|LHR|JFK"]]


# What may still become of a flight


@pytest.mark.parametrize(
    ("words", "at", "expected"),
    [
        ({}, NOON, Outlook.WAITING),
        ({}, LEAVES + 10 * HOUR, Outlook.WAITING),
        ({}, ARRIVES + 12 * HOUR + MINUTE, Outlook.OVER),
        ({"took_off": "14:40", "status": "active"}, LEAVES, Outlook.AIRBORNE),
        ({"took_off": "14:40", "status": "active"}, ARRIVES + 13 * HOUR, Outlook.OVER),
        ({"status": "active"}, LEAVES - MINUTE, Outlook.WAITING),
        ({"status": "active"}, LEAVES, Outlook.AIRBORNE),
        ({"status": "landed", "took_off": "14:40", "landed": "17:40"}, ARRIVES, Outlook.OVER),
        ({"status": "cancelled"}, LEAVES + 3 * HOUR, Outlook.CANCELLED),
        ({"status": "cancelled"}, LEAVES + 3 * HOUR + MINUTE, Outlook.OVER),
        ({"status": "diverted", "took_off": "14:40"}, LEAVES + HOUR, Outlook.AIRBORNE),
    ],
)
def test_what_may_become_of_a_flight(words: dict[str, Any], at: datetime, expected: Outlook) -> None:
    (seen,), (shown,) = run_of([row()]), run_of([row(**words)], 2)
    state, _ = advance(advance(None, seen)[0], shown)
    assert outlook(state, at) is expected
