"""/travellers: find somebody, and see what was booked, told and done. For agents: it is all about people.

What somebody looks for may be an address, so it is posted, and stands in no address of a page.
"""

from collections.abc import Callable, Mapping

from aiohttp import web

from flightagents.domain.bookings import Channel
from flightagents.domain.flight_file import Decided
from flightagents.domain.travellers import FoundTravellers, ListedTraveller, Traveller, Word
from flightagents.domain.users import Role
from flightagents.errors import CursorError
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.forms import posted
from flightagents.web.staff.asked import address
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.stream import LiveStream
from flightagents.web.staff.traveller_desk import TravellersDesk

PATH = "/travellers"


class TravellerPages:
    """Shows them, and takes what somebody says of consent, or that they want to be forgotten."""

    def __init__(self, desk: Callable[[], TravellersDesk], frame: Callable[[], Frame]) -> None:
        self._desk = desk
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes, and the lists that follow by themselves."""
        one = f"{PATH}/{{key}}"
        doors.add("GET", PATH, self.show, Role.AGENT)
        doors.add("POST", PATH, self.find, Role.AGENT)
        doors.add("GET", one, self.one, Role.AGENT)
        doors.add("POST", f"{one}/consent", self.consent, Role.AGENT)
        doors.add("GET", f"{one}/forget", self.ask_to_forget, Role.AGENT)
        doors.add("POST", f"{one}/forget", self.forget, Role.AGENT)
        stream.add("travellers", self._list, Role.AGENT)
        stream.add("traveller-words", self._words, Role.AGENT)

    async def show(self, request: web.Request) -> web.Response:
        """List those who still travel, the soonest last flight first; with `past` all, the latest first."""
        return await self._found(request, "", request.query, live=True)

    async def find(self, request: web.Request) -> web.Response:
        """List those whom a text finds."""
        form = await posted(request) or {}
        text = form.get("text", "").strip()
        if not text and not form.keys() & {"after", "before"}:
            return self._frame().go_to(f"{PATH}?past=1" if form.get("past") else PATH)
        return await self._found(request, text, form, live=False)

    async def one(self, request: web.Request) -> web.Response:
        """Show one of them."""
        traveller = await self.traveller(request)
        return self._frame().page(request, "traveller.html", traveller=traveller, channels=list(Channel))

    async def consent(self, request: web.Request) -> web.Response:
        """Note that somebody wants no more messages on a channel, or wants them again."""
        form = await posted(request) or {}
        key, who = request.match_info["key"], request[VISITOR].principal.name
        try:
            channel = Channel(form.get("channel", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="say by which channel") from None
        given = form.get("act") == "give"
        if not given and form.get("act") != "withdraw":
            raise web.HTTPBadRequest(text="say whether they want messages")
        if not await self._desk().acts.consent(key, channel, who, given=given):
            raise web.HTTPNotFound(text="there is no such traveller, or no address to write to")
        said = "Messages go out again" if given else "No more messages go out"
        return self._frame().go_to(f"{PATH}/{key}", f"{said} by {channel} to this address.")

    async def ask_to_forget(self, request: web.Request) -> web.Response:
        """Ask whether somebody is to be forgotten."""
        return self._frame().page(request, "forget.html", traveller=await self.traveller(request))

    async def forget(self, request: web.Request) -> web.Response:
        """Forget them, and whoever has the same reference."""
        count = await self._desk().acts.forget(request.match_info["key"], request[VISITOR].principal.name)
        if not count:
            raise _nobody()
        return self._frame().go_to(PATH, f"Forgotten: {count} {'person' if count == 1 else 'people'}.")

    async def traveller(self, request: web.Request) -> Traveller:
        """Give the one that a page is about. Raises HTTPNotFound."""
        traveller = await self._desk().show.one(request.match_info["key"])
        if traveller is None:
            raise _nobody()
        return traveller

    async def _found(
        self, request: web.Request, text: str, asked: Mapping[str, str], *, live: bool
    ) -> web.Response:
        past, found, error = bool(asked.get("past")), None, ""
        try:
            found = await self._search(text, asked)
        except CursorError as exc:
            error = str(exc)
        return self._frame().page(
            request,
            "travellers.html",
            status=400 if error else 200,
            found=found,
            text=text,
            past=past,
            error=error,
            live=address("/live/travellers", _place(asked)) if live and found else "",
        )

    async def _search(self, text: str, asked: Mapping[str, str]) -> FoundTravellers:
        return await self._desk().show.find(
            text, past=bool(asked.get("past")), after=asked.get("after"), before=asked.get("before")
        )

    def _list(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """The same list for every agent."""
        del visitor
        asked = _place(query)

        async def make() -> list[Row]:
            try:
                found = await self._search("", asked)
            except CursorError:
                return []
            return [self._row(each) for each in found.travellers]

        topics = frozenset({"bookings", "flights"})
        return Listing("travellers", ("travellers", *sorted(asked.items())), topics, make)

    def _row(self, traveller: ListedTraveller) -> Row:
        return Row(traveller.key, self._frame().text("traveller_row.html", traveller=traveller))

    def _words(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """What one traveller was told."""
        del visitor
        key = query.get("key", "")

        async def make() -> list[Row]:
            traveller = await self._desk().show.one(key)
            words = traveller.words if traveller else ()
            text = self._frame().text
            return [Row(word_key(each), text("traveller_word.html", word=each)) for each in words]

        topics = frozenset({"notifications", "bookings"})
        return Listing("traveller-words", ("traveller-words", key), topics, make)


def _place(asked: Mapping[str, str]) -> dict[str, str]:
    """Give what says which page of the list is meant."""
    return {name: asked[name] for name in ("past", "after", "before") if asked.get(name)}


def word_key(word: Word) -> str:
    """Tell words of one traveller apart."""
    said = word.said
    if isinstance(said, Decided):
        return said.row
    return f"{word.flight} {said.ordinal} {said.reason} {said.at.timestamp()}"


def _nobody() -> web.HTTPNotFound:
    return web.HTTPNotFound(text="Nobody is known by this name: they may have been forgotten.")
