"""What holds for every sequence of rows, however odd: searched for counterexamples by hypothesis."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightagents.domain.changes import ORDER, Change, Kind
from flightagents.domain.flight import OPERATING_ROW_MISSING, FlightState, Status
from flightagents.domain.runs import put_in_order
from flightagents.domain.times import iso
from flightagents.domain.tracking import advance
from flightagents.records import (
    FlightRecord,
    TableEntry,
    decode_change,
    decode_flight_record,
    decode_table_entry,
    encode,
)
from tests.support.rows import DAY, MINUTE, NOON, parsed, row, run_of

STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""The same examples each time; how long one takes depends on the machine and is no news."""

FIRST_RUN = 100
TOMORROW = DAY + timedelta(days=1)
FLIGHTS = (("LHR-JFK", DAY), ("JFK-LHR", DAY), ("LHR-JFK", TOMORROW), ("QQQ-JFK", DAY))
OPERATING, *MARKETING = NUMBERS = ("BA117", "AA6143", "IB4222")
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 60, 60, 120, 1200, 40_000))

FIELDS: dict[str, tuple[Any, ...]] = {
    "status": (*Status, *Status, "scheduled", "cancelled", "taxiing", None),
    "delay": (None, None, 5, 14, 15, 20, 35, 60, 90, 200),
    "departs": ("13:35", "14:28", "14:35", "15:05", "16:00", "22:15"),
    "took_off": (None, "14:50", "15:20"),
    "landed": (None, f"{TOMORROW}T05:50", f"{TOMORROW}T06:20"),
    "gate": (None, "A5", "A05", "A7", "A5,A7"),
    "terminal": (None, "3", "T3", "N", "5"),
    "baggage": (None, "4", "04", "7"),
    "registration": (None, "G-XLEA", "GXLEA", "G-XLEB"),
    "icao24": (None, "40666f", "406670"),
}
_STEP = st.one_of(*(st.tuples(st.just(name), st.sampled_from(values)) for name, values in FIELDS.items()))
STEPS = st.lists(_STEP, max_size=3)
"""What differs from the row before: the feed changes little at a time."""

Rows = list[dict[str, Any]]
Runs = list[tuple[datetime, Rows]]
States = dict[str, FlightState]


def shown(number: str, route: str, day: date, known: dict[str, Any]) -> dict[str, Any]:
    """Give a row; every flight arrives the next morning, so that no retime makes it impossible."""
    words = {
        name: known[name] for name in ("status", "delay", "departs", "took_off", "landed") if name in known
    }
    aircraft = {"registration": known.get("registration"), "icao24": known.get("icao24")}
    return row(
        number,
        operated_by=None if number == OPERATING else OPERATING,
        route=route,
        day=day,
        arrives=f"{day + timedelta(days=1)}T06:00",
        departure={"gate": known.get("gate"), "terminal": known.get("terminal")},
        arrival={"baggage": known.get("baggage")},
        aircraft=aircraft,
        **words,
    )


@st.composite
def some_runs(draw: st.DrawFn, flights: int = len(FLIGHTS), numbers: tuple[str, ...] = NUMBERS) -> Runs:
    """Runs of some flights: rows that change a little, stay away, and come back."""
    known: dict[Any, dict[str, Any]] = defaultdict(dict)
    at = NOON
    runs: Runs = []
    for _ in range(draw(st.integers(2, 10))):
        rows: Rows = []
        keys = st.tuples(st.integers(0, draw(st.integers(0, flights - 1))), st.sampled_from(numbers))
        for flight, number in draw(st.lists(keys, unique=True, max_size=4)):
            known[flight, number] |= dict(draw(STEPS))
            rows.append(shown(number, *FLIGHTS[flight], known[flight, number]))
        runs.append((at, rows))
        at += draw(st.sampled_from(WAITS))
    return runs


def records(runs: Runs) -> list[list[FlightRecord]]:
    return [run_of(rows, number, at) for number, (at, rows) in enumerate(runs, start=FIRST_RUN)]


def follow(states: States, found: Iterable[FlightRecord]) -> list[Change]:
    """Advance the states by records, and give all changes."""
    changes: list[Change] = []
    for record in found:
        states[record.flight], new = advance(states.get(record.flight), record)
        changes.extend(new)
    return changes


def flat(runs: list[list[FlightRecord]]) -> list[FlightRecord]:
    return [record for run in runs for record in run]


@STEADY
@given(some_runs(), st.data())
def test_a_sequence_replayed_from_anywhere_gives_its_changes_once(runs: Runs, data: st.DataObject) -> None:
    states: States = {}
    all_records = flat(records(runs))
    follow(states, all_records)
    before = dict(states)
    begin = data.draw(st.integers(0, len(all_records)))
    assert follow(states, all_records[begin:]) == []
    assert states == before


@STEADY
@given(some_runs(flights=1, numbers=(OPERATING, "AA6143")))
def test_a_batch_that_comes_again_at_once_gives_the_changes_of_one(runs: Runs) -> None:
    once: States = {}
    again: States = {}
    for run in records(runs):
        changes = follow(once, run)
        assert follow(again, run) == changes
        assert follow(again, run) == []
    assert again == once


@STEADY
@given(some_runs(flights=1, numbers=(OPERATING,)), st.integers(1, 5))
def test_a_record_that_says_nothing_new_gives_nothing(runs: Runs, repeats: int) -> None:
    """The second look at the same may confirm what waited for it, and the third end a withdrawn delay."""
    runs = [run for run in runs if run[1]] or [(NOON, [row()])]
    last_at, last_rows = runs[-1]
    wait = timedelta(minutes=repeats)
    same = [(last_at + wait * repeat, last_rows) for repeat in range(1, 7)]
    states: States = {}
    replayed = records(runs + same)
    news = [follow(states, run) for run in replayed][len(runs) :]
    assert news[3:] == [[], [], []]
    assert not any(change.kind in FIRST_LOOKS for changes in news for change in changes)


FIRST_LOOKS = (
    Kind.FIRST_SEEN,
    Kind.CANCELLED_UNCONFIRMED,
    Kind.DIVERTED_UNCONFIRMED,
    Kind.REINSTATED_UNCONFIRMED,
    Kind.INCIDENT,
    Kind.DEPARTED,
    Kind.LANDED,
    Kind.BELT_ASSIGNED,
    Kind.MARKETED_AS_GROWN,
)


@st.composite
def runs_led_by_the_operating_row(draw: st.DrawFn) -> tuple[Runs, Runs]:
    """The same runs twice, but for what their marketing rows say; the operating row misses two at most."""
    known: list[dict[str, dict[str, Any]]] = [defaultdict(dict), defaultdict(dict)]
    both: tuple[Runs, Runs] = ([], [])
    missing, at = OPERATING_ROW_MISSING, NOON
    for _ in range(draw(st.integers(2, 8))):
        numbers = set(draw(st.lists(st.sampled_from(NUMBERS), unique=True, min_size=1)))
        if missing >= OPERATING_ROW_MISSING - 1:
            numbers.add(OPERATING)
        missing = 0 if OPERATING in numbers else missing + 1
        common = dict(draw(STEPS))
        for runs, says in zip(both, known, strict=True):
            for number in numbers:
                says[number] |= common if number == OPERATING else dict(draw(STEPS))
            runs.append((at, [shown(number, *FLIGHTS[0], says[number]) for number in sorted(numbers)]))
        at += draw(st.sampled_from(WAITS))
    return both


@STEADY
@given(runs_led_by_the_operating_row())
def test_what_a_marketing_row_says_is_never_news_while_the_operating_row_is_seen(
    both: tuple[Runs, Runs],
) -> None:
    one: States = {}
    other: States = {}
    for run, same_run in zip(records(both[0]), records(both[1]), strict=True):
        assert follow(one, run) == follow(other, same_run)


@STEADY
@given(runs_led_by_the_operating_row())
def test_a_run_without_the_operating_row_only_adds_numbers(both: tuple[Runs, Runs]) -> None:
    states: States = {}
    for run in records(both[0]):
        changes = follow(states, run)
        if not any(record.operating for record in run):
            assert {change.kind for change in changes} <= {Kind.MARKETED_AS_GROWN}


@STEADY
@given(some_runs(), st.data())
def test_shuffled_and_overlapping_pages_put_in_order_give_the_same(runs: Runs, data: st.DataObject) -> None:
    in_order: States = {}
    shuffled: States = {}
    stale: Rows = []
    for number, (at, rows) in enumerate(runs, start=1):
        pages = rows + stale
        mixed = data.draw(st.permutations(pages + rows[:2]))
        changes = follow(in_order, run_of(pages, number, at))
        assert follow(shuffled, run_of(mixed, number, at)) == changes
        stale = rows
    assert in_order == shuffled


@STEADY
@given(some_runs())
def test_each_flight_of_a_run_has_one_row_that_leads_and_leading_rows_come_first(runs: Runs) -> None:
    for run in records(runs):
        leading = [record for record in run if record.leads]
        assert run[: len(leading)] == leading
        assert sorted(record.flight for record in leading) == sorted({record.flight for record in run})
        assert put_in_order(run) == run


@STEADY
@given(some_runs())
def test_the_order_in_the_state_never_goes_backwards(runs: Runs) -> None:
    states: States = {}
    for record in flat(records(runs)):
        before = states.get(record.flight)
        follow(states, [record])
        after = states[record.flight]
        if before is not None:
            assert before.run <= after.run <= record.run
            assert before.seen_at <= after.seen_at <= record.polled_at
            assert before.ordinal <= after.ordinal
            if before.predecessor_left == after.predecessor_left:
                assert before.first_run == after.first_run


@STEADY
@given(some_runs(), st.integers(1, 10), STEPS)
def test_a_record_of_an_older_run_changes_nothing(
    runs: Runs, earlier: int, steps: list[tuple[str, Any]]
) -> None:
    states: States = {}
    follow(states, flat(records(runs)))
    for state in states.values():
        late = parsed(shown(OPERATING, *FLIGHTS[0], dict(steps)), run=state.run - earlier)
        late = replace(late, flight=state.flight, leads=True, polled_at=state.seen_at - MINUTE)
        assert advance(state, late) == (state, ())


@STEADY
@given(some_runs())
def test_before_take_off_nobody_is_expected_to_leave_before_the_schedule_in_force(runs: Runs) -> None:
    states: States = {}
    for record in flat(records(runs)):
        follow(states, [record])
        state = states[record.flight]
        if not state.departed:
            assert state.departure.expected >= state.departure.scheduled
        waits = not (state.departed or state.landed or state.disruption is Status.CANCELLED)
        if waits and record.leads and record.operating:
            assert state.departure.scheduled == record.departure.scheduled


@STEADY
@given(some_runs())
def test_the_base_is_the_first_schedule_until_another_flight_takes_the_identity(runs: Runs) -> None:
    states: States = {}
    first: dict[tuple[str, datetime | None], datetime] = {}
    for record in flat(records(runs)):
        follow(states, [record])
        state = states[record.flight]
        base = first.setdefault((record.flight, state.predecessor_left), record.departure.scheduled)
        assert state.departure.base == base


@STEADY
@given(some_runs())
def test_changes_are_numbered_from_one_without_a_gap_and_named_once(runs: Runs) -> None:
    ordinals: dict[str, list[int]] = defaultdict(list)
    ids: list[str] = []
    states: States = {}
    for change in follow(states, flat(records(runs))):
        ordinals[change.flight].append(change.ordinal)
        ids.append(change.id)
    for flight, found in ordinals.items():
        assert found == list(range(1, states[flight].ordinal + 1))
    assert len(ids) == len(set(ids))


@STEADY
@given(some_runs())
def test_the_changes_of_a_record_are_told_in_the_order_of_their_kinds(runs: Runs) -> None:
    states: States = {}
    for record in flat(records(runs)):
        kinds = [change.kind for change in follow(states, [record])]
        assert kinds == sorted(set(kinds), key=lambda kind: ORDER[kind])
        assert Kind.FIRST_SEEN not in kinds[1:]
        if Kind.FIRST_SEEN in kinds:
            assert kinds == [Kind.FIRST_SEEN]


@STEADY
@given(some_runs())
def test_a_change_says_which_record_caused_it_and_what_was_said_before(runs: Runs) -> None:
    states: States = {}
    said: dict[str, Any] = {}
    named: dict[str, Any] = {}
    timed = (Kind.DELAYED, Kind.MOVED_EARLIER, Kind.ON_TIME_AGAIN)
    for record in flat(records(runs)):
        for change in follow(states, [record]):
            assert (change.record, change.at, change.flight) == (record.id, record.polled_at, record.flight)
            assert change.state == states[record.flight]
            if change.kind in timed and change.flight in said:
                known = said if change.kind is Kind.DELAYED else named
                assert change.before["expected"] == known[change.flight]
            if change.kind in (Kind.FIRST_SEEN, *timed):
                said[change.flight] = named[change.flight] = change.after["expected"]
            elif change.flight in named:
                expected = iso(change.departure.expected)
                named[change.flight] = max(named[change.flight], expected)


@STEADY
@given(some_runs())
def test_what_travels_comes_back_as_it_was(runs: Runs) -> None:
    states: States = {}
    for run in records(runs):
        for record in run:
            assert decode_flight_record(encode(record)) == record
        for change in follow(states, run):
            assert decode_change(encode(change)) == change
        for state in states.values():
            entry = TableEntry(partition=3, state=state)
            assert decode_table_entry(encode(entry)) == entry


@STEADY
@given(st.lists(st.tuples(st.sampled_from(["+1", None]), STEPS), min_size=2, max_size=6))
def test_an_airports_zone_may_come_and_go(looks: list[tuple[str | None, list[tuple[str, Any]]]]) -> None:
    """Null in 7 % of departures; where no table knows the airport either, only the clock's time is left."""
    known: dict[str, Any] = {}
    with_zone: States = {}
    changing: States = {}
    for number, (zone, steps) in enumerate(looks, start=1):
        known |= dict(steps)
        raw = shown(OPERATING, "QQQ-JFK", DAY, known)
        news = []
        for states, word in ((with_zone, "+1"), (changing, zone)):
            raw["departure"]["timezone"] = word
            news.append(
                [change.kind for change in follow(states, run_of([raw], number, NOON + number * MINUTE))]
            )
        assert news[0] == news[1]
