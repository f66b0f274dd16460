"""The sandbox's feed behaves as the real one was measured to, and tells the same day for the same seed."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flightagents.sandbox.day import NEW_YORK, flights_of
from flightagents.sandbox.feed_story import FeedStory
from flightagents.sandbox.row_story import FeedRow

Row = dict[str, Any]
SEED = 1
STATUSES = {"scheduled", "active", "landed", "cancelled", "incident", "diverted", "unknown"}
LOOK = timedelta(minutes=5)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2013, 3, 8, hour, minute, tzinfo=NEW_YORK)


@pytest.fixture(scope="module")
def story() -> FeedStory:
    return FeedStory(flights_of(), seed=SEED, look=LOOK)


@pytest.fixture(scope="module")
def day(story: FeedStory) -> list[list[FeedRow]]:
    """Look at the feed every five minutes from morning to the next morning."""
    return [story.rows(at(4) + LOOK * look) for look in range(26 * 12)]


@pytest.fixture(scope="module")
def distinct(day: list[list[FeedRow]]) -> list[Row]:
    return [each.row for each in {row for look in day for row in look}]


@pytest.fixture(scope="module")
def histories(day: list[list[FeedRow]]) -> dict[tuple[str, str], list[Row]]:
    """Collect, for each operating or marketing row, what it showed at each look."""
    seen: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for look in day:
        for row in look:
            if row.flight and row.designator:
                seen[row.flight, row.designator].append(row.row)
    return seen


def operating(histories: dict[tuple[str, str], list[Row]]) -> Iterator[list[Row]]:
    return (rows for (flight, designator), rows in histories.items() if flight.startswith(f"{designator}|"))


def sequences(rows: list[Row], *path: str) -> list[Any]:
    """Give the values along a path, without repetitions."""
    values: list[Any] = []
    for row in rows:
        value: Any = row
        for key in path:
            value = value[key]
        if not values or values[-1] != value:
            values.append(value)
    return values


def test_the_same_seed_tells_the_same_day(story: FeedStory) -> None:
    again = FeedStory(flights_of(), seed=SEED, look=LOOK)
    # In another order of asking, which must not matter.
    for now in (at(20), at(9), at(15)):
        assert [row.row for row in again.rows(now)] == [row.row for row in story.rows(now)]


def test_another_seed_tells_another_day(story: FeedStory) -> None:
    other = FeedStory(flights_of(), seed=2, look=LOOK)
    assert [row.row for row in other.rows(at(15))] != [row.row for row in story.rows(at(15))]


def test_every_key_is_always_there(distinct: list[Row]) -> None:
    end = {"airport", "timezone", "iata", "icao", "terminal", "gate", "delay", "scheduled", "estimated"}
    end |= {"actual", "estimated_runway", "actual_runway"}
    top = {"flight_date", "flight_status", "departure", "arrival", "airline", "flight", "aircraft", "live"}
    for row in distinct:
        assert row.keys() == top
        assert row["departure"].keys() == end
        assert row["arrival"].keys() == end | {"baggage"}
        assert row["flight"].keys() == {"number", "iata", "icao", "codeshared"}


def test_status_is_never_delayed_and_delay_is_null_or_positive(distinct: list[Row]) -> None:
    assert {row["flight_status"] for row in distinct} == STATUSES
    for row in distinct:
        for end in ("departure", "arrival"):
            assert row[end]["delay"] is None or row[end]["delay"] >= 1


def test_times_are_wall_clock_stamped_utc(distinct: list[Row]) -> None:
    west = [row for row in distinct if row["arrival"]["iata"] == "SFO" and row["arrival"]["timezone"]]
    assert west
    for row in west:
        departure = datetime.fromisoformat(row["departure"]["scheduled"]).replace(tzinfo=NEW_YORK)
        zone = ZoneInfo("America/Los_Angeles")
        arrival = datetime.fromisoformat(row["arrival"]["scheduled"]).replace(tzinfo=zone)
        assert row["departure"]["scheduled"].endswith("+00:00")
        assert timedelta(hours=5) < arrival - departure < timedelta(hours=8)


def test_estimated_departure_is_always_the_scheduled_one(distinct: list[Row]) -> None:
    assert all(row["departure"]["estimated"] == row["departure"]["scheduled"] for row in distinct)


def test_actual_is_runway_time_and_never_changes_once_set(
    distinct: list[Row], histories: dict[tuple[str, str], list[Row]]
) -> None:
    for row in distinct:
        for end in (row["departure"], row["arrival"]):
            assert end["actual"] == end["estimated_runway"] == end["actual_runway"]
    for rows in histories.values():
        assert len(sequences(rows, "departure", "actual")) <= 2
        assert len(sequences(rows, "arrival", "actual")) <= 2


def test_arrival_is_estimated_only_in_the_air_and_better_on_the_way(
    histories: dict[tuple[str, str], list[Row]],
) -> None:
    several = 0
    for rows in operating(histories):
        for row in rows:
            assert (row["arrival"]["estimated"] is None) == (row["departure"]["actual"] is None)
        several += len(sequences(rows, "arrival", "estimated")) > 2
    assert several > 300


def test_zones_are_null_in_seven_percent(distinct: list[Row]) -> None:
    share = sum(row["departure"]["timezone"] is None for row in distinct) / len(distinct)
    assert 0.05 < share < 0.09
    assert any(row["departure"]["timezone"] == "-5" for row in distinct)


def test_codeshare_rows_name_the_operating_flight_in_lower_case(story: FeedStory) -> None:
    rows = [row.row for row in story.rows(at(15))]
    marketing = [row for row in rows if row["flight"]["codeshared"]]
    assert 0.3 < len(marketing) / len(rows) < 0.5
    for row in marketing:
        shared = row["flight"]["codeshared"]
        assert shared["flight_iata"] == f"{shared['airline_iata']}{shared['flight_number']}"
        assert all(value == value.lower() for value in shared.values())


def test_no_two_flights_of_a_route_are_sold_under_one_number(story: FeedStory) -> None:
    rows = story.rows(at(15), date(2013, 3, 8))
    sold = Counter((row.designator, row.row["departure"]["iata"]) for row in rows if row.designator)
    assert max(sold.values()) == 1


def test_some_codeshare_copies_are_stale(story: FeedStory) -> None:
    statuses: dict[str, set[str]] = defaultdict(set)
    for row in story.rows(at(15)):
        if row.flight:
            statuses[row.flight].add(row.row["flight_status"])
    assert 3 <= sum(len(each) > 1 for each in statuses.values()) <= 40


def test_it_sees_about_six_hours_ahead(story: FeedStory) -> None:
    scheduled = [row.row["departure"]["scheduled"] for row in story.rows(at(9))]
    assert "2013-03-08T14:40:00" < max(scheduled) < "2013-03-08T15:30:00"


def test_a_date_asked_for_shows_the_whole_day(story: FeedStory) -> None:
    assert len(story.rows(at(5), date(2013, 3, 8))) > 1500
    assert story.rows(at(5), date(2013, 3, 7)) == []


def test_yesterday_is_seen_until_it_ends(story: FeedStory) -> None:
    tomorrow_late = at(23) + timedelta(days=1)
    assert len(story.rows(tomorrow_late)) > 1500
    assert len(story.rows(tomorrow_late + timedelta(hours=2))) < 50


def test_delays_grow_in_steps_and_some_shrink_or_become_null(
    histories: dict[tuple[str, str], list[Row]],
) -> None:
    grow = shrink = cleared = 0
    for rows in operating(histories):
        before = [row for row in rows if row["departure"]["actual"] is None]
        delays = sequences(before, "departure", "delay")
        pairs = list(itertools.pairwise(delays))
        grow += any(a is not None and b is not None and b > a for a, b in pairs)
        shrink += any(a is not None and b is not None and b < a - 9 for a, b in pairs)
        cleared += any(a is not None and b is None for a, b in pairs)
    assert grow > 250
    assert 10 <= shrink <= 80
    assert 5 <= cleared <= 60


def test_cancellations_come_before_departure_and_some_are_taken_back(
    histories: dict[tuple[str, str], list[Row]],
) -> None:
    statuses = [sequences(rows, "flight_status") for rows in operating(histories)]
    assert sum(each == ["scheduled", "cancelled"] for each in statuses) > 80
    assert sum(each[:3] == ["scheduled", "cancelled", "scheduled"] for each in statuses) >= 3


def test_status_skips_steps_and_goes_back(histories: dict[tuple[str, str], list[Row]]) -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    for rows in operating(histories):
        statuses = sequences(rows, "flight_status")
        pairs.update(itertools.pairwise(statuses))
    assert pairs["scheduled", "landed"] > 50
    assert pairs["active", "scheduled"] > 5
    assert pairs["active", "diverted"] >= 1


def test_a_retime_keeps_the_delay_beside_the_new_time(histories: dict[tuple[str, str], list[Row]]) -> None:
    traps = 0
    for rows in operating(histories):
        for a, b in itertools.pairwise(rows):
            moved = datetime.fromisoformat(b["departure"]["scheduled"]) - datetime.fromisoformat(
                a["departure"]["scheduled"]
            )
            traps += b["departure"]["delay"] is not None and moved == timedelta(
                minutes=b["departure"]["delay"]
            )
    assert traps >= 1


def test_gates_are_assigned_more_often_than_changed_before_departure(
    histories: dict[tuple[str, str], list[Row]],
) -> None:
    first = changed = 0
    for rows in operating(histories):
        gates = sequences([row for row in rows if not row["departure"]["actual"]], "departure", "gate")
        first += None in gates and len(gates) > 1
        changed += sum(a is not None and b is not None for a, b in itertools.pairwise(gates))
    assert first > 3 * changed > 0


def test_a_row_that_names_no_flight_comes_now_and_then(day: list[list[FeedRow]]) -> None:
    looks = [sum(row.flight is None for row in look) for look in day]
    assert 0 < sum(count > 0 for count in looks) < len(looks)


def test_odd_values_are_there(distinct: list[Row]) -> None:
    assert any(row["airline"]["name"] == "empty" for row in distinct)
    assert any(row["airline"]["name"] is None for row in distinct)
    assert any(row["arrival"]["airport"].endswith("\r\n") for row in distinct)
    assert any(row["flight"]["number"] and row["flight"]["iata"] is None for row in distinct)
    assert any(row["aircraft"] and row["aircraft"]["registration"] is None for row in distinct)
    live = [row["live"] for row in distinct if row["live"]]
    assert live
    assert all(each["updated"].endswith("+00:00") for each in live)


def test_the_order_shifts_a_little_between_looks(story: FeedStory) -> None:
    one, other = story.rows(at(15)), story.rows(at(15, 10))
    places = {row.encoded: place for place, row in enumerate(one)}
    kept = [places[row.encoded] for row in other if row.encoded in places]
    assert kept != sorted(kept)
    assert one == story.rows(at(15))
