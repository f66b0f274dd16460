"""The gate before every page, Faust's own included: who is it, may they, and do they mean it.

A route that nobody has said anything about needs a login. What changes something needs more: from a browser
a form's token and our own origin, from a program a token of its own.
"""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network

from aiohttp import web

from flightagents.domain.users import Principal, Role
from flightagents.web.access.doors import Access, Doors, Handler, address_in
from flightagents.web.access.origin import is_own
from flightagents.web.access.sessions import Sessions
from flightagents.web.forms import MULTIPART, URLENCODED, posted, require_utf8

BODY_SECONDS = 20
"""How long a body may take to arrive."""
LOOK_SECONDS = 5
"""How long a page that is open waits to be let in again."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD, FORM_HEADER = "form_token", "X-Form-Token"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, and the token that their forms carry; empty for a program, which needs none."""

    principal: Principal
    form_token: str
    has_session: bool = False
    """Whether they logged in here, and can log out here."""

    @property
    def sees_people(self) -> bool:
        """Whether names and addresses may be shown to them."""
        return self.principal.role.includes(Role.AGENT)

    def may(self, role: str) -> bool:
        """Tell whether they have a role, or a higher one."""
        return self.principal.role.includes(Role(role))


VISITOR = web.RequestKey("visitor", Visitor)


class Gate:
    """Lets in, asks to log in, or turns away."""

    def __init__(self, access: Callable[[], Access], doors: Doors) -> None:
        self._access = access
        self._doors = doors

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Stand before one request."""
        resource = request.match_info.route.resource
        if resource is None:  # no such page: aiohttp says so
            return await handler(request)
        if request.method not in READS:
            require_utf8(request, in_parts=self._doors.takes_parts(request.method, resource.canonical))
        role = self._doors.needs(request.method, resource.canonical)
        if role is None:
            return await handler(request)
        access = self._access()
        sessions = Sessions(access.secret)
        visitor = await who(request, access, sessions)
        if visitor is None:
            return ask_to_log_in(request)
        if not visitor.principal.role.includes(role):
            raise web.HTTPForbidden(text=f"this needs the role {role}")
        most = self._doors.most_bytes(request.method, resource.canonical)
        if most is not None:
            request = request.clone(client_max_size=most)
        request[VISITOR] = visitor
        if request.method not in READS:
            await _require_meant(request, access, visitor)
        return await handler(request)

    async def lets_in_still(self, request: web.Request) -> bool:
        """Tell whether whoever was let in would be now; while the database does not answer they stay."""
        access = self._access()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await who(request, access, Sessions(access.secret)) == request[VISITOR]
        except TimeoutError:
            return True


async def who(request: web.Request, access: Access, sessions: Sessions) -> Visitor | None:
    """Find out who asks: a program by its token, else a proxy's word, else a session.

    Raises HTTPMisdirectedRequest for a browser that calls us by a name that we do not know.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        principal = await access.sign_in.by_token(token.strip())
        return Visitor(principal, "") if principal else None
    require_our_name(request, access)
    if access.user_header and access.trusts(request.remote):
        named = request.headers.getall(access.user_header, [])
        # Of two, one may be what the browser sent itself.
        principal = await access.sign_in.by_proxy(named[0]) if len(named) == 1 and named[0] else None
        return Visitor(principal, sessions.form_token(f"proxy|{principal.name}")) if principal else None
    session = sessions.read(request.cookies, secure=is_secure(request, access))
    if session is None:
        return None
    principal = await access.sign_in.by_session(session.user, session.generation, session.nonce)
    return Visitor(principal, sessions.form_token(session.nonce), has_session=True) if principal else None


def ask_to_log_in(request: web.Request) -> web.Response:
    """Lead a browser that asks for a page to the login; refuse everything else."""
    asks_for_page = "text/html" in request.headers.get("Accept", "")
    if request.method in READS and asks_for_page and not request.path.startswith("/api/"):
        raise web.HTTPSeeOther(str(request.rel_url.with_path("/login").with_query({"next": request.path_qs})))
    return web.json_response(
        {"error": "log in, or send a token: Authorization: Bearer fa_..."},
        status=401,
        headers={"WWW-Authenticate": "Bearer"},
    )


async def _require_meant(request: web.Request, access: Access, visitor: Visitor) -> None:
    """Refuse what another site made the browser send, and what never ends."""
    by_program = not visitor.form_token
    if not by_program and not is_own(request, access.origins, scheme=scheme_of(request, access)):
        raise web.HTTPForbidden(text="this was not sent from one of our own pages")
    given = request.headers.get(FORM_HEADER, "")
    form = await arrived(request)
    if not by_program and not is_same(given or form.get(FORM_FIELD, ""), visitor.form_token):
        raise web.HTTPForbidden(text="the form is too old: open the page again, and send it from there")


async def arrived(request: web.Request) -> Mapping[str, str]:
    """Wait for the body, but not for ever; give the texts of a form, of anything else nothing."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if request.content_type not in (URLENCODED, MULTIPART):
                await request.read()
                return {}
            return await posted(request) or {}
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="the request took too long to arrive") from None


def require_our_name(request: web.Request, access: Access) -> None:
    """Refuse a browser that was told another name for us. Raises HTTPMisdirectedRequest."""
    if not access.knows(request.host):
        raise web.HTTPMisdirectedRequest(
            text=f"{request.host} is no name that this server knows for itself: open it by another one, or "
            "add this one to FLIGHTAGENTS_WEB_ALLOWED_HOSTS"
        )


def is_same(given: str, wanted: str) -> bool:
    """Compare two tokens, in a time that tells nothing."""
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def scheme_of(request: web.Request, access: Access) -> str:
    """Tell how the browser reaches us: a trusted proxy may have taken TLS off.

    Of several words the last is the proxy's own; those before it may be the browser's.
    """
    said = request.headers.getall("X-Forwarded-Proto", []) if access.trusts(request.remote) else []
    scheme = ",".join(said).rpartition(",")[2].strip().lower()
    return scheme if scheme in ("http", "https") else request.scheme


def is_secure(request: web.Request, access: Access) -> bool:
    """Tell whether the browser reaches us by TLS: a proxy says so, or the settings of this address."""
    return scheme_of(request, access) == "https" or f"https://{request.host}".lower() in access.origins


def address_of(request: web.Request, access: Access) -> str:
    """Tell where a request comes from; a trusted proxy says for whom it asks, and only it is believed.

    Of IPv6 it is the network of 64 bits: whoever has one address there has them all.
    """
    found = address_in(request.remote or "")
    if access.trusts(request.remote):
        for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
            if not access.trusts(hop):
                found = address_in(hop) or found
                break
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found or "")
