"""The login: a form, who it lets in, and the way out.

Nobody has a session yet, so the form's token is bound to a cookie of its own that came with the form.
"""

import secrets
from collections.abc import Callable

from aiohttp import web

from flightagents import metrics
from flightagents.domain.users import Principal, Role
from flightagents.web.access.doors import Access, Doors
from flightagents.web.access.gate import (
    FORM_FIELD,
    address_of,
    arrived,
    is_same,
    is_secure,
    require_our_name,
    scheme_of,
)
from flightagents.web.access.origin import claimed_scheme, is_own
from flightagents.web.access.sessions import Sessions
from flightagents.web.staff.frame import Frame

COOKIE = "flightagents_login"
_MINUTES = 30
SAID = {
    "wrong": "No user with this name and password.",
    "too_many": "Too many logins have failed. Wait a quarter of an hour, or ask an admin for a new password.",
    "too_many_here": "Too many logins have failed from where you are. Wait a quarter of an hour.",
    "busy": "Too many are logging in at this moment. Please try again.",
    "forged": "The form was too old. Please try again.",
}


class LoginPages:
    """Answers /login and /logout."""

    def __init__(self, access: Callable[[], Access], frame: Callable[[], Frame]) -> None:
        self._access = access
        self._frame = frame

    def mount(self, doors: Doors) -> None:
        """Add the routes."""
        doors.add("GET", "/login", self.ask, None)
        doors.add("POST", "/login", self.log_in, None)
        doors.add("POST", "/logout", self.log_out, Role.VIEWER)

    async def ask(self, request: web.Request) -> web.Response:
        """Show the form."""
        require_our_name(request, self._access())
        return self._form(request)

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """Let somebody in, and lead them to where they wanted to go."""
        access, form = self._access(), await arrived(request)
        require_our_name(request, access)
        nonce = request.cookies.get(COOKIE, "")
        wanted = Sessions(access.secret).form_token(f"login|{nonce}")
        own = is_own(request, access.origins, scheme=scheme_of(request, access))
        if not nonce or not own or not is_same(form.get(FORM_FIELD, ""), wanted):
            return self._form(request, "forged", status=403)
        name = form.get("name", "")
        found = await access.sign_in.by_password(name, form.get("password", ""), address_of(request, access))
        if not isinstance(found, Principal):
            metrics.LOGIN_FAILURES.labels(reason=found).inc()
            return self._form(request, found, name=name, status=403 if found == "wrong" else 429)
        response = web.Response(status=303, headers={"Location": _local(request.query.get("next", "/"))})
        response.del_cookie(COOKIE, path="/login")
        begin_session(request, response, access, found)
        return response

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """End this browser's session, also for whoever has copied its cookie."""
        access = self._access()
        sessions = Sessions(access.secret)
        session = sessions.read(request.cookies, secure=is_secure(request, access))
        if session is not None:
            await access.sign_in.end_session(session.user, session.nonce)
        response = web.Response(status=303, headers={"Location": "/login"})
        sessions.end(response)
        return response

    def _form(
        self, request: web.Request, said: str = "", *, name: str = "", status: int = 200
    ) -> web.Response:
        access = self._access()
        nonce = secrets.token_urlsafe(16)
        response = self._frame().bare(
            "login.html",
            status=status,
            said=SAID.get(said, ""),
            name=name,
            form_token=Sessions(access.secret).form_token(f"login|{nonce}"),
        )
        response.set_cookie(
            COOKIE,
            nonce,
            max_age=_MINUTES * 60,
            path="/login",
            httponly=True,
            secure=is_secure(request, access),
            samesite="Strict",
        )
        return response


def begin_session(
    request: web.Request, response: web.StreamResponse, access: Access, found: Principal
) -> None:
    """Let a browser be known from now on, whose form is known to be ours."""
    secure = is_secure(request, access) or claimed_scheme(request) == "https"
    Sessions(access.secret).begin(response, found.name, found.generation, secure=secure)


def _local(path: str) -> str:
    """Give a path of ours; what leads elsewhere leads home."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"
