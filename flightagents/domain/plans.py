"""AviationStack's plans: what each allows. Its price list of September 2025; prices and limits may change."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan allows."""

    monthly_calls: int
    page_size: int
    """Rows that one call brings at most."""
    asks_by_date: bool
    """Whether `flight_date` may be asked for; else the feed shows yesterday, today and about 6 h ahead."""


class Plan(StrEnum):
    """AviationStack's plans."""

    FREE = "free"
    BASIC = "basic"
    PROFESSIONAL = "professional"
    BUSINESS = "business"

    @property
    def limits(self) -> Limits:
        """What it allows."""
        return _LIMITS[self]


_LIMITS = {
    Plan.FREE: Limits(100, 100, asks_by_date=False),
    Plan.BASIC: Limits(10_000, 100, asks_by_date=True),
    Plan.PROFESSIONAL: Limits(50_000, 1000, asks_by_date=True),
    Plan.BUSINESS: Limits(250_000, 1000, asks_by_date=True),
}
