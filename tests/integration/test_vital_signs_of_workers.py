"""Workers tell how they are, and are ready when they say so: on Kafka and MongoDB, as processes."""

import asyncio
import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flightagents.clock import SystemClock
from flightagents.domain.faults import Fault
from flightagents.domain.health import WorkerState
from flightagents.domain.system_health import SystemHealth
from flightagents.records import CHANGE_TOPIC, FLIGHT_TOPIC
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.settings import Settings
from flightagents.wiring import open_world, wire_health
from tests.support.rows import row, run_of
from tests.support.site import Site
from tests.support.worker import Crash

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]


def asked(port: int, path: str) -> tuple[int, str]:
    """Give status and body; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{LOCALHOST}:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def checks(port: int) -> dict[str, bool]:
    """Give what is ready; nothing where nobody answers."""
    status, body = asked(port, "/readyz")
    if not status:
        return {}
    answer: dict[str, Any] = json.loads(body)
    assert answer["ready"] is (status == 200)
    found: dict[str, bool] = answer["checks"]
    return found


def health(site: Site) -> SystemHealth:
    async def look() -> SystemHealth:
        settings = Settings.model_validate(
            {"mongodb_url": site.mongodb, "mongodb_database": site.database.name}
        )
        world = await open_world(settings, SystemClock())
        try:
            return await wire_health(world)()
        finally:
            await world.close()

    return asyncio.run(look())


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def live(site: Site) -> int:
    return sum(each.state is WorkerState.LIVE for each in health(site).workers)


def test_workers_tell_how_they_are_and_the_page_of_any_knows_all(site: Site) -> None:
    port = free_port()
    first = site.start(web=True, WEB_PORT=port)
    site.wait(lambda: all((found := checks(port)).values()) and len(found) > 1)
    assert checks(port) == dict.fromkeys(("recovered", "assigned", "mongodb", "broker"), True)
    assert asked(port, "/healthz") == (200, "alive\n")

    site.publish(run_of([row(), row("BA119")], 1))
    site.settle()
    second = site.start()
    site.wait(lambda: live(site) == 2)

    def shared() -> bool:
        owners = {each.owner for each in health(site).partitions if each.topic == FLIGHT_TOPIC}
        return len(owners) == 2 and None not in owners

    site.wait(shared)
    found = health(site)
    (leader,) = [each.worker for each in found.workers if each.worker.signs.stream.leader]
    assert leader.signs.identity.pid in {first.child.pid, second.child.pid}
    flights = [each for each in found.partitions if each.topic == FLIGHT_TOPIC]
    assert [each.partition for each in flights] == [0, 1, 2, 3]
    assert {each.lag for each in flights} == {0}
    assert sum(each.end or 0 for each in flights) == 2
    assert sum(each.end or 0 for each in found.partitions if each.topic == CHANGE_TOPIC) == 2
    assert sum(each.worker.signs.stream.flights or 0 for each in found.workers) >= 2
    assert all(each.worker.signs.memory > 0 for each in found.workers)
    assert {problem.fault for problem in found.problems} == {Fault.NOTHING_POLLED, Fault.NO_CHANNEL}

    assert second.terminate() == 0, site.explain()
    site.wait(lambda: live(site) == 1)
    assert [each.state for each in health(site).workers].count(WorkerState.STOPPED) == 1
    site.terminate()


def test_a_worker_whose_mongodb_or_broker_hangs_is_alive_but_not_ready(site: Site) -> None:
    port = free_port()
    site.start(web=True, WEB_PORT=port)
    site.wait(lambda: all((found := checks(port)).values()) and len(found) > 1)
    mongod = int(site.database.client.admin.command("serverStatus")["pid"])
    with stopped(mongod):
        site.wait(
            lambda: checks(port) == {"recovered": True, "assigned": True, "mongodb": False, "broker": True}
        )
        assert asked(port, "/healthz")[0] == 200
    site.wait(lambda: all(checks(port).values()))
    with site.kafka.frozen():
        site.wait(lambda: checks(port).get("broker") is False)
        assert asked(port, "/healthz")[0] == 200
    site.wait(lambda: all(checks(port).values()))
    site.terminate()


def test_a_worker_that_crashed_did_not_end_in_order(site: Site) -> None:
    worker = site.start(crash=Crash("archive"))
    site.wait(lambda: live(site) == 1)
    site.publish(run_of([row()], 1))
    site.wait(lambda: not worker.runs)
    assert [each.worker.stopped for each in health(site).workers] == [False]
