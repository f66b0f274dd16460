"""Reads the form that somebody posted. Anybody can post anything: what is no form is not our failure."""

from collections.abc import Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

UNREADABLE = (ValueError, LookupError, RuntimeError, HttpProcessingError)
"""What aiohttp raises for a missing boundary, an unknown charset or encoding, and a broken part header."""


async def posted(request: web.Request) -> Mapping[str, str] | None:
    """Give the fields of a form; None where it cannot be read. A body that is too large is aiohttp's 413."""
    try:
        form = await request.post()
    except UNREADABLE:
        return None
    return {name: str(value) for name, value in form.items()}
