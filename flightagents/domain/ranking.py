"""The busiest airports and airlines of today, as they stood when the days were counted last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flightagents.domain.punctuality import Scope
from flightagents.domain.usual import Comparison, Measure, Punctuality

BUSIEST = 25
"""So many are kept of each scope: whoever looks for another finds it by its code."""
COMPARED = (Measure.DEPARTURES, Measure.SHARE_LATE, Measure.SHARE_CANCELLED, Measure.MEDIAN_DELAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One of them: its departures of the whole day, and today so far beside what is usual by now."""

    code: str
    planned: int
    compared: Mapping[Measure, Comparison]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The busiest of a scope, with the most departures first, and when that was."""

    scope: Scope
    at: datetime
    found: tuple[Ranked, ...]


def ranked(found: Punctuality) -> Ranked:
    """Give what a ranking shows of an airport or an airline."""
    compared = {measure: found.compare(measure) for measure in COMPARED}
    return Ranked(code=found.code, planned=found.today.planned, compared=compared)
