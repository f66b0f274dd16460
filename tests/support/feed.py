"""Watched flights, standings of queries and plans of calls that show only what matters to a test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flightagents.domain.call_plan import CallPlan, Forecast
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Outlook, Watched
from tests.support.rows import NOON

FLIGHT = "BA117|2026-11-22|LHR|JFK"
BOARD = "dep_iata=LHR"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

_WATCHED = Watched(
    designator="BA117",
    flight_date=date(2026, 11, 22),
    departure="LHR",
    arrival="JFK",
    travellers=2,
    leaves_at=NOON + 3 * HOUR,
    arrives_at=NOON + 10 * HOUR,
    outlook=Outlook.WAITING,
    flight=FLIGHT,
    seen_at=NOON,
)
_STANDING = QueryStanding(query=BOARD, asked_at=NOON, end=PollEnd.DONE, rows=80, total=80, good_at=NOON)
_FORECAST = Forecast(
    quota=None,
    spent=0,
    reserve=0,
    at_month_end=0,
    month_ends=NOON + timedelta(days=9),
    watched=1,
    calls_each=None,
)


def watched(**fields: Any) -> Watched:  # noqa: ANN401 - as the field wants it
    """A flight of two travellers that leaves in three hours and was seen just now, but for these fields."""
    return replace(_WATCHED, **fields)


def standing(**fields: Any) -> QueryStanding:  # noqa: ANN401
    """A board that has just answered well, but for these fields."""
    return replace(_STANDING, **fields)


def failing(end: PollEnd = PollEnd.OUTAGE, *, since: datetime = NOON, **fields: Any) -> QueryStanding:  # noqa: ANN401
    """A board that answered last at `since` and has failed ever since."""
    told = {"asked_at": since + MINUTE, "good_at": since, "failing_since": since + MINUTE, "failures": 1}
    return standing(**{"end": end, **told, **fields})


def a_plan(
    made_at: datetime = NOON,
    intervals: Mapping[str, timedelta] | None = None,
    **forecast: Any,  # noqa: ANN401
) -> CallPlan:
    """A plan without calls, but for these fields of its forecast."""
    return CallPlan(
        made_at=made_at,
        due=(),
        coming=(),
        forecast=replace(_FORECAST, **forecast),
        intervals={FLIGHT: MINUTE} if intervals is None else intervals,
    )
