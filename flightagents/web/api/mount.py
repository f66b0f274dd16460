"""Opens the doors of the API: one for each route of the list, its document, and the page that shows it."""

import hashlib
import importlib.metadata
from collections.abc import Callable
from functools import partial

import msgspec
from aiohttp import web

from flightagents.domain.users import Role
from flightagents.web.access.doors import Doors
from flightagents.web.api.calls import ApiCalls
from flightagents.web.api.document import document
from flightagents.web.api.exports import EXPORTS, Exporting
from flightagents.web.api.listing import routes_of
from flightagents.web.api.page import ApiPage
from flightagents.web.api.routes import ROOT
from flightagents.web.api.serve import CACHE, is_known, serve
from flightagents.web.staff.frame import Frame


def mount_api(doors: Doors, calls: Callable[[], ApiCalls], frame: Callable[[], Frame]) -> None:
    """Add every route. Those whose path has no name in it come first: they are the ones that are meant."""
    routes = routes_of(calls)
    for route in sorted(routes, key=lambda each: "{" in each.path):
        handler = partial(serve, route)
        doors.add(
            route.method,
            ROOT + route.path,
            handler,
            route.role,
            most_bytes=route.most_bytes,
            streams=route.slow,
        )
    for export in EXPORTS:
        for form in export.forms:
            exporting = Exporting(calls, lambda: frame().now, export, form)
            doors.add(
                "GET", f"{ROOT}{export.path}.{form.ending}", exporting.answer, Role.VIEWER, streams=True
            )
    described = document(routes, importlib.metadata.version("flightagents"))
    body = msgspec.json.encode(described)
    etag = hashlib.sha256(body).hexdigest()[:32]

    async def openapi(request: web.Request) -> web.Response:
        headers = {"ETag": f'"{etag}"', "Cache-Control": CACHE}
        if is_known(request, etag):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="application/json", headers=headers)

    doors.add("GET", f"{ROOT}/openapi.json", openapi, Role.VIEWER)
    page = ApiPage(frame, described)
    doors.add("GET", "/api", page.show, Role.VIEWER)
