"""A folder that another program puts files of bookings into."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Shelf(StrEnum):
    """Where a file ends: folders within the folder."""

    IMPORTED = "imported"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is ours for now: its name as it came, and the one that it has while it is ours."""

    name: str
    held_as: str


class BookingFolder(Protocol):
    """The folder. Several workers may share it; each file goes to one of them."""

    async def look(self) -> list[str]:
        """Give the files that stood still since the last look, or were left by a worker that died."""

    async def take(self, file: str) -> Taken | None:
        """Take a file that `look` gave; None where another worker was faster, or it is gone."""

    async def read(self, taken: Taken, most: int) -> bytes | None:
        """Give its bytes, at most so many; None where it is gone, or no plain file."""

    async def put(self, taken: Taken, shelf: Shelf, report: str) -> str | None:
        """Put it away with a report beside it; give the name it got there, None where it is gone."""
