"""Everything of a range of days, streamed: for Excel, Power BI and whatever else reads CSV or JSON.

It is read page by page, each by an index and forgotten when it is written, so that a year costs the memory of
an hour; whoever goes away ends it at the next page. One who has its lines knows by the last chunk that it is
whole: where it broke off, the connection does too.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, NamedTuple, Protocol, TypeVar

import msgspec
import structlog
from aiohttp import web
from msgspec import Meta, Struct

from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.flight import YEARS
from flightagents.domain.flight_list import FlightQuery
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.pages import Page
from flightagents.web.access.gate import VISITOR
from flightagents.web.api import lines
from flightagents.web.api.calls import ApiCalls
from flightagents.web.api.reading import read_query
from flightagents.web.api.routes import MOST, RefusalError
from flightagents.web.api.serve import CACHE, refused
from flightagents.web.api.written_lines import csv_head, csv_lines, json_lines

LONGEST = timedelta(days=400)
"""As long as the log of acts is kept, and a leap year with a month before it to compare."""
SEND_SECONDS = 20
"""How long whoever takes an export may take to read a page of it; then it ends, and its query with it."""
_log = structlog.get_logger(__name__)

T = TypeVar("T")
Pages = AsyncGenerator[Sequence[Struct]]


class ExportAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days, both included: of flights their own dates, of all else days of UTC; 400 at the most."""

    begin: Annotated[date, Meta(description="The first day")] = msgspec.field(name="from")
    end: Annotated[date, Meta(description="The last day")] = msgspec.field(name="to")

    @property
    def since(self) -> datetime:
        """Give when the first day begins, in UTC."""
        return datetime.combine(self.begin, time(), UTC)

    @property
    def until(self) -> datetime:
        """Give when the last day is over, in UTC."""
        return datetime.combine(self.end + timedelta(days=1), time(), UTC)


class Form(NamedTuple):
    """How lines are written."""

    ending: str
    media: str
    says: str
    head: Callable[[type[Struct]], bytes]
    write: Callable[[Iterable[Struct]], bytes]


CSV = Form("csv", "text/csv", "CSV for Excel: UTF-8 with a byte order mark.", csv_head, csv_lines)
JSONL = Form("jsonl", "application/x-ndjson", "JSON, one object a line.", lambda _line: b"", json_lines)


@dataclass(frozen=True, slots=True)
class Export:
    """What can be exported."""

    name: str
    says: str
    line: type[Struct]
    pages: Callable[[ApiCalls, ExportAsked, bool], Pages]
    forms: tuple[Form, ...] = (CSV, JSONL)

    @property
    def path(self) -> str:
        """Give its path below ROOT, without the ending."""
        return f"/exports/{self.name}"


async def flight_pages(calls: ApiCalls, asked: ExportAsked, _sees_people: bool) -> Pages:
    """Give flights, day by day in the order in which they leave."""
    for number in range((asked.end - asked.begin).days + 1):
        day = asked.begin + timedelta(days=number)
        query = FlightQuery(date_from=day, date_to=day)
        async for rows in _walk(partial(calls.flights.search, query, limit=MOST)):
            yield [lines.flight_line(row) for row in rows]


async def change_pages(calls: ApiCalls, asked: ExportAsked, _sees_people: bool) -> Pages:
    """Give changes, the newest first."""
    query = ChangeQuery(since=asked.since, until=asked.until)
    async for rows in _walk(partial(calls.changes.recent, query, limit=MOST)):
        yield [lines.change_line(row) for row in rows]


async def notification_pages(calls: ApiCalls, asked: ExportAsked, sees_people: bool) -> Pages:
    """Give rows of the ledger, the newest first."""
    query = MessageQuery(since=asked.since, until=asked.until)
    write = lines.notification_line(sees_people=sees_people)
    async for rows in _walk(partial(calls.messages.search, query, limit=MOST)):
        yield [write(row) for row in rows]


class Ask(Protocol[T]):
    """Asks for a page of a list."""

    async def __call__(self, *, after: str | None = None) -> Page[T]:
        """Give the one after a cursor."""


async def _walk(ask: Ask[T]) -> AsyncIterator[tuple[T, ...]]:
    """Go through a list page by page."""
    found = await ask()
    yield found.rows
    while found.after is not None:
        found = await ask(after=found.after)
        yield found.rows


EXPORTS = (
    Export("flights", "Flights of some days.", lines.FlightLine, flight_pages),
    Export("changes", "Changes of some days, the newest first.", lines.ChangeLine, change_pages),
    Export(
        "notifications",
        "The ledger of some days, the newest first; without people, for agents with their reference.",
        lines.NotificationLine,
        notification_pages,
    ),
)


def _days(request: web.Request) -> ExportAsked:
    asked: ExportAsked = read_query(request.query, ExportAsked)
    if not timedelta() <= asked.end - asked.begin < LONGEST:
        raise RefusalError(400, f"from 1 to {LONGEST.days} days, of which `to` is the last", "to")
    if asked.begin.year not in YEARS or asked.end.year not in YEARS:
        raise RefusalError(400, "there are no flights of that year", "from")
    return asked


class Exporting:
    """Answers for one export in one form."""

    def __init__(
        self, calls: Callable[[], ApiCalls], now: Callable[[], datetime], export: Export, form: Form
    ) -> None:
        self._calls = calls
        self._now = now
        self._export = export
        self._form = form

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Stream it; the log says who took what."""
        try:
            asked = _days(request)
        except RefusalError as exc:
            return refused(exc)
        name = f"{self._export.name}.{self._form.ending}"
        response = web.StreamResponse(
            headers={
                "Content-Type": f"{self._form.media}; charset=utf-8",
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": CACHE,
            }
        )
        if request.method == "HEAD":
            return response
        await self._note(request, name, asked)
        await response.prepare(request)
        await self._stream(request, response, asked)
        return response

    async def _stream(self, request: web.Request, response: web.StreamResponse, asked: ExportAsked) -> None:
        """Write page after page. What fails on the way breaks the connection off: half is not the whole."""
        try:
            async with aclosing(
                self._export.pages(self._calls(), asked, request[VISITOR].sees_people)
            ) as pages:
                await _send(request, response.write(self._form.head(self._export.line)))
                async for page in pages:
                    if page:
                        await _send(request, response.write(self._form.write(page)))
            await _send(request, response.write_eof())
        except ConnectionResetError:  # they went away, or do not read
            pass
        except Exception:  # noqa: BLE001 - half is written: an answer of an error would be read as lines
            _log.exception("an export broke off", export=self._export.name)
            if request.transport is not None:
                request.transport.abort()

    async def _note(self, request: web.Request, name: str, asked: ExportAsked) -> None:
        act = Act(
            at=self._now(),
            by=request[VISITOR].principal.signed,
            did=Did.EXPORTED,
            about=About(Thing.EXPORT, name),
            detail=f"{asked.begin} to {asked.end}",
        )
        await self._calls().audit.write([act])


async def _send(request: web.Request, writing: Awaitable[None]) -> None:
    """Wait until it is written. Raises ConnectionResetError where nobody reads, and ends the connection."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await writing
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError from None
