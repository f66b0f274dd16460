"""Ends a worker that hangs, and says why in one line of the log; whoever runs it starts another.

A thread of its own, for a blocked event loop would look at nothing. domain/watchdog.py judges. Where the loop
still runs the worker ends in order, if it does so in time; else the process ends at once. Nothing sees a call
into C that never gives the interpreter back: for that the orchestrator has to ask `/healthz`.
"""

import asyncio
import logging
import os
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

import structlog

from flightagents.domain.watchdog import (
    Bounds,
    Cause,
    Look,
    Still,
    Verdict,
    judge_process,
    judge_progress,
    look_again,
    nearness,
)
from flightagents.metrics import WATCHDOG_NEARNESS
from flightagents.waits import WAITS

EXIT_CODE = 70
"""Of a worker that its watchdog has ended: EX_SOFTWARE of sysexits.h, which nothing else here uses."""
BEAT = timedelta(seconds=0.5)
"""Between two signs of life of the event loop."""
END_PATIENCE = timedelta(seconds=20)
"""How long an end in order may take."""
LOG_PATIENCE = timedelta(seconds=2)
"""How long the last line may take: what hangs may be the log itself."""
FRAMES = 20
"""Of the stack of a blocked event loop that are told: file, line and function, and no variable."""

_log = structlog.get_logger(__name__)


class Watchdog:
    """Looks at one worker from its start until it ends in order."""

    def __init__(
        self,
        bounds: Bounds,
        *,
        memory: Callable[[], int],
        end: Callable[[], None],
        leave: Callable[[int], object] = os._exit,
        ticks: Callable[[], float] = monotonic,
        patience: timedelta = END_PATIENCE,
    ) -> None:
        """`memory` tells the bytes in memory; `end` asks the worker to end in order, from any thread."""
        self._bounds = bounds
        self._memory = memory
        self._end = end
        self._leave = leave
        self._ticks = ticks
        self._patience = patience
        self._interval = min(BEAT, bounds.stall / 4)
        self._beat = self._looked_at = ticks()
        self._loop_thread = threading.get_ident()
        self._rests = threading.Event()
        self._left = threading.Event()
        self._found: Verdict | None = None
        self.ends_it = False
        """Whether the worker ends because the watchdog wants it to."""

    def start(self) -> None:
        """Begin; from the thread of the event loop."""
        self._loop_thread = threading.get_ident()
        threading.Thread(target=self._guard, name="watchdog", daemon=True).start()

    def rest(self) -> None:
        """Look no more: the worker ends."""
        self._rests.set()

    async def beat(self) -> None:
        """Tell that the event loop is alive, until it is cancelled."""
        while True:
            self._beat = self._ticks()
            await asyncio.sleep(BEAT.total_seconds())

    async def follow(self, look: Callable[[], Awaitable[Look]]) -> None:
        """Look again and again whether the worker gets on, until it is cancelled."""
        still = Still(self._ticks())
        while True:
            seen = await look()
            seen = Look(seen.partitions, seen.waits_for or WAITS.named())
            still = look_again(still, seen, self._ticks(), self._bounds.interval)
            for cause, near in nearness(still, self._bounds).items():
                WATCHDOG_NEARNESS.labels(reason=cause.value).set(near)
            self._found = self._found or judge_progress(still, seen, self._bounds)
            await asyncio.sleep(self._bounds.interval.total_seconds())

    def leave(self) -> None:
        """End the process; what was logged is written before, if that takes no time."""
        self._left.set()
        _in_time(_flush)
        self._leave(EXIT_CODE)

    def glance(self) -> bool:
        """Look at the process once; True where it was to be ended, after it was."""
        now = self._ticks()
        if now - self._looked_at > (2 * self._interval + BEAT).total_seconds():
            self._beat = now  # the process slept, and so did the loop: it gets its time anew
        self._looked_at = now
        silent = timedelta(seconds=now - self._beat)
        self._found = self._found or judge_process(silent, self._memory(), self._bounds)
        if self._found is not None:
            self._bite(self._found)
        return self._found is not None

    def _guard(self) -> None:
        while not self._rests.wait(self._interval.total_seconds()):
            if self.glance():
                return

    def _bite(self, verdict: Verdict) -> None:
        self.ends_it = True
        told: dict[str, object] = {
            "reason": verdict.cause.value,
            "detail": verdict.detail,
            "exit_code": EXIT_CODE,
        }
        if verdict.cause is Cause.LOOP_STALLED:
            told["at"] = _stack_of(self._loop_thread)
        _in_time(lambda: _log.critical("the watchdog ends this worker", **told))
        if verdict.cause is not Cause.LOOP_STALLED:
            self._end()
            if self._left.wait(self._patience.total_seconds()):  # whoever ended it in order has left
                return
        self.leave()


def _stack_of(thread: int) -> list[str]:
    """Tell where a thread is, innermost last."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - nothing else tells
    stack = traceback.extract_stack(frame)[-FRAMES:] if frame else []
    return [f"{each.filename}:{each.lineno} {each.name}" for each in stack]


def _in_time(call: Callable[[], object]) -> None:
    """Do it in a thread of its own, and do not wait for ever."""
    doing = threading.Thread(target=call, daemon=True)
    doing.start()
    doing.join(LOG_PATIENCE.total_seconds())


def _flush() -> None:
    for handler in logging.getLogger().handlers:
        handler.flush()
