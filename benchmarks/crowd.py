"""The program of those who look at the staff page (viewers.py), as the measurement starts and commands it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import machine
from flightagents.sandbox.processes import LOCALHOST


class Crowd:
    """The program that looks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, do: str, **values: object) -> dict[str, Any]:
        """Give it a command; gives its answer. Raises RuntimeError if it has ended."""
        given, answers = self._process.stdin, self._process.stdout
        if given is None or answers is None:
            raise RuntimeError("the viewers cannot be talked to")
        given.write(json.dumps({"do": do, **values}) + "\n")
        given.flush()
        answer: dict[str, Any] = json.loads(answers.readline() or "null")
        if answer is None:
            raise RuntimeError("the viewers gave up; why stands above")
        return answer

    @property
    def cpu_seconds(self) -> float:
        """Give its processor time."""
        return machine.cpu_seconds_of(self._process.pid)


@contextmanager
def gather(port: int, count: int) -> Iterator[Crowd]:
    """Run it until the block ends."""
    program = [sys.executable, "-m", "benchmarks.viewers", f"http://{LOCALHOST}:{port}", str(count)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Crowd(process)
        finally:
            process.kill()
