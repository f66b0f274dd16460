"""Everything that stands in for the world, together on one clock."""

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import faust

from flightagents.clock import Clock, SimulatedClock, SystemClock
from flightagents.domain.plans import Plan as FeedPlan
from flightagents.sandbox.abroad import flights_abroad
from flightagents.sandbox.aviationstack import AviationStack, aviationstack
from flightagents.sandbox.day import LATER, NEW_YORK, Flight, flights_of
from flightagents.sandbox.feed_pages import StoryPages
from flightagents.sandbox.feed_story import FeedStory
from flightagents.sandbox.kafka import EmbeddedKafka, embedded_kafka
from flightagents.sandbox.mailbox import Mailbox, mail_server
from flightagents.sandbox.mailbox_page import mailbox_page
from flightagents.sandbox.mongodb import embedded_mongodb
from flightagents.sandbox.passengers import onward_flights
from flightagents.sandbox.twilio import Twilio, twilio_server
from flightagents.settings import PREFIX

POLL_INTERVAL = timedelta(minutes=5)
"""Simulated: at 120 times real speed a run of 1,500 rows each 2.5 s."""
ABOUT_THE_FEED = (f"{PREFIX}AVIATIONSTACK_", f"{PREFIX}POLL_")
START_UP = timedelta(seconds=8)
"""Real time until the first poll; the simulated day waits for it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which day is shown, and how. The `day` is one of the data; it is `told` as one of our years."""

    day: date
    start: time_of_day
    speed: float
    seed: int

    @property
    def told(self) -> date:
        """The date on which all of it happens, for whoever watches."""
        return self.day + LATER

    def flights(self) -> list[Flight]:
        """Give the real flights of the day, and the invented ones beside them."""
        return [*flights_of(self.day, later=LATER), *flights_abroad(self.told)]

    def begins(self) -> datetime:
        """Give the simulated instant at which it starts."""
        return datetime.combine(self.told, self.start, NEW_YORK)

    def clock(self) -> SimulatedClock:
        """Give a clock that shows that instant when the first poll comes."""
        return SimulatedClock(self.begins(), self.speed, time.time() + START_UP.total_seconds())


@dataclass(frozen=True, slots=True)
class StandIns:
    """The running stand-ins; `feed` is None where the real API is polled, and then the time is real."""

    plan: Plan
    clock: Clock
    flights: list[Flight]
    feed: AviationStack | None
    mongodb_url: str
    kafka: EmbeddedKafka
    mailbox: Mailbox
    twilio: Twilio
    page_url: str


@contextlib.asynccontextmanager
async def stand_ins(plan: Plan, *, real_feed: bool) -> AsyncIterator[StandIns]:
    """Run them until the block ends."""
    flights = [] if real_feed else plan.flights()
    async with contextlib.AsyncExitStack() as stack:
        mongodb_url = await stack.enter_async_context(embedded_mongodb())
        kafka = await stack.enter_async_context(embedded_kafka())
        clock: Clock = SystemClock() if real_feed else plan.clock()
        feed = None
        if not real_feed:
            beyond = onward_flights(flights, plan.begins(), plan.seed)
            story = FeedStory([*flights, *beyond], seed=plan.seed, look=POLL_INTERVAL)
            pages = StoryPages(story)
            feed = await stack.enter_async_context(
                aviationstack(pages, clock.now, max_limit=FeedPlan.BUSINESS.limits.page_size)
            )
        mailbox = await stack.enter_async_context(mail_server(clock.now))
        twilio = await stack.enter_async_context(twilio_server(shown=clock.now))
        twilio.reports = True
        page_url = await stack.enter_async_context(mailbox_page(mailbox, twilio))
        yield StandIns(plan, clock, flights, feed, mongodb_url, kafka, mailbox, twilio, page_url)


def asks_for_real_feed(environment: Mapping[str, str]) -> bool:
    """Tell whether the caller gave a key of AviationStack's."""
    key = f"{PREFIX}AVIATIONSTACK_KEY"
    return any(environment.get(name) for name in (key, f"{key}_FILE"))


def inherited_environment(environment: Mapping[str, str], *, real_feed: bool) -> dict[str, str]:
    """Give what a child takes over from the caller: none of our settings, for they may name a production.

    Nor Faust's own, BROKER_URL and the like, which win over what the app sets. Where the real feed is
    polled, all that is about it. A path holds in another working directory as well.
    """
    fausts = {parameter.env_name for parameter in faust.Settings.SETTINGS.values()}
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(PREFIX) and name not in fausts
    }
    if real_feed:
        feed = {name: value for name, value in environment.items() if name.startswith(ABOUT_THE_FEED)}
        kept |= {
            name: str(Path(value).absolute()) if value and name.endswith("_FILE") else value
            for name, value in feed.items()
        }
    return kept


def worker_environment(world: StandIns, web_port: int, data_dir: str) -> dict[str, str]:
    """Give a worker's settings: the same names that an operator sets."""
    settings = {
        "KAFKA_BROKERS": world.kafka.brokers,
        "TOPICS": "broker",
        "TOPIC_PARTITIONS": "4",
        "MONGODB_URL": world.mongodb_url,
        "DATA_DIR": data_dir,
        "SMTP_HOST": world.mailbox.host,
        "SMTP_PORT": str(world.mailbox.port),
        "SMTP_TLS": "none",
        "MAIL_FROM": "alerts@acme-travel.example",
        "TWILIO_ACCOUNT_SID": world.twilio.account,
        "TWILIO_AUTH_TOKEN": world.twilio.token,
        "TWILIO_FROM": "+12025550199",
        "TWILIO_URL": world.twilio.url,
        "AGENCY_NAME": "Acme Travel",
        "AGENCY_PHONE": "+1 202 555 0100",
        "AGENCY_TIMEZONE": "America/New_York",
        "WEB_PORT": str(web_port),
        "PUBLIC_URL": f"http://localhost:{web_port}",
        "LOG_FORMAT": "json",
    }
    if world.feed is not None and isinstance(world.clock, SimulatedClock):
        clock = world.clock
        settings |= {
            "AVIATIONSTACK_KEY": world.feed.key,
            "AVIATIONSTACK_URL": world.feed.url,
            "AVIATIONSTACK_PLAN": FeedPlan.BUSINESS.value,
            "POLL_INTERVAL": str(POLL_INTERVAL.total_seconds()),
            "POLL_QUERIES": "dep_iata=EWR;dep_iata=JFK;dep_iata=LGA;arr_iata=JFK",
            "POLL_MAX_PAGES": "20",
            "CLOCK": f"simulated:{clock.start.isoformat()}@{clock.speed}@{clock.anchor}",
        }
    return {f"{PREFIX}{name}": value for name, value in settings.items()}
