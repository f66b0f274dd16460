"""The ports in memory: what each promises, without broker, database or network.

Each fake passes the same contract tests as the real thing (tests/contract). Those that share a `journal`
write into it what they did, in order: a test of an order of steps reads it.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from flightagents.aviationstack.nature import nature_of
from flightagents.aviationstack.parsing import RowParser
from flightagents.aviationstack.source import filters_of
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightId, FlightState, Sighting
from flightagents.domain.query_standing import QueryNature
from flightagents.domain.runs import RunStamp
from flightagents.domain.times import at_latest
from flightagents.errors import UnreadableRecordError
from flightagents.ports import FeedPage, FeedRow, MayAsk
from flightagents.records import DeadLetter, FlightRecord
from tests.support.rows import NOON

Journal = list[tuple[str, str]]
"""What was done, and to what."""

INT64 = range(-(2**63), 2**63)
MAX_DEPTH = 150


class SetClock:
    """Stands until a test moves it; `speed` is how much faster than real time it would run."""

    def __init__(self, now: datetime = NOON, speed: float = 1) -> None:
        self.time = now
        self.speed = speed

    def now(self) -> datetime:
        return self.time

    def real(self, duration: timedelta) -> timedelta:
        return duration / self.speed

    def business(self, duration: timedelta) -> timedelta:
        return duration * self.speed

    def move(self, by: timedelta) -> None:
        self.time += by


class FakeArchive:
    """Documents by id; they hold what BSON can hold."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.records: dict[str, FlightRecord] = {}
        self._journal: Journal = [] if journal is None else journal

    def document(self, record: FlightRecord) -> bytes:
        try:
            _require_storable(msgspec.to_builtins(record), MAX_DEPTH)
            return msgspec.json.encode(record)
        except (ValueError, RecursionError) as exc:
            raise UnreadableRecordError("not_storable", f"{record.id}: {exc}") from exc

    async def store(self, documents: Sequence[bytes]) -> None:
        for document in documents:
            record = msgspec.json.decode(document, type=FlightRecord)
            self.records.setdefault(record.id, record)
        self._journal.append(("stored", f"{len(documents)} records"))

    async def runs_of(self, flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
        return _runs(self.records.values(), flights)

    async def whole_runs_of(self, flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
        return _runs((each for each in self.records.values() if not each.narrow), flights)

    async def newest(self) -> RunStamp | None:
        last = [record for record in self.records.values() if not record.replayed][-1:]
        return RunStamp(last[0].run, last[0].polled_at) if last else None

    async def shown(self, flights: Sequence[str], runs: Sequence[int]) -> dict[str, Sighting]:
        found = [each for each in self.records.values() if each.flight in flights and each.run in runs]
        return {each.flight: each for each in sorted(found, key=lambda each: each.run) if each.leads}

    async def seen_at(self, flights: Sequence[str]) -> dict[str, datetime]:
        newest = sorted(self.records.values(), key=lambda each: each.run)
        return {each.flight: each.polled_at for each in newest if each.flight in flights}

    async def newest_rows(self, flights: Sequence[str]) -> dict[str, Sighting]:
        newest = {flight: runs[-1:] for flight, runs in (await self.runs_of(flights)).items()}
        shown = [await self.shown([flight], runs) for flight, runs in newest.items()]
        return {flight: each for found in shown for flight, each in found.items()}

    async def newest_schedules(self, flights: Sequence[str]) -> dict[str, datetime]:
        shown = await self.newest_rows(flights)
        return {flight: each.departure.scheduled for flight, each in shown.items()}


def _runs(records: Iterable[FlightRecord], flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
    runs: dict[str, set[int]] = {}
    for each in records:
        if each.flight in flights:
            runs.setdefault(each.flight, set()).add(each.run)
    return {flight: tuple(sorted(found)) for flight, found in runs.items()}


def _require_storable(value: object, levels: int) -> None:
    if levels == 0:
        raise ValueError("nested too deep")
    if isinstance(value, int) and value not in INT64:
        raise ValueError(f"{value} has more than 64 bits")
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        if any("\0" in key for key in value):
            raise ValueError("a key holds a NUL")
        parts = value.values()
    elif isinstance(value, (list, tuple)):
        parts = value
    for part in parts:
        _require_storable(part, levels - 1)


class FakeFlights:
    """The latest state of each flight, as the JSON that MongoDB keeps, and the history by id."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.history: dict[str, Change] = {}
        self.asked: list[list[str]] = []
        self._states: dict[str, bytes] = {}
        self._journal: Journal = [] if journal is None else journal

    @property
    def states(self) -> dict[str, FlightState]:
        return {flight: _state(text) for flight, text in self._states.items()}

    async def known_states(self, flights: Sequence[str]) -> dict[str, FlightState]:
        self.asked.append(sorted(flights))
        return {flight: _state(self._states[flight]) for flight in flights if flight in self._states}

    async def open_states(self, since: date) -> list[FlightState]:
        recent = (state for state in self.states.values() if FlightId.parse(state.flight).date >= since)
        return [state for state in recent if state.open]

    async def in_the_air(self, since: date) -> dict[str, tuple[str, ...]]:
        return {
            state.flight: (FlightId.parse(state.flight).designator, *state.marketed_as)
            for state in self.states.values()
            if FlightId.parse(state.flight).date >= since and state.departed and not state.landed
        }

    async def stirring(self, airports: Collection[str], since: datetime) -> set[str]:
        return {
            state.departure.airport
            for state in self.states.values()
            if state.ordinal > 1
            and state.seen_at > since
            and abs(at_latest(state.departure.expected) - since) < timedelta(hours=4)
        }.intersection(airports)

    async def moves_of(self, flights: Sequence[str]) -> list[tuple[str, str]]:
        moves = [
            (change.flight, str(change.after["flight"]))
            for change in self.history.values()
            if change.kind is Kind.MOVED_TO
        ]
        return [move for move in moves if not set(move).isdisjoint(flights)]

    async def of_numbers(self, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for wanted in numbers:
            for state in sorted(self.states.values(), key=lambda state: state.flight):
                name = FlightId.parse(state.flight)
                names = {name.designator, *state.marketed_as}
                if wanted[0] in names and wanted[1] == name.date.isoformat():
                    found.setdefault(wanted, []).append(state.flight)
        return found

    async def add_to_history(self, changes: Sequence[Change]) -> list[Change]:
        new = []
        for change in changes:
            if change.id not in self.history:
                self.history[change.id] = replace(change, state=None)
                new.append(change)
        self._journal.append(("history", f"{len(changes)} changes"))
        return new

    async def move_on(self, states: Iterable[FlightState]) -> None:
        for state in states:
            known = self._states.get(state.flight)
            if known is None or _state(known).ordinal < state.ordinal:
                self._states[state.flight] = msgspec.json.encode(state)
        self._journal.append(("latest", "states"))


def _state(text: bytes) -> FlightState:
    return msgspec.json.decode(text, type=FlightState)


@dataclass
class LeaseBook:
    """The one lease that several workers see."""

    owner: str | None = None
    expired: bool = True
    run: int = 0
    polled_at: datetime | None = None


class FakeLease:
    """One worker's view of the lease."""

    def __init__(self, book: LeaseBook, owner: str) -> None:
        self._book = book
        self._owner = owner

    async def begin_run(self, now: datetime) -> RunStamp | None:
        book = self._book
        if book.owner != self._owner and not book.expired:
            return None
        last = book.polled_at
        book.polled_at = now if last is None else max(last + timedelta(milliseconds=1), now)
        book.owner, book.expired, book.run = self._owner, False, book.run + 1
        return RunStamp(book.run, book.polled_at)

    async def holds(self, stamp: RunStamp) -> bool:
        book = self._book
        if book.owner != self._owner or book.run != stamp.run:
            return False
        book.expired = False
        return True

    async def release(self) -> None:
        if self._book.owner == self._owner:
            self._book.owner, self._book.expired = None, True


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it lies on a topic."""

    value: bytes | None
    topic: str = "flight-topic"
    partition: int = 0
    offset: int = 0
    key: bytes | None = None


class FakePublisher:
    """Keeps what was published, by topic."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.topics: dict[str, list[Sent]] = {}
        self._journal: Journal = [] if journal is None else journal

    async def publish(self, topic: str, records: Iterable[tuple[str, bytes]]) -> None:
        log = self.topics.setdefault(topic, [])
        records = list(records)
        for key, value in records:
            log.append(Sent(value, topic, 0, len(log), key.encode()))
        if records:
            self._journal.append(("published", topic))

    def on(self, topic: str) -> list[Sent]:
        return self.topics.get(topic, [])

    def values(self, topic: str) -> list[bytes]:
        return [message.value or b"" for message in self.on(topic)]


class FakeDeadLetters:
    """Letters by id."""

    def __init__(self) -> None:
        self.letters: dict[str, DeadLetter] = {}

    async def store(self, letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            self.letters.setdefault(letter.id, letter)


class FakeTable:
    """The table of one worker; `changelog` is what a recovery would read."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.entries: dict[str, bytes] = {}
        self.changelog: dict[str, bytes] = {}
        self._journal: Journal = [] if journal is None else journal

    def get(self, key: str) -> bytes | None:
        return self.entries.get(key)

    def values(self) -> Iterable[bytes]:
        return list(self.entries.values())

    def __setitem__(self, key: str, value: bytes) -> None:
        self.entries[key] = value
        self._journal.append(("table", key))

    def __delitem__(self, key: str) -> None:
        del self.entries[key]
        self._journal.append(("forgotten", key))

    async def durable(self) -> None:
        self.changelog = dict(self.entries)
        self._journal.append(("durable", "table"))


class FakeFeed:
    """Gives each query's pages in order; an exception among them is raised where it stands."""

    def __init__(self, pages: Mapping[str, Sequence[Sequence[object] | Exception]]) -> None:
        self.pages = dict(pages)
        self.totals: dict[str, int] = {}
        self.asked: list[str] = []
        self.tried_again: list[bool] = []
        """Of each query that was asked, whether an outage would have been tried again."""
        self.meanwhile: Callable[[], None] = lambda: None
        """Happens while a page is fetched."""
        self._parser = RowParser()

    @property
    def queries(self) -> Sequence[str]:
        return list(self.pages)

    def nature(self, query: str) -> QueryNature:
        return nature_of(filters_of(query))

    async def rows(
        self, query: str, pages: int, may_ask: MayAsk, *, retries: bool = True
    ) -> AsyncIterator[FeedPage]:
        self.asked.append(query)
        self.tried_again.append(retries)
        for number, page in enumerate(self.pages[query][:pages]):
            await may_ask()
            if isinstance(page, Exception):
                raise page
            self.meanwhile()
            place = {"query": query, "offset": number}
            rows = [FeedRow(raw, {**place, "row": at}) for at, raw in enumerate(page)]
            yield FeedPage(rows, self.totals.get(query))

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        return self._parser.parse(raw, stamp)


@dataclass
class Handed:
    """A batch of one partition; `current` says in turn what is given, then stays at the last of it."""

    records: Sequence[Sent]
    still_ours: list[bool] = field(default_factory=lambda: [True])

    @property
    def current(self) -> bool:
        return self.still_ours.pop(0) if len(self.still_ours) > 1 else self.still_ours[0]


def messages(*values: bytes | None, topic: str = "flight-topic", partition: int = 0) -> list[Sent]:
    """Give values as messages of one partition, from offset 0."""
    return [Sent(value, topic, partition, offset) for offset, value in enumerate(values)]


def nested(levels: int) -> dict[str, Any]:
    """Give an object in an object in an object."""
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value
