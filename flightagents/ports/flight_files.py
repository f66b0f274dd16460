"""What the file of one flight is made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from flightagents.domain.acts import About, Act
from flightagents.domain.changes import Change
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.tasks import Task
from flightagents.records import FlightRecord


class FlightFiles(Protocol):
    """All that is kept of one flight; each bounded, and oldest first."""

    async def changes(self, flight: str, limit: int) -> list[Change]:
        """Give its newest changes, without its states."""

    async def moves_to(self, flight: str) -> list[Change]:
        """Give the changes by which other flights became this one."""

    async def records(self, ids: Sequence[str]) -> dict[str, FlightRecord]:
        """Give those of these records that are still kept."""

    async def rows(self, flight: str, limit: int, booking: str | None = None) -> list[Notification]:
        """Give its newest rows of the ledger; with `booking` those of that person alone."""

    async def digests(self, changes: Sequence[str], limit: int) -> list[Notification]:
        """Give the newest rows for staff that tell one of these changes, of whatever flights."""

    async def silences(self, flight: str, limit: int) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell of its newest `limit` states, with their times."""

    async def tasks(self, flight: str, limit: int) -> list[Task]:
        """Give its newest tasks."""

    async def acts(self, things: Sequence[About], limit: int) -> list[Act]:
        """Give the newest of what staff did to these things."""
