"""`flightagents demo`: the whole system on one machine, its account at the end, and nothing left behind."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from flightagents.domain.delivery import Accepted
from flightagents.notify.sms import SmsChannel
from flightagents.sandbox.twilio import twilio_server
from flightagents.settings import PREFIX
from tests.support.kafka import wait_until
from tests.support.messages import Wire, sms
from tests.support.rows import NOON

PATIENCE = timedelta(seconds=90)
MARK = "TESTS_MARK"
"""Stands in the environment of a demo, and so in that of each process that it starts."""
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks processes up in /proc")


class Demo:
    """A demo as a program of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.mark = uuid.uuid4().hex
        self.output = folder / f"{self.mark}.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flightagents", "demo", *options],
                cwd=folder,
                env={**environment, MARK: self.mark, "TMPDIR": str(folder)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def lines(self) -> list[str]:
        return self.output.read_text(errors="replace").splitlines()

    def explain(self) -> str:
        return "\n".join(self.lines[-40:])

    def wait_for(self, words: str) -> None:
        def said() -> bool:
            assert self._process.poll() is None, self.explain()
            return any(words in line for line in self.lines)

        wait_until(said, PATIENCE, self.explain)

    def wait(self) -> int:
        return self._process.wait(PATIENCE.total_seconds())

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def processes(self) -> dict[int, str]:
        """Give the processes of this demo that run, with what they run."""
        found = {}
        for folder in Path("/proc").iterdir():
            try:
                if (
                    folder.name.isdigit()
                    and f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes()
                ):
                    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(folder.name)] = words.strip()
            except OSError:
                continue  # it has ended, or is not ours
        return {pid: words for pid, words in found.items() if words}  # one that has ended has no command line

    def wait_until_gone(self) -> None:
        """Wait until no process is left, and fail naming those that are."""
        wait_until(lambda: not self.processes(), timedelta(seconds=15), lambda: str(self.processes()))

    def kill_all(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def demos(mongodb: str, tmp_path: Path) -> Iterator[list[Demo]]:
    """Give a list for demos, where there is a MongoDB for them; what still runs afterwards is killed."""
    del mongodb
    started: list[Demo] = []
    yield started
    for demo in started:
        demo.kill_all()
    for left in tmp_path.glob("flightagents-*"):  # by those that were killed: 300 MB each
        shutil.rmtree(left)


def figure(demo: Demo, name: str) -> int:
    """Give a figure of the summary."""
    (line,) = [line for line in demo.lines if line.startswith(name)]
    return int(line.removeprefix(name).split()[0])


@needs_proc
@pytest.mark.mongodb
def test_a_demo_ends_with_an_account_and_a_killed_one_leaves_nothing_behind(
    demos: list[Demo], tmp_path: Path
) -> None:
    # Killed while it works: its MongoDB, its worker, and all that they started go with it.
    killed = Demo(tmp_path)
    demos.append(killed)
    killed.wait_for("Staff page:")
    wait_until(lambda: len(killed.processes()) >= 3, PATIENCE, killed.explain)
    killed.signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    killed.wait_until_gone()

    # The next one is none the worse for it.
    whole = Demo(tmp_path, "--seconds", "12", "--seed", "2")
    demos.append(whole)
    assert whole.wait() == 0, whole.explain()
    whole.wait_until_gone()
    assert figure(whole, "polls") >= 2
    assert figure(whole, "rows") > figure(whole, "flights") > 100
    assert figure(whole, "changes") > 100
    assert figure(whole, "emails received") > 0
    assert figure(whole, "SMS received") > 0
    assert (figure(whole, "lost"), figure(whole, "twice")) == (0, 0)
    assert any("mailbox, every email and SMS:  http://" in line for line in whole.lines)
    assert any(" 0 refused" in line for line in whole.lines if line.startswith("bookings:"))


@needs_proc
@pytest.mark.mongodb
def test_a_demo_that_is_killed_while_it_imports_leaves_nothing_behind(
    demos: list[Demo], tmp_path: Path
) -> None:
    demo = Demo(tmp_path)
    demos.append(demo)
    wait_until(
        lambda: any("bookings import" in words for words in demo.processes().values()), PATIENCE, demo.explain
    )
    demo.signal(signal.SIGKILL)
    demo.wait()
    demo.wait_until_gone()


def opens_the_page_that_an_email_links_to(demo: Demo) -> None:
    """The worker serves travellers' pages, beside Faust's own, at the address that its emails name."""
    (mailbox,) = [line.split()[-1] for line in demo.lines if "mailbox, every email" in line]
    links: list[str] = []

    def linked() -> bool:
        with urllib.request.urlopen(f"{mailbox}messages.json", timeout=10) as answer:  # noqa: S310
            links.extend(re.findall(r"http://localhost:\d+/f/[\w-]{24}", answer.read().decode()))
        return bool(links)

    wait_until(linked, PATIENCE, demo.explain)
    with urllib.request.urlopen(links[0], timeout=10) as answer:  # noqa: S310
        page = answer.read().decode()
    assert "Acme Travel" in page
    assert "→" in page
    with pytest.raises(urllib.error.HTTPError) as unknown:
        urllib.request.urlopen(f"{links[0][:-24]}{'A' * 24}", timeout=10)  # noqa: S310
    with unknown.value as answer:
        assert (unknown.value.code, "no such page" in answer.read().decode()) == (404, True)


def logs_in_as_each_that_is_printed(demo: Demo) -> None:
    """Of each role one: the admin alone may see the users, and a viewer may look."""
    (line,) = [line for line in demo.lines if line.startswith("Staff page:")]
    told = re.fullmatch(
        r"Staff page: (\S+)/  log in as (\w+) \(admin\), (\w+) or (\w+), password (\S+)", line
    )
    assert told
    origin, *names, password = told.groups()
    for name, sees_users in zip(names, (True, False, False), strict=True):
        client = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with client.open(f"{origin}/login", timeout=10) as answer:
            (token,) = re.findall(r'name="form_token" value="([^"]+)"', answer.read().decode())
        form = {"name": name, "password": password, "form_token": token}
        data = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(f"{origin}/login", data, {"Origin": origin})  # noqa: S310
        with client.open(request, timeout=10) as answer:
            page = answer.read().decode()
        assert "Log out" in page
        assert ('href="/users"' in page) is sees_users
        if sees_users:
            with client.open(f"{origin}/log", timeout=10) as answer:
                assert "demonstration" in answer.read().decode()  # imported, and not whoever runs it


def follows_each_message_through_the_log_back_to_its_poll(log: Path) -> None:
    """As docs/logging.md tells: each line is JSON, and one id leads from the poll until a provider has it."""
    *whole, _ = log.read_text().split("\n")  # the last one may be half written
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in map(json.loads, whole):
        lines[each["event"]].append(each)
    polled = {line["run"] for line in lines["polled"]}
    changed = {line["correlation"] for line in lines["changed"]}
    decided = {line["notification"]: line for line in lines["decided"]}
    assert lines["notified"]
    for line in lines["notified"]:
        record = line["correlation"]
        assert decided[line["notification"]]["correlation"] == record
        flight, _, run = record.rpartition("|")
        assert flight.startswith(line["flight"])
        assert int(run) in polled
    assert changed & {line["correlation"] for line in lines["notified"]}


@needs_proc
@pytest.mark.mongodb
def test_ctrl_c_ends_a_demo_with_its_account(demos: list[Demo], tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    demos.append(demo)
    demo.wait_for("Staff page:")
    opens_the_page_that_an_email_links_to(demo)
    logs_in_as_each_that_is_printed(demo)
    (log,) = tmp_path.glob("flightagents-*/worker.log")
    follows_each_message_through_the_log_back_to_its_poll(log)
    demo.signal(signal.SIGINT)
    assert demo.wait() == 0, demo.explain()
    assert (figure(demo, "lost"), figure(demo, "twice")) == (0, 0)
    demo.wait_until_gone()


def test_a_day_that_goes_backwards_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flightagents", "demo", "--speed", "0"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "the day has to go forward" in ended.stderr


async def test_in_a_simulated_day_twilio_can_be_asked_what_it_has() -> None:
    """Rows are stamped with real time; a message of 2013 would seem to be another one, and be sent again."""
    async with twilio_server(shown=lambda: NOON) as twilio, ClientSession() as session:
        channel = SmsChannel(
            session,
            account_sid=twilio.account,
            auth_token=SecretStr(twilio.token),
            from_="+12025550199",
            url=twilio.url,
            grace=timedelta(),
        )
        envelope = sms(wire_at=datetime.now(UTC))
        await channel.send(envelope, Wire())
        assert isinstance(await channel.find(envelope), Accepted)
        assert [each.received_at for each in twilio.messages] == [NOON]
