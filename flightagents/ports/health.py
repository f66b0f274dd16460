"""What the system tells of itself, and reads of itself."""

from datetime import datetime
from typing import Protocol

from flightagents.domain.health import Backlog, CallsMade, LeaseStanding, Letters
from flightagents.domain.polls import PollReport, PollStanding
from flightagents.domain.tasks import TaskKind
from flightagents.domain.vital_signs import VitalSigns, WorkerSigns


class Workers(Protocol):
    """The vital signs of all workers; a worker that was not seen for hours is forgotten."""

    async def tell(self, name: str, signs: VitalSigns) -> datetime:
        """Put a worker's signs in the place of its last ones; give the time of the database's clock."""

    async def stop(self, name: str) -> None:
        """Note that a worker ends in order. Never waits long and never fails: it ends all the same."""

    async def all(self, limit: int) -> list[WorkerSigns]:
        """Give the workers' last signs, the one seen last first."""


class Polls(Protocol):
    """How the poller's runs end."""

    async def note(self, report: PollReport) -> None:
        """Note how a run ended; one that is older than the last is left out."""

    async def last(self) -> PollStanding | None:
        """Give the last one, and how many in a row have failed."""


class Gauges(Protocol):
    """What else the database tells of the system's health; counts stop at a bound."""

    async def now(self) -> datetime:
        """Give the time of the database's clock."""

    async def lease(self) -> LeaseStanding | None:
        """Tell who may poll; None before the first run."""

    async def calls(self, now: datetime) -> CallsMade:
        """Tell what calls the month of `now` (business time) has cost."""

    async def backlog(self, now: datetime) -> Backlog:
        """Count notifications that are due at `now` (business time), not held, and have not left."""

    async def letters(self, now: datetime) -> Letters:
        """Count dead letters; the hours are those before `now` (business time)."""

    async def tasks(self) -> dict[TaskKind, int]:
        """Count by kind what somebody still has to do."""
