"""/flights/FLIGHT: all that happened to one flight, was said about it and done; its export as evidence.

Acts on it are those of Now (now.py), with the same buttons, and lead back here.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from flightagents import airports
from flightagents.domain.bookings import Booking
from flightagents.domain.flight import FlightId
from flightagents.domain.flight_file import (
    MOST,
    STAFF,
    Changed,
    Decided,
    FlightFile,
    Reported,
    Silent,
    Tasked,
)
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.handling import InHand
from flightagents.domain.sights import KeptSight
from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.flight_evidence import Made, evidence
from flightagents.web.flight_pdf import pdf
from flightagents.web.staff.flight_story import REASONS, SAID, lines
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.now import SNOOZES
from flightagents.web.staff.stream import LiveStream
from flightagents.web.staff.words import KINDS

PATH = "/flights/{flight}"
LIVE = "flight"
SHOWN = 200
"""Entries of the story, unless all are asked for: what few flights have more of, and takes a page long."""
TOPICS = frozenset(
    {"flights", "flight_changes", "notifications", "tasks", "silences", "handling", "audit", "sights"}
)
PARTS = ("head", "hand", "rights")
"""Of the page, beside the story: they follow the flight too."""
_ODD = re.compile(r"[^A-Za-z0-9]+")


class OpenFile(Protocol):
    """Reads the file of a flight."""

    async def __call__(
        self, flight: str, *, sees_people: bool, booking: str | None = None, most: int = MOST
    ) -> FlightFile | None:
        """Give it; None where nothing is kept of it. Raises ValueError for what is no flight's identity."""


class Travellers(Protocol):
    """Finds those who are, or were, on a flight."""

    async def __call__(self, flight: str, also: Iterable[str] = ()) -> Mapping[str, Booking]:
        """Give their bookings by id, and those of the ids in `also`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightDesk:
    """What the page of a flight calls."""

    open_file: OpenFile
    rows: Callable[[Collection[str]], Awaitable[Mapping[str, FlightRow]]]
    """What lists show of flights, by identity."""
    sights: Callable[[Collection[str]], Awaitable[Mapping[str, KeptSight]]]
    """How fresh what we know of flights is, where anybody is booked on them."""
    in_hand: Callable[[FlightRow], Awaitable[InHand]]
    """How a flight stands with the staff."""
    colleagues: Callable[[], Awaitable[Sequence[str]]]
    """Whom a flight may be given to."""
    travellers: Travellers
    key: Callable[[str], str]
    """A keyed hash: a booking's id holds an address, and is shown to nobody."""
    system: str
    """Which system made the evidence: its name and address, as people know it."""


class FlightPage:
    """Shows it, keeps it live, and exports it."""

    def __init__(self, desk: Callable[[], FlightDesk], frame: Callable[[], Frame]) -> None:
        self._desk = desk
        self._frame = frame
        self._one_at_a_time = asyncio.Semaphore(1)

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        doors.add("GET", f"{PATH}/evidence.pdf", self.as_pdf, Role.VIEWER)
        doors.add("GET", f"{PATH}/evidence.json", self.as_json, Role.VIEWER)
        stream.add(LIVE, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show the story."""
        whole = request.query.get("all") == "1"
        flight, sees_people = request.match_info["flight"], request[VISITOR].sees_people
        file = await self._file(flight, sees_people=sees_people, most=MOST if whole else SHOWN)
        people = await self._travellers(file) if sees_people else {}
        return self._frame().page(
            request,
            "flight.html",
            whole=whole,
            lines=lines(file),
            travellers=sorted(people.items(), key=lambda each: (each[1].name, each[1].reference)),
            **await self._values(file, may_act=request[VISITOR].may(Role.AGENT)),
        )

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the story to follow, with the parts beside it."""
        flight, whole, sees_people = query.get("flight", ""), query.get("all") == "1", visitor.sees_people
        may_act = visitor.may(Role.AGENT)
        try:
            FlightId.parse(flight)
        except ValueError:
            raise web.HTTPNotFound(text="This is no flight's identity.") from None

        async def make() -> list[Row]:
            try:
                file = await self._file(flight, sees_people=sees_people, most=MOST if whole else SHOWN)
            except web.HTTPNotFound:  # nobody shows a page of that
                return []
            text, values = self._frame().text, await self._values(file, may_act=may_act)
            parts = [Row(f"#{name}", text(f"flight_{name}.html", **values)) for name in PARTS]
            story = [Row(each.key, text("flight_entry.html", line=each, **values)) for each in lines(file)]
            return [*parts, *story]

        return Listing(LIVE, (LIVE, flight, whole, sees_people, may_act), TOPICS, make, flight)

    async def as_pdf(self, request: web.Request) -> web.Response:
        """Give the evidence as PDF. Writing one may take seconds: in a thread, one after the other."""
        file, made = await self._evidence(request)
        async with self._one_at_a_time:
            body = await asyncio.to_thread(pdf, file, made)
        return _download(body, file, "pdf", "application/pdf")

    async def as_json(self, request: web.Request) -> web.Response:
        """Give the evidence as JSON."""
        file, made = await self._evidence(request)
        return _download(evidence(file, made), file, "json", "application/json")

    async def _evidence(self, request: web.Request) -> tuple[FlightFile, Made]:
        flight, visitor, chosen = (
            request.match_info["flight"],
            request[VISITOR],
            request.query.get("booking", ""),
        )
        if chosen and not visitor.sees_people:
            raise web.HTTPForbidden(text="this needs the role agent: the file would name a traveller")
        file = await self._file(flight, sees_people=visitor.sees_people)
        if chosen:
            found = (await self._travellers(file)).get(chosen)
            if found is None:
                raise web.HTTPNotFound(
                    text="no such traveller on this flight: choose from the list on its page"
                )
            file = await self._file(flight, sees_people=True, booking=found.id)
        by = STAFF if file.only_one else visitor.principal.name
        return file, Made(by=by, system=self._desk().system)

    async def _file(
        self, flight: str, *, sees_people: bool, booking: str | None = None, most: int = MOST
    ) -> FlightFile:
        try:
            found = await self._desk().open_file(flight, sees_people=sees_people, booking=booking, most=most)
        except ValueError:
            found = None
        if found is None:
            raise web.HTTPNotFound(text="Nothing is kept of this flight. Look for it under Flights.")
        return found

    async def _values(self, file: FlightFile, *, may_act: bool) -> dict[str, Any]:
        """Give what the templates of the page and of its parts fill in."""
        name, desk = FlightId.parse(file.flight), self._desk()
        row = (await desk.rows([file.flight])).get(file.flight)
        return {
            "file": file,
            "name": name,
            "row": row,
            "sight": (await desk.sights([file.flight])).get(file.flight),
            "hand": await desk.in_hand(row) if row else None,
            "may_act": may_act,
            "colleagues": await desk.colleagues() if row and may_act else (),
            "snoozes": SNOOZES,
            "zone": _zone(file),
            "airports": [_called(name.departure), _called(name.arrival)],
            "KINDS": KINDS,
            "REASONS": REASONS,
            "SAID": SAID,
        }

    async def _travellers(self, file: FlightFile) -> dict[str, Booking]:
        """Give those of whom there may be evidence, by a key that tells nothing of them."""
        desk = self._desk()
        found = await desk.travellers(file.flight, _named(file))
        return {desk.key(f"evidence {file.flight} {id_}")[:16]: booking for id_, booking in found.items()}


def _named(file: FlightFile) -> set[str]:
    named: set[str] = set()
    for entry in file.story:
        match entry:
            case Silent():
                named |= {each.booking for each in entry.persons}
            case Decided() | Reported() | Tasked() if entry.person:
                named.add(entry.person.booking)
            case _:
                pass
    return named


def _called(code: str) -> str:
    known = airports.name(code)
    return f"{known} ({code})" if known else code


def _zone(file: FlightFile) -> str | None:
    """Give the zone of the departure, by whose clock the story runs."""
    if file.state is not None:
        return file.state.departure.zone
    zones = [entry.change.departure.zone for entry in file.story if isinstance(entry, Changed)]
    return zones[-1] if zones else None


def _download(body: bytes, file: FlightFile, suffix: str, content_type: str) -> web.Response:
    whose = file.booking.reference if file.booking else ""
    name = _ODD.sub("-", f"{file.flight} {whose}").strip("-")[:100]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    return web.Response(body=body, headers=headers, content_type=content_type)
