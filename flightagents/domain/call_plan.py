"""Which calls of AviationStack are worth making now, which come next, and what that makes in the month.

The planner makes it (aviationstack/budget.py), the poller makes the calls that are due (handlers/poll.py),
and staff read it (`flightagents budget`, the System page).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd


class Why(StrEnum):
    """Why a call is worth making, the most urgent first."""

    CONFIRM = "confirm"
    """The second look at a cancellation, a diversion or the end of one."""
    TOLD = "told"
    """A flight about which somebody was told something, and which has not left."""
    BOOKED = "booked"
    """One booked flight."""
    BOARD = "board"
    """Booked flights of one airport, airline or route, together."""
    FILTER = "filter"
    """What is cancelled, or delayed, on such a board: absence from it says nothing."""
    QUERY = "query"
    """A query of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A query to ask, and why. `due_at` is business time."""

    query: str
    """In the vendor's words, as in the settings: flight_iata=BA117&flight_date=2026-11-22."""
    pages: int
    """Pages that it is walked at most: each is a call."""
    why: Why
    due_at: datetime
    flights: tuple[str, ...] = ()
    """Keys of the watched flights that it is asked for."""
    worth: float = 0.0
    """How much it is worth for each page, in units of the price of a call: 1 and more is worth making."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls made in this month of business time."""

    calls: int
    refused: bool = False
    """AviationStack itself says that the month is spent, which overrules our count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How the month's calls will go, if nothing more is booked."""

    quota: int | None
    """None: nothing limits us."""
    spent: int
    reserve: int
    """Calls kept for what is urgent until the month ends."""
    at_month_end: int
    """Calls that will have been made by then."""
    month_ends: datetime
    watched: int
    """Flights that are watched, or will be, until then; days with few bookings count like past ones."""
    calls_each: float | None
    """Calls that the plan leaves for each of them; None without any, or without a limit."""
    refused: bool = False
    """AviationStack itself says that the month is spent: whatever we have counted, none is left."""

    @property
    def left(self) -> int | None:
        """Calls that are left."""
        if self.refused:
            return 0
        return None if self.quota is None else max(self.quota - self.spent, 0)


ENOUGH_EACH = 8
"""Calls for each watched flight: with fewer, a plan cannot serve them (docs/budget.md)."""


def month_end(now: datetime) -> datetime:
    """Give when the month of a moment ends: there the calls begin anew."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Rest:
    """The key is at rest: refused, too fast, nobody answers, or no call is left."""

    end: PollEnd
    until: datetime
    code: str = ""
    """AviationStack's own word for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What the planner decided."""

    made_at: datetime
    due: tuple[Call, ...]
    """To be made now, the most urgent first."""
    coming: tuple[Call, ...]
    """The next ones as far as one can tell now, in order of time."""
    forecast: Forecast
    intervals: Mapping[str, timedelta]
    """How long each watched flight, by its key, may go without a look under this plan."""
    queries_every: timedelta | None = None
    """How often the queries of the settings are asked; None: there is none, or no call for them."""
    queries_last_until: datetime | None = None
    """Until when they could be asked at the interval of the settings; None: for the whole month."""
    rest: Rest | None = None
    """Why nothing is asked for a while, whatever is planned."""


def cannot_serve(forecast: Forecast, plan: Plan) -> str | None:
    """Say what to do where a plan has too few calls for the flights that are booked; None where it serves."""
    each = forecast.calls_each
    if each is None or each >= ENOUGH_EACH:
        return None
    # What is spent already is gone under a larger plan as well.
    larger = (
        other
        for other in Plan
        if other.limits.monthly_calls > plan.limits.monthly_calls
        and other.limits.monthly_calls - forecast.spent >= ENOUGH_EACH * forecast.watched
    )
    cure = next((f"the plan {other} would do" for other in larger), "no plan has enough")
    return (
        f"The {forecast.left:,} calls that are left of the plan {plan} until "
        f"{forecast.month_ends.day} {forecast.month_ends:%B} are {each:.1f} for each of "
        f"{forecast.watched:,} flights booked or likely to be, and below {ENOUGH_EACH} news comes late or "
        f"not at all: {cure}, or book fewer flights"
    )
