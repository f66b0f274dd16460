"""Style sheets, scripts and icons: read once from the package; a hash in the name lets browsers keep them."""

import hashlib
import mimetypes
from functools import lru_cache
from importlib.resources import files

from aiohttp import web

from flightagents.web.access.doors import Doors

PATH = "/static/{name}"
_KEPT = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def _all() -> dict[str, bytes]:
    folder = files("flightagents.web").joinpath("static")
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


@lru_cache(maxsize=64)
def address(name: str) -> str:
    """Give the address of a file; it changes with what stands in it. Raises KeyError where there is none."""
    return f"/static/{name}?{_version(name)}"


@lru_cache(maxsize=64)
def _version(name: str) -> str:
    return hashlib.sha256(_all()[name]).hexdigest()[:12]


def mount(doors: Doors) -> None:
    """Add the route. Nobody has to log in for it: the login page needs it."""
    doors.add("GET", PATH, _file, None)


async def _file(request: web.Request) -> web.Response:
    """Give a file of ours, by its name in a list: no path from outside ever reaches a disk."""
    name = request.match_info["name"]
    found = _all().get(name)
    if found is None:
        raise web.HTTPNotFound
    kind, _ = mimetypes.guess_type(name)
    # Another version may be asked for while workers of two versions run: it is not to be kept.
    kept = _KEPT if request.query_string == _version(name) else "no-cache"
    return web.Response(body=found, headers={"Content-Type": kind or "text/plain", "Cache-Control": kept})
