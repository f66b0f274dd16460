"""Changes of `flight-change-topic`: the facts are stored first, then it is decided on them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from flightagents.domain.vital_signs import Latency, Measure
from flightagents.handlers.alert import AlertOnChanges
from flightagents.handlers.cases import Moved
from flightagents.handlers.decide import Decide
from flightagents.pulse import PULSE, Durations
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, encode
from tests.support.agency import Agency
from tests.support.counted import counted
from tests.support.fakes import FakeFlights, FakePublisher, Journal, SetClock, messages
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.travellers import booking

BA117 = "BA117|2026-11-22|LHR|JFK"


class NotedDecisions(Decide):
    """Notes for which flights it is to decide, and who moved."""

    def __init__(self, journal: Journal) -> None:
        self.moved: dict[str, Moved] = {}
        self._journal = journal

    async def for_flights(self, flights: Sequence[str], moved: Mapping[str, Moved] | None = None) -> None:
        self._journal.append(("decided", " ".join(flights)))
        self.moved.update(moved or {})


class Desk:
    """The alert agent's use case and all around it."""

    def __init__(self) -> None:
        self.journal: Journal = []
        self.flights = FakeFlights(self.journal)
        self.decide = NotedDecisions(self.journal)
        self.publisher = FakePublisher()
        self.clock = SetClock()
        self.alert = AlertOnChanges(self.flights, self.decide, self.publisher, self.clock)

    async def hear(self, *values: bytes | None) -> None:
        await self.alert(messages(*values, topic=CHANGE_TOPIC))


def story(*gates: str | None) -> list[Change]:
    """Give the changes of a flight that showed these gates and grew later by an hour each time."""
    state: FlightState | None = None
    told: list[Change] = []
    for run, gate in enumerate(gates, start=1):
        (record,) = run_of([row(delay=60 * run, departure={"gate": gate})], run, NOON + run * MINUTE)
        state, changes = advance(state, record)
        told.extend(changes)
    return told


async def test_the_facts_are_stored_before_anything_is_decided() -> None:
    desk = Desk()
    await desk.hear(*map(encode, story("A1", "A1")))
    assert [step for step, _ in desk.journal] == ["history", "latest", "decided"]
    assert desk.journal[-1] == ("decided", BA117)


async def test_the_newest_state_of_a_batch_is_the_flights_latest() -> None:
    desk, changes = Desk(), story("A1", "A1", "A1")
    await desk.hear(*map(encode, changes))
    assert desk.flights.states == {BA117: changes[-1].state}
    assert list(desk.flights.history) == [change.id for change in changes]


async def test_older_changes_that_come_again_do_not_turn_the_state_back() -> None:
    desk, changes = Desk(), story("A1", "A1", "A1")
    await desk.hear(*map(encode, changes))
    await desk.hear(encode(changes[0]))
    assert desk.flights.states == {BA117: changes[-1].state}
    assert len(desk.flights.history) == len(changes)


async def test_a_change_without_a_state_only_adds_to_the_history() -> None:
    desk, (change,) = Desk(), story("A1")
    bare = encode(change).replace(encode_state(change), b"null")
    await desk.hear(bare)
    assert desk.flights.states == {}
    assert list(desk.flights.history) == [change.id]


async def test_what_is_not_ours_is_dead_lettered_and_its_neighbours_go_on() -> None:
    desk, (change,) = Desk(), story("A1")
    await desk.hear(None, b"", b"{", b"[]", encode(change), b'{"id":1}')
    assert list(desk.flights.history) == [change.id]
    assert len(desk.publisher.topics[DEAD_LETTER_TOPIC]) == 5


async def test_a_change_that_no_database_could_hold_is_dead_lettered() -> None:
    desk, (change,) = Desk(), story("A1")
    await desk.hear(encode(replace(change, after={"gate": 2**70})))
    assert not desk.flights.history
    assert len(desk.publisher.topics[DEAD_LETTER_TOPIC]) == 1


async def test_who_moved_is_told_with_where_from() -> None:
    desk = Desk()
    await desk.hear(*map(encode, story("A1", "B2")))
    assert desk.decide.moved == {BA117: Moved(gate_from="A1")}


async def test_who_moved_twice_in_a_batch_is_told_with_where_from_at_first() -> None:
    desk = Desk()
    await desk.hear(*map(encode, story("A1", "B2", "C3")))
    assert desk.decide.moved == {BA117: Moved(gate_from="A1")}


async def test_a_gate_that_is_back_within_a_batch_is_no_news() -> None:
    agency = Agency()
    await agency.books(booking())
    await agency.shows(row(departure={"gate": "A1"}))
    there, back = (agency.looks(row(departure={"gate": gate})) for gate in ("B2", "A1"))
    await agency.hears([*there, *back])
    await agency.delivers()
    assert agency.told == []


def encode_state(change: Change) -> bytes:
    whole = encode(change)
    return whole[whole.index(b'"state":') + len(b'"state":') : -1]


async def test_a_change_is_counted_and_timed_once_however_often_it_comes() -> None:
    def now() -> tuple[float, float, float]:
        return (
            counted("flightagents_changes_total", kind="first_seen"),
            counted("flightagents_poll_to_change_seconds_count"),
            counted("flightagents_poll_to_change_seconds_sum"),
        )

    desk, (change, *_) = Desk(), story("A1")
    desk.clock.time = change.at + timedelta(seconds=7)
    changes, times, seconds = now()
    await desk.hear(encode(change))
    await desk.hear(encode(change))
    counted_now, timed_now, seconds_now = now()
    assert (counted_now, timed_now) == (changes + 1, times + 1)
    assert seconds_now == pytest.approx(seconds + 7)


async def test_how_long_a_change_took_from_its_poll_is_noted_in_real_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PULSE, Measure.POLL_TO_CHANGE, Durations())
    desk, changes = Desk(), story("A1", "A1")
    desk.clock.speed, desk.clock.time = 120, changes[-1].at + timedelta(minutes=4)
    await desk.hear(*map(encode, changes))
    assert PULSE[Measure.POLL_TO_CHANGE].lately() == Latency(2.0, 2.5, 2.5, 2)
