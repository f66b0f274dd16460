"""/dead-letters/{id}: one letter: its original, what was wrong and where; corrected, checked, replayed."""

import hashlib
from collections.abc import Callable, Mapping

from aiohttp import web

from flightagents.domain.users import Role
from flightagents.ports import LetterState
from flightagents.records import DeadLetterSource
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR
from flightagents.web.forms import posted
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.letter_words import letter_address, summed_up
from flightagents.web.staff.letters import PATH, published
from flightagents.web.staff.mending import LettersCalls, Mended, ShownLetter


class LetterPage:
    """Shows it, and takes what an admin does with it. The original is shown to agents alone.

    What is replayed is what was checked: a text that was changed since is checked again first.
    """

    def __init__(self, calls: Callable[[], LettersCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the routes."""
        doors.add("GET", f"{PATH}/{{id}}", self.show, Role.VIEWER)
        doors.add("POST", f"{PATH}/{{id}}/check", self.check, Role.ADMIN)
        doors.add("POST", f"{PATH}/{{id}}/replay", self.replay, Role.ADMIN)
        doors.add("POST", f"{PATH}/{{id}}/dismiss", self.dismiss, Role.ADMIN)

    async def show(self, request: web.Request) -> web.Response:
        """Show a letter."""
        return self._page(request, await self._shown(request))

    async def check(self, request: web.Request) -> web.Response:
        """Tell what it, or what was written in its place, would give."""
        shown, typed = await self._shown(request), _typed(await posted(request) or {})
        mended = await self._calls().mend.preview(shown.kept.letter.id, _correction(shown, typed))
        return self._page(request, shown, typed=typed, mended=mended)

    async def replay(self, request: web.Request) -> web.Response:
        """Publish it, or what was written in its place."""
        shown, form = await self._shown(request), await posted(request) or {}
        key, typed = shown.kept.letter.id, _typed(form)
        if form.get("checked") != _digest(typed):
            return await self.check(request)
        who = request[VISITOR].principal.signed
        mended = await published(self._calls().mend.replay(key, who, _correction(shown, typed)))
        if mended.problem is not None:
            return self._page(request, shown, typed=typed, mended=mended)
        return self._frame().go_to(letter_address(key), summed_up([mended]))

    async def dismiss(self, request: web.Request) -> web.Response:
        """Set it aside."""
        shown, form = await self._shown(request), await posted(request) or {}
        key, who = shown.kept.letter.id, request[VISITOR].principal.signed
        mended = await self._calls().mend.dismiss(key, who, form.get("why", ""))
        return self._frame().go_to(letter_address(key), summed_up([mended]))

    async def _shown(self, request: web.Request) -> ShownLetter:
        shown = await self._calls().mend.show(request.match_info["id"])
        if shown is None:
            raise web.HTTPNotFound(text="There is no such dead letter.")
        return shown

    def _page(
        self,
        request: web.Request,
        shown: ShownLetter,
        *,
        typed: str | None = None,
        mended: Mended | None = None,
    ) -> web.Response:
        """Show it with what was typed, and what came of a check."""
        new = shown.kept.state is LetterState.NEW
        return self._frame().page(
            request,
            "letter.html",
            shown=shown,
            kept=shown.kept,
            letter=shown.kept.letter,
            typed=shown.text if typed is None else typed,
            mended=mended,
            checked="" if typed is None else _digest(typed),
            may_mend=new and request[VISITOR].may(Role.ADMIN),
            may_correct=shown.kept.letter.source is DeadLetterSource.FEED,
            # What was wrong with a message may quote it.
            sees_detail=request[VISITOR].sees_people or shown.kept.letter.source is DeadLetterSource.FEED,
        )


def _typed(form: Mapping[str, str]) -> str:
    """Browsers send the ends of lines as two characters."""
    return form.get("text", "").replace("\r\n", "\n")


def _correction(shown: ShownLetter, typed: str) -> str | None:
    """Only what differs from the original is a correction of it."""
    original = shown.text.replace("\r\n", "\n").strip()
    return None if typed.strip() in ("", original) else typed


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
