"""What the figures were measured on, and which program used the processor."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = (
    "faust-streaming",
    "aiokafka",
    "msgspec",
    "motor",
    "pymongo",
    "uvloop",
    "aiosmtplib",
    "kafka-python",
)


def description() -> str:
    """Name versions and cores, in two lines."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    system = f"{_usable()} of {os.cpu_count()} cores, {platform.system()}"
    return f"Python {platform.python_version()}, {packages}\n{system}"


def _usable() -> int | None:
    """Count the cores that taskset(1) has left to us, and with us to all that we start."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def load() -> str:
    """Give the load average of the last minute, which others on the machine are part of."""
    return f"load {os.getloadavg()[0]:.1f}"


def cpu_seconds() -> dict[str, float]:
    """Give the processor time of each of our child processes, by name; empty where there is no /proc."""
    found: dict[str, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = _parse(stat.read_text())
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == os.getpid():
            ticks = int(fields[11]) + int(fields[12])
            found[name] = found.get(name, 0.0) + ticks / os.sysconf("SC_CLK_TCK")
    return found


def cpu_seconds_of(pid: int) -> float:
    """Give the processor time of a process; 0 where there is no /proc."""
    try:
        _, fields = _parse(Path(f"/proc/{pid}/stat").read_text())
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _parse(stat: str) -> tuple[str, list[str]]:
    """Split proc_pid_stat(5): the name stands in brackets and may hold spaces."""
    head, _, fields = stat.rpartition(")")
    return head.partition("(")[2], fields.split()
