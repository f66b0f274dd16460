"""/flights: searched and filtered, sorted and paged by the database. The address says what is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from aiohttp import web
from yarl import URL

from flightagents.domain import flight_text
from flightagents.domain.airlines import Airlines
from flightagents.domain.flight_list import FlightQuery, FlightRow, FlightSort
from flightagents.domain.pages import Count, Page
from flightagents.domain.times import to_local
from flightagents.domain.trouble import Trouble
from flightagents.domain.users import Role
from flightagents.errors import CursorError
from flightagents.web import flight_names
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import Visitor
from flightagents.web.staff.exports import Offered
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.stream import LiveStream

PATH = "/flights"
NAME = "flights"
ROWS = 50
TOPICS = frozenset({"flights"})
TROUBLES = {
    Trouble.CANCELLED: "cancelled",
    Trouble.DIVERTED: "diverted",
    Trouble.INCIDENT: "incident",
    Trouble.DELAYED: "delayed",
    Trouble.EARLIER: "leaves earlier",
    Trouble.NONE: "as planned",
}
ANY_TROUBLE = "any"
SORTS = {
    FlightSort.DESIGNATOR: "Flight",
    FlightSort.AIRPORT: "Route",
    FlightSort.LEAVES: "Leaves",
    FlightSort.LATE: "Late",
    FlightSort.CHANGED: "Changed",
}
_LONGEST = 20
"""Characters of a code or a date."""
_LONGEST_CURSOR = 2048
_FIELDS = ("text", "airline", "airport", "from", "to", "trouble", "open", "sort", "down")
Kind = TypeVar("Kind", bound=StrEnum)


class Flights(Protocol):
    """Finds flights."""

    async def search(
        self, query: FlightQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[FlightRow]:
        """Give a page of the flights that a query finds, in its order. Raises CursorError."""

    async def count(self, query: FlightQuery) -> Count:
        """Count them, up to 1,000."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `fields` are those that it gives, for the addresses that lead on from it."""

    fields: Mapping[str, str]
    query: FlightQuery
    after: str | None
    before: str | None

    @classmethod
    def of(cls, query: Mapping[str, str], today: date, known: Airlines) -> "Asked":
        """Read it; without a date it means today and later. Raises ValueError that says what is wrong."""
        fields = {"from": query.get("from", today.isoformat())}
        fields |= {name: query[name].strip() for name in _FIELDS if query.get(name, "").strip()}
        text = fields.get("text", "")
        meaning = flight_names.read(text, known)
        if meaning is None:
            raise ValueError(
                f"{text[:40]!r} names no flight, route, airport, town or airline that we know: "
                "try BA117, LHR-JFK, LHR, BA, Newark or British Airways"
            )
        if any(len(fields.get(name, "")) > _LONGEST for name in _FIELDS if name != "text"):
            raise ValueError("that is too long for a code or a date")
        given = fields.get("trouble", "")
        return cls(
            fields,
            FlightQuery(
                meaning=meaning,
                airline=fields.get("airline", ""),
                airport=fields.get("airport", ""),
                date_from=_day(fields.get("from", "")),
                date_to=_day(fields.get("to", "")),
                trouble=_troubles(given),
                only_open=fields.get("open") == "1",
                sort=_one_of(FlightSort, fields.get("sort", FlightSort.LEAVES)),
                descending=fields.get("down") == "1",
            ),
            _cursor(query.get("after")),
            _cursor(query.get("before")),
        )

    def address(self, **differs: str | None) -> str:
        """Give the address of this list with other fields, on its first page unless they name another."""
        fields = {
            name: value or "" for name, value in {**self.fields, **differs}.items() if value or name == "from"
        }
        return str(URL(PATH).with_query(fields))

    def sorted_by(self, name: str) -> str:
        """Give the address that sorts by this; by what it is sorted by already, the other way round."""
        sort = FlightSort(name)
        same = self.query.sort is sort
        down = not self.query.descending if same else sort in (FlightSort.LATE, FlightSort.CHANGED)
        return self.address(sort=sort.value, down="1" if down else None)

    @property
    def live(self) -> str:
        """Give the query of this page, for its stream."""
        place = {"after": self.after, "before": self.before}
        return URL(self.address(**place)).raw_query_string

    @property
    def everything(self) -> bool:
        """Tell whether no flight is left out."""
        return not {name for name, value in self.fields.items() if value} - {"sort", "down"}


class FlightsPage:
    """Shows them, and follows those that are shown."""

    def __init__(self, flights: Callable[[], Flights], frame: Callable[[], Frame]) -> None:
        self._flights = flights
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show a page of the list; what cannot be read is said, above the form as it was filled in."""
        try:
            asked = Asked.of(request.query, self._today, self._frame().airlines())
            page = await self._page(asked)
        except (ValueError, CursorError) as exc:
            fields = {name: request.query.get(name, "")[: flight_text.LONGEST] for name in _FIELDS}
            asked = Asked({}, FlightQuery(), None, None)
            return self._shown(request, asked, Page(()), Count(0), fields=fields, error=str(exc), status=400)
        count = await self._flights().count(asked.query)
        return self._shown(request, asked, page, count, fields=asked.fields)

    def _shown(
        self,
        request: web.Request,
        asked: Asked,
        page: Page[FlightRow],
        count: Count,
        *,
        fields: Mapping[str, str],
        error: str = "",
        status: int = 200,
    ) -> web.Response:
        return self._frame().page(
            request,
            "flights.html",
            status=status,
            asked=asked,
            fields={name: fields.get(name, "") for name in _FIELDS},
            found=page,
            days=Offered.of(asked.query.date_from, asked.query.date_to, self._today),
            count=count,
            error=error,
            sorts=SORTS,
            troubles=TROUBLES,
            ANY_TROUBLE=ANY_TROUBLE,
        )

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the rows of a page as it follows them: the same for everybody, for they name nobody."""
        del visitor
        try:
            asked = Asked.of(query, self._today, self._frame().airlines())
        except ValueError as exc:
            raise web.HTTPBadRequest(text=str(exc)) from None

        async def make() -> Sequence[Row]:
            try:
                page = await self._page(asked)
            except CursorError:
                return ()
            text = self._frame().text
            return [Row(row.flight, text("flights_row.html", row=row)) for row in page.rows]

        return Listing(NAME, (NAME, asked.query, asked.after, asked.before), TOPICS, make)

    @property
    def _today(self) -> date:
        frame = self._frame()
        return to_local(frame.now, frame.zone).date()

    async def _page(self, asked: Asked) -> Page[FlightRow]:
        return await self._flights().search(asked.query, limit=ROWS, after=asked.after, before=asked.before)


def _troubles(text: str) -> frozenset[Trouble]:
    if not text:
        return frozenset()
    return frozenset(Trouble) - {Trouble.NONE} if text == ANY_TROUBLE else frozenset({_one_of(Trouble, text)})


def _one_of(kind: type[Kind], text: str) -> Kind:
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{text!r} is none of {', '.join(kind)}") from None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date: write it as 2026-11-22") from None


def _cursor(text: str | None) -> str | None:
    if text and len(text) > _LONGEST_CURSOR:
        raise ValueError("this is no place in the list: begin at its first page")
    return text or None
