"""The reading routes about flights and what staff work on: each gives a page, or one thing."""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from flightagents.domain.acts import About, Act, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.change_list import ChangeQuery
from flightagents.domain.changes import Kind
from flightagents.domain.flight_list import FlightQuery, FlightSort
from flightagents.domain.message_list import Audience, MessageQuery
from flightagents.domain.notifications import Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tasks import UNFINISHED, Task, TaskKind, TaskState
from flightagents.domain.trouble import Trouble
from flightagents.domain.users import Role
from flightagents.ports.desk import TaskFilter
from flightagents.web.api.answers import Flight, FlightChange, FlightFile, Page, Utc
from flightagents.web.api.answers_floor import AboutAnswer, AuditAnswer, NotificationAnswer, TaskAnswer
from flightagents.web.api.calls import ApiCalls
from flightagents.web.api.routes import Asked, Listed, NoQuery, Paged, RefusalError, Route, Text, missing
from flightagents.web.flight_evidence import Made, evidence


class FlightsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which flights; all that is given has to hold."""

    text: Text = ""
    airline: Text = ""
    airport: Text = ""
    departure: Text = ""
    arrival: Text = ""
    date_from: date | None = None
    date_to: date | None = None
    trouble: frozenset[Trouble] = frozenset()
    only_open: bool = False
    sort: FlightSort = FlightSort.LEAVES
    descending: bool = False


class ChangesAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which changes. `since` is included, `until` is not."""

    flight: Text = ""
    kind: frozenset[Kind] = frozenset()
    since: Utc | None = None
    until: Utc | None = None


class NotificationsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of the ledger. `since` is included, `until` is not; `reference` is for agents."""

    flight: Text = ""
    reference: Text = ""
    state: frozenset[State] = frozenset()
    channel: frozenset[Channel] = frozenset()
    said: frozenset[Said] = frozenset()
    reason: frozenset[Reason] = frozenset()
    audience: Audience | None = None
    only_held: bool = False
    since: Utc | None = None
    until: Utc | None = None


class TasksAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tasks; without `state` those that nobody has done yet."""

    state: frozenset[TaskState] = frozenset()
    kind: frozenset[TaskKind] = frozenset()
    assignee: Text = ""
    flight: Text = ""


class AuditAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts; `thing` and `id` belong together."""

    by: Text = ""
    thing: Thing | None = None
    id: Text = ""


class Reads:
    """Answers them."""

    def __init__(self, calls: Callable[[], ApiCalls]) -> None:
        self._calls = calls

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
                says="The evidence file of a flight; without people for a viewer.",
                handler=self.file,
                answer=FlightFile,
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
                says="What needs a person, the newest first.",
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
        query = FlightQuery(
            text=wanted.text,
            airline=wanted.airline,
            airport=wanted.airport,
            departure=wanted.departure,
            arrival=wanted.arrival,
            date_from=wanted.date_from,
            date_to=wanted.date_to,
            trouble=wanted.trouble,
            only_open=wanted.only_open,
            sort=wanted.sort,
            descending=wanted.descending,
        )
        page = await self._calls().flights.search(query, limit=wanted.limit, after=wanted.after)
        return Listed(page.rows, page.after)

    async def flight(self, asked: Asked[NoQuery, None]) -> object:
        """Give one flight."""
        name = asked.path["flight"]
        found = (await self._calls().flights.rows([name])).get(name)
        if found is None:
            raise missing("flight")
        return found

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
        query = ChangeQuery(flight=wanted.flight, kinds=wanted.kind, since=wanted.since, until=wanted.until)
        page = await self._calls().changes.recent(query, limit=wanted.limit, after=wanted.after)
        return Listed(page.rows, page.after)

    async def notifications(self, asked: Asked[NotificationsAsked, None]) -> object:
        """Give rows of the ledger."""
        wanted = asked.query
        if wanted.reference and not asked.sees_people:
            raise RefusalError(403, "only an agent may look for a reference", "reference")
        query = MessageQuery(
            flight=wanted.flight,
            reference=wanted.reference,
            states=wanted.state,
            channels=wanted.channel,
            said=wanted.said,
            reasons=wanted.reason,
            audience=wanted.audience,
            only_held=wanted.only_held,
            since=wanted.since,
            until=wanted.until,
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
        )
        page = await self._calls().tasks.find(query, limit=wanted.limit, after=wanted.after)
        key = self._calls().key if asked.sees_people else None
        return Listed([_task(each, key) for each in page.rows], page.after)

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
        return Listed([_act(each) for each in page.rows], page.after)


def notification_of(row: Notification, key: Callable[[str], str] | None) -> NotificationAnswer:
    """Give what is shown of a row: without `key` nothing of whom it is for."""
    shown = key is not None
    return NotificationAnswer(
        id=row.id,
        flight=row.flight,
        ordinal=row.ordinal,
        channel=row.channel,
        said=row.said,
        state=row.state,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        not_before=row.not_before,
        hold=row.hold,
        stuck=row.stuck,
        tries=row.tries,
        maybe_twice=row.maybe_twice,
        fallback_of=row.fallback_of,
        rule=row.rule,
        booking=key(row.booking) if key and row.booking else None,
        reference=row.notice.reference if shown and row.notice else None,
    )


def _act(act: Act) -> AuditAnswer:
    about = AboutAnswer(thing=act.about.thing, id=act.about.id)
    return AuditAnswer(at=act.at, by=act.by, did=act.did, about=about, detail=act.detail)


def _task(task: Task, key: Callable[[str], str] | None) -> TaskAnswer:
    """A task about nobody has words that anybody may read."""
    about_nobody = task.booking is None and not task.also
    return TaskAnswer(
        id=task.id,
        kind=task.kind,
        flight=task.flight,
        booking=key(task.booking) if key and task.booking else None,
        summary=task.summary if key or about_nobody else None,
        created_at=task.created_at,
        resolve_by=task.resolve_by,
        state=task.state,
        claimed_by=task.claimed_by,
        quote=task.quote if key else None,
    )
