"""The feed, and where flights are kept."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from flightagents.domain.airlines import Airline
from flightagents.domain.call_plan import CallPlan, Spent
from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState, Sighting
from flightagents.domain.query_standing import QueryNature, QueryStanding
from flightagents.domain.runs import RunStamp
from flightagents.domain.sights import KeptSight
from flightagents.domain.watched import Watched
from flightagents.records import FlightRecord


class AirlineNames(Protocol):
    """Keeps what airlines are called."""

    async def learn(self, airlines: Sequence[Airline]) -> None:
        """Store names that are new; they take the place of what was stored by the same code."""

    async def all(self) -> list[Airline]:
        """Give all, by code."""


class RowReader(Protocol):
    """Turns one row of the feed into a record."""

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        """Read a row. Raises UnreadableRowError with a named reason."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row as the feed sent it, and where it stood: query, offset of the page, position in it."""

    raw: object
    place: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a query."""

    rows: Sequence[FeedRow]
    total: int | None
    """Rows that the feed says it has for the query."""


MayAsk = Callable[[], Awaitable[None]]
"""Raises LeaseLostError where another worker polls now: awaited before each call, and each retry of one."""


class FlightSource(RowReader, Protocol):
    """The feed."""

    def nature(self, query: str) -> QueryNature:
        """Tell what a query is about, and what it leaves out."""

    def rows(
        self, query: str, pages: int, may_ask: MayAsk, *, retries: bool = True
    ) -> AsyncIterator[FeedPage]:
        """Walk the pages of a query, so many at most; `retries`: an outage is tried again a little.

        Raises FeedRefusedError or a RecoverableError, also after some pages.
        """


class CallPlanner(Protocol):
    """Decides which calls of the feed are worth making."""

    def __call__(
        self,
        watched: Sequence[Watched],
        standings: Mapping[str, QueryStanding],
        spent: Spent,
        now: datetime,
    ) -> CallPlan:
        """Plan from `now` (business time) on; `standings` tell, by query, how asking it went."""


class CallBook(Protocol):
    """The calls of the month (UTC, business time): ours, and what AviationStack says of them."""

    async def count(self) -> None:
        """Count one call that is about to be made; awaited before each, so that failed calls count too.

        Raises CallsCountedOutError where none is left.
        """

    async def refuse(self) -> None:
        """Note that AviationStack says that this month is spent: that overrules our count until it turns."""

    async def spent(self) -> Spent:
        """Tell what this month has cost."""


class QueryStandings(Protocol):
    """How asking each query went lately; one that nobody has asked for a week is forgotten."""

    async def note(self, standing: QueryStanding) -> None:
        """Put a query's standing in the place of its last one, unless that is of a later look."""

    async def all(self) -> dict[str, QueryStanding]:
        """Give them by query."""


class CallPlans(Protocol):
    """The plan that the poller follows, for whoever wants to see it: one, the newest."""

    async def keep(self, plan: CallPlan) -> None:
        """Put a plan in the place of the last one, unless that was made later. `coming` is cut to a few."""

    async def current(self) -> CallPlan | None:
        """Give it; None before the first."""

    async def kept_at(self) -> datetime | None:
        """Tell when a plan was last kept, on the database's clock: the poller lives."""


class Sights(Protocol):
    """How fresh each watched flight, and the feed, was at the leader's last look."""

    async def all(self) -> dict[str, KeptSight]:
        """Give them by key."""

    async def of(self, keys: Collection[str]) -> dict[str, KeptSight]:
        """Give those of these flights."""

    async def keep(self, changed: Sequence[KeptSight], gone: Collection[str]) -> None:
        """Store some, each in the place of what was known of it, and forget the flights that are gone."""


class Lease(Protocol):
    """The right to poll. One worker has it at a time."""

    async def begin_run(self, now: datetime) -> RunStamp | None:
        """Take or renew it and number a run; None while another worker holds it."""

    async def holds(self, stamp: RunStamp) -> bool:
        """Renew it if it is still ours and still at this run: nobody took over, however long we took."""

    async def release(self) -> None:
        """Let another worker have it at once."""


class Archive(Protocol):
    """Keeps every record."""

    def document(self, record: FlightRecord) -> bytes:
        """Encode a record for `store`. Raises UnreadableRecordError for what the store cannot hold."""

    async def store(self, documents: Sequence[bytes]) -> None:
        """Insert what is not there yet; returns once it cannot be lost."""

    async def runs_of(self, flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Give the runs that brought each flight, in order."""

    async def whole_runs_of(self, flights: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Give those of these runs that would have brought any other day of its number as well."""

    async def newest(self) -> RunStamp | None:
        """Give the run of the record that was stored last, replayed ones apart; None where there is none."""

    async def seen_at(self, flights: Sequence[str]) -> dict[str, datetime]:
        """Give the poll time of the newest run that brought each flight."""

    async def shown(self, flights: Sequence[str], runs: Sequence[int]) -> dict[str, Sighting]:
        """Give what the newest of these runs that brought it showed of each flight: its leading row."""

    async def newest_rows(self, flights: Sequence[str]) -> dict[str, Sighting]:
        """Give what the newest run that brought each flight showed of it: its leading row."""

    async def newest_schedules(self, flights: Sequence[str]) -> dict[str, datetime]:
        """Give the scheduled departure that the same row showed of each flight."""


class FlightStore(Protocol):
    """Keeps the latest state of each flight, and its history."""

    async def known_states(self, flights: Sequence[str]) -> dict[str, FlightState]:
        """Give the stored state of each of these flights that has one."""

    async def open_states(self, since: date) -> list[FlightState]:
        """Give the state of every flight from that date on that has not left, landed or been cancelled."""

    async def in_the_air(self, since: date) -> dict[str, tuple[str, ...]]:
        """Give the numbers, the operating one first, of each flight from that date on that is in the air."""

    async def stirring(self, airports: Collection[str], since: datetime) -> set[str]:
        """Give those of these airports of which a flight that leaves about then had news since."""

    async def moves_of(self, flights: Sequence[str]) -> list[tuple[str, str]]:
        """Give each (old flight, new flight) of a flight retimed over midnight where one is among these."""

    async def of_numbers(self, numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """Give the flights of each number and date, by operating or any marketing number."""

    async def add_to_history(self, changes: Sequence[Change]) -> list[Change]:
        """Add changes to the history; give those that were not in it yet."""

    async def move_on(self, states: Iterable[FlightState]) -> None:
        """Store each state unless one of a higher ordinal is there already."""
