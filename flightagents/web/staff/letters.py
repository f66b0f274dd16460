"""/dead-letters: what could not be read, by reason and state, and acts on many at once.

One letter by itself is letter.py.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from aiohttp import web
from multidict import MultiMapping
from yarl import URL

from flightagents.domain.pages import Page
from flightagents.domain.users import Role
from flightagents.errors import BrokerOutageError, CursorError
from flightagents.ports import KeptLetter, LetterFilter, LetterState
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.forms import fields_of
from flightagents.web.staff.acts import chosen
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.letter_words import summed_up
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.mending import LettersCalls, Mended
from flightagents.web.staff.stream import LiveStream

PATH = "/dead-letters"
NAME = "letters"
TOPICS = frozenset({"dead_letters"})
ON_A_PAGE = 50
AT_ONCE = 50
"""Letters of one step of reading all of a reason again."""
MOST_AT_ONCE = 1000
"""Letters that one press of the button reads again."""
SECONDS = 8
"""Real time after which it stops, to be pressed again: a page is not waited for much longer."""
LONGEST_REASON = 100
EVERY = "all"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    reason: str
    state: str
    after: str | None
    before: str | None

    @property
    def wanted(self) -> LetterFilter:
        """Give it as a filter."""
        states = frozenset(LetterState) if self.state == EVERY else frozenset({LetterState(self.state)})
        return LetterFilter(reason=self.reason or None, states=states)

    def address(self, **differs: str) -> str:
        """Give the address of the first page of this list, or of one that differs from it."""
        query = {"reason": self.reason, "state": self.state} | differs
        return str(URL(PATH).with_query({name: value for name, value in query.items() if value}))


class LettersPage:
    """Shows them, follows them, and takes acts on many."""

    def __init__(self, calls: Callable[[], LettersCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes and the list."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        doors.add("POST", f"{PATH}/replay", self.replay, Role.ADMIN)
        doors.add("POST", f"{PATH}/dismiss", self.dismiss, Role.ADMIN)
        doors.add("POST", f"{PATH}/replay-all", self.replay_all, Role.ADMIN)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """List letters."""
        asked, visitor = asked_for(request.query), request[VISITOR]
        page = await self._page(asked)
        counts: dict[str, dict[str, int]] = {}
        for each in await self._calls().letters.counts():
            counts.setdefault(each.reason, dict.fromkeys(LetterState, 0))[each.state] = each.count
        return self._frame().page(
            request,
            "letters.html",
            asked=asked,
            states=[*LetterState, EVERY],
            rows=[self._row(each, visitor) for each in page.rows],
            page=page,
            counts=sorted(counts.items(), key=lambda each: (-each[1][LetterState.NEW], each[0])),
            go_on=request.query.get("go_on", ""),
            at_once=MOST_AT_ONCE,
        )

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list as a page follows it."""
        asked, may_mend = asked_for(query), visitor.may(Role.ADMIN)

        async def make() -> Sequence[Row]:
            return [self._row(each, visitor) for each in (await self._page(asked)).rows]

        return Listing(NAME, (NAME, asked, visitor.sees_people, may_mend), TOPICS, make)

    async def _page(self, asked: Asked) -> Page[KeptLetter]:
        try:
            return await self._calls().letters.page(
                asked.wanted, limit=ON_A_PAGE, after=asked.after, before=asked.before
            )
        except CursorError as exc:
            raise web.HTTPBadRequest(text=str(exc)) from exc

    def _row(self, kept: KeptLetter, visitor: Visitor) -> Row:
        values = {
            "kept": kept,
            "letter": kept.letter,
            "sees_people": visitor.sees_people,
            "may_mend": visitor.may(Role.ADMIN),
        }
        return Row(kept.letter.id, self._frame().text("letter_row.html", **values))

    async def replay(self, request: web.Request) -> web.Response:
        """Read the marked letters again, and publish those that can be read by now."""
        form = await fields_of(request)
        who, mend = request[VISITOR].principal.signed, self._calls().mend
        done = [await published(mend.replay(key, who)) for key in _marked(form)]
        return self._frame().go_to(str(form.get("back", PATH)), summed_up(done))

    async def dismiss(self, request: web.Request) -> web.Response:
        """Set the marked letters aside."""
        form = await fields_of(request)
        who, why, mend = request[VISITOR].principal.signed, str(form.get("why", "")), self._calls().mend
        done = [await mend.dismiss(key, who, why) for key in _marked(form)]
        return self._frame().go_to(str(form.get("back", PATH)), summed_up(done))

    async def replay_all(self, request: web.Request) -> web.Response:
        """Read all new letters of a reason again, as far as one press of the button goes."""
        form = await fields_of(request)
        reason, cursor = _reason(str(form.get("reason", ""))), str(form.get("go_on", "")) or None
        if not reason:
            raise web.HTTPBadRequest(text="say which reason")
        who, began = request[VISITOR].principal.signed, monotonic()
        done: list[Mended] = []
        while True:
            some, cursor = await self._some(reason, who, cursor)
            done += some
            if cursor is None or len(done) >= MOST_AT_ONCE or monotonic() - began >= SECONDS:
                break
        asked = Asked(reason, LetterState.NEW, None, None)
        address = asked.address(go_on=cursor) if cursor else asked.address()
        return self._frame().go_to(address, summed_up(done, none="There is none of that reason any more."))

    async def _some(self, reason: str, who: str, cursor: str | None) -> tuple[Sequence[Mended], str | None]:
        try:
            return await published(self._calls().mend.replay_all(reason, who, cursor=cursor, limit=AT_ONCE))
        except CursorError as exc:
            raise web.HTTPBadRequest(text=str(exc)) from exc


async def published(work: Awaitable[T]) -> T:
    """Wait for what goes to the broker, and say so where it takes nothing."""
    try:
        return await work
    except BrokerOutageError as exc:
        text = "Kafka takes nothing at the moment: nothing is lost, try again later."
        raise web.HTTPServiceUnavailable(text=text) from exc


def asked_for(query: Mapping[str, str]) -> Asked:
    """Read an address. Raises HTTPBadRequest."""
    state = query.get("state", "") or LetterState.NEW.value
    if state not in {*LetterState, EVERY}:
        raise web.HTTPBadRequest(text="state is new, replayed, dismissed or all")
    reason = _reason(query.get("reason", ""))
    return Asked(reason, state, query.get("after") or None, query.get("before") or None)


def _reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        raise web.HTTPBadRequest(text="there is no reason as long as that")
    return text


def _marked(form: MultiMapping[object]) -> list[str]:
    marked = chosen(form, "letter")
    if len(marked) > ON_A_PAGE:
        raise web.HTTPBadRequest(text=f"mark {ON_A_PAGE} at most")
    return marked
