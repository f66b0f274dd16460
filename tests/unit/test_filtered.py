"""Rows that a filter brought: what it left out says nothing."""

from typing import Any

import pytest

from flightagents.aviationstack.nature import nature_of
from flightagents.aviationstack.parsing import RowParser
from flightagents.aviationstack.source import filters_of
from flightagents.domain.changes import Kind
from flightagents.domain.flight import OPERATING_ROW_MISSING, FlightState
from flightagents.domain.query_standing import UNFILTERED, QueryKind, QueryNature
from flightagents.domain.tracking import advance
from flightagents.handlers.reading import Run
from flightagents.records import FlightRecord
from tests.support.looking import Desk
from tests.support.rows import DAY, MINUTE, NOON, row, stamp
from tests.unit.test_moves import TOMORROW, new, old

WHOLE = QueryNature(QueryKind.BOARD)
BY_AIRLINE = QueryNature(QueryKind.BOARD, filtered=True)
BY_DAY = QueryNature(QueryKind.FLIGHT, filtered=True, narrow=True)
AMERICAN = row("AA6143", operated_by="BA117", delay=99)


@pytest.mark.parametrize(
    ("query", "nature"),
    [
        (UNFILTERED, WHOLE),
        ("dep_iata=LHR", WHOLE),
        ("dep_iata=LHR&arr_icao=KJFK", WHOLE),
        ("dep_iata=LHR&airline_iata=AA", BY_AIRLINE),
        ("flight_iata=BA117", QueryNature(QueryKind.FLIGHT, filtered=True)),
        ("flight_iata=BA117&flight_date=2026-11-22", BY_DAY),
        ("dep_iata=LHR&flight_date=2026-11-22", QueryNature(QueryKind.BOARD, filtered=True, narrow=True)),
        (
            "dep_iata=LHR&flight_status=cancelled",
            QueryNature(QueryKind.FILTER, filtered=True, narrow=True),
        ),
        ("dep_iata=LHR&min_delay_dep=15", QueryNature(QueryKind.FILTER, filtered=True, narrow=True)),
    ],
)
def test_what_a_query_leaves_out_is_told_by_its_filters(query: str, nature: QueryNature) -> None:
    assert nature_of(filters_of(query)) == nature


def run_of(*asked: tuple[dict[str, Any], QueryNature], run: int = 1) -> list[FlightRecord]:
    reading = Run(stamp(run, NOON + run * MINUTE), RowParser())
    for place, (raw, nature) in enumerate(asked):
        assert reading.add(raw, {"row": place}, nature)
    return reading.records()


def test_one_query_that_leaves_nothing_out_is_enough() -> None:
    both = run_of((row(), BY_DAY), (AMERICAN, WHOLE))
    assert {(record.filtered, record.narrow) for record in both} == {(False, False)}
    copies = run_of((row(), BY_DAY), (row(), BY_AIRLINE))
    assert [(record.filtered, record.narrow) for record in copies] == [(True, False)]


def after(*runs: list[FlightRecord]) -> tuple[FlightState, list[Kind]]:
    """Give the state after these runs, and what was new in all but the first."""
    state: FlightState | None = None
    kinds: list[Kind] = []
    for records in runs:
        for record in records:
            state, changes = advance(state, record)
            kinds += [change.kind for change in changes]
    assert state is not None
    return state, kinds[1:]


def test_a_marketing_row_that_a_filter_brought_never_begins_to_speak() -> None:
    runs = [run_of((AMERICAN, BY_AIRLINE), run=run) for run in range(2, 9)]
    state, kinds = after(run_of((row(), WHOLE)), *runs)
    assert state.operating_row_missing == 0
    assert kinds == [Kind.MARKETED_AS_GROWN]


def test_one_that_speaks_already_goes_on_to_speak() -> None:
    whole = [run_of((AMERICAN, WHOLE), run=run) for run in range(2, 2 + OPERATING_ROW_MISSING)]
    state, kinds = after(run_of((row(), WHOLE)), *whole)
    assert Kind.DELAYED in kinds
    later = row("AA6143", operated_by="BA117", delay=150)
    assert advance(state, run_of((later, BY_AIRLINE), run=9)[0])[1] != ()


def test_an_operating_row_speaks_whatever_brought_it() -> None:
    _, kinds = after(run_of((row(), WHOLE)), run_of((row(delay=99), BY_DAY), run=2))
    assert kinds == [Kind.DELAYED]


# A flight that was retimed over midnight


class Midnight(Desk):
    """BA117 of 22:00 is followed by one of tomorrow, as far as a query shows them."""

    async def asks(self, nature: QueryNature, *rows: dict[str, Any]) -> None:
        """Let a run bring these rows by such a query."""
        self._run += 1
        self.clock.move(MINUTE)
        records = run_of(*((raw, nature) for raw in rows), run=self._run)
        await self.archive.store([self.archive.document(record) for record in records])
        states = self.flights.states
        for record in records:
            state, changes = advance(states.get(record.flight), record)
            await self.flights.move_on([state])
            await self.flights.add_to_history(changes)

    @property
    def moves(self) -> int:
        return sum(change.kind is Kind.MOVED_TO for change in self.flights.history.values())


async def test_a_run_that_asked_for_the_next_day_alone_does_not_tell_that_the_old_flight_is_gone() -> None:
    desk = Midnight()
    await desk.asks(WHOLE, old())
    for _ in range(5):
        await desk.asks(BY_DAY, new("06:00"))
        await desk.watch()
    assert desk.moves == 0


async def test_two_runs_that_would_have_shown_the_old_one_do() -> None:
    desk = Midnight()
    await desk.asks(WHOLE, old())
    await desk.asks(BY_DAY, new("06:00"))
    await desk.asks(QueryNature(QueryKind.FLIGHT, filtered=True), new("06:00"))
    await desk.watch()
    assert desk.moves == 0
    await desk.asks(WHOLE, new("06:00"))
    await desk.watch()
    assert desk.moves == 1


async def test_an_old_flight_that_was_asked_for_by_its_day_is_not_gone() -> None:
    desk = Midnight()
    await desk.asks(WHOLE, old())
    await desk.asks(WHOLE, new("06:00"))
    await desk.asks(BY_DAY, old(), new("06:00", day=TOMORROW))
    await desk.asks(WHOLE, new("06:00"))
    await desk.watch()
    assert desk.moves == 1, "of the looks at the new one alone, two did not show the old one"
    assert DAY != TOMORROW
