"""How many pages a board has: what the feed said last, else what a board of its kind usually has.

A day's board is much like yesterday's, so a total that was learnt for one date holds for all. Without a date
the feed shows yesterday and today, today first.
"""

from collections.abc import Mapping
from datetime import date
from math import ceil

from flightagents.aviationstack.ways import dated
from flightagents.domain.query_standing import QueryStanding

_DATE = "&flight_date="

TODAY = 0.6
"""Of what the feed shows without a date, today and the hours after it are this part at most."""

_WIDE = 500
"""Rows that an airport has in a day where nobody knows: the feed has 300 to 3,000 for two."""
_AIRLINE = 2000
_AIRLINE_AT_AIRPORT = 100
_ROUTE = 30


class Totals:
    """Rows of each board, from the standings of the queries."""

    def __init__(self, standings: Mapping[str, QueryStanding], page_size: int) -> None:
        self._page_size = page_size
        self._of_query: dict[str, int] = {}
        self._of_day: dict[str, tuple[float, int]] = {}
        for query, standing in standings.items():
            if standing.total is None or standing.suspicion is not None:
                continue
            self._of_query[query] = standing.total
            board, has_date, _ = query.partition(_DATE)
            asked = standing.asked_at.timestamp()
            if has_date and asked > self._of_day.get(board, (0.0, 0))[0]:
                self._of_day[board] = asked, standing.total

    def pages(self, board: str, day: date | None, *, only_today: bool = False) -> int:
        """Give the pages of a board, or of its first part, which has all that is not of yesterday."""
        rows = float(self._rows(board, day))
        if day is None and only_today:
            rows *= TODAY
        return max(1, ceil(rows / self._page_size))

    def filter_pages(self, query: str) -> int:
        """Give the pages of a filter: one where nobody knows, since little is wrong on most days."""
        return max(1, ceil(self._of_query.get(query, 0) / self._page_size))

    def _rows(self, board: str, day: date | None) -> int:
        if (known := self._of_query.get(dated(board, day))) is not None:
            return known
        undated = self._of_query.get(board)
        if board in self._of_day:
            of_day = self._of_day[board][1]
        elif undated is not None:
            of_day = ceil(undated / 2)
        else:
            of_day = usual(board)
        return of_day if day is not None else 2 * of_day


def usual(board: str) -> int:
    """Give the rows a day of a board that was never asked."""
    has_airline, ends = "airline_" in board, board.count("_iata=") + board.count("_icao=")
    if has_airline:
        return _AIRLINE if ends == 1 else _AIRLINE_AT_AIRPORT
    return _WIDE if ends == 1 else _ROUTE
