"""Keeps lists on open pages as they are in the database: whoever looks gets what has changed.

store/touched.py tells which collections changed. A list that somebody looks at is then made anew, once for
all who look at the same, once a second at most, and each gets the rows that are new to them, as HTML. While
the worker is busy, making lists takes a small share of its time (allowance.py): they follow less often.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import NamedTuple

import msgspec
import structlog

from flightagents.domain.touch import Touch
from flightagents.web.staff.allowance import Allowance

AT_MOST_EVERY = timedelta(seconds=1)
"""Real time between two updates of a list."""
ANYWAY_EVERY = timedelta(seconds=30)
"""Real time after which a list is made anew though nothing was touched: time alone changes its order."""
TICK = timedelta(milliseconds=100)

_log = structlog.get_logger(__name__)


class Row(NamedTuple):
    """A row of a list: which one it is, and how it looks."""

    key: str
    html: str


class Snapshot:
    """A list as it was made once, from `began` on. `version` names its rows and their order."""

    def __init__(self, rows: Sequence[Row], began: float = 0.0) -> None:
        self.rows = dict(rows)
        self.began = began
        digest = hashlib.sha256()
        for key, html in self.rows.items():
            digest.update(f"{key}\0{html}\0".encode())
        self.version = digest.hexdigest()[:16]
        self._since: dict[str, bytes] = {}

    def since(self, old: "Snapshot | None") -> bytes:
        """Give, as JSON in one line, what is new to whoever has the old one: the order, and what differs."""
        known = old.version if old else ""
        if known not in self._since:  # most who look have the same one
            had = old.rows if old else {}
            new = {key: html for key, html in self.rows.items() if had.get(key) != html}
            self._since[known] = msgspec.json.encode({"order": list(self.rows), "rows": new})
        return self._since[known]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that may be looked at. Equal keys are the same list; `topics` are the collections it shows."""

    name: str
    key: Hashable
    topics: frozenset[str]
    make: Callable[[], Awaitable[Sequence[Row]]]
    flight: str | None = None
    """The one that it is about; what is touched of others is seen with the next look that comes anyway."""
    on_page: bool = True
    """Whether a page shows it when it comes; what it lacks until then may be from before."""

    def shows(self, touch: Touch) -> bool:
        """Tell whether something that was touched may be on it."""
        about = self.flight is None or touch.flights is None or self.flight in touch.flights
        return about and not self.topics.isdisjoint(touch.collections)


class Update(NamedTuple):
    """What is new on a list."""

    name: str
    version: str
    text: bytes
    """JSON in one line; the same object for all who get the same."""


@dataclass(slots=True)
class _View:
    listing: Listing
    snapshot: Snapshot | None = None
    dirty: bool = True
    made_at: float = float("-inf")
    viewers: set[asyncio.Event] = field(default_factory=set)


class Live:
    """The lists that somebody looks at. It rests while nobody does.

    `touched` gives what is changing, None where it has lost sight of it, and then everything. Without it
    nothing happens by itself, and whoever holds this calls `note` and `catch_up`. `heard` is called with all
    that it gives, and with None when it rests. `anew` is called before lists are made: what was looked at
    before they were touched does not count any more.
    """

    def __init__(
        self,
        touched: Callable[[], AsyncIterator[Touch | None]] | None,
        *,
        count: Callable[[int], None],
        heard: Callable[[Touch | None], None] = lambda _touch: None,
        anew: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._touched = touched
        self._heard = heard
        self._anew = anew
        self._count = count
        self._seconds = seconds
        self._views: dict[Hashable, _View] = {}
        self._work: list[asyncio.Task[None]] = []
        self._closed = False

    async def follow(self, listings: Sequence[Listing], versions: Sequence[str]) -> AsyncIterator[Update]:
        """Give what is new on some lists, to a page that has these versions, until `close`.

        A page without a version was made a moment ago, and may know more than a list that was made before.
        """
        changed, came = asyncio.Event(), self._seconds()
        views = [self._views.setdefault(each.key, _View(each)) for each in listings]
        had: list[Snapshot | None] = [None] * len(views)
        known = list(versions)
        for view, version in zip(views, versions, strict=True):
            view.viewers.add(changed)
            view.dirty = view.dirty or not version
        self._begin()
        changed.set()
        try:
            while not self._closed:
                await changed.wait()
                changed.clear()
                for place, view in enumerate(views):
                    old, new = had[place], view.snapshot
                    if new is None or (view.listing.on_page and not known[place] and new.began < came):
                        continue
                    had[place] = new
                    if new.version != known[place]:
                        known[place] = new.version
                        yield Update(view.listing.name, new.version, new.since(old))
        finally:
            for view in views:
                self._leave(view, changed)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for view in self._views.values():
            for viewer in view.viewers:
                viewer.set()
        self._rest()

    @property
    def viewers(self) -> int:
        """Count those who look."""
        return len({viewer for view in self._views.values() for viewer in view.viewers})

    @property
    def views(self) -> list[Listing]:
        """Give the lists that somebody looks at."""
        return [view.listing for view in self._views.values()]

    async def catch_up(self) -> float:
        """Make the lists anew that are due; give how many seconds that took."""
        began = self._seconds()
        due = [view for view in self._views.values() if self._is_due(view)]
        for view in due:  # whatever is touched from now on makes it due again
            view.dirty, view.made_at = False, began
        if due:
            self._anew()
        for view in due:
            await self._remake(view)
        return self._seconds() - began

    def _is_due(self, view: _View) -> bool:
        age = self._seconds() - view.made_at
        wait = AT_MOST_EVERY if view.dirty else ANYWAY_EVERY
        return bool(view.viewers) and age >= wait.total_seconds()

    async def _remake(self, view: _View) -> None:
        began = self._seconds()
        try:
            snapshot = Snapshot(await view.listing.make(), began)
        except Exception:  # noqa: BLE001 - a loop of its own: those who look keep what they have
            _log.exception("a list could not be made anew", list=view.listing.name)
            view.dirty = True
            return
        view.snapshot = snapshot
        for viewer in view.viewers:
            viewer.set()

    def note(self, touch: Touch | None) -> None:
        """Note that something was touched; None: for now nobody tells."""
        self._heard(touch)
        for view in self._views.values():
            view.dirty = view.dirty or (touch is not None and view.listing.shows(touch))

    def _begin(self) -> None:
        self._count(self.viewers)
        if self._touched is not None and not self._work and not self._closed:
            watch = self._watch(self._touched)
            self._work = [asyncio.create_task(watch), asyncio.create_task(self._keep_up())]

    def _leave(self, view: _View, viewer: asyncio.Event) -> None:
        view.viewers.discard(viewer)
        if not view.viewers and self._views.get(view.listing.key) is view:
            del self._views[view.listing.key]
        if not self._views:
            self._rest()
        self._count(self.viewers)

    def _rest(self) -> None:
        for task in self._work:
            task.cancel()
        self._work = []
        self._heard(None)

    async def _watch(self, touched: Callable[[], AsyncIterator[Touch | None]]) -> None:
        while True:
            try:
                async for touch in touched():
                    self.note(touch)
            except Exception:  # noqa: BLE001 - a loop of its own, as below
                _log.exception("nobody tells any more what changes: lists follow by the clock alone")
            self.note(None)
            await asyncio.sleep(ANYWAY_EVERY.total_seconds())

    async def _keep_up(self) -> None:
        allowance = Allowance()
        while True:
            waits = allowance.spend(await self.catch_up())
            await asyncio.sleep(max(TICK.total_seconds(), waits))
