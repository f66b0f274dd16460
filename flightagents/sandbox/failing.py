"""How the AviationStack on localhost was told to fail: which queries, how, how often or for how long.

A test says so in Python (`AviationStack.fail_next`, `fail_for`); whoever watches a demonstration by HTTP:

    curl -X POST 'http://localhost:PORT/sandbox/fail?failure=html_502&seconds=60&dep_iata=JFK'
    curl -X POST 'http://localhost:PORT/sandbox/recover'

Without `seconds` and `times` it fails once; without filters whatever is asked.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic
from typing import Any

from aiohttp import web

from flightagents.sandbox.feed_pages import Page
from flightagents.sandbox.refusals import Failure
from flightagents.sandbox.row_story import FeedRow

_REST = 0.03
"""Of a total that has collapsed, so much is left."""


class Oddity(StrEnum):
    """Answers with flights in them that nobody should believe."""

    PLACEHOLDERS = "placeholders"
    """Rows that name no flight."""
    COLLAPSED = "collapsed"
    """A handful of rows, and a total that says that there are no more."""
    FROZEN = "frozen"
    """What was answered when it began, again and again."""


@dataclass(slots=True)
class _Planned:
    how: Failure | Oddity
    where: Mapping[str, str]
    """Filters that the query must have."""
    times: float
    until: float
    """Real seconds."""
    frozen: dict[tuple[tuple[str, str], ...], Page]


class Failing:
    """What is planned, in the order in which it was."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._ticks = ticks
        self._planned: list[_Planned] = []

    def plan(
        self,
        how: Failure | Oddity,
        *,
        times: float = float("inf"),
        seconds: float = float("inf"),
        where: Mapping[str, str] | None = None,
    ) -> None:
        """Fail like this so often, or for so long, where a query has these filters."""
        self._planned.append(_Planned(how, where or {}, times, self._ticks() + seconds, {}))

    def recover(self) -> None:
        """Forget it all."""
        self._planned.clear()

    def next(self, query: Mapping[str, str]) -> Failure | Callable[[Page], Page] | None:
        """Tell how a request fails now: without flights, or with odd ones; None: it does not."""
        now = self._ticks()
        self._planned = [each for each in self._planned if each.times > 0 and each.until > now]
        for each in self._planned:
            if each.where.items() <= query.items():
                each.times -= 1
                if isinstance(each.how, Failure):
                    return each.how
                return _odd(each.how, each, query)
        return None


def _odd(how: Oddity, planned: _Planned, query: Mapping[str, str]) -> Callable[[Page], Page]:
    asked = tuple(sorted(query.items()))

    def frozen(page: Page) -> Page:
        return planned.frozen.setdefault(asked, page)

    return {
        Oddity.PLACEHOLDERS: _placeholders,
        Oddity.COLLAPSED: _collapsed,
        Oddity.FROZEN: frozen,
    }[how]


def _placeholders(page: Page) -> Page:
    return _again(page, [_nameless(row) for row in page.rows])


def _collapsed(page: Page) -> Page:
    return _again(page, list(page.rows[: int(len(page.rows) * _REST)]), total_too=True)


def _again(page: Page, rows: list[FeedRow], *, total_too: bool = False) -> Page:
    pagination: dict[str, Any] = json.loads(page.body)["pagination"] | {"count": len(rows)}
    if total_too:
        pagination["total"] = int(pagination["total"] * _REST)
    body = json.dumps({"pagination": pagination, "data": [row.row for row in rows]}).encode()
    return Page(body, tuple(rows))


def _nameless(row: FeedRow) -> FeedRow:
    nobody = dict.fromkeys(("number", "iata", "icao", "codeshared"))
    raw = row.row | {"flight": nobody}
    return replace(row, flight=None, designator=None, row=raw, encoded=json.dumps(raw).encode())


_HOW: dict[str, Failure | Oddity] = {
    **{failure.name.lower(): failure for failure in Failure},
    **{oddity.value: oddity for oddity in Oddity},
}


def control(failing: Failing) -> list[web.RouteDef]:
    """Give the routes by which it is told to fail, and to recover."""

    async def fail(request: web.Request) -> web.Response:
        asked = dict(request.query)
        how = _HOW.get(asked.pop("failure", ""))
        try:
            seconds, times = asked.pop("seconds", ""), asked.pop("times", "")
            once = 1.0 if not seconds and not times else float("inf")
            limits = {"seconds": float(seconds or "inf"), "times": float(times or once)}
        except ValueError:
            how = None
        if how is None:
            known = ", ".join(_HOW)
            return web.Response(status=400, text=f"failure= one of {known}; seconds= or times= a number\n")
        failing.plan(how, where=asked, **limits)
        lasts = f"for {seconds} s" if seconds else f"{times or 1} times"
        return web.Response(text=f"{how.name.lower()} {lasts}\n")

    async def recover(_request: web.Request) -> web.Response:
        failing.recover()
        return web.Response(text="it answers as it should\n")

    return [web.post("/sandbox/fail", fail), web.post("/sandbox/recover", recover)]
