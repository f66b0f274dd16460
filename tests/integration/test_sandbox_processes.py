"""Children of the sandbox end when we do, however we end."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from flightagents.errors import ConfigurationError
from flightagents.sandbox.processes import Child, free_ports

PATIENCE = timedelta(seconds=20)
linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="parent-death signals are Linux's"
)


def say_and_stay(path: Path, *, obey: bool = True) -> list[str]:
    """Write a program that opens the FIFO `path`, says that it is there, and stays until it is ended."""
    ignore = "" if obey else "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    speak = f"f = open({str(path)!r}, 'w'); f.write('here\\n'); f.flush()"
    return [sys.executable, "-c", f"import signal; {ignore} {speak}; signal.pause()"]


def test_a_child_that_obeys_is_ended_in_order(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    child = Child("pause", say_and_stay(fifo))
    with fifo.open() as words:
        assert words.readline() == "here\n"
        assert child.exit_code is None
        assert child.stop(PATIENCE) == -signal.SIGTERM
    assert child.stop() == -signal.SIGTERM, "stopping again is harmless"


def test_a_child_that_does_not_listen_is_killed_at_the_deadline(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    child = Child("deaf", say_and_stay(fifo, obey=False))
    with fifo.open() as words:
        words.readline()
        assert child.stop(timedelta(milliseconds=50)) == -signal.SIGKILL


def test_a_child_may_have_a_working_directory_of_its_own(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import os; print(os.getcwd())"]
    child = Child("pwd", argv, log=tmp_path / "log", cwd=tmp_path)
    assert child.wait(PATIENCE) == 0
    assert child.last_words() == str(tmp_path.resolve())


@linux_only
def test_a_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    parent_code = textwrap.dedent(
        f"""
        import signal
        from flightagents.sandbox.processes import Child
        Child("pause", {say_and_stay(fifo)!r})
        signal.pause()
        """
    )
    with subprocess.Popen([sys.executable, "-c", parent_code]) as parent, fifo.open() as words:
        assert words.readline() == "here\n"
        parent.kill()
        # The child alone holds the other end: end of file comes when it is dead, and not before.
        assert words.read() == ""


def test_what_a_child_said_last_is_kept(tmp_path: Path) -> None:
    child = Child("crier", [sys.executable, "-c", "print('a'); print('b'); exit(3)"], log=tmp_path / "log")
    assert child.wait(PATIENCE) == 3
    assert child.last_words(lines=1) == "b"


def test_a_program_that_is_not_there_gives_an_exit_code_and_a_reason(tmp_path: Path) -> None:
    if sys.platform.startswith("linux"):
        child = Child("nothing", ["flightagents-no-such-program"], log=tmp_path / "log")
        assert child.wait(PATIENCE) not in (0, None)
        assert "flightagents-no-such-program" in child.last_words()
    else:
        with pytest.raises(ConfigurationError, match="flightagents-no-such-program"):
            Child("nothing", ["flightagents-no-such-program"])


def test_ports_asked_for_together_are_all_different() -> None:
    assert len(set(free_ports(20))) == 20
