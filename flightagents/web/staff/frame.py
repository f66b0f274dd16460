"""The frame of every staff page: templates, the head with clock and way around, and how pages answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from aiohttp import web
from itsdangerous import BadSignature, URLSafeSerializer
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from yarl import URL

from flightagents.clock import Clock
from flightagents.domain.airlines import Airlines
from flightagents.domain.users import Role
from flightagents.web import static_files
from flightagents.web.access.gate import FORM_FIELD, VISITOR
from flightagents.web.staff import (
    ledger_words,
    letter_words,
    log_words,
    rule_words,
    system_words,
    times,
    traveller_words,
    words,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the way around, and who sees it there."""

    path: str
    name: str
    role: Role = Role.VIEWER


PLACES = (
    Place("/", "Now"),
    Place("/tasks", "Tasks"),
    Place("/travellers", "Travellers", Role.AGENT),
    Place("/flights", "Flights"),
    Place("/places", "Airports & airlines"),
    Place("/messages", "Messages"),
    Place("/rules", "Rules"),
    Place("/dead-letters", "Dead letters"),
    Place("/log", "Log", Role.AGENT),
    Place("/system", "System"),
    Place("/users", "Users", Role.ADMIN),
)
"""In the order of a working day."""

DONE = "done"
"""What an act has done, in the address that it leads to."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Give the templates of the staff page. Everything that is filled in is escaped."""
    found = Environment(
        loader=PackageLoader("flightagents.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals |= {"static": static_files.address, "places": PLACES, "FORM_FIELD": FORM_FIELD}
    found.globals |= traveller_words.WORDS
    rooms = (times, words, ledger_words, letter_words, log_words, rule_words, system_words, traveller_words)
    for room in rooms:
        found.filters |= room.FILTERS
    found.filters |= {"finished": _finished}
    return found


def _finished(html: str) -> Markup:
    """Take the HTML of a row as it is: a template of ours has made it, and escaped what was filled in."""
    return Markup(html)  # noqa: S704 - see above


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page."""

    agency: str
    zone: str
    """The agency's: times that are no airport's are by its clock."""
    clock: Clock
    mode: str
    """live, shadow or off: whether what is decided is sent."""
    secret: bytes = field(repr=False)
    """Signs what an act has done, so that no link from elsewhere puts words into our mouth."""
    airlines: Callable[[], Airlines] = Airlines
    """Those whose names are known by now."""
    open_items: Callable[[], int] = lambda: 0
    """How much waits for a person, for the title of the tab."""

    def page(
        self, request: web.Request, template: str, *, status: int = 200, **values: object
    ) -> web.Response:
        """Write a page for whoever asks."""
        text = self.text(
            template,
            visitor=request[VISITOR],
            path=request.path,
            address=request.path_qs,
            notice=self._said(request.query.get(DONE, "")),
            **values,
        )
        return self._answer(text, status)

    def bare(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Write a page for somebody whom we do not know."""
        return self._answer(self.text(template, visitor=None, path="", **values), status)

    def text(self, template: str, **values: object) -> str:
        """Fill in a template of templates/staff."""
        return environment().get_template(f"staff/{template}").render(frame=self, **values)

    @property
    def now(self) -> datetime:
        """Business time, in UTC."""
        return self.clock.now()

    @property
    def speed(self) -> float:
        """How many seconds of business time go by in a real one: 1, but for a simulated day."""
        return self.clock.business(timedelta(seconds=1)).total_seconds()

    def airline(self, code: str) -> str:
        """Write British Airways (BA); the code alone where nobody has named it."""
        name = self.airlines().name(code)
        return f"{name} ({code})" if name else code

    def go_to(self, address: str, done: str = "") -> web.Response:
        """Lead on after a form was taken, so that reloading does not send it again; `done` is said there."""
        try:
            url = URL(address)
        except ValueError:
            url = URL()
        if url.scheme or url.host or not url.path.startswith("/") or url.path.startswith(("//", "/\\")):
            url = URL("/")
        query = [(name, value) for name, value in url.query.items() if name != DONE]
        query += [(DONE, str(self._signer.dumps(done)))] if done else []
        return web.Response(status=303, headers={"Location": str(url.with_query(query))})

    def _said(self, signed: str) -> str:
        try:
            return str(self._signer.loads(signed)) if signed else ""
        except BadSignature:
            return ""

    @property
    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt="flightagents.done")

    @staticmethod
    def _answer(text: str, status: int) -> web.Response:
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
