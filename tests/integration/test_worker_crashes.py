"""A worker crashes between any two steps, another takes over: nothing is missing, nothing is told twice."""

import pytest

from flightagents.records import FLIGHT_TOPIC
from tests.support.rows import MINUTE, NOON, row, run_of
from tests.support.site import CHANGELOG, Site, Worker, delete_group, delete_topics
from tests.support.worker import Crash

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]

BETWEEN_TWO_STEPS = [
    Crash("archive", "publisher", "publish"),
    Crash("archive"),
    Crash("track", "flights", "known_states"),
    Crash("track", "publisher", "publish"),
    Crash("track", "table", "durable", "before"),
    Crash("track"),
    Crash("alert", "flights", "add_to_history"),
    Crash("alert", "flights", "move_on"),
    Crash("alert"),
    Crash("dead_letters"),
]


def publish_look(site: Site, run: int) -> None:
    """One flight is later each time, one never changes, one is new; and one message is not ours."""
    rows = [row(delay=30 * run), row("BA119"), row(f"BA{200 + run}", status="cancelled")]
    site.publish(run_of(rows, run, NOON + run * MINUTE))
    site.send(FLIGHT_TOPIC, [("stranger", b"{")])


def test_a_crash_between_any_two_steps_loses_nothing_and_tells_nothing_twice(site: Site) -> None:
    """Each worker meets what the one before left, and crashes at its own point."""
    crashed: list[tuple[Crash, Worker]] = []
    for run, crash in enumerate(BETWEEN_TWO_STEPS, start=1):
        worker = site.start(crash=crash)
        site.wait(lambda: site.behind() >= 0)
        publish_look(site, run)
        words = f"CrashedOnPurposeError: {crash}"
        site.wait(lambda worker=worker, words=words: worker.said(words) > 0)  # type: ignore[misc]
        crashed.append((crash, worker))  # the next one may start while this one ends
    site.start()
    site.settle()
    site.check()
    assert len(site.letters()) == len(BETWEEN_TWO_STEPS)
    story = site.stories["BA117|2026-11-22|LHR|JFK"]
    latest = site.database["flights"].find_one({"_id": "BA117|2026-11-22|LHR|JFK"})
    assert latest is not None
    assert latest["ordinal"] == len(story.told) == len(BETWEEN_TWO_STEPS)
    site.terminate()
    assert {str(crash): worker.child.exit_code for crash, worker in crashed} == {
        str(crash): 1 for crash in BETWEEN_TWO_STEPS
    }


def test_a_worker_whose_table_is_lost_tells_no_old_news(site: Site) -> None:
    first = site.start()
    site.wait(lambda: site.behind() >= 0)
    for run in (1, 2, 3):
        publish_look(site, run)
    site.settle()
    assert first.terminate() == 0
    told = site.told()
    assert set(told) == site.expected()

    # Everything comes again, to a worker without memory.
    delete_topics(site.kafka.address, CHANGELOG)
    delete_group(site.kafka.address)
    site.start()
    site.wait(lambda: site.behind() >= 0)
    site.settle()
    assert sorted(site.told()) == sorted(told)
    publish_look(site, 4)
    site.settle()
    site.check()
    assert len(site.told()) == len(site.expected())
    site.terminate()
