"""Why each person on a flight was told, or not: the ledger's rows and the silences between them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from flightagents.domain.bookings import Booking
from flightagents.domain.notifications import TOLD, Notification, Silence, State
from flightagents.domain.reasons import MEANING, Reason
from flightagents.domain.said import CONNECTIONS

FORGOTTEN = "(forgotten)"
_PUTS_OFF = frozenset({Reason.QUIET_HOURS, Reason.STAFF_FIRST, Reason.WAITS_FOR_SECOND_LOOK})


class Told(Protocol):
    """The ledger, to read."""

    async def newest(self, limit: int, flight: str | None = None) -> list[Notification]:
        """Give the newest rows, newest first."""


class Untold(Protocol):
    """The silences, to read."""

    async def of_flight(self, flight: str) -> list[tuple[datetime, Silence]]:
        """Give the decisions not to tell of a flight, oldest first."""


class Everyone(Protocol):
    """The bookings, to name people by their reference."""

    async def everyone(self) -> list[Booking]:
        """Give all bookings."""


class Explanation(NamedTuple):
    """One decision about one person. `row` is None for a silence."""

    at: datetime
    ordinal: int
    reference: str
    reason: Reason
    row: Notification | None

    @property
    def words(self) -> str:
        """Say the reason in words; of what had to wait and was sent, that it had to."""
        waited = self.row is not None and self.row.state in TOLD and self.reason in _PUTS_OFF
        return f"it had to wait: {MEANING[self.reason]}" if waited else MEANING[self.reason]


class Explain:
    """Lays both side by side, in order of time."""

    def __init__(
        self, ledger: Told, silences: Untold, bookings: Everyone, person_key: Callable[[str], str]
    ) -> None:
        self._ledger = ledger
        self._silences = silences
        self._bookings = bookings
        self._person_key = person_key

    async def __call__(self, flight: str, limit: int) -> list[Explanation]:
        """Explain a flight, oldest first; at most `limit` rows.

        A silence about a state that the same person is told of says nothing new and is left out.
        """
        rows = await self._ledger.newest(limit, flight)
        people = {self._person_key(each.id): each.reference for each in await self._bookings.everyone()}
        told = {(self._person_key(row.booking), row.ordinal) for row in rows if row.booking and _tells(row)}
        found = [Explanation(row.created_at, row.ordinal, _reference(row), row.reason, row) for row in rows]
        for at, silence in await self._silences.of_flight(flight):
            if (silence.person, silence.ordinal) not in told:
                reference = people.get(silence.person, FORGOTTEN)
                found.append(Explanation(at, silence.ordinal, reference, silence.reason, None))
        return sorted(found, key=lambda each: (each.at, each.ordinal, each.reference))


def _tells(row: Notification) -> bool:
    return row.state in TOLD | {State.PENDING} and row.said not in CONNECTIONS


def _reference(row: Notification) -> str:
    if row.staff is not None:
        return f"staff:{row.rule}"
    return row.notice.reference if row.notice else FORGOTTEN


def counted(found: Sequence[Explanation]) -> dict[str, int]:
    """Count the silences by reason."""
    silent = [each.reason.value for each in found if each.row is None]
    return {reason: silent.count(reason) for reason in sorted(set(silent))}
