"""How a page is written and sent: templates, and headers that let nobody do anything with it but read it."""

import base64
import hashlib
import re
from functools import lru_cache
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flightagents.web.site import Agency
from flightagents.web.words import Words

_NOT_DIALLED = re.compile(r"[^+\d]")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("flightagents.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return files("flightagents.web").joinpath("templates", "style.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def headers() -> dict[str, str]:
    """Give the headers of every page. The style stands in the page, and its hash is all that may style it."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        # The address of the page is a secret: it goes to no other site, and into no search engine.
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
    }


def page(template: str, words: Words, agency: Agency, *, status: int = 200, **values: object) -> web.Response:
    """Write a page in a language."""
    text = (
        _environment()
        .get_template(template)
        .render(
            words=words,
            agency=agency,
            dialled=_NOT_DIALLED.sub("", agency.phone),
            style=Markup(_style()),  # noqa: S704 - our own file
            **values,
        )
    )
    return web.Response(
        text=text,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={**headers(), "Content-Language": words.language},
    )


def notice(name: str, words: Words, agency: Agency, *, status: int) -> web.Response:
    """Write a page that says one thing: `notice.unknown`, `notice.later`."""
    return page("notice.html", words, agency, status=status, name=name)
