"""Tells what a worker does while one watches: a line for each poll and each message, from its log."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flightagents.clock import Clock
from flightagents.sandbox.day import NEW_YORK

_LOUD = ("warning", "error", "critical")
_TICKS_LATE = "timers.poll is overlapping"


class Narrator:
    """Reads a worker's JSON log as it grows."""

    def __init__(self, log: Path, clock: Clock, say: Callable[[str], None]) -> None:
        self._log = log
        self._clock = clock
        self._say = say
        self._read = 0
        self.polls = 0
        self.last_run = 0
        self.ready = False

    def read_on(self) -> None:
        """Tell what is new in the log."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole, _, _ = new.rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        for line in whole.splitlines():
            try:
                self._tell(json.loads(line))
            except ValueError:
                continue  # a traceback: it is in the log

    def _tell(self, entry: dict[str, Any]) -> None:
        now = self._clock.now().astimezone(NEW_YORK)
        match entry.get("event"):
            case "polled":
                self.polls += 1
                self.last_run = entry["run"]
                rows, unreadable = entry["rows"], entry["unreadable"]
                odd = f", {unreadable} unreadable" if unreadable else ""
                self._say(f"{now:%H:%M}  poll {entry['run']}: {rows} rows{odd}")
            case "notified":
                flight = entry["flight"].partition("|")[0]
                self._say(f"{now:%H:%M}    {entry['channel']:<5} {flight:<7} {entry['said']}")
            case str(event) if _TICKS_LATE in event:
                pass  # on a fast clock the poller ticks sooner than a run of many queries ends
            case event if entry.get("level") in _LOUD:
                details = {
                    key: value for key, value in entry.items() if key in ("reason", "reasons", "count")
                }
                self._say(f"{now:%H:%M}  {entry['level']}: {event} {details or ''}")
            case _:
                pass
