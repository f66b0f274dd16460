"""Builders for what the planner of calls is given, showing only what matters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flightagents.aviationstack.budget import Planner
from flightagents.domain.call_plan import Call, CallPlan, Spent, Why
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Outlook, Watched

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
MONTH_ENDS = datetime(2026, 12, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def flight(leaves_in: timedelta, **differs: Any) -> Watched:  # noqa: ANN401 - any field
    """Watch a flight that was seen half an hour ago."""
    leaves_at = NOW + leaves_in
    usual = Watched(
        designator="BA117",
        flight_date=leaves_at.date(),
        departure="LHR",
        arrival="JFK",
        travellers=2,
        leaves_at=leaves_at,
        arrives_at=leaves_at + timedelta(hours=8),
        outlook=Outlook.WAITING,
        seen_at=NOW - 30 * MINUTE,
    )
    return replace(usual, **differs)


def unseen(leaves_in: timedelta, **differs: Any) -> Watched:  # noqa: ANN401 - any field
    """Watch a flight that the feed has not shown."""
    return flight(leaves_in, **{"outlook": Outlook.EXPECTED, "seen_at": None, **differs})


def board(count: int, leaves_in: timedelta = 2 * HOUR, **differs: Any) -> list[Watched]:  # noqa: ANN401 - any field
    """Watch so many flights of different airlines from one airport to different ones."""
    ends = ("JFK", "LAX", "CDG", "FRA", "MAD", "HKG", "SIN", "DXB", "AMS", "FCO")
    airlines = ("BA", "VS", "AF", "LH", "IB", "CX", "SQ", "EK", "KL", "AZ", "AY", "SK", "TP")
    return [
        flight(
            leaves_in,
            **{"designator": f"{airlines[n % 13]}{n + 1}", "arrival": ends[n % 10], **differs},
        )
        for n in range(count)
    ]


def asked(query: str, ago: timedelta = timedelta(), **differs: Any) -> dict[str, QueryStanding]:  # noqa: ANN401 - any field
    """Say that a query was asked, and answered well."""
    usual = QueryStanding(query=query, asked_at=NOW - ago, end=PollEnd.DONE, rows=1, total=1)
    return {query: replace(usual, **differs)}


def planner(plan: Plan = Plan.BASIC, *, queries: str = "", **differs: Any) -> Planner:  # noqa: ANN401 - any field
    """Make a planner of a plan, without queries of the settings."""
    usual: dict[str, Any] = {"interval": timedelta(seconds=60), "max_pages": 5}
    return Planner(plan.limits, queries=queries, **{**usual, **differs})


def planned(
    *watched: Watched,
    standings: dict[str, QueryStanding] | None = None,
    spent: Spent | int = 0,
    now: datetime = NOW,
    plan: Plan = Plan.BASIC,
    **differs: Any,  # noqa: ANN401 - any field
) -> CallPlan:
    """Plan once."""
    spent = spent if isinstance(spent, Spent) else Spent(spent)
    return planner(plan, **differs)(watched, standings or {}, spent, now)


def queries(calls: Sequence[Call]) -> list[str]:
    """Give what is asked."""
    return [call.query for call in calls]


def reasons(calls: Sequence[Call]) -> list[Why]:
    """Give why."""
    return [call.why for call in calls]
