"""What shows the month's calls and the age of news: for the page, the API and the command line."""

from flightagents.handlers.show_budget import ShowBudget
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.gauges import MongoGauges
from flightagents.store.sights import MongoSights
from flightagents.wiring.desk import Desk, wire_desk
from flightagents.wiring.polling import watch_list_of
from flightagents.wiring.world import World


def wire_budget(world: World, desk: Desk | None = None) -> ShowBudget:
    """Build it."""
    desk = desk or wire_desk(world)
    return ShowBudget(
        MongoCallPlans(world.database),
        watch_list_of(world, desk.bookings, desk.ledger, desk.audience),
        MongoSights(world.database).all,
        world.clock,
        database_now=MongoGauges(world.database).now,
        tier=world.settings.aviationstack_plan,
        has_key=world.settings.aviationstack_key is not None,
    )
