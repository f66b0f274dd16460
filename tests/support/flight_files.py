"""What a flight's file is made of, in memory; MongoDB's passes the same contract tests (tests/contract)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flightagents.airports import place
from flightagents.domain.acts import About, Act
from flightagents.domain.changes import Change, Kind
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.tasks import Task
from flightagents.handlers.flight_file import OpenFlightFile
from flightagents.handlers.flight_people import FlightPeople
from flightagents.records import FlightRecord
from tests.support.agency import Agency, address_key
from tests.support.desk import FakeLedger
from tests.support.fakes import FakeArchive, FakeFlights
from tests.support.handling import FakeAudit
from tests.support.silences import FakeSilences
from tests.support.tasks import FakeTasks
from tests.support.website import FakePages

REAL_NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
"""What real time is while business time is that of a test."""


class FakeFlightFiles:
    """Reads what the other fakes keep."""

    def __init__(
        self,
        flights: FakeFlights,
        archive: FakeArchive,
        ledger: FakeLedger,
        silences: FakeSilences,
        tasks: FakeTasks,
        *,
        audit: FakeAudit,
    ) -> None:
        self._flights = flights
        self._archive = archive
        self._ledger = ledger
        self._silences = silences
        self._tasks = tasks
        self._audit = audit

    async def changes(self, flight: str, limit: int) -> list[Change]:
        theirs = [each for each in self._flights.history.values() if each.flight == flight]
        return sorted(theirs, key=lambda each: each.ordinal)[-limit:]

    async def moves_to(self, flight: str) -> list[Change]:
        moves = (each for each in self._flights.history.values() if each.kind is Kind.MOVED_TO)
        return sorted((each for each in moves if each.after["flight"] == flight), key=lambda each: each.at)

    async def records(self, ids: Sequence[str]) -> dict[str, FlightRecord]:
        return {key: self._archive.records[key] for key in ids if key in self._archive.records}

    async def rows(self, flight: str, limit: int, booking: str | None = None) -> list[Notification]:
        theirs = [row for row in self._ledger.rows if row.flight == flight]
        return _newest([row for row in theirs if booking in (None, row.booking)], limit)

    async def digests(self, changes: Sequence[str], limit: int) -> list[Notification]:
        told = [row for row in self._ledger.rows if row.rule and not set(row.changes).isdisjoint(changes)]
        return _newest(told, limit)

    async def silences(self, flight: str, limit: int) -> list[tuple[datetime, Silence]]:
        found = await self._silences.of_flight(flight)
        newest = sorted({each.ordinal for _, each in found})[-limit:]
        return [(at, each) for at, each in found if each.ordinal in newest]

    async def tasks(self, flight: str, limit: int) -> list[Task]:
        theirs = [task for task in self._tasks.all if task.flight == flight]
        return sorted(theirs, key=lambda task: task.created_at)[-limit:]

    async def acts(self, things: Sequence[About], limit: int) -> list[Act]:
        theirs = [act for act in self._audit.acts if act.about in things]
        return sorted(theirs, key=lambda act: act.at)[-limit:]


def _newest(rows: list[Notification], limit: int) -> list[Notification]:
    return sorted(rows, key=lambda row: row.created_at)[-limit:]


def opener(agency: Agency, files: FakeFlightFiles | None = None) -> OpenFlightFile:
    """Open files of an agency in memory."""
    return OpenFlightFile(
        files=files or files_of(agency),
        flights=agency.flights,
        handlings=agency.handlings,
        pages=FakePages(agency.ledger, agency.flights),
        people=FlightPeople(agency.flights, agency.bookings),
        place=place,
        address_key=address_key,
        clock=agency.clock,
        real_now=lambda: REAL_NOON,
    )


def files_of(agency: Agency) -> FakeFlightFiles:
    kept = agency.flights, agency.archive, agency.ledger, agency.silences, agency.tasks
    return FakeFlightFiles(*kept, audit=agency.audit)
