"""A watched folder on disk, which several workers may share: a file goes to whoever renames it first.

A file that is ours stands in `taking/` as TIME~TOKEN~NAME. A rename is one step also on a shared disk, and
the time, which is the worker's, tells when a worker that took it must have died: real time.
"""

import asyncio
import os
import stat
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog

from flightagents.ports import Shelf, Taken

TAKING = "taking"
ABANDONED_AFTER = timedelta(minutes=30)
"""An import takes a minute or two; one that is done twice changes nothing."""
LONGEST_NAME = 150
"""Characters, of 255 bytes that most disks allow; ours add some."""
MOST_AT_ONCE = 100
"""Files of one look."""
MOST_OF_A_NAME = 1000
"""Files of one name on a shelf."""

_log = structlog.get_logger(__name__)
_Seen = tuple[int, int, int]
"""Inode, size and time of change of a file."""


class DiskFolder:
    """Only plain files named *.csv are taken: no links, no folders, nothing hidden, nothing empty."""

    def __init__(self, root: Path, now: Callable[[], float] = time.time) -> None:
        self._root = root
        self._now = now
        self._seen: dict[str, _Seen] = {}
        self._told: set[str] = set()

    async def look(self) -> list[str]:
        """Give the files that stood still since the last look, or were left by a worker that died."""
        return await asyncio.to_thread(self._look)

    async def take(self, file: str) -> Taken | None:
        """Take a file that `look` gave; None where another worker was faster, or it is gone."""
        return await asyncio.to_thread(self._take, file)

    async def read(self, taken: Taken, most: int) -> bytes | None:
        """Give its bytes, at most so many; None where it is gone, or no plain file."""
        return await asyncio.to_thread(self._read, taken, most)

    async def put(self, taken: Taken, shelf: Shelf, report: str) -> str | None:
        """Put it away with a report beside it; give the name it got there, None where it is gone."""
        return await asyncio.to_thread(self._put, taken, shelf, report)

    def _look(self) -> list[str]:
        try:
            for name in (TAKING, *Shelf):
                (self._root / name).mkdir(exist_ok=True)
            before, self._seen = self._seen, self._candidates()
            left = sorted(entry.name for entry in os.scandir(self._root / TAKING) if self._is_left(entry))
        except OSError as exc:
            self._tell("the folder of bookings cannot be read", reason=exc.strerror)
            return []
        still = sorted(name for name, seen in self._seen.items() if before.get(name) == seen)
        return [*(f"{TAKING}/{name}" for name in left), *still][:MOST_AT_ONCE]

    def _candidates(self) -> dict[str, _Seen]:
        found: dict[str, _Seen] = {}
        with os.scandir(self._root) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.lower().endswith(".csv"):
                    continue
                if not entry.is_file(follow_symlinks=False):
                    self._tell("no plain file: it is not imported", file=_plain(entry.name))
                    continue
                with suppress(FileNotFoundError):
                    at = entry.stat(follow_symlinks=False)
                    if at.st_size:
                        found[entry.name] = (at.st_ino, at.st_size, at.st_mtime_ns)
        return found

    def _is_left(self, entry: "os.DirEntry[str]") -> bool:
        taken_at, *rest = entry.name.split("~", 2)
        if len(rest) != 2 or not taken_at.isdigit() or not entry.is_file(follow_symlinks=False):  # noqa: PLR2004
            return False
        return self._now() - int(taken_at) >= ABANDONED_AFTER.total_seconds()

    def _take(self, file: str) -> Taken | None:
        name = _plain(file.split("~", 2)[2] if file.startswith(f"{TAKING}/") else file)
        held_as = f"{self._now():.0f}~{uuid.uuid4().hex[:8]}~{name}"
        try:
            (self._root / file).rename(self._root / TAKING / held_as)
        except FileNotFoundError:
            return None
        except OSError as exc:
            self._tell("a file of bookings cannot be taken", file=name, reason=exc.strerror)
            return None
        return Taken(name, held_as)

    def _read(self, taken: Taken, most: int) -> bytes | None:
        try:
            handle = os.open(self._root / TAKING / taken.held_as, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as exc:
            if not isinstance(exc, FileNotFoundError):
                self._tell("a file of bookings cannot be read", file=taken.name, reason=exc.strerror)
            return None
        with os.fdopen(handle, "rb") as file:
            return file.read(most) if stat.S_ISREG(os.fstat(handle).st_mode) else None

    def _put(self, taken: Taken, shelf: Shelf, report: str) -> str | None:
        """The report's name is taken first, which only one can do; so nothing is overwritten."""
        folder, stem = self._root / shelf, Path(taken.name).stem
        for number in range(1, MOST_OF_A_NAME):
            name = taken.name if number == 1 else f"{stem}-{number}.csv"
            if os.path.lexists(folder / name):
                continue
            path = folder / f"{name}.report.txt"
            try:
                with path.open("x", encoding="utf-8") as file:
                    file.write(report)
                (self._root / TAKING / taken.held_as).rename(folder / name)
            except FileExistsError:
                continue
            except OSError as exc:
                path.unlink(missing_ok=True)
                if not isinstance(exc, FileNotFoundError):
                    self._tell("a file of bookings cannot be put away", file=name, reason=exc.strerror)
                return None
            return name
        self._tell("too many files of one name: empty the folder", file=taken.name, folder=shelf.value)
        return None

    def _tell(self, event: str, **words: str | None) -> None:
        """Say a thing once, not every half minute."""
        key = f"{event} {words}"
        if key not in self._told and len(self._told) < MOST_OF_A_NAME:
            self._told.add(key)
            _log.error(event, **words)


def _plain(name: str) -> str:
    """Give a name without what acts on a terminal, or is too long; it ends in .csv."""
    stem = "".join(each if each.isprintable() and each not in "/\\~" else "_" for each in name[:-4])
    while len(stem.encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}.csv"
