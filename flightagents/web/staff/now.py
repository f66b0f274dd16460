"""/: what is wrong now, the most urgent first, and what staff do about it, for one flight or many at once."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Protocol

import msgspec
from aiohttp import web

from flightagents.domain.disruptions_now import Disruption
from flightagents.domain.times import to_local
from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.forms import fields_of
from flightagents.web.staff.acts import Acted, chosen, receiver, summed_up
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.kept_rows import KeptRows
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.stream import LiveStream

NAME = "now"
TOPICS = frozenset(
    {"flights", "flight_changes", "notifications", "silences", "tasks", "handling", "bookings", "sights"}
)
SNOOZES = {"30": "30 minutes", "60": "1 hour", "120": "2 hours", "240": "4 hours"}
"""Minutes of business time."""
_shown_of = attrgetter(*(each.name for each in fields(Disruption) if each.name != "urgency"))
"""All that a row shows. How urgent a flight is changes all the time, and only its place shows that."""


class Show(StrEnum):
    """Which disruptions the page shows."""

    OURS = "ours"
    """Those that hit our travellers."""
    ATTENTION = "attention"
    """Of those, what needs somebody's eyes."""
    MINE = "mine"
    ALL = "all"


class Now(Protocol):
    """What is wrong."""

    @property
    def disruptions(self) -> Sequence[Disruption]:
        """Give it, the most urgent first."""

    @property
    def cut(self) -> bool:
        """Tell whether there is more than that."""


class Acts(Protocol):
    """What staff do."""

    async def acknowledge(self, flights: Sequence[str], who: str) -> Sequence[Acted]:
        """Note that somebody has seen how these flights stand."""

    async def snooze(self, flights: Sequence[str], who: str, until: datetime) -> Sequence[Acted]:
        """Put flights off until a time, or until it gets worse."""

    async def assign(
        self, flights: Sequence[str], who: str, to: str | None, *, force: bool = False
    ) -> Sequence[Acted]:
        """Give flights to somebody, or to nobody."""

    async def note(self, flights: Sequence[str], who: str, text: str) -> Sequence[Acted]:
        """Add a note to flights."""

    async def hold(self, flights: Sequence[str], who: str) -> Sequence[Acted]:
        """Let the messages to the travellers of flights wait."""

    async def release(self, flights: Sequence[str], who: str) -> Sequence[Acted]:
        """Let them go."""


class NowCalls(Protocol):
    """What the page calls."""

    async def shared_now(self) -> Now:
        """Give what is wrong now; all viewers of a second get the same."""

    @property
    def acts(self) -> Acts:
        """Do something about it."""

    async def colleagues(self) -> Sequence[str]:
        """Name those whom a flight may be given to."""


class NowPage:
    """Shows it, follows it, and takes acts."""

    def __init__(self, calls: Callable[[], NowCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame
        self._rows = KeptRows()

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes and the list."""
        doors.add("GET", "/", self.show, Role.VIEWER)
        doors.add("POST", "/now/{act}", self.act, Role.AGENT)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show what is wrong."""
        visitor, show = request[VISITOR], _show(request.query)
        now = await self._calls().shared_now()
        found = _shown(now.disruptions, show, visitor.principal.name)
        may_act = visitor.may(Role.AGENT)
        return self._frame().page(
            request,
            "now.html",
            show=show,
            shows=list(Show),
            cut=now.cut,
            rows=self._written(found, may_act=may_act),
            counts=self._counts(now, visitor),
            totals=self._totals(now),
            colleagues=await self._calls().colleagues() if may_act else (),
            snoozes=SNOOZES,
        )

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list as a page follows it."""
        show, may_act = _show(query), visitor.may(Role.AGENT)
        whose = visitor.principal.name if show is Show.MINE else ""

        async def make() -> Sequence[Row]:
            now = await self._calls().shared_now()
            shown = _shown(now.disruptions, show, whose)
            return [
                Row("#totals", self._totals(now)),
                *(Row(f"#{each}", html) for each, html in self._counts(now, None).items()),
                *self._written(shown, may_act=may_act),
            ]

        return Listing(NAME, (NAME, show, whose, may_act), TOPICS, make)

    def _counts(self, now: Now, visitor: Visitor | None) -> Mapping[Show, str]:
        """Write how many each filter shows.

        A live list is the same for all who look at it: there `mine` has the number of each of them, of which
        live.js shows the viewer's own.
        """
        hands = Counter(each.handling.assigned_to or "" for each in now.disruptions)
        counts = {each: len(_shown(now.disruptions, each, "")) for each in Show}
        counts[Show.MINE] = hands[visitor.principal.name] if visitor else 0
        each_ones = msgspec.json.encode({name: hands[name] for name in sorted(hands) if name}).decode()
        return {
            show: self._frame().text(
                "now_count.html",
                show=show,
                count=count,
                more=now.cut and show is Show.ALL,
                each=each_ones if show is Show.MINE else "",
            )
            for show, count in counts.items()
        }

    def _totals(self, now: Now) -> str:
        return self._frame().text("now_totals.html", ours=_shown(now.disruptions, Show.OURS, ""))

    def _written(self, found: Sequence[Disruption], *, may_act: bool) -> list[Row]:
        """Write rows, those anew that show something else than before."""
        frame = self._frame()
        today = to_local(frame.now, frame.zone).date()

        def row(each: Disruption) -> Row:
            overdue = each.resolve_by < frame.now

            def write() -> str:
                return frame.text("now_row.html", each=each, row=each.row, overdue=overdue, may_act=may_act)

            flight, shown = each.row.flight, (today, overdue, *_shown_of(each))
            return Row(flight, self._rows.html((flight, may_act), shown, write))

        return [row(each) for each in found]

    async def act(self, request: web.Request) -> web.Response:
        """Do something about the marked flights, or about the one whose button it was."""
        form = await fields_of(request)
        flights, who, acts = chosen(form, "flight"), request[VISITOR].principal.signed, self._calls().acts
        what: Awaitable[Sequence[Acted]]
        match request.match_info["act"]:
            case "acknowledge":
                what, did = acts.acknowledge(flights, who), "seen"
            case "take" | "drop" as act:
                me = request[VISITOR].principal.name if act == "take" else None
                what, did = acts.assign(flights, who, me), "taken" if me else "given back"
            case "assign":
                to = receiver(form, await self._calls().colleagues())
                force = bool(form.get("force")) and len(flights) == 1
                what, did = acts.assign(flights, who, to, force=force), f"given to {to}"
            case "snooze":
                minutes = str(form.get("minutes", ""))
                if minutes not in SNOOZES:
                    raise web.HTTPBadRequest(text="say for how long to put it off")
                until = self._frame().now + timedelta(minutes=int(minutes))
                what, did = acts.snooze(flights, who, until), f"put off for {SNOOZES[minutes]}"
            case "note":
                what, did = acts.note(flights, who, str(form.get("text", ""))), "noted"
            case "hold":
                what, did = acts.hold(flights, who), "held"
            case "release":
                what, did = acts.release(flights, who), "released"
            case _:
                raise web.HTTPNotFound
        back = str(form.get("back", "/"))
        return self._frame().go_to(back, summed_up(await what, "flight", did))


def _show(query: Mapping[str, str]) -> Show:
    try:
        return Show(query.get("show", Show.OURS))
    except ValueError:
        raise web.HTTPBadRequest(text="show is ours, attention, mine or all") from None


def _shown(found: Sequence[Disruption], show: Show, whose: str) -> list[Disruption]:
    match show:
        case Show.ALL:
            return list(found)
        case Show.MINE:
            return [each for each in found if each.handling.assigned_to == whose]
        case Show.ATTENTION:
            return [each for each in found if each.reached.travellers and each.attention.needed]
        case Show.OURS:
            return [each for each in found if each.reached.travellers]
