"""A flight in the air that turns out slow is news to whoever changes flights, though it makes no change."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Booking
from flightagents.domain.moves import watch as moved
from flightagents.domain.said import CONNECTIONS, Said
from flightagents.handlers import watch_connections as watch_connections_module
from tests.support.agency import BA117, Agency
from tests.support.connecting import watch_connections
from tests.support.rows import DAY, row, run_of
from tests.support.travellers import booking, segment

ONWARD = segment("AA100", departure="JFK", arrival="MAD")
TO_MADRID = booking(segment("BA117"), ONWARD, protected=True)


def onward() -> dict[str, object]:
    return row("AA100", route="JFK-MAD", departs="19:35", arrives="2026-11-23T08:35")


async def in_the_air(agency: Agency) -> None:
    await agency.books(TO_MADRID)
    await agency.shows(row(), onward())
    agency.clock.move(timedelta(hours=3))
    await agency.shows(row(status="active", took_off="14:50"), onward())
    await agency.delivers()


async def shown(agency: Agency, arrives_late: int, run: int = 9) -> None:
    """Let the newest run show how late it will be, as the archive keeps it."""
    agency.clock.move(timedelta(minutes=20))
    late = row(status="active", took_off="14:50", arrival={"delay": arrives_late})
    records = run_of([late], run, agency.clock.now())
    await agency.archive.store([agency.archive.document(record) for record in records])


def said(agency: Agency) -> list[Said]:
    return [each.said for each in agency.rows if each.said in CONNECTIONS]


async def test_a_slow_flight_in_the_air_puts_a_connection_at_risk() -> None:
    agency = Agency()
    watch = watch_connections(agency)
    await in_the_air(agency)
    await watch()
    assert said(agency) == []
    await shown(agency, arrives_late=60)
    for _ in range(2):
        await watch()
        await agency.delivers()
    assert said(agency) == [Said.CONNECTION_AT_RISK]
    assert len(agency.told) == 1


async def test_people_are_asked_for_once_for_each_arrival() -> None:
    agency = Agency()
    watch = watch_connections(agency)
    await in_the_air(agency)
    asked: list[bool] = []
    for late in (0, 0, 60, 60, 0):
        await shown(agency, arrives_late=late, run=9 + len(asked))
        agency.journal.clear()
        await watch()
        asked.append(("asked", "bookings") in agency.journal)
    assert asked == [True, False, True, False, True]


@pytest.mark.parametrize("leaders", [1, 2])
async def test_an_arrival_that_is_back_where_it_was_makes_the_connection_safe_again(leaders: int) -> None:
    """A new leader does not know what the one before it has told people."""
    agency = Agency()
    watches = [watch_connections(agency) for _ in range(leaders)]
    await in_the_air(agency)
    await shown(agency, arrives_late=60)
    await watches[0]()
    await agency.delivers()
    await shown(agency, arrives_late=0, run=10)
    await watches[-1]()
    assert said(agency) == [Said.CONNECTION_AT_RISK, Said.CONNECTION_SAFE]


async def test_what_failed_is_decided_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = Agency()
    watch = watch_connections(agency)
    await in_the_air(agency)
    await watch()
    await shown(agency, arrives_late=60)

    async def fail(_bookings: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(agency.worker.decide, "for_connections", fail)
        with pytest.raises(ExceptionGroup):
            await watch()
    await watch()
    assert said(agency) == [Said.CONNECTION_AT_RISK]


@pytest.mark.parametrize("at_once", [1, 10])
async def test_a_flight_that_always_fails_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(watch_connections_module, "FLIGHTS", at_once)
    agency = Agency()
    watch = watch_connections(agency)
    first = booking(
        segment("BA115", departure="LHR", arrival="JFK"), ONWARD, reference="AAA111", protected=True
    )
    await agency.books(first)
    await agency.shows(row("BA115"), onward())
    await in_the_air(agency)
    await agency.shows(row("BA115", status="active", took_off="14:50"))
    await shown(agency, arrives_late=60)
    decide = agency.worker.decide.for_connections
    tried: list[str] = []

    async def fail_for_the_first(bookings: Sequence[Booking]) -> None:
        tried.extend(each.id for each in bookings)
        if first in bookings:
            raise ZeroDivisionError
        await decide(bookings)

    monkeypatch.setattr(agency.worker.decide, "for_connections", fail_for_the_first)
    with pytest.raises(ExceptionGroup) as failed:
        await watch()
    assert len(failed.value.exceptions) == 1
    assert said(agency) == [Said.CONNECTION_AT_RISK]
    tried.clear()
    with pytest.raises(ExceptionGroup):
        await watch()
    assert set(tried) == {first.id}


async def test_whoever_is_booked_on_what_the_flight_was_yesterday_is_decided_on() -> None:
    agency = Agency()
    tomorrow = DAY + timedelta(days=1)
    on_from_there = segment("IB3", departure="JFK", arrival="MAD", flight_date=tomorrow)
    retimed: dict[str, Any] = {"day": tomorrow, "departs": "00:30", "arrives": "03:30"}
    to_madrid = row("IB3", route="JFK-MAD", day=tomorrow, departs="06:00", arrives="19:00")
    await agency.books(booking(segment(), on_from_there, protected=True))
    agency.clock.move(timedelta(hours=6))
    for shows in (row(departs="22:15"), row(**retimed), row(**retimed)):
        await agency.shows(shows, to_madrid)
    both = [agency.flights.states[flight] for flight in (BA117, f"BA117|{tomorrow}|LHR|JFK")]
    moves = moved(both, {both[0].flight: (1,), both[1].flight: (2, 3)}, agency.clock.now())
    await agency.flights.add_to_history(moves)
    agency.clock.move(timedelta(hours=9))
    aloft = {**retimed, "status": "active", "took_off": "00:40"}
    await agency.shows(row(**aloft), to_madrid)
    watch = watch_connections(agency)
    await watch()
    assert said(agency) == []
    slow = run_of([row(**aloft, arrival={"delay": 100})], 9, agency.clock.now())
    await agency.archive.store([agency.archive.document(record) for record in slow])
    await watch()
    assert said(agency) == [Said.CONNECTION_AT_RISK]


async def test_who_flies_once_is_not_looked_at() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    asked = len(agency.flights.asked)
    await watch_connections(agency)()
    assert len(agency.flights.asked) == asked
