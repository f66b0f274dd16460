"""/system: what is broken, and how all workers are."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from faust.sensors.monitor import Monitor

from flightagents.domain.bookings import Channel
from flightagents.domain.budget_sheet import BudgetSheet, news_of
from flightagents.domain.budget_words import WHYS
from flightagents.domain.call_plan import Why
from flightagents.domain.freshness import Cause, Freshness, Sight
from flightagents.domain.health import Backlog, Budget, CallsMade, Letters
from flightagents.domain.plans import Plan
from flightagents.domain.polls import PollEnd, PollReport, PollStanding
from flightagents.domain.tasks import TaskKind
from flightagents.domain.vital_signs import ChannelSigns, ChannelState, Latency, Measure, Noticed, Owned
from flightagents.store.workers import MongoWorkers
from flightagents.web.faust_statistics import figures_of
from flightagents.web.mount import mount
from tests.support.agency import Agency
from tests.support.feed_plans import call, plan
from tests.support.health import REAL, SECOND, facts, signs, worker
from tests.support.office import Database, staff_site
from tests.support.rows import MINUTE, NOON
from tests.support.website import Client, Website, log_in, serve
from tests.unit.test_budget_sheet import BA117


class Around:
    """A site, and Vera's browser."""

    def __init__(self, site: Website, client: Client) -> None:
        self.site = site
        self.client = client

    async def page(self) -> str:
        answer = await self.client.get("/system")
        assert answer.status == 200
        return " ".join((await answer.text()).split())


@pytest.fixture
async def around() -> AsyncIterator[Around]:
    site, monitor = Website(Agency()), Monitor()
    application = web.Application()
    mount(application, lambda: site.site, figures=lambda: figures_of(monitor.asdict()))
    async with serve(application) as client:
        await log_in(client, "vera")
        yield Around(site, client)


async def test_where_nothing_is_wrong_that_is_said(around: Around) -> None:
    page = await around.page()
    assert "Nothing is wrong" in page
    assert "critical" not in page


async def test_what_is_broken_comes_first_with_since_when_and_what_to_do(around: Around) -> None:
    silent = worker("two", seen_at=REAL - 60 * SECOND, leader=False)
    stands = [Owned("flight-topic", 0, 5, 90, still_since=REAL - timedelta(minutes=5))]
    around.site.system.facts = facts([worker(owned=stands), silent])
    page = await around.page()
    assert "Nothing is wrong" not in page
    order = [
        "Nobody reads partition 1 of flight-topic",
        "Partition 0 of flight-topic stands still: 85 records wait",
        "The worker two went silent",
        '<h2 id="workers">',
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert page.count('<span class="badge">critical</span>') == 2
    assert 'Since <time datetime="2026-11-23T08:55:00Z" title="2026-11-23 08:55 UTC">08:55</time>' in page
    assert "Look at the log of one" in page


async def test_each_worker_is_shown_with_its_state(around: Around) -> None:
    around.site.system.facts = facts(
        [
            worker("one", host="one.example"),
            worker("three", host="three.example", stopped=True, leader=False),
            worker("two", host="two.example", seen_at=REAL - 60 * SECOND, leader=False),
        ]
    )
    page = await around.page()
    rows = page.partition('<h2 id="workers">')[2].partition("</section>")[0].split("<tr")[2:]
    assert ["one.example" in rows[0], "two.example" in rows[1], "three.example" in rows[2]] == [True] * 3
    assert [">live<" in rows[0], ">silent<" in rows[1], ">stopped<" in rows[2]] == [True] * 3
    assert "this page" in rows[0]
    assert ">leads<" in rows[0]
    assert "10 records" in rows[0]
    assert "86 MB" in rows[0]
    assert "warning</span> failed; it is tried again" in rows[0]
    assert "seen last" in rows[1]


async def test_what_is_too_slow_and_what_cannot_leave_is_marked_by_a_word(around: Around) -> None:
    late = {Measure.EVENT_LOOP_DELAY: Latency(0.5, 1.2, 3.0, 9)}
    stopped = [ChannelSigns(Channel.SMS, ChannelState.STOPPED, "FLIGHTAGENTS_TWILIO_AUTH_TOKEN is wrong")]
    around.site.system.facts = facts([worker(latencies=late, channels=stopped)])
    page = await around.page()
    assert page.count(">overloaded<") == 2, "of the worker, and of the slowest"
    assert ">SMS stopped<" in page
    assert "Nothing leaves by sms: FLIGHTAGENTS_TWILIO_AUTH_TOKEN is wrong." in page


async def test_the_feed_and_the_months_calls(around: Around) -> None:
    report = PollReport(
        run=77, polled_at=NOON, by="one", end=PollEnd.OUTAGE, rows=1200, records=1190, unreadable=10
    )
    around.site.system.facts = facts(
        poll=PollStanding(
            report=report, noted_at=REAL, failures=4, failing_since=REAL - 240 * SECOND, good_at=None
        ),
        calls=CallsMade(month=9_000, lately=900, lately_since=NOON - timedelta(hours=12)),
        budget=Budget("basic", 10_000),
    )
    page = await around.page()
    assert ">no answer</span>" in page
    assert "1,200 rows, 1,190 records, 10 " in page
    assert '<span class="badge bad">4</span> since' in page
    assert "9,000 made, plan basic" in budget_of(page)


async def test_before_the_first_poll_it_says_so(around: Around) -> None:
    around.site.system.facts = facts(poll=None)
    assert "none yet" in await around.page()


def budget_of(page: str) -> str:
    return page.partition('<h2 id="budget">')[2].partition("</section>")[0]


async def test_the_budget_tells_the_months_calls_the_next_ones_and_why(around: Around) -> None:
    calls = [call(f"flight_iata=BA{number}", why=why) for number, why in enumerate(Why)]
    made = plan(calls, queries_every=433 * MINUTE, queries_last_until=NOON + 97 * MINUTE)
    around.site.system.sheet = BudgetSheet(at=NOON, tier=Plan.BASIC, has_key=True, plan=made)
    shown = budget_of(await around.page())
    assert "1,000 made of 10,000, 9,000 left" in shown
    assert "plan basic; 100 are kept for what is urgent" in shown
    assert "about 6,000 made <small>(1 December, UTC)</small>" in shown
    assert "12 until then, booked or likely to be, 700.5 calls for each" in shown
    assert "<dd>each 7 h 13 min: at their interval the calls would last 1 h 37 min</dd>" in shown
    assert all(f"flight BA{number}" in shown and WHYS[why] in shown for number, why in enumerate(Why))


async def test_the_budget_tells_how_old_the_news_of_each_flight_is(around: Around) -> None:
    stale = Freshness(sight=Sight.STALE, cause=Cause.OUTAGE)
    missing = replace(BA117, flight=None, seen_at=None, designator="BA119")
    news = news_of([BA117, missing], plan(), {BA117.key: stale}, NOON)
    around.site.system.sheet = BudgetSheet(at=NOON, tier=Plan.BASIC, has_key=True, plan=None, news=news)
    shown = budget_of(await around.page())
    assert "1 stale, 1 not judged yet" in shown
    first, second = shown.partition("Age of news")[2].split("<tr")[2:]
    assert "BA117" in first
    assert "leaves in 3 h" in first
    assert "4 min ago" in first
    assert ">stale</span> <small>AviationStack does not answer" in first
    assert "in 3 min" in first
    assert "not seen yet" in second
    assert "none planned" in second


async def test_before_the_first_plan_the_budget_says_what_to_do(around: Around) -> None:
    shown = budget_of(await around.page())
    assert "start a worker that has FLIGHTAGENTS_AVIATIONSTACK_KEY" in shown
    assert "Next calls" not in shown
    assert "Nobody is booked on a flight that leaves within a day." in shown


async def test_what_waits_is_counted_by_kind(around: Around) -> None:
    around.site.system.facts = facts(
        backlog=Backlog(1000, NOON),
        letters=Letters(12, 11, 1),
        tasks={TaskKind.CALL: 2, TaskKind.REPLY: 1},
    )
    page = await around.page()
    assert "1,000 or more, the oldest since" in page
    assert "11 in the last hour, 1 in the hour before" in page
    assert "call: 2" in page
    assert 'mostly the feed has changed its format. <a href="/dead-letters">Dead letters</a>' in page


async def test_every_task_kind_and_every_end_has_words(around: Around) -> None:
    around.site.system.facts = facts(tasks=dict.fromkeys(TaskKind, 1))
    assert (await around.page()).count(": 1<br>") >= len(TaskKind)
    for end in PollEnd:
        report = PollReport(run=1, polled_at=NOON, by="one", end=end)
        standing = PollStanding(report=report, noted_at=REAL, failures=0, failing_since=None, good_at=REAL)
        around.site.system.facts = facts(poll=standing)
        await around.page()


async def test_without_any_worker_the_page_says_how_to_start_one(around: Around) -> None:
    around.site.system.facts = facts([], poll=None, lease=None)
    page = await around.page()
    assert "No worker runs" in page
    assert "No worker was seen in the last hours." in page
    assert "No live worker knows a topic yet." in page


async def test_fausts_statistics_are_readable_and_linked(around: Around) -> None:
    page = await around.page()
    assert "Batches received" in page
    assert 'href="/stats"' in page
    assert 'href="/faust/performance/"' in page


async def test_what_a_worker_tells_is_text_and_no_html(around: Around) -> None:
    noticed = [Noticed("<script>alert(1)</script>", "error", 1, REAL, REAL)]
    around.site.system.facts = facts([worker(noticed=noticed, host="<b>one</b>")])
    page = await around.page()
    assert "<script>alert" not in page
    assert "<b>one" not in page
    assert "&lt;b&gt;one" in page


async def test_the_lines_of_libraries_are_said_in_words(around: Around) -> None:
    loggers = ["mode.timers", "one", "two", "aiokafka.consumer.group_coordinator"]
    noticed = [Noticed(f"a line of {logger}", "warning", 1, REAL, REAL) for logger in loggers]
    around.site.system.facts = facts([worker(noticed=noticed)])
    page = await around.page()
    assert "a timer was late: the worker is busy" in page
    assert "Kafka moved partitions between workers" in page
    assert "a line of" not in page


async def test_it_needs_a_login_and_cannot_be_posted_to(around: Around) -> None:
    assert (await around.client.post("/system")).status in (403, 405)
    around.client.session.cookie_jar.clear()
    assert (await around.client.get("/system")).status == 401
    assert (await around.client.get("/live/system")).status == 401


@pytest.mark.mongodb
async def test_it_is_all_wired_and_critical_problems_are_counted(database: Database, mongodb: str) -> None:
    async with staff_site(database, mongodb) as site:
        await site.log_in("vera")
        page = await (await site.client.get("/system")).text()
        assert "No worker runs" in page
        assert (await site.use_cases.site.office.counts())["/system"] == 1


@pytest.mark.mongodb
async def test_a_worker_that_lives_is_on_the_page_of_every_worker(database: Database, mongodb: str) -> None:
    async with staff_site(database, mongodb) as site:
        await site.log_in("vera")
        await MongoWorkers(database).tell("another", signs(host="machine.example"))
        page = await (await site.client.get("/system")).text()
        assert "machine.example" in page
        assert "No worker runs" not in page
        assert '<span class="badge">this page</span>' not in page
