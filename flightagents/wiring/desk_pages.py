"""What the pages of tasks, of messages and of the log call."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.show_messages import ShowMessages
from flightagents.handlers.show_tasks import ShowTasks
from flightagents.handlers.task_acts import TaskActs
from flightagents.store.audit import MongoAudit
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.handling import MongoHandlings
from flightagents.store.message_search import MongoMessageSearch
from flightagents.wiring.desk import Desk
from flightagents.wiring.floor import Floor
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class TaskCalls:
    """What the page of tasks calls."""

    show: ShowTasks
    acts: TaskActs
    flights: MongoFlightSearch
    colleagues: Callable[[], Coroutine[Any, Any, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class MessageCalls:
    """What the pages of messages call."""

    show: ShowMessages
    acts: DeskActs
    flights: MongoFlightSearch


@dataclass(frozen=True, slots=True)
class LogCalls:
    """What the page of the log calls."""

    audit: MongoAudit
    users: KeepUsers

    async def colleagues(self) -> Sequence[str]:
        """Name those who act."""
        return [user.name for user in await self.users.all()]


def task_calls_of(world: World, desk: Desk, floor: Floor, users: KeepUsers) -> TaskCalls:
    """Build it."""
    show = ShowTasks(floor.tasks, desk.bookings, world.address_keys, world.clock)
    return TaskCalls(show, floor.task_acts, MongoFlightSearch(world.database), users.colleagues)


def message_calls_of(world: World, desk: Desk, floor: Floor) -> MessageCalls:
    """Build it."""
    database = world.database
    show = ShowMessages(
        search=MongoMessageSearch(database),
        ledger=desk.ledger,
        bookings=desk.bookings,
        audit=floor.audit,
        held=MongoHandlings(database),
        key=world.address_keys,
        clock=world.clock,
    )
    return MessageCalls(show, floor.acts, MongoFlightSearch(database))
