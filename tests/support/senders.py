"""Processes that send and are killed, and the hold that lets a kill find messages at the stage it wants."""

import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flightagents.sandbox.processes import Child
from tests.support.sender import READY

PATIENCE = timedelta(seconds=30)
SLOW = timedelta(milliseconds=20)
"""How long providers take to answer."""
_LONGEST = 1.5
"""Seconds; below a sender's lease: else another sender asks about it, although nobody died."""


@dataclass
class Hold:
    """Answers late, and only so many messages: the others are stored, and wait for their answer."""

    stored: int = 0
    answered: float = 0

    async def __call__(self) -> None:
        self.stored += 1
        number, began = self.stored, time.monotonic()
        await asyncio.sleep(SLOW.total_seconds())
        while number > self.answered and time.monotonic() - began < _LONGEST:  # noqa: ASYNC110 - another thread counts on
            await asyncio.sleep(SLOW.total_seconds())

    def let_through(self, some: float) -> None:
        """Answer those that wait, and so many more."""
        self.answered = self.stored + some

    @property
    def holds(self) -> bool:
        """Whether all that may be answered is, or is about to be."""
        return self.stored > self.answered


class Senders:
    """Processes that send, always enough of them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._all: list[Child] = []

    def start(self) -> None:
        argv = [sys.executable, "-m", "tests.support.sender"]
        log = self._folder / f"sender-{len(self._all):02}.log"
        self._all.append(Child(log.stem, argv, log=log, env=self._environment))

    @property
    def running(self) -> list[Child]:
        return [each for each in self._all if each.exit_code is None]

    @property
    def ready(self) -> list[Child]:
        return [each for each in self.running if each.log and READY in each.log.read_text()]

    @property
    def fell(self) -> list[str]:
        """Those that ended by themselves."""
        return [
            f"{each.name}: {each.exit_code}"
            for each in self._all
            if each.exit_code not in (None, -signal.SIGKILL, -signal.SIGTERM)
        ]

    def kill(self, which: Child) -> None:
        which.signal(signal.SIGKILL)
        assert which.wait(PATIENCE) == -signal.SIGKILL

    def stop(self) -> None:
        for each in self.running:
            each.stop()

    def explain(self) -> str:
        return "\n".join(f"{each.name}: {each.exit_code}\n{each.last_words(5)}" for each in self._all)
