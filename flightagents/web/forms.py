"""Reads the form that somebody posted. Anybody can post anything: what is no form is not our failure.

Every text of a form is UTF-8. Whoever sends one may name any decoder of Python's, and some of those take a
minute for a megabyte, in which nothing else gets its turn: so what names another is refused unread, and forms
in parts, each of which may name one of its own, are taken apart here. What is packed is refused as well: a
thousand times its size would be unpacked before anybody counts.
Before it the gate; after it the pages.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict, MultiDictProxy, MultiMapping

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
UNREADABLE = (ValueError, HttpProcessingError)
"""What is raised for a form that is none, or is no UTF-8, and by aiohttp for what it cannot take apart."""
MOST_FIELDS = 1000
"""As aiohttp has it for forms without parts."""
_CHARSETS = ("utf-8", "utf8", "us-ascii")
_LONGEST_KIND = 200
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))', re.IGNORECASE)
_NAME = re.compile(r';\s*name=(?:"([^"]*)"|([^\s";]+))', re.IGNORECASE)
_FILENAME = re.compile(r';\s*filename=(?:"([^"]*)"|([^\s";]+))', re.IGNORECASE)
_CHARSET = re.compile(r';\s*charset\*?\d*\*?\s*=\s*"?([^\s";]*)', re.IGNORECASE)


class File(NamedTuple):
    """A file of a form."""

    name: str
    content: bytes


Form = MultiDictProxy[str | File]
_FORM = web.RequestKey("form", MultiDictProxy[str | File])


def require_utf8(request: web.Request, *, in_parts: bool) -> None:
    """Look at what a body says that it is, before anything reads it. Raises HTTPUnsupportedMediaType.

    `in_parts`: whether a form may come in parts.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="send it as it is, without a Content-Encoding")
    kind = request.headers.get("Content-Type", "")
    # A star would let the header's own reader meet a charset.
    if len(kind) > _LONGEST_KIND or "*" in kind or not _is_utf8(kind):
        raise web.HTTPUnsupportedMediaType(text="send it as UTF-8")
    if request.content_type.startswith("multipart/") and not in_parts:
        raise web.HTTPUnsupportedMediaType(text=f"send the form as {URLENCODED}")


async def read_form(request: web.Request) -> Form:
    """Give the fields of a form; none of what is no form. Raises UNREADABLE, and aiohttp's 413."""
    if request.content_type != MULTIPART:
        form = await request.post()
        return MultiDictProxy(MultiDict((name, str(value)) for name, value in form.items()))
    if _FORM not in request:
        fields = MultiDict(_parts(await request.read(), request.headers["Content-Type"]))
        request[_FORM] = MultiDictProxy(fields)
    found: Form = request[_FORM]
    return found


async def fields_of(request: web.Request) -> MultiMapping[str]:
    """Give the texts of a form, of which a name may stand twice. Raises HTTPBadRequest."""
    try:
        form = await read_form(request)
    except UNREADABLE:
        raise web.HTTPBadRequest(text="this form cannot be read") from None
    return MultiDictProxy(MultiDict((name, value) for name, value in form.items() if isinstance(value, str)))


async def posted(request: web.Request) -> Mapping[str, str] | None:
    """Give the texts of a form; None where it cannot be read. A body that is too large is aiohttp's 413."""
    try:
        form = await read_form(request)
    except UNREADABLE:
        return None
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _parts(body: bytes, kind: str) -> Iterator[tuple[str, str | File]]:
    """Take a form apart (RFC 7578). Raises ValueError."""
    boundary = _of(_BOUNDARY, kind)
    if not boundary:
        raise ValueError("no boundary")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode(), MOST_FIELDS + 1)[1:]
    if not parts or not parts[-1].startswith(b"--"):
        raise ValueError("no end, or more fields than anybody has")
    for part in parts[:-1]:
        head, between, content = part.partition(b"\r\n\r\n")
        disposition = ""
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-disposition":
                disposition = value
            elif not _is_utf8(value):
                raise ValueError("a part that is no UTF-8")
        field, file = _of(_NAME, disposition), _of(_FILENAME, disposition)
        if not between or not field:
            raise ValueError("a part without a name")
        yield field, content.decode() if file is None else File(file, content)


def _of(pattern: re.Pattern[str], header: str) -> str | None:
    found = pattern.search(header)
    return None if found is None else found[1] or found[2] or ""


def _is_utf8(header: str) -> bool:
    return all(charset.lower() in ("", *_CHARSETS) for charset in _CHARSET.findall(header))
