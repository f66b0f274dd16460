"""The reading routes about flights and what staff work on: each gives a page, or one thing."""

from collections.abc import Sequence

import msgspec

from flightagents.domain.acts import About
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.flight_list import FlightQuery
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.tasks import UNFINISHED, TaskKind
from flightagents.domain.users import Role
from flightagents.ports.desk import TaskFilter
from flightagents.web import flight_names
from flightagents.web.api.answers import Flight, FlightChange, FlightFile, Page
from flightagents.web.api.answers_floor import AuditAnswer, NotificationAnswer, TaskAnswer
from flightagents.web.api.asked import AuditAsked, ChangesAsked, FlightsAsked, NotificationsAsked, TasksAsked
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Asked, Listed, NoQuery, RefusalError, Route, missing, query_of
from flightagents.web.api.shown import act_of, flight_of, notification_of, task_of
from flightagents.web.flight_evidence import Made, evidence


class Reads(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        return (
            Route(
                method="GET",
                path="/flights",
                name="flights",
                group="Flights",
                says="Search flights.",
                handler=self.flights,
                query=FlightsAsked,
                answer=Page[Flight],
            ),
            Route(
                method="GET",
                path="/flights/{flight}",
                name="flight",
                group="Flights",
                says="How one flight stands. Its identity is like BA117|2026-11-22|LHR|JFK.",
                handler=self.flight,
                answer=Flight,
                errors=(404,),
            ),
            Route(
                method="GET",
                path="/flights/{flight}/file",
                name="flight_file",
                group="Flights",
                says="The evidence file of a flight, with what staff did; without people for a viewer.",
                handler=self.file,
                answer=FlightFile,
                volatile="made",
                errors=(404,),
            ),
            Route(
                method="GET",
                path="/changes",
                name="changes",
                group="Flights",
                says="What was new about flights, the newest first.",
                handler=self.changes,
                query=ChangesAsked,
                answer=Page[FlightChange],
            ),
            Route(
                method="GET",
                path="/notifications",
                name="notifications",
                group="Messages",
                says="The ledger: who was told what by which channel, and why not, the newest first.",
                handler=self.notifications,
                query=NotificationsAsked,
                answer=Page[NotificationAnswer],
            ),
            Route(
                method="GET",
                path="/tasks",
                name="tasks",
                group="Tasks",
                says="What needs a person: the newest first, or, sorted by `due`, the soonest to resolve.",
                handler=self.tasks,
                query=TasksAsked,
                answer=Page[TaskAnswer],
            ),
            Route(
                method="GET",
                path="/audit",
                name="audit",
                group="System",
                says="What staff and their programs did, the newest first.",
                handler=self.audit,
                query=AuditAsked,
                answer=Page[AuditAnswer],
                role=Role.AGENT,
            ),
        )

    async def flights(self, asked: Asked[FlightsAsked, None]) -> object:
        """Search flights."""
        wanted = asked.query
        meaning = flight_names.read(wanted.text, self._calls().airlines())
        if meaning is None:
            return Listed((), None)
        query = query_of(FlightQuery, wanted, meaning=meaning)
        page = await self._calls().flights.search(query, limit=wanted.limit, after=wanted.after)
        sights = await self._calls().sights([row.flight for row in page.rows])
        return Listed([flight_of(row, sights.get(row.flight)) for row in page.rows], page.after)

    async def flight(self, asked: Asked[NoQuery, None]) -> object:
        """Give one flight."""
        name = asked.path["flight"]
        found = (await self._calls().flights.rows([name])).get(name)
        if found is None:
            raise missing("flight")
        return flight_of(found, (await self._calls().sights([name])).get(name))

    async def file(self, asked: Asked[NoQuery, None]) -> object:
        """Give the file of one flight."""
        try:
            found = await self._calls().open_file(asked.path["flight"], sees_people=asked.sees_people)
        except ValueError:
            found = None
        if found is None:
            raise missing("flight")
        return msgspec.json.decode(evidence(found, Made(asked.who, self._calls().system)))

    async def changes(self, asked: Asked[ChangesAsked, None]) -> object:
        """Give the newest changes."""
        wanted = asked.query
        query = query_of(ChangeQuery, wanted, kinds=wanted.kind)
        page = await self._calls().changes.recent(query, limit=wanted.limit, after=wanted.after)
        return Listed(page.rows, page.after)

    async def notifications(self, asked: Asked[NotificationsAsked, None]) -> object:
        """Give rows of the ledger."""
        wanted = asked.query
        if wanted.reference and not asked.sees_people:
            raise RefusalError(403, "only an agent may look for a reference", "reference")
        query = query_of(
            MessageQuery, wanted, states=wanted.state, channels=wanted.channel, reasons=wanted.reason
        )
        page = await self._calls().messages.search(query, limit=wanted.limit, after=wanted.after)
        key = self._calls().key if asked.sees_people else None
        return Listed([notification_of(row, key) for row in page.rows], page.after)

    async def tasks(self, asked: Asked[TasksAsked, None]) -> object:
        """Give tasks."""
        wanted = asked.query
        query = TaskFilter(
            states=wanted.state or UNFINISHED,
            kinds=wanted.kind or frozenset(TaskKind),
            assignee=wanted.assignee or None,
            flight=wanted.flight or None,
            sort=wanted.sort,
        )
        page = await self._calls().tasks.find(query, limit=wanted.limit, after=wanted.after)
        key = self._calls().key if asked.sees_people else None
        return Listed([task_of(each, key) for each in page.rows], page.after)

    async def audit(self, asked: Asked[AuditAsked, None]) -> object:
        """Give acts."""
        wanted = asked.query
        if (wanted.thing is None) is not (wanted.id == ""):
            raise RefusalError(400, "thing and id belong together", "id" if wanted.thing else "thing")
        page = await self._calls().audit.read(
            about=About(wanted.thing, wanted.id) if wanted.thing else None,
            by=wanted.by or None,
            limit=wanted.limit,
            after=wanted.after,
        )
        return Listed([act_of(each) for each in page.rows], page.after)
