"""/travellers/upload: a file of bookings, looked at before it is taken in."""

import csv
import io
from collections.abc import Callable

from aiohttp import web

from flightagents.domain.booking_preview import BookingPreview, Standing
from flightagents.domain.users import Role
from flightagents.errors import BookingFileError
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR
from flightagents.web.forms import UNREADABLE, File, read_form
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.times import count
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.web.staff.traveller_words import outgoing
from flightagents.web.staff.travellers import PATH as TRAVELLERS

PATH = f"{TRAVELLERS}/upload"
MOST_BYTES = 6 * 1024 * 1024
"""Of a form with a file in it: a file may have 5 MB."""
LONGEST_NAME = 100
SHOWN = 200
"""Bookings, refused lines and kinds of messages that a preview shows of each."""
TEMPLATE = (
    "reference,name,email,phone,language,channels,consent_email,consent_sms,protected,client,vip,flights\n"
    "ABC123,Anna Example,anna@example.com,+447700900123,en,email sms,yes,yes,yes,acme,no,"
    "BA117 2026-11-22 LHR-JFK 14:35 | BA178 2026-11-29 JFK-LHR 19:30\n"
)


class UploadPages:
    """Takes a file, shows what it would do, and imports it once that is confirmed."""

    def __init__(self, desk: Callable[[], TravellersDesk], frame: Callable[[], Frame]) -> None:
        self._desk = desk
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the routes. A large file takes longer than a page may."""
        one = f"{PATH}/{{digest}}"
        doors.add("GET", PATH, self.show, Role.AGENT)
        doors.add("POST", PATH, self.keep, Role.AGENT, most_bytes=MOST_BYTES, in_parts=True, streams=True)
        doors.add("GET", f"{PATH}/template.csv", self.template, Role.AGENT)
        doors.add("GET", one, self.preview, Role.AGENT, streams=True)
        doors.add("POST", one, self.take, Role.AGENT, streams=True)
        doors.add("GET", f"{one}/taken", self.taken, Role.AGENT, streams=True)
        doors.add("GET", f"{one}/refused.csv", self.refused, Role.AGENT, streams=True)

    async def show(self, request: web.Request) -> web.Response:
        """Ask for a file."""
        return self._form(request)

    async def keep(self, request: web.Request) -> web.Response:
        """Take a file, and lead to its preview."""
        try:
            file = (await read_form(request)).get("file")
        except UNREADABLE:
            file = None
        if not isinstance(file, File) or not file.name:
            return self._form(request, error="Choose a file first.")
        content, name = file.content, _plain(file.name)
        if not content.strip():
            return self._form(request, error=f"{name} is empty.")
        try:
            digest = await self._desk().uploads.keep(content, name, request[VISITOR].principal.name)
        except BookingFileError as exc:
            return self._form(request, error=str(exc))
        return self._frame().go_to(f"{PATH}/{digest}")

    async def template(self, request: web.Request) -> web.Response:
        """Give a file to begin with."""
        del request
        return _csv(TEMPLATE, "bookings.csv")

    async def preview(self, request: web.Request) -> web.Response:
        """Show what a file would do."""
        preview = await self._desk().uploads.preview(*_asked(request))
        if preview is None:
            return self._gone(request)
        return self._frame().page(
            request,
            "upload_preview.html",
            preview=preview,
            counts={standing: len(preview.of(standing)) for standing in Standing},
            shown=_shown(preview),
            digest=preview.digest,
            all_refused=preview.refused,
            shown_most=SHOWN,
            outgoing=outgoing(preview.would_send)[:SHOWN],
        )

    async def take(self, request: web.Request) -> web.Response:
        """Import it; doing it again changes nothing."""
        digest, who = _asked(request)
        taken = await self._desk().uploads.take(digest, who)
        if taken is None:
            return self._gone(request)
        refused = f" {count(taken.refused, 'line')} could not be: see below." if taken.refused else ""
        past = f" {count(taken.past, 'flight')} of a date that is past: nobody is told." if taken.past else ""
        done = f"Imported: {count(taken.lines, 'line')}.{past}{refused}"
        return self._frame().go_to(f"{PATH}/{digest}/taken", done)

    async def taken(self, request: web.Request) -> web.Response:
        """Show what could not be imported of a file. To look at all of it once more would take long."""
        refused = await self._desk().uploads.refused(*_asked(request))
        if refused is None:
            return self._gone(request)
        digest = request.match_info["digest"]
        return self._frame().page(
            request, "upload_taken.html", digest=digest, all_refused=refused, shown_most=SHOWN
        )

    async def refused(self, request: web.Request) -> web.Response:
        """Give the lines that are no bookings, with the reasons, to work on."""
        found = await self._desk().uploads.refused(*_asked(request))
        if found is None:
            return self._gone(request)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(("line", "reason"))
        writer.writerows((each.line, each.reason) for each in found)
        return _csv(text.getvalue(), "refused.csv")

    def _gone(self, request: web.Request) -> web.Response:
        error = "This file is not kept any more: upload it again. Importing it twice changes nothing."
        return self._form(request, error=error, status=404)

    def _form(self, request: web.Request, *, error: str = "", status: int = 400) -> web.Response:
        return self._frame().page(
            request,
            "upload.html",
            status=status if error else 200,
            error=error,
            watches_folder=self._desk().watches_folder,
        )


def _asked(request: web.Request) -> tuple[str, str]:
    return request.match_info["digest"], request[VISITOR].principal.name


def _shown(preview: BookingPreview) -> list[tuple[Standing, object]]:
    """Give the bookings that a preview shows: what changes first."""
    changing = (*preview.of(Standing.NEW), *preview.of(Standing.CHANGED))
    return [(each.standing, each) for each in changing[:SHOWN]]


def _plain(name: str) -> str:
    """A browser may send a whole path, and anybody anything."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable())[:LONGEST_NAME].strip() or "bookings.csv"


def _csv(text: str, name: str) -> web.Response:
    # With a byte order mark, without which Excel reads umlauts wrongly.
    return web.Response(
        body=text.encode("utf-8-sig"),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
