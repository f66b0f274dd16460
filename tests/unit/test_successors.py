"""A flight retimed over midnight has the identity of the next day's: when that one comes, it is another."""

from datetime import UTC, date, datetime
from typing import Any

from flightagents.domain.bookings import Booking
from flightagents.domain.changes import Change, Kind, Reason
from flightagents.domain.flight import FlightState
from flightagents.domain.moves import watch
from flightagents.domain.tracking import advance
from flightagents.domain.watching import moved_flight
from tests.support.agency import BA117, Agency
from tests.support.connecting import watch_connections
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.travellers import booking, segment

DAY_AFTER = date(2026, 11, 23)
BA117_DAY_AFTER = "BA117|2026-11-23|LHR|JFK"
RETIMED: dict[str, Any] = {"day": DAY_AFTER, "departs": "00:30", "arrives": "03:30"}
FLOWN = row(**RETIMED, status="landed", took_off="00:40", landed="03:20")
REGULAR: dict[str, Any] = {"day": DAY_AFTER, "departs": "14:35", "arrives": "17:35"}


def theirs(*onward: Any, **differs: Any) -> Booking:  # noqa: ANN401 - as of `booking`
    """Give the booking of a traveller of 22 November, whose flight becomes one of the 23rd."""
    return booking(segment(), *onward, email="today@example.com", reference="TODAY1", **differs)


def of_the_day_after(**differs: Any) -> Booking:  # noqa: ANN401 - as of `segment`
    flight = segment(flight_date=DAY_AFTER, **differs)
    return booking(flight, email="tomorrow@example.com", reference="TOMOR1")


async def over_midnight(*bookings: Booking, others: tuple[dict[str, Any], ...] = ()) -> Agency:
    """Have BA117 of the 22nd retimed to 00:30, and flown."""
    agency = Agency()
    agency.clock.time = datetime(2026, 11, 22, 18, tzinfo=UTC)
    await agency.books(*bookings)
    await agency.shows(row(departs="22:15"), *others)
    for _ in range(2):
        await agency.shows(row(**RETIMED), *others)
    states = agency.flights.states
    both = [states[BA117], states[BA117_DAY_AFTER]]
    moves = watch(both, {BA117: (1,), BA117_DAY_AFTER: (2, 3)}, agency.clock.now())
    await agency.flights.add_to_history(moves)
    await agency.worker.decide.for_flights([BA117_DAY_AFTER])
    await agency.delivers()
    agency.clock.time = datetime(2026, 11, 23, 8, 45, tzinfo=UTC)
    await agency.shows(FLOWN, *others)
    return agency


def arrived(agency: Agency) -> list[tuple[str, str]]:
    return [(each.address, each.message.text) for each in agency.email.arrived]


async def test_travellers_of_the_regular_flight_are_told_and_those_of_the_retimed_one_are_not() -> None:
    agency = await over_midnight(theirs(), of_the_day_after())
    for shown in (row(**REGULAR), row(**REGULAR, delay=180)):
        await agency.shows(shown)
    await agency.delivers()
    for _ in range(2):
        await agency.shows(row(**REGULAR, status="cancelled"))
    await agency.delivers()
    assert arrived(agency) == [
        ("today@example.com", "later 00:30 not 22:15 (BA117)"),
        ("tomorrow@example.com", "later 17:35 not 14:35 (BA117)"),
        ("tomorrow@example.com", "cancelled 17:35 not 14:35 (BA117)"),
    ]


async def test_a_ticketed_time_tells_on_which_of_the_two_somebody_was() -> None:
    """Who was rebooked onto the retimed flight has its time on the ticket; it left a little early."""
    rebooked = segment(flight_date=DAY_AFTER, ticketed=datetime(2026, 11, 23, 0, 45))  # noqa: DTZ001 - a ticket
    agency = await over_midnight(booking(rebooked))
    await agency.shows(row(**REGULAR, delay=180))
    await agency.delivers()
    assert arrived(agency) == [("anna@example.com", "earlier 00:30 not 00:45 (BA117)")]


async def test_whoever_was_told_of_the_wrong_flight_hears_of_the_right_one() -> None:
    ticket = datetime(2026, 11, 23, 14, 35)  # noqa: DTZ001 - a ticket shows the wall clock
    agency = await over_midnight(of_the_day_after(ticketed=ticket))
    await agency.shows(row(**REGULAR))
    await agency.delivers()
    assert arrived(agency)[-1] == ("tomorrow@example.com", "all_clear 14:35 not 00:30 (BA117)")


async def test_the_regular_flight_makes_nobody_miss_a_connection_from_the_retimed_one() -> None:
    onward = segment("IB3", departure="JFK", arrival="MAD", flight_date=DAY_AFTER)
    to_madrid = row(
        "IB3", route="JFK-MAD", day=DAY_AFTER, departs="10:00", arrives="23:00"
    )  # from New York, where the retimed flight lands at 03:20
    agency = await over_midnight(theirs(onward), others=(to_madrid,))
    before = arrived(agency)
    await agency.shows(row(**REGULAR), to_madrid)
    await watch_connections(agency)()
    await agency.delivers()
    assert arrived(agency) == before


# What is kept of the two


def follow(*rows: dict[str, Any]) -> tuple[list[FlightState], list[Change]]:
    """Give the state after each row, and all changes."""
    states: list[FlightState] = []
    found: list[Change] = []
    for run, shown in enumerate(rows, start=1):
        (record,) = run_of([shown], run, NOON + run * MINUTE)
        state, changes = advance(states[-1] if states else None, record)
        states.append(state)
        found.extend(changes)
    return states, found


def test_the_regular_flight_begins_anew_under_the_next_ordinal_and_says_why() -> None:
    states, changes = follow(row(**RETIMED), FLOWN, row(**REGULAR))
    assert [change.ordinal for change in changes] == [1, 2, 3, 4]
    assert (changes[-1].kind, changes[-1].reason) == (Kind.FIRST_SEEN, Reason.OLD_FLIGHT_LEFT)
    assert changes[-1].before == {"status": "landed", "actual": "2026-11-23T00:40:00Z"}
    assert states[-1].departure.base == datetime(2026, 11, 23, 14, 35, tzinfo=UTC)
    assert states[-1].open


def test_a_row_of_the_flight_that_has_left_changes_nothing_of_the_one_that_has_not() -> None:
    states, _ = follow(row(**RETIMED), FLOWN, row(**REGULAR), FLOWN)
    assert states[-1] is states[-2]


def test_a_flight_that_is_retimed_by_less_than_six_hours_after_its_take_off_is_itself() -> None:
    aloft = row(status="active", took_off="14:50")
    _, changes = follow(row(), aloft, row(departs="20:49"))
    assert [change.kind for change in changes] == [Kind.FIRST_SEEN, Kind.DEPARTED]


def test_the_numbers_that_it_is_sold_under_stay() -> None:
    (record,) = run_of([row(**RETIMED)], 1, NOON)
    state, _ = advance(None, record)
    (operating, _) = run_of([FLOWN, row("AA6143", operated_by="BA117", **RETIMED)], 2, NOON + MINUTE)
    state, _ = advance(state, operating)
    (record,) = run_of([row(**REGULAR)], 3, NOON + 2 * MINUTE)
    state, _ = advance(state, record)
    assert state.marketed_as == ("AA6143",)


def test_staff_are_not_asked_whether_people_are_booked_on_a_flight_that_is_another_by_now() -> None:
    (old,), _ = follow(row(departs="22:15"))
    states, _ = follow(row(**RETIMED), FLOWN, row(**REGULAR))
    assert moved_flight(old, states[0], 2, NOON) is not None
    assert moved_flight(old, states[-1], 2, NOON) is None


async def test_whoever_shares_an_address_with_a_traveller_who_has_left_is_told_all_the_same() -> None:
    office = {"email": "office@example.com"}
    agency = await over_midnight(
        booking(segment(), reference="TODAY1", **office),
        booking(segment(flight_date=DAY_AFTER), reference="TOMOR1", **office),
    )
    for shown in (row(**REGULAR), row(**REGULAR, delay=180)):
        await agency.shows(shown)
    await agency.delivers()
    assert "later 17:35" in agency.told[-1]
    for _ in range(2):
        await agency.shows(row(**REGULAR, status="cancelled"))
    await agency.delivers()
    assert "cancelled" in agency.told[-1]
