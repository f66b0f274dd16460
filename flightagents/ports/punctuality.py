"""The statistics of airports and airlines, as they are kept and read."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

from flightagents.domain.punctuality import Day, Scope
from flightagents.domain.ranking import Ranking
from flightagents.domain.usual import Usual


class PunctualityStore(Protocol):
    """Days of airports and airlines, and what is usual for each."""

    async def count(self, dates: Collection[date], *, final: Collection[date]) -> None:
        """Count the flights of these local dates, anew where they were counted before.

        Those of them that are final are not to be counted again.
        """

    async def final(self, since: date, until: date) -> set[date]:
        """Give the dates that had departures and were counted as final."""

    async def sum_up(self, since: date, until: date) -> None:
        """Make the days from `since` to `until` what is usual, in place of what was."""

    async def usual_until(self) -> date | None:
        """Give the last date of what is usual now; None where there is none."""

    async def forget(self, before: date) -> None:
        """Remove older days."""

    async def busiest(self, scope: Scope, on: date, limit: int) -> list[tuple[str, int]]:
        """Give the codes with the most departures on a local date, and how many, most first."""

    async def days(
        self, scope: Scope, codes: Sequence[str], dates: Sequence[date], *, delays: bool
    ) -> list[Day]:
        """Give those days of them that there are; without `delays` no medians can be told."""

    async def counted(self, scope: Scope, codes: Sequence[str], dates: Sequence[date]) -> set[str]:
        """Tell which of these codes had departures on one of these local dates."""

    async def keep_ranking(self, ranking: Ranking) -> None:
        """Keep the busiest of a scope, in place of the last ranking."""

    async def ranking(self, scope: Scope) -> Ranking | None:
        """Give the last ranking of a scope; None where there is none."""

    async def usual(self, scope: Scope, codes: Sequence[str], *, delays: bool) -> list[Usual]:
        """Give what is usual for those of them of which that is known; `delays` as with days."""
