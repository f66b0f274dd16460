"""What the agents and timers of a worker call."""

from collections.abc import Sequence
from dataclasses import dataclass

from flightagents.aviationstack.showing import Showing
from flightagents.domain.changes import Change
from flightagents.handlers.airline_book import AirlineBook
from flightagents.handlers.alert import AlertOnChanges
from flightagents.handlers.archive import ArchiveRecords
from flightagents.handlers.dead_letters import StoreDeadLetters
from flightagents.handlers.forget import Forgetting
from flightagents.handlers.gauges import ShowStanding
from flightagents.handlers.in_the_air import InTheAir
from flightagents.handlers.keep_punctuality import KeepPunctuality
from flightagents.handlers.looked_for import LookedFor
from flightagents.handlers.mend_letters import MendLetters
from flightagents.handlers.oncall import AlarmOnCall
from flightagents.handlers.poll import PollFeed
from flightagents.handlers.show_sights import ShowSights
from flightagents.handlers.task_reasons import TaskReasons
from flightagents.handlers.tasks import LookForTasks
from flightagents.handlers.track import TrackFlights
from flightagents.handlers.watch import WatchFlights
from flightagents.handlers.watch_connections import WatchConnections
from flightagents.handlers.watch_folder import WatchFolder
from flightagents.handlers.watch_freshness import WatchFreshness
from flightagents.ports import Publisher, StateTable
from flightagents.store.archive import MongoArchive
from flightagents.store.booking_folder import DiskFolder
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.flights import MongoFlights
from flightagents.store.gauges import MongoGauges
from flightagents.store.punctuality import MongoPunctuality
from flightagents.store.query_standings import MongoQueryStandings
from flightagents.store.waiting import MongoWaiting
from flightagents.web.site import Site
from flightagents.wiring.desk import Desk, wire_desk
from flightagents.wiring.letters import wire_letters
from flightagents.wiring.polling import breaker_kind, watch_list_of, wire_poll
from flightagents.wiring.sending import SENDING, Sending
from flightagents.wiring.sight import report_sight_of, watch_freshness_of
from flightagents.wiring.site import wire_site
from flightagents.wiring.vital_signs import budget_of
from flightagents.wiring.world import World, zone_of


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the agents and timers of a worker call."""

    airlines: AirlineBook
    archive: ArchiveRecords
    track: TrackFlights
    forgetting: Forgetting
    alert: AlertOnChanges
    dead_letters: StoreDeadLetters
    mend_letters: MendLetters
    watch_folder: WatchFolder | None
    poll: PollFeed | None
    watch: WatchFlights
    watch_freshness: WatchFreshness
    watch_connections: WatchConnections
    look_for_tasks: LookForTasks
    alarm_on_call: AlarmOnCall | None
    show_standing: ShowStanding
    show_sights: ShowSights
    keep_punctuality: KeepPunctuality
    desk: Desk
    site: Site


def wire(world: World, publisher: Publisher, table: StateTable, sending: Sending = SENDING) -> UseCases:
    """Build what a worker does."""
    settings, clock, database = world.settings, world.clock, world.database
    archive, flights = MongoArchive(database), MongoFlights(database)
    desk = wire_desk(world, sending)
    mend_letters = wire_letters(world, publisher)
    forgetting = Forgetting(clock, settings.forget_after)

    async def follow(moves: Sequence[Change]) -> None:
        """Whoever was booked on a flight that is another one now hears how it stands, or the old one."""
        flights = {flight for move in moves for flight in (move.flight, str(move.after["flight"]))}
        await desk.decide.for_flights(sorted(flights))

    watch_list = watch_list_of(world, desk.bookings, desk.ledger, desk.audience)
    return UseCases(
        airlines=world.airlines,
        archive=ArchiveRecords(archive, publisher, clock, world.airlines),
        track=TrackFlights(table, flights, publisher, forgetting),
        forgetting=forgetting,
        alert=AlertOnChanges(
            flights, desk.decide, publisher, clock, also=[desk.rebooking.on_changes, desk.alert_staff]
        ),
        dead_letters=StoreDeadLetters(MongoDeadLetters(database)),
        mend_letters=mend_letters,
        watch_folder=_watch_folder(world, desk),
        poll=wire_poll(world, publisher, watch_list),
        watch=WatchFlights(flights, archive, clock, also=[desk.alert_staff, follow]),
        watch_freshness=watch_freshness_of(world, desk, watch_list),
        watch_connections=WatchConnections(
            flights=flights,
            bookings=desk.bookings,
            audience=desk.audience,
            in_the_air=InTheAir(archive),
            decide=desk.decide,
            clock=clock,
        ),
        look_for_tasks=LookForTasks(
            tasks=desk.tasks,
            bookings=desk.bookings,
            archive=archive,
            reasons=TaskReasons(
                bookings=desk.bookings,
                flights=flights,
                archive=archive,
                audience=desk.audience,
                zone_of=zone_of,
                clock=clock,
            ),
            audience=desk.audience,
            rebooking=desk.rebooking,
            zone_of=zone_of,
            address_key=world.address_keys,
            looked_for=LookedFor(MongoQueryStandings(database), Showing, zone_of),
            clock=clock,
        ),
        alarm_on_call=_alarm_on_call(world, desk),
        show_standing=ShowStanding(
            MongoWaiting(database),
            MongoGauges(database),
            MongoQueryStandings(database),
            budget_of(world),
            clock,
            kind_of=breaker_kind,
        ),
        show_sights=ShowSights(report_sight_of(world)),
        keep_punctuality=KeepPunctuality(MongoPunctuality(database), clock),
        desk=desk,
        site=wire_site(world, desk, mend_letters),
    )


def _watch_folder(world: World, desk: Desk) -> WatchFolder | None:
    root = world.settings.bookings_folder
    if root is None:
        return None
    return WatchFolder(
        folder=DiskFolder(root), import_bookings=desk.import_bookings, tasks=desk.tasks, clock=world.clock
    )


def _alarm_on_call(world: World, desk: Desk) -> AlarmOnCall | None:
    phone = world.settings.oncall_phone
    if phone is None:
        return None
    return AlarmOnCall(
        tasks=desk.tasks,
        flights=MongoFlights(world.database),
        ledger=desk.ledger,
        address_key=world.address_keys,
        phone=phone,
        clock=world.clock,
    )
