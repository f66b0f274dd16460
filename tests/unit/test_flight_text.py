"""What somebody types means a number, a route, an airport, a town, an airline or a date."""

from typing import Any

import pytest

from flightagents.domain.flight_text import Meaning
from flightagents.web.flight_names import read
from tests.support.airlines import KNOWN
from tests.support.rows import DAY

LHR, JFK, EWR = frozenset({"LHR", "EGLL"}), frozenset({"JFK", "KJFK"}), frozenset({"EWR", "KEWR"})


def meant(**fields: Any) -> Meaning:  # noqa: ANN401 - any of its fields
    sets = {name: frozenset(each) for name, each in fields.items() if isinstance(each, set)}
    return Meaning(**{**fields, **sets})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Meaning()),
        ("ba 0117", meant(designators={"BA117", "BAW117"})),
        ("JBU615", meant(designators={"B6615", "JBU615"})),
        ("QF1", meant(designators={"QF1"})),
        ("LHR", meant(airports=LHR, airlines={"LHR"})),
        ("kjfk", meant(airports=JFK)),
        ("newark", meant(airports=EWR)),
        ("BA", meant(airlines={"BA", "BAW"})),
        ("jbu", meant(airlines={"B6", "JBU"}, airports={"JBU"})),
        ("jetblue", meant(airlines={"B6", "JBU"})),
        ("JETBLUE AIRW 2026-11-22", meant(airlines={"B6", "JBU"}, day=DAY)),
        ("LHR JFK", meant(departures=LHR, arrivals=JFK)),
        ("egll-jfk", meant(departures=LHR, arrivals=JFK)),
        ("LHR \u2192 kjfk 2026-11-22", meant(departures=LHR, arrivals=JFK, day=DAY)),
        ("newark to jfk", meant(departures=EWR, arrivals=JFK)),
        ("QQQ-JFK", meant(departures={"QQQ"}, arrivals=JFK)),
        ("QQQ", meant(airports={"QQQ"}, airlines={"QQQ"})),
        ("Winston-Salem", meant(airports={"INT", "KINT"})),
    ],
)
def test_it_is_read(text: str, meaning: Meaning) -> None:
    assert read(text, KNOWN) == meaning


@pytest.mark.parametrize(
    ("town", "some"),
    [("New York", {"JFK", "LGA"}), ("San Jose", {"SJC", "SJO"}), ("Rome", {"FCO"}), ("lima", {"LIM"})],
)
def test_a_town_means_all_of_its_airports_though_it_looks_like_codes(town: str, some: set[str]) -> None:
    found = read(town, KNOWN)
    assert found is not None
    assert found.airports >= some
    assert found.departures == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        *("nonsense", "international", "airport", ".*", "$where", "BA117\\0", "BA117\0", "\ud800", "-"),
        *("LHR-", "2026-11-22 2026-11-23", "2026-02-30", "A" * 1_000_000, "nowhere to nothing"),
    ],
)
def test_what_means_nothing_or_too_much_is_nothing(text: str) -> None:
    assert read(text, KNOWN) is None
