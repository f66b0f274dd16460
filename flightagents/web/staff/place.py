"""/places/airports/LHR and /places/airlines/BA: today beside the last 28 days, hour by hour."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Protocol

from aiohttp import web

from flightagents import airports
from flightagents.domain.carriers import seat
from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import COMPARED
from flightagents.domain.users import Role
from flightagents.domain.usual import Measure, Punctuality
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import Visitor
from flightagents.web.charts import grouped_bars, share_bar
from flightagents.web.staff.figures import LABELS, TABLE, figure, hours, parts, told
from flightagents.web.staff.frame import Frame, environment
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.place_flights import Troubled, troubled
from flightagents.web.staff.places import CODES, FOLDERS, PATH, TOPIC, name_of
from flightagents.web.staff.stream import LiveStream

DRAWN = (
    (Measure.DEPARTURES, "Departures hour by hour", "How many flights leave in each local hour of the day."),
    (Measure.SHARE_LATE, "Late hour by hour", "The share that left 15 minutes late or more, of hours over."),
)


Values = dict[str, object]
"""What the template of a part is filled in with."""


class OneOfThem(Protocol):
    """Tells of one airport or airline."""

    async def of_airport(self, code: str) -> Punctuality | None:
        """Tell of the departures from an airport; None where none was ever counted."""

    async def of_airline(self, code: str) -> Punctuality | None:
        """Tell of the flights that an airline operates; None where none was ever counted."""


class PlacePages:
    """Shows one airport or airline."""

    def __init__(
        self,
        punctuality: Callable[[], OneOfThem],
        flights: Callable[[], Troubled],
        frame: Callable[[], Frame],
    ) -> None:
        self._punctuality = punctuality
        self._flights = flights
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes, and the live list of what a page is made of."""
        for scope, folder in FOLDERS.items():
            doors.add("GET", f"{PATH}/{folder}/{{code}}", self._of(scope), Role.VIEWER)
        stream.add("place", self._listing)

    def _of(self, scope: Scope) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def show(request: web.Request) -> web.StreamResponse:
            code = _code(scope, request.match_info["code"])
            made = await self._parts(scope, code)
            if not made:
                raise web.HTTPNotFound(text=f"No departure of {code} was counted in the last 28 days.")
            return self._frame().page(
                request,
                "place.html",
                scope=scope.value,
                code=code,
                name=name_of(scope, code, self._frame().airlines()),
                airport=airports.airport(code) if scope is Scope.AIRPORT else None,
                seat=seat(code) if scope is Scope.AIRLINE else None,
                parts=made,
            )

        return show

    def _listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        del visitor  # everybody sees the same
        try:
            scope = Scope(query.get("of", ""))
        except ValueError:
            raise web.HTTPNotFound from None
        code = _code(scope, query.get("code", ""))
        return Listing("place", ("place", scope, code), frozenset({TOPIC}), lambda: self._rows(scope, code))

    async def _rows(self, scope: Scope, code: str) -> list[Row]:
        template = environment().get_template("staff/place_part.html")
        made = await self._parts(scope, code)
        return [Row(str(part["key"]), template.render(part=part)) for part in made]

    async def _parts(self, scope: Scope, code: str) -> list[Values]:
        """Make tiles, charts and tables, as the template takes them; nothing where nothing was counted."""
        ask = self._punctuality().of_airport if scope is Scope.AIRPORT else self._punctuality().of_airline
        found = await ask(code)
        if found is None:
            return []
        flights = await troubled(self._flights(), scope, code, self._frame().now)
        wrong: Values = {"key": "troubled", "kind": "troubled", "scope": scope.value, "code": code}
        wrong["flights"] = flights
        return [*_tiles(found), wrong, *_drawings(found), _table(found)]


def _code(scope: Scope, text: str) -> str:
    code = text.upper()
    if not CODES[scope].fullmatch(code):
        raise web.HTTPNotFound(text=f"This is no code of an {scope}.")
    return code


def _tiles(found: Punctuality) -> Iterator[Values]:
    for measure in COMPARED:
        said = figure(measure, found.compare(measure))
        yield {"key": measure.value, "kind": "figure", "figure": said, "today": found.today}


def _drawings(found: Punctuality) -> Iterator[Values]:
    became = parts(found.today)
    bar = share_bar(
        became,
        title="Departures of today",
        description="How many are on time, late, cancelled or not known yet. The list below has the numbers.",
    )
    yield {"key": "today", "kind": "today", "counts": found.today, "parts": became, "bar": bar}
    for measure, title, about in DRAWN:
        chart = grouped_bars(
            found.series(measure).bars,
            title=title,
            description="Each hour today beside what is usual. The table below has the same numbers.",
            today="today",
            usual="usual",
            told=partial(told, measure),
        )
        key = f"hours-{measure.value}"
        yield {"key": key, "kind": "chart", "title": title, "about": about, "chart": chart}


def _table(found: Punctuality) -> Values:
    columns = [LABELS[measure] for measure in TABLE]
    rows = hours(found)
    return {"key": "hours", "kind": "hours", "scope": found.scope.value, "columns": columns, "hours": rows}
