"""No log line names a traveller: not while MongoDB is away, and not when it refuses what we write.

And each is JSON where that is asked for, whatever ends.

Run as a program (python -m tests.integration.test_logs URL) it is the process whose log the test reads.
"""

import asyncio
import json
import logging.config
import os
import subprocess
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import structlog

from flightagents import logs
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Notification
from flightagents.domain.said import Said
from flightagents.errors import WriteRefusedError
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.settings import LogFormat
from flightagents.store import connection
from flightagents.store.bookings import MongoBookings
from flightagents.store.ledger import MongoLedger
from tests.support.messages import ANNA, ANNAS_PHONE, NOON, notice
from tests.support.travellers import booking

ROW = Notification(
    id="a",
    flight="BA117|2026-11-22|LHR|JFK",
    ordinal=2,
    booking=f"ABC123|{ANNA}",
    channel=Channel.EMAIL,
    address_key="0123",
    said=Said.LATER,
    notice=notice(),
    created_at=NOON,
    expires_at=NOON + timedelta(hours=5),
)
PERSONAL = (ANNA, ANNAS_PHONE, "Anna", "Müller", "M\\u00fcller", "BA117")


@pytest.mark.mongodb
def test_no_log_line_names_a_traveller_while_mongodb_is_away_or_refuses_a_write(mongodb: str) -> None:
    argv = [sys.executable, "-m", "tests.integration.test_logs", mongodb]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = [line["event"] for line in lines]
    assert told.count("failed; it is tried again") >= 2
    assert told.count("refused") == 2
    assert "error codes: 121" in done.stderr
    assert [word for word in PERSONAL if word in done.stdout + done.stderr] == []


TROUBLE = """
import asyncio, gc, threading, warnings
from flightagents import logs

async def forget():
    asyncio.create_task(fail())
    await asyncio.sleep(0)
    gc.collect()

async def fail():
    raise ValueError("in a task")

def fail_at_once():
    raise ValueError("in a thread")

logs.take_over()
warnings.warn("something is old")
asyncio.run(forget())
thread = threading.Thread(target=fail_at_once, name="helper")
thread.start()
thread.join()
raise ValueError("at the end")
"""


def test_whatever_ends_a_program_a_thread_or_a_task_is_a_json_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TROUBLE], check=False, capture_output=True, text=True, timeout=60
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("warning", "py.warnings"),
        ("error", "asyncio"),
        ("error", "flightagents.logs"),
        ("critical", "flightagents.logs"),
    ]
    for line, words in zip(lines[1:], ("in a task", "in a thread", "at the end"), strict=True):
        assert f"ValueError: {words}" in line["exception"]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("program", "form"), [("flightagents", "json"), ("faust -A flightagents.app", "console")]
)
def test_a_wrong_setting_is_one_line_in_the_form_that_is_asked_for(program: str, form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *program.split(), "worker"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "FLIGHTAGENTS_LOG_FORMAT": form, "FLIGHTAGENTS_WEB_PORT": "no port"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "FLIGHTAGENTS_WEB_PORT" in (json.loads(line)["reason"] if form == "json" else line)


async def _away() -> None:
    connection.SELECTION_TIMEOUT = timedelta(milliseconds=100)
    nobody = connection.connect(f"mongodb://{LOCALHOST}:{free_port()}/?replicaSet=none", "logs")
    await _give_up(MongoBookings(nobody).save([booking(phone=ANNAS_PHONE)]))
    await _give_up(MongoLedger(nobody).add([ROW]))
    nobody.client.close()


async def _refused(url: str) -> None:
    connection.SELECTION_TIMEOUT = timedelta(seconds=5)
    database = connection.connect(url, "logs")
    for name in ("bookings", "notifications"):
        await database.create_collection(name, validator={"never": True})
    for save in (
        MongoBookings(database).save([booking(phone=ANNAS_PHONE)]),
        MongoLedger(database).add([ROW]),
    ):
        try:
            await save
        except WriteRefusedError:
            structlog.get_logger(__name__).exception("refused")
    await database.client.drop_database("logs")
    database.client.close()


async def _give_up(call: Coroutine[Any, Any, object]) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(call, 1)


if __name__ == "__main__":
    config = logs.configure(LogFormat.JSON)
    config["root"]["level"] = logging.DEBUG  # what Faust makes of `-l warn`
    logging.config.dictConfig(config)
    asyncio.run(_away())
    asyncio.run(_refused(sys.argv[1]))
