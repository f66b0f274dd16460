"""The commands about tasks, as a person at the agency types them."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pymongo import MongoClient

from flightagents.app import app
from flightagents.cli.running import with_world
from flightagents.cli.tasks import tasks
from flightagents.clock import clock_from
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.settings import PREFIX, load
from flightagents.store.audit import MongoAudit
from flightagents.store.bookings import MongoBookings
from flightagents.store.tasks import MongoTasks
from flightagents.wiring import World
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import MINUTE, NOON
from tests.support.travellers import booking

pytestmark = pytest.mark.mongodb

BA117 = "BA117|2026-11-22|LHR|JFK"
REBOOK = Task(
    id=task_id(TaskKind.REBOOK, BA117),
    kind=TaskKind.REBOOK,
    flight=BA117,
    booking=None,
    summary="BA117 LHR-JFK 22 Nov is cancelled: 2 travellers",
    created_at=NOON,
    resolve_by=NOON + 155 * MINUTE,
)
CALL = Task(
    id=task_id(TaskKind.CALL, BA117, "Anna"),
    kind=TaskKind.CALL,
    flight=BA117,
    booking=booking().id,
    summary="BA117 is cancelled: no message has arrived",
    created_at=NOON + MINUTE,
)


@pytest.fixture(autouse=True)
def database(mongodb: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the commands work on a database of their own, which has both tasks and Anna's booking."""
    name = f"tasks_{uuid.uuid4().hex[:12]}"
    clock = f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}"
    for variable, value in {"MONGODB_URL": mongodb, "MONGODB_DATABASE": name, "CLOCK": clock}.items():
        monkeypatch.setenv(PREFIX + variable, value)
    monkeypatch.setattr(app, "settings", load())
    monkeypatch.setattr(app, "clock", clock_from(clock))

    async def fill(world: World) -> None:
        await MongoBookings(world.database).save([booking(phone=ANNAS_PHONE)])
        await MongoTasks(world.database).open([REBOOK, CALL])

    with_world(fill)
    yield
    with MongoClient[dict[str, Any]](mongodb) as client:
        client.drop_database(name)


def typed(*words: str) -> Result:
    """Run a command; what it does not expect is raised."""
    ended = CliRunner().invoke(tasks, words)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended


def logged() -> list[tuple[str, str, str]]:
    """Give who did what to what, the oldest first."""
    acts = with_world(lambda world: MongoAudit(world.database).read()).rows
    return [(each.by, each.did.value, each.about.id) for each in acts[::-1]]


def listed(*words: str) -> list[str]:
    ended = typed("list", *words)
    assert ended.exit_code == 0, ended.stderr
    return [" ".join(line.split()) for line in ended.stdout.splitlines()]


def test_tasks_are_listed_newest_first_with_the_number_to_call() -> None:
    assert listed() == [
        f"{CALL.id} call open ABC123 call {ANNAS_PHONE} {CALL.summary}",
        f"{REBOOK.id} rebook open by 2026-11-22 14:35Z {REBOOK.summary}",
    ]
    call, rebook = map(json.loads, listed("--json"))
    assert (call["id"], call["reference"], call["phone"]) == (CALL.id, "ABC123", ANNAS_PHONE)
    assert (rebook["flight"], rebook["reference"], rebook["phone"]) == (BA117, None, None)
    assert rebook["resolve_by"] == "2026-11-22T14:35:00Z"
    assert len(listed("--limit", "1")) == 1


def test_a_task_is_claimed_by_one_person_and_done_by_another() -> None:
    claimed = typed("claim", REBOOK.id.upper(), "--by", "Kim")
    assert (claimed.exit_code, claimed.stdout) == (0, f"{REBOOK.id}: claimed by Kim\n")
    assert any(f"{REBOOK.id} rebook claimed by Kim" in line for line in listed())
    second = typed("claim", REBOOK.id, "--by", "Lee")
    assert second.exit_code == 1
    assert f"{REBOOK.id} is claimed by Kim already" in second.stderr

    done = typed("done", REBOOK.id, "--by", "Lee", "--note", "all on BA175")
    assert (done.exit_code, done.stdout) == (0, f"{REBOOK.id}: done by Lee\n")
    assert not any(line.startswith(REBOOK.id) for line in listed())
    (found,) = (each for each in map(json.loads, listed("--all", "--json")) if each["id"] == REBOOK.id)
    assert found["state"] == "done"
    assert found["trace"][-1].endswith("done by Lee: all on BA175")
    again = typed("done", REBOOK.id, "--by", "Kim")
    assert again.exit_code == 1
    assert f"{REBOOK.id} is done already" in again.stderr
    assert logged() == [("Kim", "assigned", REBOOK.id), ("Lee", "done", REBOOK.id)]


def test_whoever_names_nobody_acts_under_their_name_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "kim")
    assert typed("claim", REBOOK.id).stdout == f"{REBOOK.id}: claimed by kim\n"
    assert logged() == [("kim", "assigned", REBOOK.id)]


def test_a_task_that_nobody_knows_is_refused_and_so_is_an_empty_name() -> None:
    for command in ("claim", "done"):
        unknown = typed(command, "0000000000", "--by", "Kim")
        assert (unknown.exit_code, unknown.stdout) == (1, "")
        assert "there is no task 0000000000" in unknown.stderr
        assert typed(command, REBOOK.id, "--by", " ").exit_code == 2


def test_a_reply_names_the_other_bookings_of_whoever_wrote_it() -> None:
    async def fill(world: World) -> None:
        others = [booking(reference=f"XYZ78{number}", phone=ANNAS_PHONE) for number in range(6)]
        await MongoBookings(world.database).save(others)
        also = tuple(each.id for each in others)
        await MongoTasks(world.database).open(
            [replace(CALL, id="reply", kind=TaskKind.REPLY, summary="read it", also=(*also, "GONE|b@c.de"))]
        )

    with_world(fill)
    assert "reply reply open ABC123 (also XYZ780, XYZ781, XYZ782, XYZ783, XYZ784, ...) read it" in listed()
    (found,) = (each for each in map(json.loads, listed("--json")) if each["id"] == "reply")
    assert found["also"] == [f"XYZ78{number}" for number in range(6)]
