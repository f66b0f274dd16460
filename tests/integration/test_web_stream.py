"""The stream behind an open page, over HTTP."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import structlog
from aiohttp import ClientResponse, ServerDisconnectedError, web

from flightagents.domain.touch import Touch
from flightagents.domain.users import Role
from flightagents.handlers.sign_in import FRESH
from flightagents.web.access import gate
from flightagents.web.access.gate import Gate, Visitor
from flightagents.web.mount import mount
from flightagents.web.staff import stream as module
from flightagents.web.staff.live import Listing, Live, Row
from flightagents.web.staff.stream import COUNTS, LiveStream
from tests.support.agency import Agency
from tests.support.website import Client, Website, log_in, serve

PATIENCE_SECONDS = 10


class Around:
    """A list, its stream, and a browser; `passed` is the time, in seconds."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.live = Live(None, count=lambda _count: None, seconds=lambda: self.passed)
        self.rows = [Row("a", "<tr></tr>")]
        self.asked: list[Mapping[str, str]] = []
        self.site = Website(Agency())
        self.client: Client

    def lister(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        self.asked.append(query)
        key = (tuple(sorted(query.items())), visitor.sees_people)
        return Listing("probe", key, frozenset({"flights"}), self.make)

    def counts(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        del query, visitor

        async def make() -> list[Row]:
            return [Row("/tasks", "2")]

        return Listing(COUNTS, COUNTS, frozenset({"tasks"}), make)

    async def make(self) -> list[Row]:
        return list(self.rows)

    @asynccontextmanager
    async def looking(self, path: str = "/live/probe", **headers: str) -> AsyncIterator["Events"]:
        async with self.client.get(path, headers=headers) as answer:
            events = Events(answer)
            if answer.status == 200:
                assert await events.next() == ("hello", "", "")
                await self.live.catch_up()
            yield events


class Events:
    """The events of a stream, one by one."""

    def __init__(self, answer: ClientResponse) -> None:
        self.status = answer.status
        self._answer = answer

    async def next(self) -> tuple[str, str, str]:
        """Give kind, id and data of the next event."""
        fields = {"event": "message", "id": "", "data": ""}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := (await self._answer.content.readline()).decode().rstrip("\r\n"):
                name, _, value = line.partition(": ")
                fields[name] = value
        return fields["event"], fields["id"], fields["data"]

    async def ended(self) -> bool:
        return await self.rest() == b""

    async def rest(self) -> bytes:
        """Wait for the end of the stream."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._answer.content.read()


@pytest.fixture
async def around() -> AsyncIterator[Around]:
    found = Around()
    site = found.site
    site.site = replace(site.site, live=found.live)
    application = web.Application()
    doors = mount(application, lambda: site.site)
    stream = LiveStream(lambda: found.live, Gate(lambda: site.site.access, doors).lets_in_still)
    stream.add("probe", found.lister)
    stream.add("agents", found.lister, Role.AGENT)
    stream.add(COUNTS, found.counts)
    doors.add("GET", "/probes/{name}", stream.stream, Role.VIEWER, streams=True)

    async def left(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        for _ in range(int(request.query["turns"])):  # the server notes it in the next
            await asyncio.sleep(0)
        return await stream.stream(request)

    async def hung_up(_request: web.Request) -> web.StreamResponse:
        raise ConnectionResetError("the database has hung up")

    doors.add("GET", "/left/{name}", left, Role.VIEWER, streams=True)
    doors.add("GET", "/hung-up", hung_up, Role.VIEWER)
    async with serve(application) as client:
        found.client = client
        await log_in(client, "vera")
        yield found


async def test_a_page_gets_its_list_and_the_counts(around: Around) -> None:
    async with around.looking("/probes/probe?date=today") as events:
        kind, id_, data = await events.next()
        assert (kind, json.loads(data)) == ("rows", {"order": ["a"], "rows": {"a": "<tr></tr>"}})
        kind, both, data = await events.next()
        assert (kind, json.loads(data)["rows"]) == ("counts", {"/tasks": "2"})
        assert both.startswith(id_.partition("/")[0] + "/")
    assert around.asked == [{"date": "today"}]


async def test_a_viewer_who_leaves_is_no_error(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    # A test server stops whoever answers; a worker's lets them go on, until they write to nobody.
    assert around.client.server.runner is not None
    monkeypatch.setattr(around.client.server.runner.server, "handler_cancellation", False)
    with structlog.testing.capture_logs() as lines:
        async with around.looking("/probes/probe") as events:
            await events.next()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while around.live.viewers:  # they are missed when they are sent something
                around.rows.append(Row(f"{len(around.rows)}", "<tr></tr>"))
                around.live.note(Touch(frozenset({"flights"}), None))
                around.passed += 1
                await around.live.catch_up()
                await asyncio.sleep(0)
            await around.client.close()  # the server waits for all that it answers
    assert [line for line in lines if line["log_level"] == "error"] == []


@pytest.mark.parametrize("turns", [0, 2])
async def test_a_viewer_who_leaves_before_the_answer_is_no_error(
    around: Around, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, turns: int
) -> None:
    assert around.client.server.runner is not None
    monkeypatch.setattr(around.client.server.runner.server, "handler_cancellation", False)
    with structlog.testing.capture_logs() as lines:
        with pytest.raises(ServerDisconnectedError):
            await around.client.get(f"/left/probe?turns={turns}")
        await around.client.close()
    assert [line for line in lines if line["log_level"] == "error"] == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert around.live.viewers == 0


async def test_a_database_that_hangs_up_is_an_error(around: Around) -> None:
    with structlog.testing.capture_logs() as lines:
        async with around.client.get("/hung-up") as answer:
            assert answer.status == 500
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["a page failed"]


async def test_a_quiet_stream_says_that_it_lives(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0)
    async with around.client.get("/probes/probe") as answer:
        events = Events(answer)
        assert await events.next() == ("hello", "", "")
        assert await events.next() == ("beat", "", "")
        assert await events.next() == ("beat", "", "")


async def test_a_stream_ends_with_the_session_that_opened_it(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0)
    async with around.looking("/probes/probe") as events:
        await around.site.staff.keep.log_out("vera", by="ada")
        around.site.staff.seconds += FRESH.total_seconds() + 1
        await events.rest()


async def test_a_stream_stays_while_nobody_can_tell_whether_its_session_has_ended(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_asked: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "BEAT_SECONDS", 0)
    monkeypatch.setattr(gate, "LOOK_SECONDS", 0)
    async with around.client.get("/probes/probe") as answer:
        events = Events(answer)
        assert await events.next() == ("hello", "", "")
        monkeypatch.setattr(around.site.staff.sign_in, "by_session", silent)
        for _ in range(3):
            assert await events.next() == ("beat", "", "")


async def test_whoever_leaves_a_quiet_stream_is_missed_at_the_next_beat(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert around.client.server.runner is not None
    monkeypatch.setattr(around.client.server.runner.server, "handler_cancellation", False)
    monkeypatch.setattr(module, "BEAT_SECONDS", 0)
    async with around.client.get("/probes/probe") as answer:
        await Events(answer).next()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while around.live.viewers:  # noqa: ASYNC110 - nothing else tells it
            await asyncio.sleep(0)


async def test_a_browser_that_comes_back_gets_only_what_it_missed(around: Around) -> None:
    async with around.looking("/probes/probe") as events:
        await events.next()
        _, known, _ = await events.next()
    around.rows.append(Row("b", "<tr>b</tr>"))
    async with around.looking("/probes/probe", **{"Last-Event-ID": known}) as events:
        kind, _, data = await events.next()
        assert (kind, json.loads(data)["order"]) == ("rows", ["a", "b"])


@pytest.mark.parametrize(
    "known",
    [
        "0\r\nevent: rows\r\ndata: {}\r\n\r\nid: 1",
        "/x\r\n\r\n",
        "0123456789abcdef0",
        "a/b/c",
        "a\n",
        "\u2028/a",
        "A",
    ],
)
async def test_what_a_link_says_of_the_version_begins_no_event(around: Around, known: str) -> None:
    async with around.client.get("/probes/probe", params={"version": known}) as answer:
        events = Events(answer)
        assert await events.next() == ("hello", "", "")
        await around.live.catch_up()
        (kind, id_, data) = await events.next()
        assert (kind, json.loads(data)["order"]) == ("rows", ["a"])
        assert re.fullmatch(r"[0-9a-f]{16}/", id_)


async def test_one_user_has_so_many_streams_and_may_open_one_where_another_ends(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_EACH", 2)
    async with around.looking("/probes/probe?a=1") as first:
        await first.next()
        async with around.looking("/probes/probe?a=2") as second:
            await second.next()
            async with around.looking("/probes/probe?a=3") as third:
                assert third.status == 429
            await log_in(around.client, "ben")  # another has as many of their own
            async with around.looking("/probes/probe?a=4") as fourth:
                assert fourth.status == 200
    around.live.close()
    await log_in(around.client, "vera")
    monkeypatch.setattr(module, "LASTS", module.LASTS * 0)
    for _ in range(3):
        async with around.client.get("/probes/probe") as answer:
            assert answer.status == 200
            await Events(answer).next()
            assert await Events(answer).ended()


async def test_a_list_for_agents_is_not_for_viewers(around: Around) -> None:
    async with around.looking("/probes/agents") as events:
        assert events.status == 403
    async with around.looking("/probes/nowhere") as events:
        assert events.status == 404


async def test_nobody_looks_who_has_not_logged_in(around: Around) -> None:
    around.client.session.cookie_jar.clear()
    async with around.looking("/probes/probe") as events:
        assert events.status == 401


async def test_a_stream_ends_so_that_whoever_was_locked_out_is_out(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LASTS", module.LASTS * 0)
    async with around.client.get("/probes/probe") as answer:
        await Events(answer).next()
        assert await Events(answer).ended()


async def test_the_end_of_the_server_does_not_wait_for_those_who_look(around: Around) -> None:
    async with around.looking("/probes/probe") as events:
        await events.next()
        await events.next()
        around.live.close()
        assert await events.ended()
        assert around.live.viewers == 0
