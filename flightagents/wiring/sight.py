"""What looks at how fresh the watched flights are: for the leader, for pages and for metrics."""

from flightagents.aviationstack.showing import Showing
from flightagents.handlers.feed_alert import AlertOfFeed
from flightagents.handlers.look_at_sight import LookAtSight, Watching
from flightagents.handlers.report_sight import ReportSight
from flightagents.handlers.watch_freshness import WatchFreshness
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.flights import MongoFlights
from flightagents.store.ledger import MongoLedger
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.store.rules import MongoStaffRules
from flightagents.store.sights import MongoSights
from flightagents.wiring.desk import Desk
from flightagents.wiring.manner import office_of
from flightagents.wiring.world import Ground, World


def report_sight_of(world: Ground) -> ReportSight:
    """Build what staff are shown."""
    database = world.database
    return ReportSight(
        MongoSights(database), MongoQueryStandings(database), MongoCallPlans(database), world.clock
    )


def watch_freshness_of(world: World, desk: Desk, watching: Watching) -> WatchFreshness:
    """Build what the leader does each minute."""
    database, clock = world.database, world.clock
    return WatchFreshness(
        look=LookAtSight(
            watching=watching,
            standings=MongoQueryStandings(database),
            plans=MongoCallPlans(database),
            showing=Showing,
            clock=clock,
            by_date=world.settings.aviationstack_plan.limits.asks_by_date,
        ),
        sights=MongoSights(database),
        flights=MongoFlights(database),
        decide=desk.decide.for_flights,
        alert_staff=desk.alert_staff,
        tell_of_feed=AlertOfFeed(
            rules=MongoStaffRules(database),
            ledger=MongoLedger(database),
            address_key=world.address_keys,
            clock=clock,
            office=office_of(world.settings),
        ),
        clock=clock,
    )
