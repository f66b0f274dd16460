"""Files that another program leaves in a folder -> bookings; each is put away with a report.

import_bookings.py reads and takes them in, as at the command line. A file of a worker that died is taken
again: importing it twice changes nothing.
"""

import re
from collections import Counter

import structlog

from flightagents.clock import Clock
from flightagents.domain.booking_intake import MANY
from flightagents.domain.notifications import Notification
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.errors import FlightagentsError
from flightagents.handlers.import_bookings import EXPORT, ImportBookings, Imported, Limits
from flightagents.ports import BookingFolder, Shelf, Taken, Tasks

BY = "the watched folder"
"""Who has done it, in the log."""
MOST_REPORTED = 1000
"""Refused lines that a report names."""

_EMAIL = re.compile(r"[^\s'\"]+@[^\s'\"]+")
_PHONE = re.compile(r"\+\d[\d ()/.-]{5,}\d|\b\d{7,}\b")
_log = structlog.get_logger(__name__)


class WatchFolder:
    """Looks once; each file is worked through before the next is taken."""

    def __init__(
        self,
        *,
        folder: BookingFolder,
        import_bookings: ImportBookings,
        tasks: Tasks,
        clock: Clock,
        limits: Limits = EXPORT,
    ) -> None:
        self._folder = folder
        self._import_bookings = import_bookings
        self._tasks = tasks
        self._clock = clock
        self._limits = limits

    async def __call__(self) -> None:
        """Import what stands still in the folder."""
        for file in await self._folder.look():
            taken = await self._folder.take(file)
            if taken is not None:
                await self._import(taken)

    async def _import(self, taken: Taken) -> None:
        content = await self._folder.read(taken, self._limits.size + 1)
        if content is None:
            return
        try:
            imported = await self._import_bookings(content, taken.name, BY, limits=self._limits)
        except FlightagentsError as exc:
            await self._put(taken, Shelf.REFUSED, [f"refused: {exc}"])
            return
        if imported.held:
            await self._hold(taken, imported.would_send)
            return
        await self._put(taken, Shelf.IMPORTED, _report(imported))

    async def _hold(self, taken: Taken, rows: list[Notification]) -> None:
        """Staff have to want so many messages. The task comes first: without it nobody would look."""
        counts = Counter(f"{row.flight}  {row.said.value}  {row.channel.value}" for row in rows)
        name, how = _without_addresses(taken.name), "import it by hand if that is right"
        many = f"{len(rows)} messages at once"
        task = Task(
            id=task_id(TaskKind.IMPORT_HELD, taken.held_as),  # the same file another day is another task
            kind=TaskKind.IMPORT_HELD,
            flight=None,
            booking=None,
            summary=f"The file {name} would send {many}: it waits in the folder {Shelf.HELD}; {how}.",
            created_at=self._clock.now(),
        )
        await self._tasks.open([task])
        held = f"held: it would send {many}, more than {MANY}; {how}"
        await self._put(taken, Shelf.HELD, [held, *(f"{what}  {count}" for what, count in counts.items())])

    async def _put(self, taken: Taken, shelf: Shelf, report: list[str]) -> None:
        text = "\n".join(_without_addresses(line) for line in report) + "\n"
        name = await self._folder.put(taken, shelf, text)
        if name is not None:
            _log.info("a file of bookings", folder=shelf.value, file=_without_addresses(name))


def _report(imported: Imported) -> list[str]:
    file, past = imported.file, imported.past
    more = len(file.refused) - MOST_REPORTED
    return [
        f"{_lines(len(file.bookings))} imported, {len(file.refused)} refused",
        *([f"flights whose date is past, nobody is told of them: {past}"] if past else []),
        *(f"column ignored: {column}" for column in file.ignored_columns),
        *(f"line {each.line} refused: {each.reason}" for each in file.refused[:MOST_REPORTED]),
        *([f"and {more} more"] if more > 0 else []),
    ]


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number} lines"


def _without_addresses(text: str) -> str:
    """A reason repeats what stood in a cell; in a file whose columns have moved that may be anything."""
    return _PHONE.sub("(number)", _EMAIL.sub("(address)", text))
