"""Child processes that never outlive us, and ports that nobody else has."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from flightagents.errors import ConfigurationError

LOCALHOST = "127.0.0.1"

# mongod flushes and closes in well under a second; a worker may drain its batch first.
STOP_DEADLINE = timedelta(seconds=10)

# Runs in the child and then becomes the program. PR_SET_PDEATHSIG (1) survives exec; the parent may have died
# before it was set, hence the second look. A pre-exec hook of `subprocess` would do the same, but runs Python
# between fork and exec, which can deadlock in a process with threads (ours has librdkafka's).
_LAUNCHER = """
import ctypes, os, sys
if ctypes.CDLL(None, use_errno=True).prctl(1, int(sys.argv[2]), 0, 0, 0) != 0:
    sys.exit("prctl(PR_SET_PDEATHSIG) failed: errno %d" % ctypes.get_errno())
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
try:
    os.execvp(sys.argv[3], sys.argv[3:])
except OSError as error:
    sys.exit("cannot run %s: %s" % (sys.argv[3], error.strerror))
"""


class Child:
    """A running child process.

    On Linux the kernel kills it when the thread that started it ends, however that ends: start it from a
    thread that lives as long as the child is needed (the main thread, as a rule). Elsewhere only `stop`
    ends it.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Start `argv` in a session of its own, so that Ctrl-C reaches us alone and we end it in order.

        `log` takes stdout and stderr; without it they are thrown away. `env` replaces the environment.
        `cwd` is its working directory, else ours.
        """
        self.name = name
        self.log = log
        command = [*_die_with_parent(), *argv]
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(log.open("ab")) if log else subprocess.DEVNULL
            try:
                self._process = subprocess.Popen(  # noqa: S603 - argv is ours, and no shell reads it
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env=None if env is None else dict(env),
                    cwd=cwd,
                )
            except OSError as error:
                raise ConfigurationError(
                    f"starting {name}: cannot run {argv[0]}: {error.strerror}"
                ) from error

    @property
    def pid(self) -> int:
        """The process id of the program itself: the launcher becomes it."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for a signal, as `subprocess` has it."""
        return self._process.poll()

    def wait(self, deadline: timedelta) -> int | None:
        """Wait until it ends by itself; None when it still runs at the deadline. Blocks."""
        try:
            return self._process.wait(deadline.total_seconds())
        except subprocess.TimeoutExpired:
            return None

    def stop(self, deadline: timedelta = STOP_DEADLINE) -> int:
        """SIGTERM, and SIGKILL when it still runs at the deadline. Blocks; harmless when it has ended."""
        self.signal(signal.SIGTERM)
        if self.wait(deadline) is None:
            self.signal(signal.SIGKILL)
        return self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the process has ended."""
        self._process.send_signal(number)

    def last_words(self, lines: int = 20) -> str:
        """Return the end of its log, for an error message."""
        if self.log is None or not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def free_port() -> int:
    """Find a TCP port of localhost that nobody has now; somebody may still take it before you do."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Find several at once, all different: each is held until the last is found."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOCALHOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _die_with_parent() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    # -I -S: no environment, no site-packages; about 20 ms.
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), str(int(signal.SIGKILL))]
