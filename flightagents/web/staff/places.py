"""/places: the busiest airports and airlines today beside what is usual, and the way to any other.

The page of one of them stands in place.py.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from flightagents import airports
from flightagents.domain.airlines import Airlines
from flightagents.domain.punctuality import Scope
from flightagents.domain.ranking import COMPARED, Ranked, Ranking
from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import Visitor
from flightagents.web.staff.figures import WHY_NOT, Figure, figure
from flightagents.web.staff.frame import Frame, environment
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.stream import LiveStream

PATH = "/places"
FOLDERS = {Scope.AIRPORT: "airports", Scope.AIRLINE: "airlines"}
CODES = {
    Scope.AIRPORT: re.compile(r"[A-Z0-9]{3,4}", re.ASCII),
    Scope.AIRLINE: re.compile(r"[A-Z0-9]{2,3}", re.ASCII),
}
TOPIC = "ranked_punctuality"
"""Written after each count, when every figure here is new."""
LONGEST = 60
"""Characters of a search: no airport has a longer name."""
MOST = 30
_GENERAL = re.compile(r" (?:International )?Airport$")
"""What most airports are called besides, and a narrow column has no room for."""


class Rankings(Protocol):
    """Tells who is busiest, and of whom there is anything to tell."""

    async def ranked(self, scope: Scope) -> Ranking | None:
        """Give the busiest, as they stood when the days were counted last; None where they never were."""

    async def counted(self, scope: Scope, codes: Sequence[str]) -> set[str]:
        """Tell which of these codes, 100 at most, have departures today somewhere."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search found. `exact`: its code is what was typed."""

    scope: Scope
    code: str
    name: str
    counted: bool
    exact: bool

    @property
    def address(self) -> str:
        """Where its page is."""
        return address_of(self.scope, self.code)


@dataclass(frozen=True, slots=True)
class Line:
    """One of the busiest, as its row shows it."""

    address: str
    code: str
    name: str
    planned: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The busiest of a scope, and why some of their figures are not compared."""

    scope: Scope
    key: str
    at: datetime | None
    zone: str
    lines: tuple[Line, ...]
    reasons: tuple[tuple[str, str], ...]


def address_of(scope: Scope, code: str) -> str:
    """Give the address of an airport's or airline's page."""
    return f"{PATH}/{FOLDERS[scope]}/{code}"


def name_of(scope: Scope, code: str, known: Airlines) -> str:
    """Name an airport or an airline; nothing where nobody knows its name."""
    if scope is Scope.AIRLINE:
        return known.name(code)
    found = airports.airport(code)
    return found.name if found else ""


class PlacesPages:
    """Shows both rankings, and looks for others."""

    def __init__(self, rankings: Callable[[], Rankings], frame: Callable[[], Frame]) -> None:
        self._rankings = rankings
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the route, and the live lists."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        stream.add("places", self._listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show the busiest; where something was looked for, lead to it or list what it may be."""
        text, error = request.query.get("q", "").strip(), ""
        hits: list[Hit] = []
        if len(text) > LONGEST:
            text, error = "", f"Please look for a code or a name of up to {LONGEST} characters."
        elif text:
            hits = await find(self._rankings(), text, self._frame().airlines())
            counted = [hit for hit in hits if hit.counted]
            if len(counted) == 1 and counted[0].exact:
                raise web.HTTPSeeOther(counted[0].address)
        return self._frame().page(
            request,
            "places.html",
            status=400 if error else 200,
            text=text,
            error=error,
            hits=hits,
            sections=[await self._section(scope) for scope in Scope],
        )

    def _listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        del query, visitor  # everybody sees the same
        return Listing("places", "places", frozenset({TOPIC}), self._rows)

    async def _rows(self) -> list[Row]:
        template = environment().get_template("staff/places_section.html")
        sections = [await self._section(scope) for scope in Scope]
        return [Row(each.key, template.render(section=each)) for each in sections]

    async def _section(self, scope: Scope) -> Section:
        ranking = await self._rankings().ranked(scope)
        known = self._frame().airlines()
        lines = tuple(_line(scope, each, known) for each in ranking.found) if ranking else ()
        at = ranking.at if ranking else None
        return Section(scope, FOLDERS[scope], at, self._frame().zone, lines, _reasons(lines))


def _line(scope: Scope, each: Ranked, known: Airlines) -> Line:
    figures = tuple(figure(measure, each.compared[measure]) for measure in COMPARED)
    name = _GENERAL.sub("", name_of(scope, each.code, known))
    return Line(address_of(scope, each.code), each.code, name, each.planned, figures)


def _reasons(lines: Sequence[Line]) -> tuple[tuple[str, str], ...]:
    """Explain the short words that stand in cells."""
    used = {each.short for line in lines for each in line.figures}
    return tuple(reason for reason in WHY_NOT.values() if reason[0] in used)


async def find(rankings: Rankings, text: str, known: Airlines) -> list[Hit]:
    """Find airports and airlines by either code, and by name; those with departures today first."""
    hits: list[Hit] = []
    for scope in Scope:
        typed, called = _meant(scope, text, known)
        names = {code: name_of(scope, code, known) for code in (*sorted(typed), *called[:MOST])}
        counted = await rankings.counted(scope, list(names))
        exact = min(typed, key=lambda code: (code not in counted, len(code)), default="")
        hits += [
            Hit(scope, code, name, code in counted, code == exact)
            for code, name in names.items()
            if code in counted or (name and (code == exact or code not in typed))
        ]
    return sorted(hits, key=lambda hit: (not hit.exact, not hit.counted))


def _meant(scope: Scope, text: str, known: Airlines) -> tuple[frozenset[str], Sequence[str]]:
    """Give the codes of that which has the code that was typed, and those of what is called so."""
    code = text.upper()
    of_code, called = airports.codes, [each.code for each in airports.find(text, MOST)]
    if scope is Scope.AIRLINE:
        of_code, called = known.codes, sorted(known.named(text))
    return of_code(code) if CODES[scope].fullmatch(code) else frozenset(), called
