"""What an address asks a list for, each field read as what it names. What cannot be read is said (400)."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from aiohttp import web
from yarl import URL

from flightagents.domain.airlines import Airlines
from flightagents.domain.flight_list import FlightQuery, FlightRow, FlightSort
from flightagents.domain.pages import Page
from flightagents.web import flight_names

LONGEST = 100
"""Characters of a field."""
LONGEST_CURSOR = 2048
MEANT = 20
"""Flights that a text may mean, to choose from."""
Kind = TypeVar("Kind", bound=StrEnum)


class FindFlights(Protocol):
    """Finds flights by what somebody typed."""

    async def search(
        self, query: FlightQuery, *, limit: int, after: str | None = None, before: str | None = None
    ) -> Page[FlightRow]:
        """Give a page of the flights that a query finds."""


def text(query: Mapping[str, str], name: str, longest: int = LONGEST) -> str:
    """Give a text; empty where there is none."""
    found = query.get(name, "").strip()
    if len(found) > longest or not found.isprintable():
        raise web.HTTPBadRequest(text=f"{name} cannot be read: write at most {longest} letters and digits")
    return found


def one_of(query: Mapping[str, str], name: str, kind: type[Kind]) -> Kind | None:
    """Give one of a few words; None where there is none."""
    found = text(query, name)
    try:
        return kind(found) if found else None
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} is one of {', '.join(kind)}") from None


def day(query: Mapping[str, str], name: str) -> date | None:
    """Give a day; None where there is none."""
    found = text(query, name)
    try:
        return date.fromisoformat(found) if found else None
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} is a day like 2026-11-23") from None


def flight(query: Mapping[str, str]) -> str:
    """Give what somebody typed to name a flight."""
    found = text(query, "flight")
    if flight_names.read(found, Airlines()) is None:
        raise web.HTTPBadRequest(text=f"{found!r} names no flight: try BA117, or BA117 2026-11-23")
    return found


def cursor(query: Mapping[str, str]) -> dict[str, str]:
    """Give the place that a page begins after, or ends before."""
    places = {name: text(query, name, LONGEST_CURSOR) for name in ("after", "before")}
    return {name: place for name, place in places.items() if place}


def no_such_place() -> web.HTTPBadRequest:
    """Say that a cursor is none of ours."""
    return web.HTTPBadRequest(text="this place of the list cannot be found: go to its beginning")


def address(path: str, fields: Mapping[str, str]) -> str:
    """Write an address with the fields that say something."""
    return str(URL(path).with_query({name: value for name, value in fields.items() if value}))


async def meant(flights: FindFlights, typed: str, known: Airlines) -> Sequence[str]:
    """Give the identities of the flights that a text may mean, the latest first."""
    meaning = flight_names.read(typed, known)
    if meaning is None:
        return []
    if meaning.flight is not None:
        return [meaning.flight]
    query = FlightQuery(meaning=meaning, sort=FlightSort.LEAVES, descending=True)
    return [row.flight for row in (await flights.search(query, limit=MEANT)).rows]
