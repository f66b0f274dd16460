"""/account: whoever has logged in here sets another password of their own."""

from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from flightagents import metrics
from flightagents.domain.users import Principal, Role
from flightagents.web.access.doors import Access, Doors
from flightagents.web.access.gate import VISITOR, address_of
from flightagents.web.access.login import SAID, begin_session
from flightagents.web.forms import posted
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.users import Users

PATH = "/account"
_SAID = {**SAID, "wrong": "This is not the password that you have now."}


class AccountPage:
    """Shows the form and takes it. A wrong password counts as a failed login does."""

    def __init__(
        self, access: Callable[[], Access], users: Callable[[], Users], frame: Callable[[], Frame]
    ) -> None:
        self._access = access
        self._users = users
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the routes."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        doors.add("POST", PATH, self.change, Role.VIEWER)

    async def show(self, request: web.Request) -> web.Response:
        """Show the form."""
        _require_session(request)
        return self._page(request)

    async def change(self, request: web.Request) -> web.Response:
        """Set the password. Every session under it ends; this browser begins another."""
        _require_session(request)
        form, access, name = await posted(request) or {}, self._access(), request[VISITOR].principal.name
        new, address = form.get("new", ""), address_of(request, access)
        if new != form.get("again"):
            return self._page(request, "The new password is not the same both times.", HTTPStatus.BAD_REQUEST)
        found = await access.sign_in.check(name, form.get("password", ""), address)
        if not isinstance(found, Principal):
            metrics.LOGIN_FAILURES.labels(reason=found).inc()
            wrong = HTTPStatus.FORBIDDEN if found == "wrong" else HTTPStatus.TOO_MANY_REQUESTS
            return self._page(request, _SAID[found], wrong)
        try:
            await self._users().set_password(name, new, by=name)
        except ValueError as exc:
            return self._page(request, str(exc), HTTPStatus.BAD_REQUEST)
        response = self._frame().go_to(
            PATH, "Your password is changed. Wherever else you were logged in, you are not any more."
        )
        found = await access.sign_in.check(name, new, address)
        if isinstance(found, Principal):  # else an admin was faster, and they log in again
            begin_session(request, response, access, found)
        return response

    def _page(self, request: web.Request, error: str = "", status: int = HTTPStatus.OK) -> web.Response:
        return self._frame().page(request, "account.html", status=status, error=error)


def _require_session(request: web.Request) -> None:
    if not request[VISITOR].has_session:
        raise web.HTTPForbidden(text="this is for those who have logged in here with a password")
