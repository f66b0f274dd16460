"""What the staff page calls: what is wrong now, and what staff do about it."""

from collections.abc import Callable
from dataclasses import dataclass

from flightagents.domain.touch import Touch
from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.kept_travellers import KeptTravellers
from flightagents.handlers.now import ShowNow
from flightagents.handlers.now_travellers import LookAtTravellers
from flightagents.handlers.ours import Ours
from flightagents.handlers.shared_now import SharedNow
from flightagents.handlers.task_acts import TaskActs
from flightagents.store.audit import MongoAudit
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.connections_told import MongoToldOfConnections
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.flights import MongoFlights
from flightagents.store.handling import MongoHandlings
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.sights import MongoSights
from flightagents.store.silences import MongoSilences
from flightagents.store.task_desk import MongoTaskDesk
from flightagents.web.staff.now import TOPICS as SHOWN
from flightagents.wiring.desk import Desk
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class Floor:
    """What staff see and do; `audit` is for whatever else writes in their name."""

    show_now: ShowNow
    shared_now: SharedNow
    """The same for all who watch, and never from before an act of this worker's staff."""
    hear: Callable[[Touch | None], None]
    """Tells them what is touched in the database."""
    acts: DeskActs
    task_acts: TaskActs
    tasks: MongoTaskDesk
    audit: MongoAudit


def wire_floor(world: World, desk: Desk) -> Floor:
    """Build it."""
    database, clock = world.database, world.clock
    handlings, audit, tasks = MongoHandlings(database), MongoAudit(database), MongoTaskDesk(database)
    search = MongoFlightSearch(database)
    ours = Ours(search, desk.bookings)
    travellers = KeptTravellers(
        LookAtTravellers(
            changes=MongoChangeSearch(database),
            audience=desk.audience,
            words=MongoMessageSearch(database),
            silences=MongoSilences(database),
            connections=MongoToldOfConnections(database),
            person_key=world.address_keys,
        )
    )
    show_now = ShowNow(
        search=search,
        ours=ours,
        travellers=travellers,
        handlings=handlings,
        tasks=tasks,
        sights=MongoSights(database),
        clock=clock,
    )
    shared = SharedNow(show_now)

    def hear(touch: Touch | None) -> None:
        """Let them know what was touched; most that a worker writes is none of their business."""
        if touch is None or not SHOWN.isdisjoint(touch.collections):
            for each in (ours, travellers, shared):
                each.hear(touch)

    return Floor(
        show_now=show_now,
        shared_now=shared,
        hear=hear,
        acts=DeskActs(
            handlings=handlings,
            search=search,
            flights=MongoFlights(database),
            ledger=desk.ledger,
            resend=desk.resend,
            audit=audit,
            clock=clock,
            acted=shared.acted,
        ),
        task_acts=TaskActs(tasks, audit, clock, shared.acted),
        tasks=tasks,
        audit=audit,
    )
