"""Keeps connections to the mail server: a new one for each letter is two to three times slower."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from flightagents.notify.smtp_connection import Connection


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections, and how long each is used."""

    connections: int = 8
    letters: int = 50
    """On one connection: servers have limits of their own (Postfix: 100 by default)."""
    idle: timedelta = timedelta(seconds=20)
    """Below the five minutes that RFC 5321 makes a server wait, and below what firewalls forget."""


class SlowedDownError(Exception):
    """The server asked to be left alone; not before `after` again."""

    def __init__(self, after: timedelta) -> None:
        super().__init__("the mail server asked us to slow down")
        self.after = after


class Pool:
    """At most so many connections at a time; whoever took one gives it back or cuts it."""

    def __init__(self, dial: Callable[[], Awaitable[Connection]], limits: Limits) -> None:
        self._dial = dial
        self._limits = limits
        self._free = asyncio.Semaphore(limits.connections)
        self._idle: dict[Connection, asyncio.TimerHandle] = {}
        self._quiet_until = 0.0
        self._one_by_one = asyncio.Lock()
        self._proven = False
        """The last dialling succeeded, and a connection stands that proves it."""
        self._open = 0
        self._failures = 0
        self._failure: Exception | None = None

    async def take(self, *, fresh: bool = False) -> Connection:
        """Give the connection used last, or a new one. Raises SlowedDownError, or what dialling raises.

        With `fresh` a new one: others that lay idle may be as stale as the one that just failed.
        """
        self._check_quiet()
        failures = self._failures
        await self._free.acquire()
        try:
            self._check_quiet()
            if fresh:
                self._hang_up_idle()
            while self._idle:
                connection, timer = self._idle.popitem()
                timer.cancel()
                if connection.alive:
                    return connection
                connection.cut()
                self._closed()
            return await self._connected(failures)
        except BaseException:
            self._free.release()
            raise

    async def _connected(self, failures: int) -> Connection:
        """Dial, one at a time until it has succeeded; who waited meanwhile fails as the one before.

        Else a wrong password is tried with every message of a claim, and the provider locks the account.
        """
        if not self._proven:
            async with self._one_by_one:
                if self._failure is not None and self._failures > failures:
                    raise self._failure
                if not self._proven:
                    return await self._dialled()
        return await self._dialled()

    async def _dialled(self) -> Connection:
        try:
            connection = await self._dial()
        except Exception as failure:
            self._proven, self._failure = False, failure
            self._failures += 1
            raise
        self._proven, self._failure = True, None
        self._open += 1
        return connection

    def _closed(self) -> None:
        """With the last connection goes the proof: the password may be another one by the next."""
        self._open -= 1
        self._proven = self._proven and self._open > 0

    def give_back(self, connection: Connection) -> None:
        """Keep a connection that is in step, unless it was used often enough."""
        self._free.release()
        if connection.letters >= self._limits.letters or not connection.alive:
            connection.hang_up()
            self._closed()
            return
        seconds = self._limits.idle.total_seconds()
        self._idle[connection] = asyncio.get_running_loop().call_later(seconds, self._expire, connection)

    def cut(self, connection: Connection) -> None:
        """End a connection that failed, or whose letter was cancelled: it is out of step."""
        self._free.release()
        connection.cut()
        self._closed()

    def slow_down(self, length: timedelta) -> None:
        """Let nobody have a connection for a while."""
        self._quiet_until = monotonic() + length.total_seconds()

    def close(self) -> None:
        """End the connections that nobody uses."""
        self._hang_up_idle()

    def _check_quiet(self) -> None:
        left = self._quiet_until - monotonic()
        if left > 0:
            raise SlowedDownError(timedelta(seconds=left))

    def _hang_up_idle(self) -> None:
        while self._idle:
            connection, timer = self._idle.popitem()
            timer.cancel()
            connection.hang_up()
            self._closed()

    def _expire(self, connection: Connection) -> None:
        del self._idle[connection]
        connection.hang_up()
        self._closed()
