"""Headers of every answer, of Faust's own pages too: nothing runs in them or stays that is not ours."""

from collections.abc import Awaitable, Callable

from aiohttp import web

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_BY_TLS_ALONE = "max-age=31536000"
"""A year. Browsers heed it where it came by TLS; other names of our domain are not ours to speak for."""


def adding(is_secure: Callable[[], bool]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Give a signal of aiohttp's, sent before the first byte: it adds what a page has not set itself."""

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if is_secure():
            response.headers.setdefault("Strict-Transport-Security", _BY_TLS_ALONE)

    return add
