"""A worker that hangs is ended and says why; test_worker_start.py has those that wait, and live on."""

import json
from typing import Any

import pytest

from flightagents.watchdog import EXIT_CODE
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.site import Site, Worker
from tests.support.worker import Crash

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]

HASTY: dict[str, Any] = {"WATCHDOG_PROGRESS_SECONDS": 3, "WATCHDOG_STALL_SECONDS": 2, "LOG_FORMAT": "json"}


def last_words(worker: Worker) -> dict[str, Any]:
    """Give the line in which the watchdog says why."""
    lines = [json.loads(line) for line in worker.log.read_text().splitlines() if "watchdog ends" in line]
    (line,) = lines
    return dict(line)


def test_a_worker_that_hangs_is_ended_and_says_why_and_the_next_one_loses_nothing(site: Site) -> None:
    hanging = site.start(crash=Crash("archive", how="hangs"), **HASTY)
    site.wait(lambda: site.behind() >= 0)
    site.publish(run_of([row(delay=30), row("BA119")], 2, NOON + MINUTE))
    site.wait(lambda: not hanging.runs)
    assert hanging.child.exit_code == EXIT_CODE, site.explain()
    said = last_words(hanging)
    assert (said["level"], said["reason"]) == ("critical", "no_progress")
    assert said["detail"].startswith("flight-topic: 2 records wait and none was done for ")

    blocking = site.start(crash=Crash("track", how="blocks"), **HASTY)
    site.wait(lambda: not blocking.runs)
    assert blocking.child.exit_code == EXIT_CODE, site.explain()
    said = last_words(blocking)
    assert said["reason"] == "loop_stalled"
    assert "tests/support/worker.py" in said["at"][-1], "it says where"

    site.start()
    site.settle()
    site.check()
    site.terminate()
