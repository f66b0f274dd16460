"""What the API answers about the month's calls and the age of news. All times are business time."""

from datetime import date

from msgspec import Struct

from flightagents.domain.call_plan import Why
from flightagents.domain.freshness import Cause, Sight
from flightagents.domain.plans import Plan
from flightagents.domain.watched import Outlook
from flightagents.web.api.answers import Utc


class ForecastAnswer(Struct, frozen=True, kw_only=True):
    """How the month's calls will go; `quota` and `left` are null where nothing limits them."""

    quota: int | None
    spent: int
    left: int | None
    reserve: int
    at_month_end: int
    month_ends: Utc
    watched: int
    calls_each: float | None


class CallAnswer(Struct, frozen=True, kw_only=True):
    """A call that is planned: at most `pages` of them, for these watched flights."""

    query: str
    pages: int
    why: Why
    due_at: Utc
    flights: tuple[str, ...]


class NewsAnswer(Struct, frozen=True, kw_only=True):
    """A watched flight and what is known of it; `sight` is null where nobody has judged it yet.

    Where it is not `timed`, `leaves_at` is the earliest that the date on the ticket allows.
    """

    key: str
    designator: str
    flight_date: date
    departure: str | None
    arrival: str | None
    outlook: Outlook
    leaves_at: Utc
    timed: bool
    seen_at: Utc | None
    next_look: Utc | None
    sight: Sight | None
    cause: Cause | None


class BudgetAnswer(Struct, frozen=True, kw_only=True):
    """The month's calls. `forecast` is null until a worker has planned; `said` is what is amiss, in words."""

    at: Utc
    plan: Plan
    planned_at: Utc | None
    forecast: ForecastAnswer | None
    queries_last_until: Utc | None
    calls: tuple[CallAnswer, ...]
    said: tuple[str, ...]
    news: tuple[NewsAnswer, ...]
