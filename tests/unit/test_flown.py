"""What was flown can be neither rebooked nor cancelled; who is stranded is helped for days."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.flight import FlightState
from flightagents.domain.flown import Over, over
from flightagents.domain.tracking import advance
from flightagents.handlers.over import what_is_over
from tests.support.looking import Desk
from tests.support.rows import DAY, MINUTE, NOON, row, run_of
from tests.support.travellers import booking, segment

HOUR = timedelta(hours=1)
ARRIVES = NOON + 10 * HOUR + 35 * MINUTE
"""BA117: 14:35 from London, 17:35 in New York."""
FLOWN = {"status": "landed", "took_off": "14:40", "landed": "17:30"}


def state(*looks: dict[str, Any]) -> FlightState:
    found = None
    for number, look in enumerate(looks, 1):
        (record,) = run_of([row(**look)], number, NOON + number * 2 * MINUTE)
        found, _ = advance(found, record)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("looks", "now", "why"),
    [
        ([{}], NOON, None),
        ([{}], ARRIVES + 5 * HOUR, None),
        ([{}], ARRIVES + 7 * HOUR, Over.LONG_GONE),
        ([{"status": "active", "took_off": "14:40"}], NOON + 5 * HOUR, None),
        ([{"status": "active", "took_off": "14:40"}], ARRIVES + 7 * HOUR, Over.LONG_GONE),
        ([FLOWN], ARRIVES, Over.LANDED),
        ([{"status": "cancelled"}], ARRIVES + 24 * HOUR, None),
        ([{"status": "cancelled"}], ARRIVES + 96 * HOUR, Over.LONG_GONE),
        ([{"status": "diverted", "took_off": "14:40"}], ARRIVES + 24 * HOUR, None),
    ],
)
def test_a_flight_is_over_once_it_has_landed_or_should_have_long_ago(
    looks: list[dict[str, Any]], now: datetime, why: Over | None
) -> None:
    assert over(segment(), [state(*looks)], now) is why


@pytest.mark.parametrize(("days", "why"), [(0, None), (1, None), (4, Over.LONG_GONE)])
def test_what_the_feed_does_not_know_goes_by_its_date(days: int, why: Over | None) -> None:
    assert over(segment(), [], NOON + timedelta(days=days)) is why


def test_a_through_ticket_is_over_with_its_last_flight() -> None:
    assert over(segment(), [state(FLOWN), state({})], ARRIVES) is None
    assert over(segment(), [state({}), state(FLOWN)], ARRIVES) is Over.LANDED


async def test_a_flight_that_became_another_one_is_that_one() -> None:
    """In the morning after, the old one should have landed long ago; the new one is on its way."""
    desk, known = Desk(), booking()
    await desk.books(known)
    await desk.shows(row())
    for _ in range(2):
        await desk.shows(row(day=DAY + timedelta(days=1), departs="00:20", arrives="03:20"))
    await desk.looks_around()
    desk.wait(18 * HOUR)
    assert over(known.segments[0], [state({})], desk.clock.now()) is Over.LONG_GONE
    assert await what_is_over(desk.worker.audience, known, desk.clock.now()) == (None,)
