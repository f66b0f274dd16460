"""The feed's client against a real HTTP server: paging, budget, back-off, and a key that nobody sees."""

import asyncio
import gzip
import logging
import re
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import structlog
from pydantic import SecretStr

from flightagents.aviationstack.answers import Page
from flightagents.aviationstack.client import AviationStackClient, Backoff
from flightagents.errors import (
    FeedMonthSpentError,
    FeedOutageError,
    FeedRateLimitError,
    FeedRefusedError,
    FlightagentsError,
    LeaseLostError,
    SettingsError,
)
from tests.support.feed_server import Canned, FeedServer, complaint, page

KEY = "k3y/with+odd=signs&0123456789abcdef"
JFK = {"dep_iata": "JFK"}
HTML = Canned(502, b"<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"})


class Counted:
    """Counts in memory."""

    def __init__(self) -> None:
        self.calls = 0

    async def count(self) -> None:
        self.calls += 1


class Broken:
    async def count(self) -> None:
        raise ConnectionError("no database")


class Slept:
    """Time that passes at once, and is remembered in seconds."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def slept() -> Slept:
    return Slept()


MakeClient = Callable[..., AviationStackClient]


@pytest.fixture
def client(session: aiohttp.ClientSession, counted: Counted, slept: Slept) -> MakeClient:
    """Makes a client of pages of two rows, three attempts, and jitter that always draws one half."""

    def make(server: FeedServer | str, **more: object) -> AviationStackClient:
        settings: dict[str, Any] = {
            "base_url": server if isinstance(server, str) else server.url,
            "key": SecretStr(KEY),
            "counter": counted,
            "page_size": 2,
            "backoff": Backoff(attempts=3, draw=lambda: 0.5, sleep=slept.sleep),
        }
        return AviationStackClient(session, **(settings | more))

    return make


async def anyone_may() -> None:
    """Nobody else polls."""


async def walk(client: AviationStackClient, filters: dict[str, str] = JFK, max_pages: int = 5) -> list[Page]:
    return [found async for found in client.pages(filters, max_pages, anyone_may)]


async def rows(client: AviationStackClient, max_pages: int = 5) -> list[Any]:
    return [row for found in await walk(client, max_pages=max_pages) for row in found.rows]


def patience(canned: Canned) -> timedelta:
    """Give up soon only where nothing comes: a busy machine may need its time for the others."""
    return timedelta(seconds=0.1 if canned.hang else 10)


# Paging


async def test_pages_are_walked_until_the_total(client: MakeClient, counted: Counted) -> None:
    async with FeedServer(page([1, 2], 4), page([3, 4], 4, offset=2)) as feed:
        assert await rows(client(feed)) == [1, 2, 3, 4]
        assert feed.asked == [
            {"access_key": KEY, "dep_iata": "JFK", "limit": "2", "offset": "0"},
            {"access_key": KEY, "dep_iata": "JFK", "limit": "2", "offset": "2"},
        ]
        assert feed.paths == ["/v1/flights", "/v1/flights"]
    assert counted.calls == 2


async def test_a_short_page_is_the_last(client: MakeClient) -> None:
    async with FeedServer(page([1, 2]), page([3])) as feed:
        assert await rows(client(feed)) == [1, 2, 3]
    async with FeedServer(page([1], 400)) as feed:
        assert await rows(client(feed)) == [1]


async def test_an_empty_answer_is_one_page_without_rows(client: MakeClient, counted: Counted) -> None:
    async with FeedServer(page([], 0)) as feed:
        assert [found.rows for found in await walk(client(feed))] == [[]]
    assert counted.calls == 1


async def test_max_pages_bounds_the_calls(client: MakeClient, counted: Counted) -> None:
    async with FeedServer(*[page([1, 2], 300_000)] * 3) as feed:
        assert len(await walk(client(feed), max_pages=3)) == 3
        assert await walk(client(feed), max_pages=0) == []
    assert counted.calls == 3


async def test_the_newest_total_counts_when_it_changes_on_the_way(client: MakeClient) -> None:
    async with FeedServer(page([1, 2], 4), page([3, 4], 6), page([5, 6], 6)) as feed:
        assert await rows(client(feed)) == [1, 2, 3, 4, 5, 6]
    async with FeedServer(page([1, 2], 6), page([3, 4], 3)) as feed:
        assert await rows(client(feed)) == [1, 2, 3, 4]


async def test_a_smaller_limit_than_asked_is_no_short_page(client: MakeClient) -> None:
    async with FeedServer(page([1, 2], 3, limit=2), page([3], 3, limit=2)) as feed:
        assert await rows(client(feed, page_size=1000)) == [1, 2, 3]
        assert [call["offset"] for call in feed.asked] == ["0", "2"]


async def test_pages_before_a_failure_are_given(client: MakeClient) -> None:
    given = []

    async def keep_rows(asked: AviationStackClient) -> None:
        async for found in asked.pages(JFK, 5, anyone_may):
            given.append(found.rows)  # noqa: PERF401 (a comprehension would lose what came before the error)

    async with FeedServer(page([1, 2], 9), complaint(429, "usage_limit_reached")) as feed:
        with pytest.raises(FeedMonthSpentError):
            await keep_rows(client(feed))
    assert given == [[1, 2]]


# Leave to ask


class Leave:
    """Says whether we may, and lets time go by meanwhile: `takes` gives it in seconds, ask by ask."""

    def __init__(self, counted: Counted, *takes: float) -> None:
        self.asked_after: list[int] = []
        """How many calls had been counted, ask by ask."""
        self.time = 0.0
        self._counted = counted
        self._takes = list(takes)
        self.lost = False

    async def __call__(self) -> None:
        self.asked_after.append(self._counted.calls)
        self.time += self._takes.pop(0) if self._takes else 0.0
        if self.lost:
            raise LeaseLostError("another worker polls")


async def test_leave_is_asked_for_before_each_page_and_each_retry(
    client: MakeClient, counted: Counted
) -> None:
    leave = Leave(counted)
    async with FeedServer(page([1, 2], 4), Canned(502), page([3, 4], 4, offset=2)) as feed:
        assert len([found async for found in client(feed).pages(JFK, 5, leave)]) == 2
    assert leave.asked_after == [0, 1, 2]


async def test_whoever_was_frozen_since_it_got_leave_asks_for_it_again(
    client: MakeClient, counted: Counted
) -> None:
    leave = Leave(counted, 60.0, 2.1)
    async with FeedServer(page([1], 1)) as feed:
        asked = client(feed, ticks=lambda: leave.time)
        assert len([found async for found in asked.pages(JFK, 5, leave)]) == 1
    assert leave.asked_after == [0, 1, 1], "counted once, and confirmed until it went fast"


async def test_without_leave_nothing_is_asked(client: MakeClient, counted: Counted) -> None:
    leave = Leave(counted)
    leave.lost = True
    async with FeedServer(page([1], 1)) as feed:
        with pytest.raises(LeaseLostError):
            await anext(client(feed).pages(JFK, 5, leave))
        assert feed.asked == []
    assert counted.calls == 0


async def test_a_probe_is_one_call(client: MakeClient, counted: Counted) -> None:
    async with FeedServer(Canned(502), page([1], 1)) as feed:
        with pytest.raises(FeedOutageError):
            await anext(client(feed).pages(JFK, 5, anyone_may, retries=False))
    assert counted.calls == 1


# Configuration, rate, budget


@pytest.mark.parametrize(
    ("canned", "setting"),
    [
        (complaint(401, "invalid_access_key"), "FLIGHTAGENTS_AVIATIONSTACK_KEY"),
        (complaint(403, "function_access_restricted"), "FLIGHTAGENTS_AVIATIONSTACK_PLAN"),
        (complaint(403, "https_access_restricted"), "FLIGHTAGENTS_AVIATIONSTACK_URL"),
        (complaint(404, "invalid_api_function"), "FLIGHTAGENTS_AVIATIONSTACK_URL"),
        (complaint(200, "validation_error"), "FLIGHTAGENTS_POLL_QUERIES"),
    ],
)
async def test_a_refusal_is_not_tried_again_and_names_setting_and_query(
    client: MakeClient, counted: Counted, canned: Canned, setting: str
) -> None:
    async with FeedServer(canned) as feed:
        with pytest.raises(FeedRefusedError) as caught:
            await walk(client(feed), {"dep_iata": "JFK", "flight_status": "active"})
    assert setting in str(caught.value)
    assert "dep_iata=JFK&flight_status=active" in str(caught.value)
    assert counted.calls == 1


@pytest.mark.parametrize("code", ["validation_error", "new_word"])
async def test_however_much_the_feed_says_our_advice_is_not_cut_off(client: MakeClient, code: str) -> None:
    async with FeedServer(complaint(400, code, "Long words. " * 1000)) as feed:
        with pytest.raises(
            FeedRefusedError, match=r"FLIGHTAGENTS_POLL_QUERIES.*Long words.*dep_iata=JFK"
        ) as caught:
            await walk(client(feed))
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("90", 90), ("1", 60), ("Sun, 22 Nov 2026 12:03:20 GMT", 200)]
)
async def test_too_fast_is_left_to_the_caller_with_how_long_to_wait(
    client: MakeClient, counted: Counted, slept: Slept, retry_after: str, seconds: int
) -> None:
    async with FeedServer(complaint(429, "rate_limit_reached", Retry_After=retry_after)) as feed:
        with pytest.raises(FeedRateLimitError) as caught:
            await walk(client(feed, now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)))
    assert caught.value.retry_after == timedelta(seconds=seconds)
    assert (counted.calls, slept.waits) == (1, [])


@pytest.mark.parametrize("reserved", ["access_key", "limit", "offset"])
async def test_what_we_set_cannot_be_a_filter(client: MakeClient, counted: Counted, reserved: str) -> None:
    with pytest.raises(SettingsError, match=reserved) as caught:
        await walk(client("http://127.0.0.1:1/v1"), {reserved: "sesame"})
    assert "sesame" not in str(caught.value)
    assert counted.calls == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.aviationstack.com/v1",
        "ftp://a/v1",
        "http://",
        "http://a:b/v1",
        "http://a/v1?sesame",
        "http://sesame@a/v1",
    ],
)
def test_a_base_that_is_none_is_refused_without_repeating_it(client: MakeClient, url: str) -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_AVIATIONSTACK_URL") as caught:
        client(url)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "sesame\n", "ses ame", "sesame\udc80", "sésame"])
def test_a_key_that_no_url_carries_is_refused_without_repeating_it(client: MakeClient, key: str) -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_AVIATIONSTACK_KEY") as caught:
        client("http://a/v1", key=SecretStr(key))
    assert "same" not in str(caught.value)


async def test_a_slash_at_the_end_of_the_base_does_not_matter(client: MakeClient) -> None:
    async with FeedServer(page([1])) as feed:
        await walk(client(feed.url + "/"))
        assert feed.paths == ["/v1/flights"]


async def test_without_a_count_there_is_no_call(client: MakeClient) -> None:
    async with FeedServer(page([1])) as feed:
        with pytest.raises(ConnectionError, match="no database"):
            await walk(client(feed, counter=Broken()))
        assert feed.asked == []


# Outages

OUTAGES = [
    pytest.param(HTML, "HTTP 502", id="HTML"),
    pytest.param(complaint(500, "internal_error"), "internal_error", id="internal error"),
    pytest.param(Canned(200, b'{"message": "Nothing."}'), "Nothing", id="message alone"),
    pytest.param(Canned(hang=True), "no answer within 0.1 s", id="hangs"),
    pytest.param(Canned(drop=True), "ServerDisconnectedError", id="dropped"),
    pytest.param(Canned(200, b'{"data": [1, 2]}', cut_after=9), "ClientPayloadError", id="cut mid-body"),
    pytest.param(Canned(200, b'{"data": ['), "not JSON", id="half a body"),
    pytest.param(Canned(200, b'{"data": ["' + b"x" * 5000 + b'"]}'), "more than 4000 bytes", id="run away"),
    pytest.param(
        Canned(200, gzip.compress(b" " * 5_000_000), {"Content-Encoding": "gzip"}),
        "more than 4000 bytes",
        id="packed tight",
    ),
    pytest.param(Canned(200, b"junk", {"Content-Encoding": "gzip"}), "ClientPayloadError", id="not gzip"),
    pytest.param(Canned(302, b"", {"Location": "http://127.0.0.1:1/?access_key=x"}), "HTTP 302", id="detour"),
]


@pytest.mark.parametrize(("canned", "words"), OUTAGES)
async def test_an_outage_is_tried_again_then_told(
    client: MakeClient, counted: Counted, slept: Slept, canned: Canned, words: str
) -> None:
    async with FeedServer(*[canned] * 3) as feed:
        with pytest.raises(FeedOutageError, match=words) as caught:
            await walk(client(feed, timeout=patience(canned), max_body_bytes=4000))
        assert len(feed.asked) == counted.calls == 3
    assert "dep_iata=JFK" in str(caught.value)
    assert slept.waits == [0.5, 1.0]


async def test_a_feed_that_cannot_be_reached_is_an_outage(client: MakeClient, counted: Counted) -> None:
    async with FeedServer() as feed:
        gone = feed.url
    with pytest.raises(FeedOutageError, match="ClientConnectorError"):
        await walk(client(gone))
    assert counted.calls == 3


async def test_an_outage_that_passes_costs_calls_but_no_rows(client: MakeClient, counted: Counted) -> None:
    async with FeedServer(page([1, 2], 3), HTML, Canned(drop=True), page([3], 3)) as feed:
        assert await rows(client(feed)) == [1, 2, 3]
        assert len(feed.asked) == counted.calls == 4


async def test_a_call_whose_connection_drops_is_never_repeated_behind_our_back(
    client: MakeClient, counted: Counted
) -> None:
    async with FeedServer(page([1, 2], 4), Canned(drop=True), page([3, 4], 4)) as feed:
        with pytest.raises(FeedOutageError):
            await walk(client(feed, backoff=Backoff(attempts=1)))
        assert len(feed.asked) == counted.calls == 2


def test_waits_double_up_to_a_longest_and_are_drawn_from_the_whole_span() -> None:
    patient = Backoff(first_wait=timedelta(seconds=1), longest_wait=timedelta(seconds=5), draw=lambda: 1.0)
    assert [patient.wait(attempt) for attempt in (1, 2, 3, 4, 60)] == [1, 2, 4, 5, 5]
    lucky = Backoff(draw=lambda: 0.0)
    assert [lucky.wait(attempt) for attempt in (1, 2, 3)] == [0, 0, 0]


async def test_a_redirect_is_not_followed(client: MakeClient, counted: Counted) -> None:
    async with FeedServer(page([1])) as elsewhere:
        moved = Canned(301, b"", {"Location": f"{elsewhere.url}/flights?access_key={quote(KEY)}"})
        async with FeedServer(moved) as feed:
            with pytest.raises(FeedRefusedError, match="FLIGHTAGENTS_AVIATIONSTACK_URL"):
                await walk(client(feed))
        assert elsewhere.asked == []
    assert counted.calls == 1


# The key


def frames_of_ours(error: BaseException) -> TracebackType:
    """Skip the test's own frames, which know the key by right."""
    trace = error.__traceback__
    while trace and "tests" in Path(trace.tb_frame.f_code.co_filename).parts:
        trace = trace.tb_next
    assert trace is not None
    return trace


def everything_that_shows(error: BaseException) -> str:
    """All that a log, a crash report or a debugger could print of an error and of our frames."""
    with_locals = traceback.TracebackException(type(error), error, error.__traceback__, capture_locals=True)
    shown = [repr(error), repr(error.args), repr(vars(error)), *with_locals.format()]
    return "\n".join([*shown, *traceback.format_exception(error)])


FAILING_RUNS = [
    *OUTAGES,
    pytest.param(complaint(401, "invalid_access_key", f"Key {KEY} is wrong."), "", id="key in the message"),
    pytest.param(complaint(401, KEY, "No."), "", id="key as the code"),
    pytest.param(
        complaint(500, f"Crash at /v1/flights?access_key={quote(KEY, safe='')}\n#0"), "", id="in a crash"
    ),
    pytest.param(complaint(500, "crash at ", "x" * 360 + KEY), "", id="at the cut"),
    pytest.param(Canned(404, f'{{"message": "no route for {KEY}"}}'.encode()), "", id="key in a route"),
    pytest.param(
        Canned(301, b"", {"Location": f"http://127.0.0.1:1/?access_key={quote(KEY)}"}), "", id="moved"
    ),
    pytest.param(
        Canned(200, f"<p>{KEY}</p>".encode(), {"Set-Cookie": f"a b={KEY};;;"}), "", id="HTML, cookie"
    ),
    pytest.param(complaint(429, "rate_limit_reached", KEY), "", id="too fast"),
    pytest.param(complaint(429, "usage_limit_reached", KEY), "", id="month spent"),
]


@pytest.mark.parametrize(("canned", "_words"), FAILING_RUNS)
async def test_the_key_shows_in_no_log_and_no_error(
    client: MakeClient,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    canned: Canned,
    _words: str,
) -> None:
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG)
    for name in ["aiohttp", *logging.root.manager.loggerDict]:
        caplog.set_level(logging.DEBUG, name)
    async with FeedServer(*[canned] * 3) as feed:
        asked = client(feed, timeout=patience(canned), max_body_bytes=4000)
        with pytest.raises(FlightagentsError) as caught:
            await walk(asked)
    error = caught.value.with_traceback(frames_of_ours(caught.value))
    assert error.__cause__ is error.__context__ is None
    logging.getLogger("test").error("the run failed", exc_info=error)
    structlog.get_logger().error("the run failed", exc_info=error, client=asked)  # shows local variables
    shown = everything_that_shows(error) + caplog.text + repr(vars(asked)) + "".join(capfd.readouterr())
    assert "the run failed" in shown
    for form in {KEY, quote(KEY), quote(KEY, safe=""), KEY[:12], quote(KEY, safe="")[:12]}:
        assert form not in shown


async def test_the_key_does_not_show_when_someone_put_it_into_a_query(client: MakeClient) -> None:
    async with FeedServer(*[HTML] * 3, complaint(403, "function_access_restricted")) as feed:
        for _ in range(2):
            with pytest.raises(FlightagentsError, match=re.escape("airline_name=(key)")) as caught:
                await walk(client(feed), {"airline_name": KEY})
            assert KEY not in str(caught.value)


async def test_the_key_does_not_show_when_a_call_is_given_up(client: MakeClient) -> None:
    async with FeedServer(Canned(hang=True)) as feed:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.1):
                await walk(client(feed))
    shown = "".join(traceback.format_exception(caught.value))
    assert KEY not in shown
    assert quote(KEY, safe="") not in shown
