"""The AviationStack on localhost answers as the real one does, says no as it does, and remembers."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from flightagents.errors import ConfigurationError
from flightagents.sandbox.aviationstack import AviationStack, aviationstack
from flightagents.sandbox.day import NEW_YORK, flights_of
from flightagents.sandbox.failing import Failing, Oddity
from flightagents.sandbox.feed_pages import RecordedPages, StoryPages
from flightagents.sandbox.feed_story import FeedStory
from flightagents.sandbox.refusals import Failure

THREE_IN_THE_AFTERNOON = datetime(2013, 3, 8, 15, tzinfo=NEW_YORK)


def now() -> datetime:
    return THREE_IN_THE_AFTERNOON


@pytest.fixture(scope="module")
def story() -> FeedStory:
    return FeedStory(flights_of(), seed=1)


@pytest.fixture
async def feed(story: FeedStory) -> AsyncIterator[AviationStack]:
    async with aviationstack(StoryPages(story), now) as running:
        yield running


async def get(feed: AviationStack, **query: object) -> tuple[int, Any]:
    asked = {"access_key": feed.key, **{name: str(value) for name, value in query.items()}}
    async with aiohttp.ClientSession() as session, session.get(f"{feed.url}/flights", params=asked) as answer:
        return answer.status, await answer.json()


async def pages(feed: AviationStack, **query: object) -> list[dict[str, Any]]:
    """Walk the pages of a query to its end."""
    rows: list[dict[str, Any]] = []
    offset = 0
    while True:
        _, answer = await get(feed, offset=offset, **query)
        rows += answer["data"]
        offset += answer["pagination"]["limit"]
        if offset >= answer["pagination"]["total"]:
            return rows


async def test_a_page_is_100_rows_and_says_how_many_there_are(feed: AviationStack) -> None:
    status, answer = await get(feed)
    assert status == 200
    assert len(answer["data"]) == 100
    assert answer["pagination"].pop("total") > 1000
    assert answer["pagination"] == {"limit": 100, "offset": 0, "count": 100}


async def test_more_than_100_rows_are_not_given(feed: AviationStack) -> None:
    _, answer = await get(feed, limit=1000)
    assert answer["pagination"]["limit"] == 100


async def test_pages_overlap_or_miss_a_row_but_hold_nearly_all(feed: AviationStack) -> None:
    rows = [json.dumps(row, sort_keys=True) for row in await pages(feed)]
    total = (await get(feed))[1]["pagination"]["total"]
    assert len(set(rows)) < len(rows)
    assert total - 30 < len(set(rows)) <= total


async def test_an_offset_beyond_the_end_is_an_empty_page(feed: AviationStack) -> None:
    _, answer = await get(feed, offset=100_000)
    assert answer["data"] == []
    assert answer["pagination"]["count"] == 0


@pytest.mark.parametrize(
    ("filters", "end", "key", "value"),
    [
        ({"dep_iata": "jfk"}, "departure", "iata", "JFK"),
        ({"dep_icao": "KLGA"}, "departure", "icao", "KLGA"),
        ({"arr_iata": "BOS"}, "arrival", "iata", "BOS"),
        ({"arr_icao": "KBOS"}, "arrival", "icao", "KBOS"),
        ({"airline_iata": "BA"}, "airline", "iata", "BA"),
        ({"airline_icao": "UAL", "dep_iata": "EWR"}, "departure", "iata", "EWR"),
        ({"airline_name": "British Airways"}, "airline", "iata", "BA"),
        ({"flight_iata": "HA51"}, "flight", "iata", "HA51"),
        ({"flight_icao": "HAL51"}, "flight", "icao", "HAL51"),
        ({"flight_number": "51"}, "flight", "number", "51"),
    ],
)
async def test_filters_hold_for_every_row(
    feed: AviationStack, filters: dict[str, str], end: str, key: str, value: str
) -> None:
    rows = await pages(feed, **filters)
    assert rows
    assert {row[end][key] for row in rows} == {value}


async def test_status_and_delay_filters(feed: AviationStack) -> None:
    rows = await pages(feed, flight_status="scheduled", min_delay_dep=60, max_delay_dep=90)
    assert rows
    assert all(row["flight_status"] == "scheduled" for row in rows)
    assert all(60 <= row["departure"]["delay"] <= 90 for row in rows)
    late = await pages(feed, min_delay_arr=30, max_delay_arr=45)
    assert all(30 <= row["arrival"]["delay"] <= 45 for row in late)


async def test_a_date_costs_a_paid_plan(story: FeedStory) -> None:
    async with aviationstack(StoryPages(story), now) as paid:
        assert len(await pages(paid, flight_date="2013-03-08")) > len(await pages(paid))
        assert await pages(paid, flight_date="2013-03-07") == []
    async with aviationstack(StoryPages(story), now, sells_dates=False) as free:
        status, answer = await get(free, flight_date="2013-03-08")
        assert (status, answer["error"]["code"]) == (403, "function_access_restricted")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"access_key": "wrong"}, 401, "invalid_access_key"),
        ({"access_key": ""}, 401, "missing_access_key"),
        ({"flight_date": "8 March"}, 422, "validation_error"),
        ({"flight_status": "delayed"}, 422, "validation_error"),
        ({"limit": "all"}, 422, "validation_error"),
        ({"min_delay_dep": "-5"}, 422, "validation_error"),
    ],
)
async def test_what_it_refuses(feed: AviationStack, query: dict[str, str], status: int, code: str) -> None:
    answered, answer = await get(feed, **query)
    assert (answered, answer["error"]["code"]) == (status, code)
    assert feed.served == []


async def test_another_path_is_no_function(feed: AviationStack) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{feed.url}/timetable") as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["code"] == "invalid_api_function"


QUIET = (Failure.TIME_OUT, Failure.HANG_UP)


@pytest.mark.parametrize("failure", [failure for failure in Failure if failure not in QUIET])
async def test_it_fails_as_it_is_told_and_recovers(feed: AviationStack, failure: Failure) -> None:
    feed.fail_next(failure)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{feed.url}/flights", params={"access_key": feed.key}) as answer:
            assert answer.status == failure.value.status
            assert await answer.text() == failure.value.body
            assert answer.content_type == failure.value.content_type
            if failure is Failure.RATE_LIMIT:
                assert answer.headers["Retry-After"] == "60"
        assert feed.served == []
        status, again = await get(feed)
        assert (status, len(again["data"])) == (200, 100)


async def test_it_fails_for_one_query_alone(feed: AviationStack) -> None:
    feed.fail_next(Failure.INTERNAL_ERROR, times=2, dep_iata="JFK")
    assert [(await get(feed, dep_iata=airport))[0] for airport in ("LGA", "JFK", "LGA", "JFK", "JFK")] == [
        200,
        500,
        200,
        500,
        200,
    ]


def test_it_fails_for_as_long_as_it_is_told() -> None:
    seconds = [100.0]
    failing = Failing(lambda: seconds[0])
    failing.plan(Failure.HTML_502, seconds=20)
    failing.plan(Failure.EMPTY, times=1)
    assert failing.next({}) is Failure.HTML_502
    seconds[0] = 120.0
    assert [failing.next({}), failing.next({})] == [Failure.EMPTY, None]


async def test_placeholders_name_no_flight(feed: AviationStack) -> None:
    feed.fail_next(Oddity.PLACEHOLDERS)
    _, answer = await get(feed, dep_iata="JFK")
    assert len(answer["data"]) == 100
    assert {each["flight"]["iata"] for each in answer["data"]} == {None}
    assert {row.flight for row in feed.served[-1].rows} == {None}


async def test_a_total_collapses_to_a_handful(feed: AviationStack) -> None:
    whole = (await get(feed, dep_iata="JFK"))[1]["pagination"]["total"]
    feed.fail_next(Oddity.COLLAPSED)
    _, answer = await get(feed, dep_iata="JFK")
    assert answer["pagination"]["total"] < 0.05 * whole
    assert len(answer["data"]) == 3


async def test_a_frozen_answer_is_the_same_again_and_again(story: FeedStory) -> None:
    times = [THREE_IN_THE_AFTERNOON]
    async with aviationstack(StoryPages(story), lambda: times[0]) as feed:
        feed.fail_for(60, Oddity.FROZEN)
        first = await get(feed, dep_iata="JFK")
        times[0] += timedelta(hours=3)
        assert await get(feed, dep_iata="JFK") == first
        feed.recover()
        assert await get(feed, dep_iata="JFK") != first


async def test_whoever_watches_lets_it_fail_and_recover_by_http(feed: AviationStack) -> None:
    control = feed.url.removesuffix("/v1") + "/sandbox"

    async def post(what: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.post(f"{control}/{what}") as answer:
            return answer.status, await answer.text()

    assert (await post("fail?failure=rate_limit&seconds=60&dep_iata=JFK"))[0] == 200
    assert [(await get(feed, dep_iata=airport))[0] for airport in ("JFK", "LGA", "JFK")] == [429, 200, 429]
    assert (await post("recover"))[0] == 200
    assert (await get(feed, dep_iata="JFK"))[0] == 200
    assert (await post("fail?failure=frozen"))[0] == 200
    for wrong in ("fail", "fail?failure=nonsense", "fail?failure=empty&seconds=soon"):
        status, said = await post(wrong)
        assert (status, "placeholders" in said) == (400, True)


async def test_planned_failures_can_be_taken_back(feed: AviationStack) -> None:
    feed.fail_next(Failure.HTML_502, times=50)
    feed.recover()
    assert (await get(feed))[0] == 200


async def test_it_can_leave_without_an_answer(feed: AviationStack) -> None:
    # aiohttp asks a second time by itself when a connection is closed on a GET.
    feed.fail_next(Failure.HANG_UP, times=2)
    with pytest.raises(aiohttp.ClientConnectionError):
        await get(feed)
    feed.fail_next(Failure.TIME_OUT)
    asked = asyncio.Event()

    async def note() -> None:
        asked.set()

    feed.before_answer = note
    waiting = asyncio.create_task(get(feed))
    async with asyncio.timeout(10):
        await asked.wait()
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert feed.served == []


async def test_it_remembers_the_rows_that_it_served(feed: AviationStack) -> None:
    _, answer = await get(feed, dep_iata="JFK", offset=100)
    (served,) = feed.served
    assert (served.number, served.at, served.offset) == (1, THREE_IN_THE_AFTERNOON, 100)
    assert served.query == {"dep_iata": "JFK", "offset": "100"}
    assert [row.row for row in served.rows] == answer["data"]
    await get(feed, dep_iata="JFK", offset=100)
    assert set(feed.served[1].rows) == set(served.rows), "the same version of a row is the same object"


async def test_an_answer_can_be_held_back(feed: AviationStack) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await go_on.wait()

    feed.before_answer = hold
    waiting = asyncio.create_task(get(feed))
    async with asyncio.timeout(10):
        await asked.wait()
    assert not waiting.done()
    go_on.set()
    assert (await waiting)[0] == 200


def recording(folder: Path, name: str, rows: int) -> None:
    data = [{"flight_date": "2024-01-02", "flight": {"iata": f"{name}{index}"}} for index in range(rows)]
    pagination = {"limit": 100, "offset": 0, "count": rows, "total": 474}
    (folder / f"{name}.json").write_text(json.dumps({"pagination": pagination, "data": data}))


async def test_recorded_answers_come_one_after_the_other(tmp_path: Path) -> None:
    recording(tmp_path, "a", 2)
    recording(tmp_path, "b", 3)
    (tmp_path / "c.json").write_text("<html>")
    async with aviationstack(RecordedPages(tmp_path), now) as feed:
        first = (await get(feed))[1]
        assert [row["flight"]["iata"] for row in first["data"]] == ["a0", "a1"]
        assert first["pagination"]["total"] == 2, "there is no second page to ask for"
        assert (await get(feed, offset=100))[1]["data"] == []
        assert len((await get(feed))[1]["data"]) == 3
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.get(f"{feed.url}/flights?access_key={feed.key}") as answer:
                    assert await answer.text() == "<html>", "the last one stays"


async def test_a_sequence_file_gives_the_order(tmp_path: Path) -> None:
    recording(tmp_path, "a", 1)
    recording(tmp_path, "b", 2)
    (tmp_path / "sequence.json").write_text(json.dumps([{"file": "b.json"}, {"file": "a.json"}]))
    async with aviationstack(RecordedPages(tmp_path), now) as feed:
        assert [len((await get(feed))[1]["data"]) for _ in range(2)] == [2, 1]


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no recorded answers"):
        RecordedPages(tmp_path)
