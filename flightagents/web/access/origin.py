"""Whether a request that changes something comes from one of our own pages."""

from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web


def is_own(request: web.Request, origins: Collection[str], *, scheme: str) -> bool:
    """Judge by Origin, else by Referer, which every browser sends with a form; without both it is not ours.

    Ours is where the browser says that it is itself (Host), and what the settings name.
    """
    try:
        parts = urlsplit(_claimed(request))
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return origin == f"{scheme}://{request.host}".lower() or origin in origins


def claimed_scheme(request: web.Request) -> str:
    """Tell how the browser says that it reaches us: what counts once the request is known to be ours."""
    return _claimed(request).partition(":")[0].lower()


def _claimed(request: web.Request) -> str:
    return request.headers.get("Origin", "") or request.headers.get("Referer", "")
