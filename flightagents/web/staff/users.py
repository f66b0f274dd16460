"""/users: who may log in, and the programs that act for them. For admins."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from flightagents.domain.users import ApiToken, Role, User
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR
from flightagents.web.forms import posted
from flightagents.web.staff.frame import Frame

PATH = "/users"


class Users(Protocol):
    """Keeps the users. What is refused is a ValueError that says why; `by` goes into the log."""

    async def all(self) -> list[User]:
        """Give all users, by name."""

    async def tokens_of(self, owner: str) -> list[ApiToken]:
        """Give a user's tokens."""

    async def add(self, name: str, role: Role, password: str | None, *, by: str) -> User:
        """Add a user."""

    async def set_password(self, name: str, password: str, *, by: str) -> None:
        """Set another password."""

    async def set_role(self, name: str, role: Role, *, by: str) -> None:
        """Set another role."""

    async def log_out(self, name: str, *, by: str) -> None:
        """End every session of a user."""

    async def remove(self, name: str, *, by: str) -> None:
        """Remove a user."""

    async def give_token(self, owner: str, label: str, role: Role, *, by: str) -> str:
        """Make a token, and give what the program has to show."""

    async def remove_token(self, id_: str, *, by: str) -> None:
        """Remove a token."""


class UsersPages:
    """Shows them, and takes the forms."""

    def __init__(self, users: Callable[[], Users], frame: Callable[[], Frame]) -> None:
        self._users = users
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the routes."""
        doors.add("GET", PATH, self.show, Role.ADMIN)
        doors.add("POST", PATH, self.add, Role.ADMIN)
        doors.add("POST", f"{PATH}/{{name}}", self.change, Role.ADMIN)
        doors.add("POST", f"{PATH}/{{name}}/tokens", self.give_token, Role.ADMIN)

    async def show(self, request: web.Request) -> web.Response:
        """List all users."""
        return await self._page(request)

    async def add(self, request: web.Request) -> web.Response:
        """Add a user."""
        form = await posted(request) or {}
        name, password = form.get("name", ""), form.get("password", "")

        async def work(users: Users) -> str:
            user = await users.add(name, _role(form.get("role", "")), password or None, by=_by(request))
            return f"{user.name} may log in."

        return await self._done(request, work)

    async def change(self, request: web.Request) -> web.Response:
        """Set another role or password, log somebody out, or remove them."""
        form = await posted(request) or {}
        name, act, by = request.match_info["name"].strip().lower(), form.get("act", ""), _by(request)
        if act == "remove" and name == request[VISITOR].principal.name:
            return await self._page(request, error="You cannot remove yourself.", status=400)

        async def work(users: Users) -> str:
            match act:
                case "role":
                    role = _role(form.get("role", ""))
                    await users.set_role(name, role, by=by)
                    return f"{name} is {role} now, and has to log in again."
                case "password":
                    await users.set_password(name, form.get("password", ""), by=by)
                    return f"{name} has another password, and has to log in again."
                case "log_out":
                    await users.log_out(name, by=by)
                    return f"{name} is logged out."
                case "remove":
                    await users.remove(name, by=by)
                    return f"{name} is removed."
                case "remove_token":
                    await users.remove_token(form.get("token", ""), by=by)
                    return "The token is removed."
            raise ValueError("say what to change")

        return await self._done(request, work)

    async def give_token(self, request: web.Request) -> web.Response:
        """Make a token, and show it this once."""
        form = await posted(request) or {}
        name = request.match_info["name"]
        try:
            role = _role(form.get("role", ""))
            shown = await self._users().give_token(name, form.get("label", ""), role, by=_by(request))
        except ValueError as exc:
            return await self._page(request, error=str(exc), status=400)
        return await self._page(request, token=shown)

    async def _done(self, request: web.Request, work: Callable[[Users], Awaitable[str]]) -> web.Response:
        try:
            return self._frame().go_to(PATH, await work(self._users()))
        except ValueError as exc:
            return await self._page(request, error=str(exc), status=400)

    async def _page(
        self, request: web.Request, *, error: str = "", token: str = "", status: int = 200
    ) -> web.Response:
        users = self._users()
        found = [(user, await users.tokens_of(user.name)) for user in await users.all()]
        return self._frame().page(
            request, "users.html", status=status, found=found, roles=list(Role), error=error, token=token
        )


def _by(request: web.Request) -> str:
    return request[VISITOR].principal.signed


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise ValueError(f"{text!r} is no role") from None
