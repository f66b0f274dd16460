"""Which answers of the feed that look well are not believed. Pure.

A look that is suspicious leaves `good_at` where it was; breaker.py has it looked at again soon.
"""

from datetime import timedelta
from math import ceil, floor

from flightagents.domain.query_standing import Look, QueryKind, QueryStanding, Suspicion

PLACEHOLDERS_FROM = 0.5
"""Share of a look's rows that nobody can read: 15 of 5,966 recorded rows name no flight."""
COLLAPSED_BELOW = 0.2
COLLAPSES_FROM = 50
"""Rows that a query must usually have: a small board may well be nearly empty at night."""
STANDS_STILL = timedelta(hours=600)
"""Divided by the rows of a board: 600 rows stand still for an hour, 25 for a day.

By day each flight changes some four times in ten hours. By night hardly one does, but every hour brings the
flights that leave six hours on.
"""
LEAST_STANDING_STILL = timedelta(hours=1)
FEW_ROWS = 25
"""A board of fewer stands still for as long as it likes."""
_FOLLOWS = 0.1
"""How far one look moves what is usual."""


def suspect(last: QueryStanding | None, look: Look) -> Suspicion | None:
    """Tell why an answer is not believed; None: it is.

    That one flight, or a filter, brings nothing is normal: the flight is unknown or not shown yet, or nothing
    is cancelled.
    """
    if look.rows and look.unreadable / look.rows >= PLACEHOLDERS_FROM:
        return Suspicion.PLACEHOLDERS
    if look.kind is not QueryKind.BOARD or last is None:
        return None
    usual, size = last.usual or 0, size_of(look)
    if usual and not look.rows:
        return Suspicion.EMPTY
    if usual >= COLLAPSES_FROM and size < COLLAPSED_BELOW * usual:
        return Suspicion.COLLAPSED
    if size < FEW_ROWS or last.same_since is None or not look.digest or look.digest != last.digest:
        return None
    allowed = max(STANDS_STILL / size, LEAST_STANDING_STILL)
    return Suspicion.FROZEN if look.at - last.same_since > allowed else None


def size_of(look: Look) -> int:
    """Give how many rows the feed has for a query, as far as it tells."""
    return look.rows if look.total is None else look.total


def usual_after(last: QueryStanding | None, look: Look) -> int | None:
    """Give the total that is usual after a look.

    It follows what comes, also what is not believed: a board that stays small is believed some hours later.
    """
    size = size_of(look)
    if last is None or last.usual is None:
        return size
    if look.kind is QueryKind.FLIGHT and not look.rows:
        return (
            last.usual
        )  # that it had rows is remembered: several that vanish at once did not (freshness.py)
    # Down to the end: rounding must not stop it half a step before.
    step = _FOLLOWS * (size - last.usual)
    return last.usual + (floor(step) if step < 0 else ceil(step))
