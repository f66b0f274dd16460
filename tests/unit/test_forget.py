"""Flights that have ended leave the table, each partition its own."""

from datetime import timedelta

from flightagents.domain.flight import FlightState, forget_at
from flightagents.domain.tracking import advance
from flightagents.handlers.forget import Forgetting
from flightagents.records import TableEntry, encode
from tests.support.fakes import FakeTable, SetClock
from tests.support.rows import row, run_of

KEEP = timedelta(hours=72)


def state(designator: str = "BA117", **fields: str) -> FlightState:
    return advance(None, run_of([row(designator, **fields)])[0])[0]  # type: ignore[arg-type]


def table_of(*states: FlightState, partition: int = 0) -> FakeTable:
    table = FakeTable()
    for each in states:
        table.entries[each.flight] = encode(TableEntry(partition=partition, state=each))
    return table


def test_only_what_is_due_goes() -> None:
    clock, early, late = SetClock(), state(arrives="17:35"), state("BA119", arrives="2026-11-24T17:35")
    table = table_of(early, late)
    forgetting = Forgetting(clock, KEEP)
    forgetting.recover(table)
    forgetting.forget(table, 0)
    assert set(table.entries) == {early.flight, late.flight}
    clock.time = forget_at(early, KEEP)
    forgetting.forget(table, 0)
    assert set(table.entries) == {late.flight}
    clock.time = forget_at(late, KEEP)
    forgetting.forget(table, 0)
    assert table.entries == {}


def test_how_long_a_flight_is_kept_is_a_setting() -> None:
    clock, flight = SetClock(), state()
    table = table_of(flight)
    forgetting = Forgetting(clock, timedelta(hours=1))
    forgetting.recover(table)
    clock.time = forget_at(flight, timedelta(hours=1))
    forgetting.forget(table, 0)
    assert table.entries == {}


def test_a_recovery_begins_again_from_what_the_table_holds() -> None:
    clock, flight = SetClock(), state()
    forgetting = Forgetting(clock, KEEP)
    forgetting.remember(0, flight)
    table = table_of(flight, partition=1)
    forgetting.recover(table)
    clock.time = forget_at(flight, KEEP)
    forgetting.forget(table, 0)
    assert flight.flight in table.entries, "partition 0 has nothing to forget any more"
    forgetting.forget(table, 1)
    assert table.entries == {}


def test_what_cannot_be_read_or_is_gone_already_is_passed_over() -> None:
    clock, gone, here = SetClock(), state("BA119"), state()
    table = table_of(here)
    table.entries["broken"] = b"{"
    forgetting = Forgetting(clock, KEEP)
    forgetting.recover(table)
    forgetting.remember(0, gone)
    clock.time = forget_at(here, KEEP)
    forgetting.forget(table, 0)
    assert set(table.entries) == {"broken"}


def test_an_entry_that_became_unreadable_stays_and_harms_nobody() -> None:
    clock, broken, here = SetClock(), state(), state("BA119")
    table = table_of(broken, here)
    forgetting = Forgetting(clock, KEEP)
    forgetting.recover(table)
    table.entries[broken.flight] = b"{"
    clock.time = forget_at(here, KEEP)
    forgetting.forget(table, 0)
    assert set(table.entries) == {broken.flight}
