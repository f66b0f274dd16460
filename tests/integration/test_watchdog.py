"""A worker that hangs is ended and says why; test_worker_start.py has those that wait, and live on."""

import json
import subprocess
import sys
from typing import Any

import pytest

from flightagents.watchdog import EXIT_CODE
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.site import Site, Worker
from tests.support.worker import Crash

HASTY: dict[str, Any] = {"WATCHDOG_PROGRESS_SECONDS": 3, "WATCHDOG_STALL_SECONDS": 2, "LOG_FORMAT": "json"}


def last_words(worker: Worker) -> dict[str, Any]:
    """Give the line in which the watchdog says why."""
    lines = [json.loads(line) for line in worker.log.read_text().splitlines() if "watchdog ends" in line]
    (line,) = lines
    return dict(line)


@pytest.mark.kafka
@pytest.mark.mongodb
def test_a_worker_that_hangs_is_ended_and_says_why_and_the_next_one_loses_nothing(site: Site) -> None:
    hanging = site.start(crash=Crash("archive", how="hangs"), **HASTY)
    site.wait(lambda: site.behind() >= 0)
    site.publish(run_of([row(delay=30), row("BA119")], 2, NOON + MINUTE))
    site.wait(lambda: not hanging.runs)
    assert hanging.child.exit_code == EXIT_CODE, site.explain()
    said = last_words(hanging)
    assert (said["level"], said["reason"]) == ("critical", "no_progress")
    assert said["detail"].startswith("flight-topic: 2 records wait and none was done for ")

    site.start()
    site.settle()
    site.check()
    site.terminate()


BLOCKED = """
import asyncio, time
from datetime import timedelta
from flightagents import logs
from flightagents.domain.watchdog import Bounds
from flightagents.watchdog import Watchdog

def ends_in_order():
    raise AssertionError("nothing ends in order in a loop that is blocked")

def never_comes_back():
    time.sleep(3600)

async def work():
    day, second = timedelta(days=1), timedelta(seconds=1)
    dog = Watchdog(Bounds(progress=day, commit=day, stall=second), memory=lambda: 0, end=ends_in_order)
    dog.start()
    beating = asyncio.create_task(dog.beat())
    await asyncio.sleep(0)
    never_comes_back()

logs.take_over()
asyncio.run(work())
"""


def test_a_program_whose_event_loop_is_blocked_is_ended_and_its_last_line_says_where() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == EXIT_CODE, done.stderr
    (said,) = map(json.loads, done.stderr.splitlines())
    assert (said["level"], said["reason"]) == ("critical", "loop_stalled")
    assert said["at"][-1].endswith(" never_comes_back")
