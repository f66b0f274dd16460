"""/messages/ID: one row of the ledger, its words and all that became of it; and sending its news again."""

import re
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from flightagents.domain.bookings import Channel
from flightagents.domain.message_file import MessageFile
from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.forms import fields_of
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.ledger_words import CHANNELS
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.message_calls import MessageCalls, Resent
from flightagents.web.staff.message_filter import PATH
from flightagents.web.staff.messages import GIVEN_UP, TOPICS, WAITING, channel_of
from flightagents.web.staff.stream import LiveStream

NAME = "message"
_ID = re.compile(r"[0-9a-f]{1,64}")
"""A hash: it holds no address."""


class MessagePage:
    """Shows a row, follows it, and takes the wish to send its news again."""

    def __init__(self, calls: Callable[[], MessageCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes and the list of one."""
        doors.add("GET", f"{PATH}/{{id}}", self.show, Role.VIEWER)
        doors.add("POST", f"{PATH}/{{id}}/resend", self.resend, Role.AGENT)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show it."""
        return await self._page(request)

    async def resend(self, request: web.Request) -> web.Response:
        """Send its news by a channel. What was told there already is asked about first."""
        form = await fields_of(request)
        channel, key = channel_of(str(form.get("channel", ""))), self._id(request.match_info["id"])
        again, who = form.get("again") == "yes", request[VISITOR].principal.signed
        sent = await self._calls().acts.resend_message(key, channel, who, again=again)
        if sent.done and sent.row is not None:
            done = f"Sent by {CHANNELS[channel]}: {sent.words}."
            return self._frame().go_to(f"{PATH}/{sent.row}", done)
        return await self._page(request, status=409, refused=sent, channel=channel)

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give it as a page follows it."""
        key = self._id(query.get("id", ""))

        async def make() -> Sequence[Row]:
            found = await self._calls().show.one(key, sees_people=visitor.sees_people)
            return [Row(key, self._body(found, visitor))] if found else []

        return Listing(NAME, (NAME, key, visitor.sees_people), TOPICS, make)

    async def _page(
        self,
        request: web.Request,
        *,
        status: int = 200,
        refused: Resent | None = None,
        channel: Channel | None = None,
    ) -> web.Response:
        key, visitor = self._id(request.match_info["id"]), request[VISITOR]
        found = await self._calls().show.one(key, sees_people=visitor.sees_people)
        if found is None:
            raise web.HTTPNotFound(text="there is no such message")
        return self._frame().page(
            request,
            "ledger_row.html",
            status=status,
            found=found,
            told=found.told,
            body=self._body(found, visitor),
            refused=refused,
            channel=channel,
        )

    def _body(self, found: MessageFile, visitor: Visitor) -> str:
        told = found.told
        may_act = visitor.may(Role.AGENT)
        return self._frame().text(
            "ledger_row_body.html",
            found=found,
            told=told,
            agent=visitor.sees_people,
            may_hold=may_act and told.state is WAITING,
            may_try=may_act and told.state in GIVEN_UP,
            may_resend=may_act and told.rule is None and not told.forgotten,
            channels=CHANNELS,
        )

    @staticmethod
    def _id(text: str) -> str:
        if not _ID.fullmatch(text):
            raise web.HTTPNotFound(text="there is no such message")
        return text
