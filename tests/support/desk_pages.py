"""What the pages of tasks, messages and the log call, built of an agency's fakes."""

from collections.abc import Sequence

from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.show_messages import ShowMessages
from flightagents.handlers.show_tasks import ShowTasks
from flightagents.handlers.task_acts import TaskActs
from tests.support.agency import Agency, address_key
from tests.support.handling import FakeAudit
from tests.support.searches import FakeFlightSearch, FakeMessageSearch


class _Pages:
    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.flights = FakeFlightSearch(agency.flights)

    async def colleagues(self) -> Sequence[str]:
        return ["ada", "ben"]


class TaskPages(_Pages):
    """Tasks."""

    @property
    def show(self) -> ShowTasks:
        agency = self.agency
        return ShowTasks(agency.tasks, agency.bookings, address_key, agency.clock, agency.clock.now)

    @property
    def acts(self) -> TaskActs:
        return TaskActs(self.agency.tasks, self.agency.audit, self.agency.clock)


class MessagePages(_Pages):
    """The ledger."""

    @property
    def show(self) -> ShowMessages:
        agency = self.agency
        return ShowMessages(
            search=FakeMessageSearch(agency.ledger, agency.bookings),
            ledger=agency.ledger,
            bookings=agency.bookings,
            audit=agency.audit,
            held=agency.handlings,
            key=address_key,
            clock=agency.clock,
            real_now=agency.clock.now,
        )

    @property
    def acts(self) -> DeskActs:
        return self.agency.worker.acts


class LogPages(_Pages):
    """The log."""

    @property
    def audit(self) -> FakeAudit:
        return self.agency.audit
