"""The look at all open flights: a flight retimed over midnight is found, once."""

from datetime import timedelta
from typing import Any

from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from flightagents.handlers.watch import WatchFlights
from tests.support.counted import counted
from tests.support.fakes import FakeArchive, FakeFlights, SetClock
from tests.support.rows import DAY, MINUTE, NOON, row, run_of

TOMORROW = DAY + timedelta(days=1)
OLD: dict[str, Any] = row(departs="23:30", arrives=f"{TOMORROW}T02:30")
NEW: dict[str, Any] = row(day=TOMORROW, departs="00:40", arrives="03:40")


class Desk:
    """The watch and all around it."""

    def __init__(self) -> None:
        self.flights, self.archive = FakeFlights(), FakeArchive()
        self.clock = SetClock()
        self.watch = WatchFlights(self.flights, self.archive, self.clock)
        self._states: dict[str, FlightState] = {}

    async def look(self, run: int, *rows: dict[str, Any]) -> None:
        for record in run_of(list(rows), run, NOON + run * MINUTE):
            await self.archive.store([self.archive.document(record)])
            self._states[record.flight], _ = advance(self._states.get(record.flight), record)
        await self.flights.move_on(self._states.values())

    async def moves(self) -> list[str]:
        await self.watch()
        return list(self.flights.history)


async def test_a_flight_that_became_another_one_is_found_once() -> None:
    desk = Desk()
    await desk.look(1, OLD)
    await desk.look(2, NEW)
    assert await desk.moves() == []
    await desk.look(3, NEW)
    before = counted("flightagents_changes_total", kind="moved_to")
    found = ["BA117|2026-11-22|LHR|JFK/moved_to/BA117|2026-11-23|LHR|JFK"]
    assert await desk.moves() == found
    assert await desk.moves() == found
    assert counted("flightagents_changes_total", kind="moved_to") == before + 1


async def test_an_old_flight_that_is_still_shown_did_not_move() -> None:
    desk = Desk()
    await desk.look(1, OLD)
    await desk.look(2, OLD, NEW)
    await desk.look(3, NEW)
    assert await desk.moves() == []


async def test_without_any_flight_there_is_nothing_to_find() -> None:
    assert await Desk().moves() == []


async def test_a_flight_of_last_week_is_not_looked_at_again() -> None:
    desk = Desk()
    await desk.look(1, OLD)
    await desk.look(2, NEW)
    await desk.look(3, NEW)
    desk.clock.move(timedelta(days=3))
    assert await desk.moves() == []
