"""/messages: the ledger with its reasons, the newest first, and what staff do about single messages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from flightagents.domain.bookings import Channel
from flightagents.domain.message_file import ListedMessage
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.notifications import State
from flightagents.domain.pages import Page
from flightagents.domain.reasons import Reason
from flightagents.domain.users import Role
from flightagents.errors import CursorError
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.forms import fields_of
from flightagents.web.staff import asked
from flightagents.web.staff.acts import Acted, chosen, summed_up
from flightagents.web.staff.exports import Offered
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.ledger_words import CHANNELS, SAID, STATES
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.message_calls import MessageCalls
from flightagents.web.staff.message_filter import NAME, PATH, Asked
from flightagents.web.staff.stream import LiveStream
from flightagents.web.staff.words import why

TOPICS = frozenset({"notifications", "handling"})
WAITING = State.PENDING
GIVEN_UP = frozenset({State.DEAD, State.FAILED})


class MessagesPage:
    """Shows the list, follows it, and takes acts on many messages."""

    def __init__(self, calls: Callable[[], MessageCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes and the list."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        doors.add("POST", f"{PATH}/{{act}}", self.act, Role.AGENT)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show the rows that are asked for; of a text that means several flights, ask for which."""
        visitor = request[VISITOR]
        wanted = Asked.of(request.query, sees_people=visitor.sees_people)
        known = self._frame().airlines()
        flights = await asked.meant(self._calls().flights, wanted.flight, known) if wanted.flight else ()
        if len(flights) == 1:
            wanted = wanted.of_flight(flights[0])
        found: Page[ListedMessage] = Page(())
        if not wanted.flight or len(flights) == 1:
            try:
                found = await self._found(wanted, wanted.query(self._frame().zone), visitor)
            except CursorError:
                raise asked.no_such_place() from None
        return self._frame().page(
            request,
            "messages.html",
            asked=wanted,
            flights=flights,
            rows=[self._row(each, visitor) for each in found.rows],
            found=found,
            days=Offered.of(wanted.since, wanted.until, self._frame().now.date()),
            states={each: words for each, (_, words) in STATES.items()},
            channels=CHANNELS,
            said=SAID,
            reasons={each: why(each) for each in Reason},
        )

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list as a page follows it."""
        wanted = Asked.of(query, sees_people=visitor.sees_people)
        rows = wanted.query(self._frame().zone)

        async def make() -> Sequence[Row]:
            try:
                found = await self._found(wanted, rows, visitor)
            except CursorError:  # nobody shows a page of that
                return []
            return [self._row(each, visitor) for each in found.rows]

        return Listing(NAME, (NAME, wanted.live, visitor.sees_people), TOPICS, make)

    async def act(self, request: web.Request) -> web.Response:
        """Do something about the marked messages, or about the one whose button it was."""
        form = await fields_of(request)
        ids, who, acts = chosen(form, "message"), request[VISITOR].principal.signed, self._calls().acts
        what: Awaitable[Sequence[Acted]]
        match request.match_info["act"]:
            case "hold":
                what, did = acts.hold_messages(ids, who), "held"
            case "release":
                what, did = acts.release_messages(ids, who), "released"
            case "again":
                what, did = acts.replay_messages(ids, who), "on the way again"
            case _:
                raise web.HTTPNotFound
        return self._frame().go_to(str(form.get("back", PATH)), summed_up(await what, "message", did))

    async def _found(self, wanted: Asked, rows: MessageQuery, visitor: Visitor) -> Page[ListedMessage]:
        return await self._calls().show.find(
            rows,
            sees_people=visitor.sees_people,
            after=wanted.place.get("after"),
            before=wanted.place.get("before"),
        )

    def _row(self, each: ListedMessage, visitor: Visitor) -> Row:
        values = {"each": each, "told": each.told, "agent": visitor.sees_people}
        return Row(each.told.row, self._frame().text("messages_row.html", **values))


def channel_of(text: str) -> Channel:
    """Read the channel of a form."""
    try:
        return Channel(text)
    except ValueError:
        raise web.HTTPBadRequest(text="say by which channel: email or sms") from None
