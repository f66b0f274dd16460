"""/log: what staff did, the newest first; all of it, what one of them did, or what was done to one thing."""

from collections.abc import Callable, Sequence
from typing import Protocol

from aiohttp import web

from flightagents.domain.acts import About, Act, Thing
from flightagents.domain.pages import Page
from flightagents.domain.users import Role
from flightagents.errors import CursorError
from flightagents.web.access.doors import Doors
from flightagents.web.staff import asked
from flightagents.web.staff.frame import Frame

PATH = "/log"
LONGEST_ID = 200


class Audit(Protocol):
    """Reads the log."""

    async def read(
        self,
        *,
        about: About | None = None,
        by: str | None = None,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Act]:
        """Give a page of acts, newest first. Raises CursorError."""


class LogCalls(Protocol):
    """What the page calls."""

    @property
    def audit(self) -> Audit:
        """Read the log."""

    async def colleagues(self) -> Sequence[str]:
        """Name those who act."""


class LogPage:
    """Shows it."""

    def __init__(self, calls: Callable[[], LogCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the route."""
        doors.add("GET", PATH, self.show, Role.AGENT)

    async def show(self, request: web.Request) -> web.Response:
        """Show a page of it."""
        query = request.query
        by, key = asked.text(query, "by"), asked.text(query, "id", LONGEST_ID)
        thing, place = asked.one_of(query, "thing", Thing), asked.cursor(query)
        about = About(thing, key) if thing and key else None
        try:
            found = await self._calls().audit.read(
                about=about, by=by or None, after=place.get("after"), before=place.get("before")
            )
        except CursorError:
            raise asked.no_such_place() from None
        fields = {"by": by, "thing": thing or "", "id": key} if about else {"by": by}

        def address(**other: str) -> str:
            return asked.address(PATH, {**fields, **other})

        return self._frame().page(
            request,
            "log.html",
            found=found,
            by=by,
            about=about,
            colleagues=await self._calls().colleagues(),
            at=address,
        )
