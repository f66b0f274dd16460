"""What the core needs of the world, as it wants to see it. `app` chooses what implements it."""

from typing import Protocol

from flightagents.domain.runs import RunStamp
from flightagents.records import FlightRecord


class RowReader(Protocol):
    """Turns one row of the feed into a record."""

    def parse(self, raw: object, stamp: RunStamp) -> FlightRecord:
        """Read a row. Raises UnreadableRowError with a named reason."""
