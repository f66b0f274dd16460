"""One request of the API -> its answer: read, done, written as the route says, and not sent twice in vain."""

import hashlib
from typing import Any

import msgspec
from aiohttp import web

from flightagents.errors import CursorError
from flightagents.web.access.gate import VISITOR
from flightagents.web.api.answers import Refused
from flightagents.web.api.reading import read_body, read_query, require_text
from flightagents.web.api.routes import Asked, RefusalError, Route

CACHE = "private, no-cache"
"""Whoever keeps an answer asks whether it still holds, with If-None-Match."""
_NOT_CHANGED = 304


async def serve(route: Route, request: web.Request) -> web.Response:
    """Answer a request."""
    try:
        body = written(await route.handler(await asked(route, request)), route.answer)
    except RefusalError as exc:
        return refused(exc)
    except CursorError as exc:
        return refused(RefusalError(400, str(exc), "after"))
    if route.writes:
        return web.Response(body=body, content_type="application/json", charset="utf-8")
    stays = body
    if route.volatile:
        stays = msgspec.json.encode({**msgspec.json.decode(body), route.volatile: None})
    etag = hashlib.sha256(stays).hexdigest()[:32]
    headers = {"ETag": f'{"W/" if route.volatile else ""}"{etag}"', "Cache-Control": CACHE}
    if is_known(request, etag):
        return web.Response(status=_NOT_CHANGED, headers=headers)
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)


async def asked(route: Route, request: web.Request) -> Asked[Any, Any]:
    """Read a request. Raises RefusalError."""
    for name, value in request.match_info.items():
        require_text(value, name)
    return Asked(
        visitor=request[VISITOR],
        query=read_query(request.query, route.query),
        body=await read_body(request, route.body),
        path=dict(request.match_info),
    )


def written(found: object, answer: Any) -> bytes:  # noqa: ANN401 - a type that msgspec knows
    """Write what was found as the answer that was promised: what is not part of that stays here."""
    return msgspec.json.encode(msgspec.convert(found, answer, from_attributes=True))


def refused(exc: RefusalError) -> web.Response:
    """Write a refusal."""
    body = msgspec.json.encode(Refused(error=exc.error, field=exc.field, errors=dict(exc.errors)))
    return web.Response(body=body, status=exc.status, content_type="application/json", charset="utf-8")


def is_known(request: web.Request, etag: str) -> bool:
    """Tell whether whoever asks has this answer already."""
    try:
        known = request.if_none_match or ()
    except ValueError:
        return False
    return any(each.value in (etag, "*") for each in known)
