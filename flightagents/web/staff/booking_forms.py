"""/travellers/new, /edit, /rebook and /cancel: a booking is typed, looked at, and saved.

What would send messages at once is shown first, and asked for: only then is it saved.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from aiohttp import web

from flightagents.domain.booking_edits import BookingDraft, Edit, Edited, SegmentDraft
from flightagents.domain.flown import too_late
from flightagents.domain.travellers import Traveller
from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import FORM_FIELD, VISITOR
from flightagents.web.forms import posted
from flightagents.web.staff.booking_fields import blank, differences, draft_from, segment_from
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.times import capital
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.web.staff.traveller_words import outgoing, segment_name
from flightagents.web.staff.travellers import PATH

Form = Mapping[str, str]
LONGEST_PLACE = 3
"""Digits of a flight's place in a booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One act on a booking: what it does, how its form looks, and what is said once it is done."""

    act: Callable[[bool], Awaitable[Edited]]
    """Takes whether to store."""
    form: Callable[[Edited | None], Awaitable[web.Response]]
    """Shows the form, with what came of it."""
    title: str
    done: str
    always_asks: bool = False


class BookingForms:
    """Takes the forms about one booking."""

    def __init__(self, desk: Callable[[], TravellersDesk], frame: Callable[[], Frame]) -> None:
        self._desk = desk
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the routes."""
        one = f"{PATH}/{{key}}"
        for path, show, take in (
            (f"{PATH}/new", self.new, self.add),
            (f"{one}/edit", self.edit, self.save),
            (f"{one}/rebook/{{segment}}", self.rebook, self.take_rebooking),
        ):
            doors.add("GET", path, show, Role.AGENT)
            doors.add("POST", path, take, Role.AGENT)
        doors.add("POST", f"{one}/cancel", self.cancel, Role.AGENT)

    async def new(self, request: web.Request) -> web.Response:
        """Show an empty form."""
        return self._booking_form(request, blank(), None, None)

    async def add(self, request: web.Request) -> web.Response:
        """Add a booking."""
        form = await posted(request) or {}
        draft, who = draft_from(form), request[VISITOR].principal.name

        async def show(edited: Edited | None) -> web.Response:
            return self._booking_form(request, draft, None, edited)

        return await self._carry_out(
            request,
            form,
            _Work(
                act=lambda store: self._desk().acts.add(draft, who, store=store),
                form=show,
                title="Add this booking",
                done="The booking is added.",
            ),
        )

    async def edit(self, request: web.Request) -> web.Response:
        """Show a booking in a form."""
        traveller = await self._traveller(request)
        return self._booking_form(request, traveller.draft, traveller, None)

    async def save(self, request: web.Request) -> web.Response:
        """Put what was typed in the place of a booking."""
        form = await posted(request) or {}
        traveller, who = await self._traveller(request), request[VISITOR].principal.name
        draft = replace(draft_from(form), reference=traveller.booking.reference)

        async def show(edited: Edited | None) -> web.Response:
            standing = await self._traveller(request) if _conflicts(edited) else traveller
            # Without a conflict it is still the version that they saw; after one they have seen the newer.
            seen = standing.version if _conflicts(edited) else form.get("version", "")
            return self._booking_form(request, draft, replace(standing, version=seen), edited)

        version = form.get("version", "")
        return await self._carry_out(
            request,
            form,
            _Work(
                act=lambda store: self._desk().acts.edit(traveller.key, version, draft, who, store=store),
                form=show,
                title=f"Save the booking {traveller.booking.reference}",
                done="The booking is saved.",
            ),
        )

    async def rebook(self, request: web.Request) -> web.Response:
        """Ask for the flight that they fly instead."""
        traveller = await self._traveller(request)
        place = self._place(traveller, request.match_info["segment"])
        if why := traveller.over[place]:
            raise web.HTTPConflict(text=f"{too_late(traveller.legs[place].segment, why)}.")
        return self._rebooking_form(request, traveller, SegmentDraft(), None)

    async def take_rebooking(self, request: web.Request) -> web.Response:
        """Rebook a flight."""
        form = await posted(request) or {}
        traveller, who = await self._traveller(request), request[VISITOR].principal.name
        draft, place = segment_from(form, "new"), self._place(traveller, request.match_info["segment"])

        async def show(edited: Edited | None) -> web.Response:
            standing = await self._traveller(request) if _conflicts(edited) else traveller
            return self._rebooking_form(request, standing, draft, edited)

        version = form.get("version", "")
        return await self._carry_out(
            request,
            form,
            _Work(
                act=lambda store: self._desk().acts.rebook(
                    traveller.key, version, place, draft, who, store=store
                ),
                form=show,
                title=f"Rebook {segment_name(traveller.legs[place].segment)}",
                done="The flight is rebooked.",
            ),
        )

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a flight of a booking, or all."""
        form = await posted(request) or {}
        traveller, who = await self._traveller(request), request[VISITOR].principal.name
        chosen, version = form.get("segment", ""), form.get("version", "")
        place = self._place(traveller, chosen) if chosen else None
        what = segment_name(traveller.legs[place].segment) if place is not None else "all flights"

        async def show(edited: Edited | None) -> web.Response:
            if _conflicts(edited):
                raise web.HTTPConflict(text="Somebody has changed this booking meanwhile: look at it again.")
            if edited is not None and edited.errors:
                raise web.HTTPConflict(text=f"{capital(edited.errors['segment'])}.")
            return self._frame().go_to(f"{PATH}/{traveller.key}")

        return await self._carry_out(
            request,
            form,
            _Work(
                act=lambda store: self._desk().acts.cancel(traveller.key, version, place, who, store=store),
                form=show,
                title=f"Cancel {what} of {traveller.booking.reference}",
                done=f"Cancelled: {what}.",
                always_asks=True,
            ),
        )

    async def _carry_out(self, request: web.Request, form: Form, work: _Work) -> web.Response:
        step = form.get("step", "")
        if step in ("back", "more"):
            return await work.form(None)
        if step != "confirm":
            edited = await work.act(False)
            if edited.edit is not Edit.PREVIEWED:
                return await self._not_done(work, edited)
            if work.always_asks or edited.messages:
                return self._ask(request, form, work, edited)
        edited = await work.act(True)
        if edited.edit is not Edit.SAVED or edited.booking is None:
            return await self._not_done(work, edited)
        key = self._desk().acts.key_of(edited.booking)
        return self._frame().go_to(f"{PATH}/{key}", work.done)

    @staticmethod
    async def _not_done(work: _Work, edited: Edited) -> web.Response:
        if edited.edit is Edit.UNKNOWN:
            raise web.HTTPNotFound(text="Nobody is known by this name: they may have been forgotten.")
        return await work.form(edited)

    def _ask(self, request: web.Request, form: Form, work: _Work, edited: Edited) -> web.Response:
        kept = [(name, value) for name, value in form.items() if name not in (FORM_FIELD, "step")]
        return self._frame().page(
            request,
            "booking_confirm.html",
            title=work.title,
            edited=edited,
            outgoing=outgoing(edited.messages),
            kept=kept,
        )

    def _booking_form(
        self, request: web.Request, draft: BookingDraft, traveller: Traveller | None, edited: Edited | None
    ) -> web.Response:
        existing = edited.booking if edited and edited.edit is Edit.EXISTS else None
        return self._frame().page(
            request,
            "booking_form.html",
            status=_status(edited),
            draft=draft,
            traveller=traveller,
            errors=edited.errors if edited else {},
            existing=self._desk().acts.key_of(existing) if existing else "",
            differences=differences(traveller.draft, draft) if traveller and _conflicts(edited) else [],
            conflict=_conflicts(edited),
        )

    def _rebooking_form(
        self, request: web.Request, traveller: Traveller, draft: SegmentDraft, edited: Edited | None
    ) -> web.Response:
        place = self._place(traveller, request.match_info["segment"])
        return self._frame().page(
            request,
            "rebooking_form.html",
            status=_status(edited),
            traveller=traveller,
            leg=traveller.legs[place],
            draft=draft,
            errors=edited.errors if edited else {},
            conflict=_conflicts(edited),
        )

    async def _traveller(self, request: web.Request) -> Traveller:
        traveller = await self._desk().show.one(request.match_info["key"])
        if traveller is None:
            raise web.HTTPNotFound(text="Nobody is known by this name: they may have been forgotten.")
        return traveller

    @staticmethod
    def _place(traveller: Traveller, text: str) -> int:
        if not (
            text.isascii()
            and text.isdigit()
            and len(text) <= LONGEST_PLACE
            and int(text) < len(traveller.legs)
        ):
            raise web.HTTPNotFound(text="there is no such flight in the booking")
        return int(text)


def _conflicts(edited: Edited | None) -> bool:
    return edited is not None and edited.edit is Edit.CONFLICT


def _status(edited: Edited | None) -> int:
    if edited is None:
        return 200
    return 400 if edited.edit is Edit.WRONG else 409
