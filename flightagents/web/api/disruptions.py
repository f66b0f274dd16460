"""The routes about disruptions: what is wrong now, and what staff do about many flights at once."""

import base64
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from flightagents.domain.disruptions_now import Disruption
from flightagents.domain.handling import LONGEST_NOTE, Handling
from flightagents.domain.users import Role
from flightagents.errors import CursorError
from flightagents.web.api.answers import Utc
from flightagents.web.api.answers_floor import ActsAnswer, DisruptedFlight, Disruptions, Handled
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Answering, Asked, Key, Keys, NoQuery, Paged, RefusalError, Route, same
from flightagents.web.api.shown import flight_of

Place = tuple[float, float, str]


class Which(StrEnum):
    """Which disruptions."""

    OURS = "ours"
    ATTENTION = "attention"
    MINE = "mine"
    ALL = "all"


class DisruptionsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which: `ours` hit our travellers, `attention` of them needs to be seen, `mine` are assigned to me."""

    show: Which = Which.OURS


class Flights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some flights, by their identities."""

    flights: Keys


class Assigning(Flights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives flights to a user, or with null to nobody; what another has needs `force`."""

    to: Key | None
    force: bool = False


class Snoozing(Flights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Puts flights off, for a day at the most."""

    until: Utc


class Noting(Flights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Adds a note to flights."""

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_NOTE)]


class DisruptionRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        return (
            Route(
                method="GET",
                path="/disruptions",
                name="disruptions",
                group="Disruptions",
                says="What is wrong now, the most urgent first.",
                handler=self.now,
                query=DisruptionsAsked,
                answer=Disruptions,
            ),
            self._act(
                "acknowledge", "Note that somebody has seen how these flights stand.", self.acknowledge
            ),
            self._act(
                "assign", "Give flights to somebody, or to nobody.", self.assign, Assigning, '"to": "ben"'
            ),
            self._act(
                "snooze",
                "Put flights off until a time, or until it gets worse.",
                self.snooze,
                Snoozing,
                '"until": "2026-11-22T15:00:00Z"',
            ),
            self._act("note", "Add a note to flights.", self.note, Noting, '"text": "hotel is booked"'),
            self._act("hold", "Let the messages to travellers of these flights wait.", self.hold),
            self._act("release", "Let held messages go, to be judged anew.", self.release),
        )

    def _act(
        self,
        act: str,
        says: str,
        handler: Answering,
        body: type[Flights] = Flights,
        more: str = "",
    ) -> Route:
        flights = '"flights": ["BA117|2026-11-22|LHR|JFK"]'
        return Route(
            method="POST",
            path=f"/disruptions/{act}",
            name=f"{act}_disruptions",
            group="Disruptions",
            says=says,
            handler=handler,
            body=body,
            answer=ActsAnswer,
            role=Role.AGENT,
            example="{" + ", ".join(filter(None, (flights, more))) + "}",
        )

    async def now(self, asked: Asked[DisruptionsAsked, None]) -> object:
        """Give what is wrong. A cursor is a place in the order, which stays while flights come and go."""
        now = await self._calls().now.shared_now()
        found = sorted((each for each in now.disruptions if _is_wanted(each, asked)), key=_place)
        start = _read_place(asked.query.after) if asked.query.after else None
        rest = [each for each in found if start is None or _place(each) > start]
        shown = rest[: asked.query.limit]
        more = len(rest) > len(shown)
        return {
            "items": [_answer(each, sees_people=asked.sees_people) for each in shown],
            "next": _written_place(_place(shown[-1])) if more else None,
            "cut": now.cut,
        }

    async def acknowledge(self, asked: Asked[NoQuery, Flights]) -> object:
        """Note that it was seen."""
        return {"items": await self._calls().now.acts.acknowledge(asked.body.flights, asked.who)}

    async def assign(self, asked: Asked[NoQuery, Assigning]) -> object:
        """Give it to somebody."""
        to = asked.body.to
        if to is not None and to not in await self._calls().now.colleagues():
            raise RefusalError(400, "there is nobody of that name who may act", "to")
        acts = self._calls().now.acts
        return {"items": await acts.assign(asked.body.flights, asked.who, to, force=asked.body.force)}

    async def snooze(self, asked: Asked[NoQuery, Snoozing]) -> object:
        """Put it off."""
        acts = self._calls().now.acts
        return {"items": await acts.snooze(asked.body.flights, asked.who, asked.body.until)}

    async def note(self, asked: Asked[NoQuery, Noting]) -> object:
        """Add a note."""
        return {"items": await self._calls().now.acts.note(asked.body.flights, asked.who, asked.body.text)}

    async def hold(self, asked: Asked[NoQuery, Flights]) -> object:
        """Let messages wait."""
        return {"items": await self._calls().now.acts.hold(asked.body.flights, asked.who)}

    async def release(self, asked: Asked[NoQuery, Flights]) -> object:
        """Let them go."""
        return {"items": await self._calls().now.acts.release(asked.body.flights, asked.who)}


def _is_wanted(found: Disruption, asked: Asked[DisruptionsAsked, None]) -> bool:
    match asked.query.show:
        case Which.ALL:
            return True
        case Which.MINE:
            return found.handling.assigned_to == asked.visitor.principal.name
        case Which.ATTENTION:
            return found.reached.travellers > 0 and found.attention.needed
        case Which.OURS:
            return found.reached.travellers > 0


def _answer(found: Disruption, *, sees_people: bool) -> dict[str, object]:
    return {
        **same(found, DisruptedFlight),
        "flight": flight_of(found.row, found.sight),
        "handling": _handled(found.handling, sees_people=sees_people),
        "needs_attention": found.attention.needed,
        "urgency": found.urgency.score,
    }


def _handled(handling: Handling, *, sees_people: bool) -> dict[str, object]:
    return {**same(handling, Handled), "notes": handling.notes if sees_people else ()}


def _place(found: Disruption) -> Place:
    return -found.urgency.score, -found.urgency.alone, found.row.flight


def _written_place(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read_place(cursor: str) -> Place:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place: Place = msgspec.json.decode(text, type=Place)
    except (ValueError, msgspec.DecodeError) as exc:
        raise CursorError from exc
    return place
