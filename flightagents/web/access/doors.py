"""What the gate asks: how somebody is known, and which role a route needs. wiring/ chooses who answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Protocol

from aiohttp import web

from flightagents.domain.users import Principal, Role


class SignIn(Protocol):
    """Tells who somebody is."""

    async def by_password(self, name: str, password: str, address: str) -> Principal | str:
        """Check a login; a refusal is a word: "wrong", "too_many", "too_many_here" or "busy"."""

    async def check(self, name: str, password: str, address: str) -> Principal | str:
        """Check a password as for a login, of somebody who is in."""

    async def by_session(self, name: str, generation: int, id_: str) -> Principal | None:
        """Find the user of a session; None where it was ended since."""

    async def end_session(self, name: str, id_: str) -> None:
        """Log somebody out, who goes on in other sessions."""

    async def by_token(self, token: str) -> Principal | None:
        """Find whom a program acts for."""

    async def by_proxy(self, name: str) -> Principal | None:
        """Find whom a trusted proxy names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the gate knows people."""

    sign_in: SignIn
    secret: bytes = field(repr=False)
    """Signs sessions and forms."""
    origins: frozenset[str] = frozenset()
    """Where our own pages may come from, beside the address that the browser itself asked for."""
    hosts: frozenset[str] = frozenset()
    """Names by which browsers reach us, in lower case and without port."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose word counts about who somebody is, and where they come from."""
    user_header: str = ""
    """In which such a proxy names them; empty: it does not."""

    def knows(self, host: str) -> bool:
        """Tell whether a browser may call us so.

        A page elsewhere can have its own name point to us, and would be our own to the browser: only an
        address cannot be made to.
        """
        return host.lower().partition(":")[0].rstrip(".") in self.hosts or address_in(host) is not None

    def trusts(self, remote: str | None) -> bool:
        """Tell whether a connection comes from a trusted proxy."""
        address = address_in(remote or "")
        return address is not None and any(address in network for network in self.proxies)


def address_in(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it, with a port or without: "1.2.3.4:5678", "[::1]:80"."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Doors:
    """The routes of an application, and which role each needs.

    What was added otherwise, as Faust adds its own pages, needs a login, and to change anything an admin.
    """

    def __init__(self, application: web.Application) -> None:
        self.application = application
        self._needs: dict[tuple[str, str], Role | None] = {}
        self._bodies: dict[tuple[str, str], int] = {}
        self._in_parts: set[tuple[str, str]] = set()
        self._streams: set[str] = set()

    def add(
        self,
        method: str,
        path: str,
        handler: Handler,
        role: Role | None,
        *,
        most_bytes: int | None = None,
        in_parts: bool = False,
        streams: bool = False,
    ) -> None:
        """Add a route, and say what it needs; None: anybody may come. GET answers HEAD as well.

        `most_bytes`: its body may be longer than usual; `in_parts`: a form may come in parts, with files for
        instance; `streams`: its answer may go on for long.
        """
        router = self.application.router
        resource = router.add_resource(path)
        for each in (method, "HEAD") if method == "GET" else (method,):
            resource.add_route(each, handler)
        self._needs[method, path] = role
        if most_bytes is not None:
            self._bodies[method, path] = most_bytes
        if in_parts:
            self._in_parts.add((method, path))
        if streams:
            self._streams.add(path)

    def takes_parts(self, method: str, path: str) -> bool:
        """Tell whether a route's form may come in parts."""
        return (method, path) in self._in_parts

    def streams(self, path: str) -> bool:
        """Tell whether a route's answer may go on for long."""
        return path in self._streams

    def needs(self, method: str, path: str) -> Role | None:
        """Give the role that a route needs."""
        method = "GET" if method == "HEAD" else method
        unknown = Role.VIEWER if method == "GET" else Role.ADMIN
        return self._needs.get((method, path), unknown)

    def most_bytes(self, method: str, path: str) -> int | None:
        """Give the longest body that a route takes; None: the usual."""
        return self._bodies.get((method, path))
