"""The poller of a worker: what it asks of AviationStack, and by which plan."""

from datetime import timedelta

import structlog

from flightagents.aviationstack.budget import Planner
from flightagents.aviationstack.client import AviationStackClient
from flightagents.aviationstack.nature import nature_of
from flightagents.aviationstack.source import AviationStackSource, filters_of
from flightagents.domain.call_plan import CallPlan
from flightagents.domain.query_standing import KEY, QueryKind
from flightagents.handlers.audience import Audience
from flightagents.handlers.plan_calls import PlanCalls
from flightagents.handlers.poll import PollFeed
from flightagents.handlers.watch_list import WatchList
from flightagents.ports import Bookings, Ledger, Publisher
from flightagents.settings import Settings
from flightagents.store.archive import MongoArchive
from flightagents.store.bookings import MongoBookings
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.calls import MongoCallCounter
from flightagents.store.flights import MongoFlights
from flightagents.store.lease import MongoLease
from flightagents.store.ledger import MongoLedger
from flightagents.store.polls import MongoPolls
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.wiring.world import Ground, World, zone_of

_log = structlog.get_logger(__name__)


def wire_poll(world: World, publisher: Publisher, watch_list: WatchList) -> PollFeed | None:
    """Build it; without a key nothing is polled."""
    settings, database, clock = world.settings, world.database, world.clock
    if settings.aviationstack_key is None:
        return None
    if not settings.poll_queries:
        _log.warning(
            "no query is set: where nobody is booked, the unfiltered feed's first page is polled, which has "
            "few of your flights",
            setting="FLIGHTAGENTS_POLL_QUERIES",
        )
    plan = settings.aviationstack_plan
    calls = MongoCallCounter(database, clock, plan)
    client = AviationStackClient(
        world.session,
        base_url=settings.aviationstack_url,
        key=settings.aviationstack_key,
        counter=calls,
        page_size=plan.limits.page_size,
    )
    standings = MongoQueryStandings(database)
    return PollFeed(
        PlanCalls(
            planner=planner_of(settings),
            watched=watch_list,
            calls=calls,
            standings=standings,
            plans=MongoCallPlans(database),
            clock=clock,
        ),
        AviationStackSource(client),
        MongoLease(database, world.worker),
        publisher,
        clock,
        partition_by=settings.partition_by,
        calls=calls,
        standings=standings,
        polls=MongoPolls(database),
        seen=watch_list,
        worker=world.worker,
    )


def watch_list_of(ground: Ground, bookings: Bookings, ledger: Ledger, audience: Audience) -> WatchList:
    """Build what lists the flights that are watched."""
    return WatchList(
        bookings=bookings,
        flights=MongoFlights(ground.database),
        archive=MongoArchive(ground.database),
        ledger=ledger,
        audience=audience,
        zone_of=zone_of,
        clock=ground.clock,
    )


def planner_of(settings: Settings) -> Planner:
    """Build what plans the calls."""
    return Planner(
        settings.aviationstack_plan.limits,
        queries=settings.poll_queries,
        interval=timedelta(seconds=settings.poll_interval),
        max_pages=settings.poll_max_pages,
    )


async def foreseen(ground: Ground) -> CallPlan:
    """Plan as the poller would now; keeps nothing, so that somebody can look before the first call."""
    database, plan = ground.database, ground.settings.aviationstack_plan
    bookings = MongoBookings(database)
    audience = Audience(MongoFlights(database), bookings, MongoArchive(database), zone_of)
    watched = await watch_list_of(ground, bookings, MongoLedger(database), audience)()
    standings = await MongoQueryStandings(database).all()
    spent = await MongoCallCounter(database, ground.clock, plan).spent()
    return planner_of(ground.settings)(watched, standings, spent, ground.clock.now())


def breaker_kind(query: str) -> QueryKind:
    """Tell what a breaker is about."""
    return QueryKind.KEY if query == KEY else nature_of(filters_of(query)).kind
