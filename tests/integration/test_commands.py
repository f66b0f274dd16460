"""The commands that read and write MongoDB, as a person types them: what they print, and how they exit."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from click.testing import CliRunner
from pymongo import MongoClient

from flightagents.app import app, tell_what_is_off
from flightagents.cli import bookings, dead_letters, notifications, users
from flightagents.clock import clock_from
from flightagents.domain.tracking import advance
from flightagents.records import DeadLetterSource, dead_letter
from flightagents.sandbox.mailbox import mail_server
from flightagents.settings import PREFIX, Settings, load
from tests.support.rows import MINUTE, NOON, row, run_of

FILE = """reference,name,email,phone,consent_email,consent_sms,seat,flights
ABC123,Anna Müller,anna@example.com,+442079460000,yes,yes,1A,BA117 2026-11-22 LHR-JFK 14:35 | BA118 2026-11-29
ABC123,Carl,carl@example.com,,no,,1B,BA117 2026-11-22
XYZ789,Ben,ben@example,,yes,,2A,BA117 2026-11-22
XYZ790,Dora,dora@example.com,,yes,,3A,BA117 2026-11-22
"""


GROUPS = {
    "bookings": bookings.bookings,
    "notifications": notifications.notifications,
    "dead-letters": dead_letters.dead_letters,
    "users": users.users,
}


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def objects(self) -> list[Any]:
        return [json.loads(line) for line in self.lines]


class Desk:
    """A database, and the commands that are typed on it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self._client: MongoClient[dict[str, Any]] = MongoClient(url, tz_aware=True)
        self.database = self._client[f"commands_{uuid.uuid4().hex[:12]}"]
        self.settings = {
            "MONGODB_URL": url,
            "MONGODB_DATABASE": self.database.name,
            "CLOCK": f"simulated:{NOON:%Y-%m-%dT%H:%M:%SZ}@1@{time.time():.0f}",
        }

    def close(self) -> None:
        self._client.drop_database(self.database.name)
        self._client.close()

    def type(self, *words: str, told: str = "") -> Ended:
        """Run a command within this process: starting Python takes much longer than the command.

        `told` is what it reads from standard input.
        """
        group, *rest = words
        ended = CliRunner().invoke(GROUPS[group], rest, input=told)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    def type_for_real(self, *words: str) -> Ended:
        """Run it as a program of its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        ended = subprocess.run(
            [sys.executable, "-m", "flightagents", *words],
            cwd=self.folder,
            env=inherited | {PREFIX + name: value for name, value in self.settings.items()},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def a_flight_is_late(self) -> None:
        """Let the database hold BA117 90 minutes late."""
        state, _ = advance(None, run_of([row()])[0])
        late, _ = advance(state, run_of([row(delay=90)], 2, NOON + MINUTE)[0])
        self.database["flights"].insert_one(
            {
                "_id": late.flight,
                "ordinal": late.ordinal,
                "designators": ["BA117"],
                "date": "2026-11-22",
                "state": msgspec.json.encode(late).decode(),
            }
        )


@pytest.fixture
def desk(mongodb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(mongodb, tmp_path)
    for name, value in desk.settings.items():
        monkeypatch.setenv(PREFIX + name, value)
    monkeypatch.setattr(app, "settings", load())
    monkeypatch.setattr(app, "clock", clock_from(desk.settings["CLOCK"]))
    yield desk
    desk.close()


@pytest.mark.mongodb
def test_bookings_are_imported_listed_told_cancelled_and_forgotten(desk: Desk) -> None:
    file = desk.folder / "today.csv"
    file.write_text(FILE, encoding="utf-8")
    desk.a_flight_is_late()

    imported = desk.type_for_real("bookings", "import", str(file))
    assert imported.code == 1, imported.err  # a line was refused
    assert imported.lines == [
        "column ignored: seat",
        "ABC123  BA117 2026-11-22 LHR-JFK 14:35: seen",
        "ABC123  BA118 2026-11-29: not yet in the feed",
        "ABC123  BA117 2026-11-22: seen",
        "XYZ790  BA117 2026-11-22: seen",
        imported.lines[5],
        "3 lines imported, 1 refused",
    ]
    assert imported.lines[5].startswith("line 4 refused: email is no address")
    assert "ben@example" not in imported.out + imported.err

    again = desk.type("bookings", "import", str(file), "--json", "--by", "ada")
    assert again.code == 1
    (report,) = again.objects
    assert (report["imported"], report["ignored_columns"]) == (3, ["seat"])
    assert [refused["line"] for refused in report["refused"]] == [4]
    assert report["segments"][0] == {
        "reference": "ABC123",
        "segment": "BA117 2026-11-22 LHR-JFK 14:35",
        "feed": "seen",
    }

    listed = desk.type("bookings", "list", "--json")
    assert listed.code == 0
    assert [each["id"] for each in listed.objects] == [
        "ABC123|anna@example.com",
        "ABC123|carl@example.com",
        "XYZ790|dora@example.com",
    ]
    assert (
        "ABC123  Anna Müller  email, sms  BA117 2026-11-22 LHR-JFK 14:35 confirmed"
        in desk.type("bookings", "list").out
    )

    told = desk.type("notifications", "list", "--json")
    assert told.code == 0
    assert sorted(
        (each["reference"], each["channel"], each["state"], each["said"]) for each in told.objects
    ) == [
        ("ABC123", "email", "pending", "later"),
        ("ABC123", "email", "suppressed", "later"),
        ("ABC123", "sms", "pending", "later"),
        ("XYZ790", "email", "pending", "later"),
    ]
    assert "example.com" not in told.out
    assert len(desk.type("notifications", "list", "--limit", "2").lines) == 2
    assert desk.type("notifications", "list", "--flight", "BA9|2026-11-22|LHR|JFK").lines == []

    row = next(each["id"] for each in told.objects if each["reference"] == "XYZ790")
    for act, said in (("hold", "is held"), ("release", "is released")):
        assert desk.type("notifications", act, row, "--by", "ada").lines == [f"{row} {said}"]
    for act, why in (("release", "waits to be sent"), ("replay", "is dead or failed")):
        assert f"no message {row if act == 'replay' else 'none'} {why}" in (
            desk.type("notifications", act, row if act == "replay" else "none", "--by", "ada").err
        )

    cancelled = desk.type("bookings", "cancel", "xyz790", "--by", "ada")
    assert (cancelled.code, cancelled.lines) == (0, ["XYZ790: the flights of 1 traveller are cancelled"])

    forgotten = desk.type("bookings", "forget", "ABC123", "--by", "ada")
    assert (forgotten.code, forgotten.lines) == (0, ["ABC123: 2 travellers forgotten"])
    everything = str([list(desk.database[name].find()) for name in desk.database.list_collection_names()])
    for personal in ("anna@", "carl@", "Anna", "Carl", "+4420", "ABC123"):
        assert personal not in everything
    assert "(forgotten)" in desk.type("notifications", "list").out

    acts = [(each["did"], each["about"]["thing"]) for each in desk.database["audit"].find({"by": "ada"})]
    assert sorted(acts) == [
        ("cancelled", "booking"),
        ("forgot", "booking"),
        ("forgot", "booking"),
        ("held", "message"),
        ("imported", "file"),
        ("released", "message"),
    ]
    for command in ("cancel", "forget"):
        nobody = desk.type("bookings", command, "ABC123")
        assert (nobody.code, nobody.out) == (1, "")
        assert "there is no booking ABC123" in nobody.err


@pytest.mark.mongodb
def test_a_file_that_is_right_exits_with_0_and_one_that_cannot_be_read_with_1(desk: Desk) -> None:
    file = desk.folder / "today.csv"
    file.write_text("\n".join(FILE.splitlines()[:3]), encoding="utf-8-sig")
    assert desk.type("bookings", "import", str(file)).code == 0
    file.write_text("name,email\nAnna,anna@example.com\n", encoding="utf-8")
    refused = desk.type("bookings", "import", str(file))
    assert (refused.code, refused.out) == (1, "")
    assert "today.csv: the first line names no column reference" in refused.err
    assert "Traceback" not in refused.err
    assert desk.type("bookings", "import", "missing.csv").code == 2


@pytest.mark.mongodb
def test_users_are_added_with_a_password_that_no_list_of_processes_shows(desk: Desk) -> None:
    added = desk.type("users", "add", "Ada", "--role", "admin", told="a long password\n")
    assert (added.code, added.out) == (0, "added: ada, admin\n")
    assert desk.type("users", "add", "ada", told="a long password\n").code == 1
    short = desk.type("users", "add", "ben", told="short\n")
    assert (short.code, "a password has 12 to 256 characters" in short.err) == (1, True)
    (listed,) = desk.type("users", "list", "--json").objects
    assert (listed["name"], listed["role"], listed["logs_in"]) == ("ada", "admin", True)


@pytest.mark.mongodb
def test_dead_letters_are_listed_newest_first(desk: Desk) -> None:
    for offset in range(3):
        letter = dead_letter(
            "not_json",
            "cut off",
            raw=b"{",
            source=DeadLetterSource.TOPIC,
            place={"topic": "flight-topic", "partition": 0, "offset": offset},
            at=NOON + offset * MINUTE,
        )
        fields = msgspec.to_builtins(letter, builtin_types=(type(NOON),))
        desk.database["dead_letters"].insert_one({"_id": fields.pop("id"), **fields})
    listed = desk.type("dead-letters", "list", "--limit", "2")
    assert listed.code == 0
    assert [" ".join(line.split()) for line in listed.lines] == [
        f"2026-11-22 12:0{offset} not_json topic=flight-topic partition=0 offset={offset}: cut off"
        for offset in (2, 1)
    ]
    (newest,) = desk.type("dead-letters", "list", "--limit", "1", "--json").objects
    assert newest["place"]["offset"] == 2
    assert newest["raw"] == "{"


def anybody(count: int) -> str:
    """Write a file of so many travellers of BA117."""
    people = (f"R{n:05},anybody{n}@example.com,yes,BA117 2026-11-22 LHR-JFK" for n in range(count))
    return "\n".join(("reference,email,consent_email,flights", *people))


@pytest.mark.mongodb
def test_an_import_that_would_send_more_than_twenty_messages_asks_first(desk: Desk) -> None:
    file = desk.folder / "many.csv"
    desk.a_flight_is_late()
    file.write_text(anybody(21), encoding="utf-8")
    asked = desk.type("bookings", "import", str(file))
    assert asked.code == 2
    assert asked.lines == [
        "nothing is imported yet: it would send 21 messages at once",
        "  BA117|2026-11-22|LHR|JFK         later        email  21",
        "add --yes to import and send them",
    ]
    (told,) = desk.type("bookings", "import", str(file), "--json").objects
    assert (told["imported"], told["would_send"][0]["messages"]) == (0, 21)
    for collection in ("bookings", "notifications", "silences", "tasks"):
        assert desk.database[collection].count_documents({}) == 0
    assert desk.type("bookings", "import", str(file), "--yes").code == 0
    assert desk.database["notifications"].count_documents({}) == 21


@pytest.mark.mongodb
def test_twenty_messages_are_sent_unasked_and_whoever_was_told_counts_no_more(desk: Desk) -> None:
    file = desk.folder / "some.csv"
    desk.a_flight_is_late()
    for travellers in (20, 40):
        file.write_text(anybody(travellers), encoding="utf-8")
        assert desk.type("bookings", "import", str(file)).code == 0
    assert desk.database["notifications"].count_documents({}) == 40


@pytest.mark.mongodb
def test_a_flight_is_explained_and_what_is_no_flight_is_refused(desk: Desk) -> None:
    file = desk.folder / "today.csv"
    file.write_text(FILE, encoding="utf-8")
    desk.a_flight_is_late()
    desk.type("bookings", "import", str(file))
    explained = desk.type("notifications", "list", "--flight", "BA117|2026-11-22|LHR|JFK", "--why")
    assert explained.code == 0
    assert any("later       email  pending    news - differs enough" in line for line in explained.lines)
    assert any("no_consent - there is no leave to write" in line for line in explained.lines)
    for words in (["--why"], []):
        refused = desk.type("notifications", "list", "--flight", "BA117", *words)
        assert refused.code == 2
        assert "'BA117' is no flight: write one such as 'BA117|2026-11-22|LHR|JFK'" in refused.err


@pytest.mark.mongodb
async def test_a_sample_is_sent_to_oneself_whatever_the_delivery_mode(desk: Desk) -> None:
    sample = ("notifications", "test", "--to", "you@example.org", "--said", "cancelled", "--language", "de")
    off = await asyncio.to_thread(desk.type_for_real, *sample)
    assert off.code != 0
    assert "email is off" in off.err
    async with mail_server() as mailbox:
        desk.settings |= {
            "SMTP_HOST": mailbox.host,
            "SMTP_PORT": str(mailbox.port),
            "SMTP_TLS": "none",
            "MAIL_FROM": "alerts@agency.example",
            "DELIVERY": "off",
        }
        sent = await asyncio.to_thread(desk.type_for_real, *sample)
    assert (sent.code, sent.lines) == (0, ["the email provider took it"])
    (mail,) = mailbox.mails
    assert "ANNULLIERT" in mail.subject
    assert desk.type("notifications", "test", "--to", "nobody").code == 2


def test_a_worker_warns_in_our_own_words_of_what_is_off() -> None:
    with structlog.testing.capture_logs() as lines:
        tell_what_is_off(Settings())
    assert [line["log_level"] for line in lines if "email is off" in line["event"]] == ["warning"]
