"""Why each person on a flight was told, or not: the ledger's rows and the silences between them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from flightagents.domain.bookings import Booking
from flightagents.domain.notifications import TOLD, Notification, Silence, State
from flightagents.domain.reasons import MEANING, Reason
from flightagents.domain.said import BESIDE

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


class People(Protocol):
    """The bookings of a flight, to name people by their reference."""

    async def __call__(self, flight: str, also: Iterable[str] = ()) -> Mapping[str, Booking]:
        """Give those who are or were on it, by id, and those of the ids in `also`."""


class Explanation(NamedTuple):
    """One decision about one person. `row` is None for a silence."""

    at: datetime
    ordinal: int
    reference: str
    reason: Reason
    row: Notification | None

    @property
    def words(self) -> str:
        """Say the reason in words."""
        return MEANING[self.reason] if self.row is None else why(self.row)


class Explain:
    """Lays both side by side, in order of time."""

    def __init__(
        self, ledger: Told, silences: Untold, people: People, person_key: Callable[[str], str]
    ) -> None:
        self._ledger = ledger
        self._silences = silences
        self._people = people
        self._person_key = person_key

    async def __call__(self, flight: str, limit: int) -> list[Explanation]:
        """Explain a flight, oldest first; at most `limit` rows."""
        rows = await self._ledger.newest(limit, flight)
        booked = {row.booking for row in rows if row.booking}
        people = await self._people(flight, booked)
        names = {self._person_key(each.id): each.reference for each in people.values()}
        found = [Explanation(row.created_at, row.ordinal, _reference(row), row.reason, row) for row in rows]
        for at, silence in unspoken(rows, await self._silences.of_flight(flight), self._person_key):
            reference = names.get(silence.person, FORGOTTEN)
            found.append(Explanation(at, silence.ordinal, reference, silence.reason, None))
        return sorted(found, key=lambda each: (each.at, each.ordinal, each.reference))


def unspoken(
    rows: Iterable[Notification],
    silences: Iterable[tuple[datetime, Silence]],
    person_key: Callable[[str], str],
) -> list[tuple[datetime, Silence]]:
    """Leave out a silence about a state that the same person is told of: it says nothing new."""
    told = {(person_key(row.booking), row.ordinal) for row in rows if row.booking and _tells(row)}
    return [(at, each) for at, each in silences if (each.person, each.ordinal) not in told]


def why(row: Notification) -> str:
    """Say in words why a person is told or not; of what had to wait and was sent, that it had to."""
    waited = row.state in TOLD and row.reason in _PUTS_OFF
    return f"it had to wait: {MEANING[row.reason]}" if waited else MEANING[row.reason]


def _tells(row: Notification) -> bool:
    return row.state in TOLD | {State.PENDING} and row.said not in BESIDE


def _reference(row: Notification) -> str:
    if row.staff is not None:
        return f"staff:{row.rule}"
    return row.notice.reference if row.notice else FORGOTTEN


def counted(found: Sequence[Explanation]) -> dict[str, int]:
    """Count the silences by reason."""
    silent = [each.reason.value for each in found if each.row is None]
    return {reason: silent.count(reason) for reason in sorted(set(silent))}
