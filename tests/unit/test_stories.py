"""A traveller whose flight was retimed over midnight goes by one flight of the feed, and hears one story."""

from datetime import date, timedelta
from typing import Any

from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.delivery import Receipt, Retry
from flightagents.domain.notifications import State
from flightagents.domain.page import Standing
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import TaskKind
from flightagents.handlers.bearers import Bearers
from flightagents.handlers.page import ShowFlight
from tests.support.agency import BA117, LINKS
from tests.support.looking import Desk
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import DAY, MINUTE, row
from tests.support.travellers import booking, segment
from tests.support.website import FakePages

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


async def late_and_moved(*bookings: Booking) -> Midnight:
    """It is told that BA117 is 70 minutes late, and then that it leaves after midnight."""
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(*bookings)
    await desk.looks_on(old(delay=70))
    for _ in range(2):
        await desk.looks_on(new())
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


async def test_what_was_told_of_the_old_flight_is_told_again_when_it_is_shown_again_as_it_was() -> None:
    desk = await late_and_moved(booking())
    await desk.looks_on(old(delay=70), new())
    assert desk.told == [
        "later 23:25 not 22:15 (BA117)",
        "later 00:30 not 23:25 (BA117)",
        "earlier 23:25 not 00:30 (BA117)",
    ]


async def test_flights_that_are_shown_by_turns_put_people_off_four_times_at_most() -> None:
    desk = await moved()
    for _ in range(10):
        await desk.looks_on(old(), new())
        for _ in range(3):
            await desk.looks_on(new())
    assert [text.partition(" ")[0] for text in desk.told].count("later") == 4


async def test_one_look_at_the_old_flight_does_not_put_a_cancelled_one_on_again() -> None:
    desk = await moved()
    for _ in range(2):
        await desk.looks_on(new(status="cancelled"))
    await desk.looks_on(old(), new(status="cancelled"))
    assert desk.told[-1].startswith("cancelled")
    await desk.looks_on(old(), new(status="cancelled"))
    assert desk.told[-1].startswith("reinstated 22:15")


async def test_a_number_that_means_several_flights_after_a_move_still_tells_of_the_cancellation() -> None:
    desk = await moved()
    onwards = row(route="JFK-MAD", departs="23:50", arrives=f"{TOMORROW}T12:00")
    for _ in range(2):
        await desk.looks_on(new(status="cancelled"), onwards)
    assert desk.told[1:] == ["cancelled 00:30 not 22:15 (BA117)"]


async def test_a_bounce_of_old_news_calls_nobody_who_was_told_of_the_new_flight() -> None:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(booking())
    await desk.looks_on(old(delay=70))
    first = desk.row
    for _ in range(2):
        await desk.looks_on(new())
    await desk.worker.take_receipt(Receipt(first.id, delivered=False, detail="failed 5.1.1"))
    await desk.worker.settle()
    assert desk.tasks.of_kind(TaskKind.CALL) == []


async def test_what_staff_hold_stays_held_when_the_flight_moves() -> None:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(booking())
    await desk.shows(old(delay=70))
    await desk.ledger.hold(desk.row.id, True)
    for _ in range(2):
        await desk.looks_on(new())
    assert desk.told == []
    assert all(each.hold for each in desk.rows)


async def test_a_follower_takes_nothing_from_whoever_is_booked_on_the_new_flight_itself() -> None:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    follower = booking(email=None, phone=ANNAS_PHONE)
    own = booking(segment(flight_date=TOMORROW), email=None, phone=ANNAS_PHONE, reference="XYZ789")
    await desk.books(follower, own)
    for shown in ([old()], [new()], [new()], [old(), new()], [old(), new()]):
        await desk.looks_on(*shown)
    desk.sms.outcomes = [Retry("429")]
    for _ in range(2):
        await desk.looks_on(old(), new(status="cancelled"))
    await desk.worker.decide.for_bookings([follower])
    for _ in range(5):
        desk.wait(MINUTE)
        await desk.delivers()
    assert desk.told[-1].startswith("cancelled")


async def test_each_page_speaks_of_the_flight_that_counts() -> None:
    desk = await late_and_moved(booking())
    assert await pages(desk) == {BA117: (Standing.MOVED, TOMORROW), NEXT: (Standing.LATE, None)}
    await desk.looks_on(old(delay=70), new())
    assert await pages(desk) == {BA117: (Standing.LATE, None), NEXT: (Standing.MOVED, DAY)}


async def pages(desk: Desk) -> dict[str, tuple[Standing, date | None]]:
    """Give how each of a traveller's pages says that the flight stands, and the day that it sends them to."""
    (who,) = await desk.bookings.everyone()
    stored = FakePages(desk.ledger, desk.flights)
    bearers = Bearers(stored, desk.bookings, LINKS)
    show = ShowFlight(bearers, desk.worker.audience, desk.flights, stored, desk.sights, clock=desk.clock)
    found = {}
    for flight in (BA117, NEXT):
        page = await show(LINKS.token(who.id, flight))
        assert page is not None
        found[flight] = page.standing, page.moved_to
    return found


async def test_whoever_shares_a_phone_with_a_traveller_of_the_new_flight_hears_of_it_all_the_same() -> None:
    bob = booking(
        segment(flight_date=TOMORROW), email="bob@example.com", phone=ANNAS_PHONE, reference="XYZ789"
    )
    desk = await late_and_moved(booking(phone=ANNAS_PHONE), bob)
    by_address = [(each.address, each.message.text) for each in desk.email.arrived]
    assert (ANNA, "later 00:30 not 23:25 (BA117)") in by_address
    assert ("bob@example.com", "later 00:30 not 22:15 (BA117)") in by_address
    assert desk.sms.texts[1:] == ["later 00:30 not 23:25 (BA117)"]


async def test_a_bounce_of_old_news_makes_the_new_no_news_a_second_time() -> None:
    desk = Midnight()
    desk.clock.move(4 * HOUR)
    await desk.books(booking(phone=ANNAS_PHONE))
    await desk.looks_on(old(delay=70))
    first = desk.rows[0]
    for _ in range(2):
        await desk.looks_on(new())
    told = desk.told
    await desk.worker.take_receipt(Receipt(first.id, delivered=False, detail="failed 5.1.1"))
    await desk.worker.settle()
    await desk.looks_on(new())
    assert desk.told == told
