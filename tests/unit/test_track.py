"""Records of `flight-topic` become changes: in which order of steps, and what happens between two of them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.flight import FORGET_AFTER, forget_at
from flightagents.handlers.forget import Forgetting
from flightagents.handlers.track import TrackFlights
from flightagents.records import CHANGE_TOPIC, decode_change, decode_table_entry, encode
from tests.support.fakes import (
    FakeFlights,
    FakePublisher,
    FakeTable,
    Handed,
    Journal,
    Sent,
    SetClock,
    messages,
)
from tests.support.rows import MINUTE, NOON, row, run_of

BA117 = "BA117|2026-11-22|LHR|JFK"


class Desk:
    """The track agent's use case and all around it."""

    def __init__(self) -> None:
        self.journal: Journal = []
        self.table = FakeTable(self.journal)
        self.flights = FakeFlights()
        self.publisher = FakePublisher(self.journal)
        self.clock = SetClock()
        self.start()

    def start(self) -> None:
        """Begin as a worker does: with what the table holds, and nothing else."""
        self.forgetting = Forgetting(self.clock, FORGET_AFTER)
        self.forgetting.recover(self.table)
        self.track = TrackFlights(self.table, self.flights, self.publisher, self.forgetting)

    @property
    def told(self) -> list[str]:
        """The changes on the topic, as "ordinal kind"."""
        changes = [decode_change(value) for value in self.publisher.values(CHANGE_TOPIC)]
        return [f"{change.ordinal} {change.kind}" for change in changes]

    @property
    def ids(self) -> list[str]:
        return [decode_change(value).id for value in self.publisher.values(CHANGE_TOPIC)]


def look(run: int, *rows: dict[str, Any]) -> list[bytes]:
    return [encode(record) for record in run_of(list(rows), run, NOON + run * MINUTE)]


def batch(*values: bytes | None, still_ours: tuple[bool, ...] = (True,)) -> Handed:
    return Handed(messages(*values), list(still_ours))


async def test_changes_are_sent_then_the_table_is_written_then_its_changelog_is_waited_for() -> None:
    desk = Desk()
    assert await desk.track(batch(*look(1, row(), row("BA119"))))
    assert desk.journal == [
        ("published", CHANGE_TOPIC),
        ("table", BA117),
        ("table", "BA119|2026-11-22|LHR|JFK"),
        ("durable", "table"),
    ]


async def test_a_change_is_keyed_by_its_flight_and_carries_the_state_after_it() -> None:
    desk = Desk()
    await desk.track(batch(*look(1, row()), *look(2, row(delay=60))))
    (first, second) = desk.publisher.on(CHANGE_TOPIC)
    assert first.key == second.key == BA117.encode()
    state = decode_change(second.value).state
    assert state == decode_table_entry(desk.table.entries[BA117]).state
    assert desk.told == ["1 first_seen", "2 delayed"]


async def test_what_brings_no_news_writes_nothing() -> None:
    desk = Desk()
    await desk.track(batch(*look(1, row())))
    desk.journal.clear()
    assert await desk.track(batch(*look(2, row())))
    assert desk.journal == [("durable", "table")]


async def test_a_batch_whose_partition_is_lost_before_it_sends_leaves_no_trace() -> None:
    desk = Desk()
    assert not await desk.track(batch(*look(1, row()), still_ours=(False,)))
    assert desk.journal == []


async def test_a_batch_whose_partition_is_lost_while_it_sends_writes_no_state() -> None:
    desk = Desk()
    assert not await desk.track(batch(*look(1, row()), still_ours=(True, False)))
    assert desk.journal == [("published", CHANGE_TOPIC)]
    assert desk.table.entries == {}


async def test_a_batch_that_comes_again_tells_nothing_again() -> None:
    desk = Desk()
    values = [*look(1, row()), *look(2, row(delay=60)), *look(3, row(delay=90))]
    await desk.track(batch(*values))
    told = list(desk.ids)
    await desk.track(batch(*values))
    await desk.track(batch(*values[1:]))
    assert desk.ids == told


STEPS = {"sending": (False,), "the table": (True, False), "the ack": (True,)}


@pytest.mark.parametrize("lost_before", STEPS)
@pytest.mark.parametrize("cut", [1, 2, 3])
async def test_after_a_crash_the_same_changes_come_with_the_same_ids(lost_before: str, cut: int) -> None:
    """The batch comes again, cut another way, in a worker that knows what the changelog holds."""
    values = [*look(1, row()), *look(2, row(delay=60)), *look(3, row(delay=90, status="cancelled"))]
    whole, desk = Desk(), Desk()
    await whole.track(batch(*values))
    await desk.track(batch(*values, still_ours=STEPS[lost_before]))
    desk.table.entries = dict(desk.table.changelog)
    desk.start()
    await desk.track(batch(*values[:cut]))
    if values[cut:]:
        await desk.track(batch(*values[cut:]))
    assert list(dict.fromkeys(desk.ids)) == whole.ids
    assert desk.table.changelog == whole.table.changelog


async def test_flights_that_the_table_does_not_know_are_looked_up_in_the_store_once_a_batch() -> None:
    desk = Desk()
    await desk.track(batch(*look(1, row(), row("BA119"), row("AA6143", operated_by="BA117"))))
    await desk.track(batch(*look(2, row(), row("BA121"))))
    assert desk.flights.asked == [
        [BA117, "BA119|2026-11-22|LHR|JFK"],
        ["BA121|2026-11-22|LHR|JFK"],
    ]


async def test_a_worker_that_lost_its_table_tells_no_old_news() -> None:
    desk = Desk()
    await desk.track(batch(*look(1, row()), *look(2, row(delay=60))))
    changes = [decode_change(value) for value in desk.publisher.values(CHANGE_TOPIC)]
    await desk.flights.move_on(change.state for change in changes if change.state)
    desk.table.entries.clear()
    desk.start()
    await desk.track(batch(*look(1, row()), *look(2, row(delay=60)), *look(3, row(delay=60))))
    assert desk.told == ["1 first_seen", "2 delayed"]
    await desk.track(batch(*look(4, row(delay=90))))
    assert desk.told == ["1 first_seen", "2 delayed", "3 delayed"]


@pytest.mark.parametrize("entry", [b"", b"{", b'{"partition":0}', b'{"partition":0,"state":{"flight":1}}'])
async def test_an_entry_that_cannot_be_read_counts_as_missing(entry: bytes) -> None:
    desk = Desk()
    desk.table.entries[BA117] = entry
    desk.start()
    await desk.track(batch(*look(1, row())))
    assert desk.flights.asked == [[BA117]]
    assert desk.told == ["1 first_seen"]


async def test_messages_that_are_not_ours_are_passed_over() -> None:
    desk = Desk()
    (record,) = look(1, row())
    assert await desk.track(batch(None, b"", b"{", b"[]", record, b'{"flight":1}'))
    assert desk.told == ["1 first_seen"]


async def test_a_batch_with_nothing_of_ours_is_done_with() -> None:
    desk = Desk()
    assert await desk.track(batch(b"{", None))
    assert desk.journal == [("durable", "table")]


async def test_an_older_run_delivered_late_changes_nothing() -> None:
    desk = Desk()
    await desk.track(batch(*look(1, row())))
    await desk.track(batch(*look(5, row(delay=60))))
    await desk.track(batch(*look(3, row(delay=180))))
    assert desk.told == ["1 first_seen", "2 delayed"]


# Forgetting


async def with_ended_flight() -> tuple[Desk, timedelta]:
    """Give a desk with one flight, and how long until it is forgotten."""
    desk = Desk()
    await desk.track(batch(*look(1, row())))
    state = decode_table_entry(desk.table.entries[BA117]).state
    return desk, forget_at(state) - desk.clock.now()


def later(desk: Desk, by: timedelta) -> Callable[[int], Awaitable[bool]]:
    desk.clock.move(by)
    tomorrow = look(2, row("BA901", day=(NOON + by).date()))
    return lambda partition: desk.track(Handed([Sent(tomorrow[0], partition=partition)]))


async def test_a_flight_that_has_ended_is_forgotten_with_the_next_batch_of_its_partition() -> None:
    desk, lasts = await with_ended_flight()
    await later(desk, lasts)(0)
    assert BA117 not in desk.table.changelog


async def test_a_flight_is_remembered_until_then() -> None:
    desk, lasts = await with_ended_flight()
    await later(desk, lasts - timedelta(seconds=1))(0)
    assert BA117 in desk.table.changelog


async def test_a_flight_of_another_partition_is_left_to_that() -> None:
    desk, lasts = await with_ended_flight()
    await later(desk, lasts)(1)
    assert BA117 in desk.table.changelog


async def test_what_is_to_be_forgotten_is_known_again_after_a_recovery() -> None:
    desk, lasts = await with_ended_flight()
    desk.start()
    await later(desk, lasts)(0)
    assert BA117 not in desk.table.changelog


async def test_a_flight_that_is_to_arrive_later_than_first_known_is_remembered_longer() -> None:
    desk, lasts = await with_ended_flight()
    delay = 36 * 60
    await desk.track(batch(*look(2, row(delay=delay))))
    await later(desk, lasts)(0)
    assert BA117 in desk.table.changelog
    await later(desk, timedelta(minutes=delay))(0)
    assert BA117 not in desk.table.changelog
