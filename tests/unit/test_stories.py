"""A traveller whose flight was retimed over midnight goes by one flight of the feed, and hears one story."""

from datetime import timedelta
from typing import Any

from flightagents.domain.alerting import Reason
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.domain.tasks import TaskKind
from tests.support.agency import BA117
from tests.support.looking import Desk
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import DAY, row
from tests.support.travellers import booking

TOMORROW = DAY + timedelta(days=1)
NEXT = "BA117|2026-11-23|LHR|JFK"
HOUR = timedelta(hours=1)
LATER = "later 00:30 not 22:15 (BA117)"


def old(**words: Any) -> dict[str, Any]:  # noqa: ANN401 - as `row` takes them
    return row(departs="22:15", arrives=f"{TOMORROW}T02:30", **words)


def new(departs: str = "00:30", arrives: str = "03:40", **words: Any) -> dict[str, Any]:  # noqa: ANN401
    return row(day=TOMORROW, departs=departs, arrives=arrives, **words)


class Midnight(Desk):
    """BA117 of 22:15 becomes one of tomorrow; each look is followed by the minute's."""

    async def looks_on(self, *rows: dict[str, Any]) -> None:
        await self.shows(*rows)
        await self.looks_around()
        moves = await self.flights.moves_of([BA117, NEXT])
        await self.worker.decide.for_flights(sorted({flight for move in moves for flight in move}))
        await self.delivers()


async def moved(*, email: str | None = ANNA, phone: str | None = None) -> Midnight:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(booking(email=email, phone=phone))
    for shown in (old(), new(), new()):
        await desk.looks_on(shown)
    return desk


async def test_that_it_leaves_after_midnight_is_told_once_from_the_old_time() -> None:
    desk = await moved()
    await desk.looks_on(new())
    assert desk.told == [LATER]


async def test_an_old_flight_that_is_shown_again_leaves_earlier_than_told() -> None:
    desk = await moved()
    await desk.looks_on(old(), new())
    assert desk.told == [LATER, "all_clear 22:15 not 00:30 (BA117)"]
    await desk.looks_on(old(), new())
    await desk.looks_on(old())
    assert len(desk.told) == 2


async def test_an_old_flight_that_goes_silent_stays_silent() -> None:
    desk = await moved()
    for _ in range(3):
        await desk.looks_on(new())
    await desk.worker.decide.for_flights([BA117])
    await desk.delivers()
    assert desk.told == [LATER]
    assert Reason.MOVED in {each.reason for each in desk.silences.all if each.flight == BA117}


async def test_that_the_old_flight_is_cancelled_says_nothing_while_the_new_one_is_to_fly() -> None:
    desk = await moved()
    for _ in range(3):
        await desk.looks_on(old(status="cancelled"), new())
    await desk.looks_on(new(departs="00:50"))
    assert desk.told == [LATER]
    assert len(desk.standing(TaskKind.REBOOK)) == 1


async def test_that_the_new_flight_is_cancelled_is_told() -> None:
    desk = await moved()
    for _ in range(2):
        await desk.looks_on(new(status="cancelled"))
    assert desk.told[1:] == ["cancelled 00:30 not 22:15 (BA117)"]


async def test_a_flight_that_moves_twice_is_followed_twice() -> None:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(booking())
    for departs in (None, "10:00", "10:00", "23:00"):
        await desk.shows(new(departs, "23:59") if departs else old())
        await desk.looks_around()
    day_after = TOMORROW + timedelta(days=1)
    for status in ("scheduled", "scheduled", "cancelled", "cancelled"):
        await desk.shows(row(day=day_after, departs="02:00", arrives="05:00", status=status))
        await desk.looks_around()
        await desk.delivers()
    assert desk.told[-1].startswith("cancelled 02:00")


async def test_what_still_waits_about_the_old_flight_is_not_sent_after_the_new_one() -> None:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(booking(email=None, phone=ANNAS_PHONE))
    await desk.looks_on(old(delay=40))
    (waiting,) = desk.rows
    assert (waiting.channel, waiting.state) == (Channel.SMS, State.PENDING)
    for _ in range(2):
        await desk.looks_on(new())
    desk.wait(4 * HOUR)
    await desk.delivers()
    assert desk.told == [LATER]
    assert desk.rows[0].state is State.SUPERSEDED
