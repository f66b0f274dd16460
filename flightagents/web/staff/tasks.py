"""/tasks: what needs a person, the soonest to resolve first, and who has it; for one task or many at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from aiohttp import web

from flightagents.domain.pages import Page
from flightagents.domain.task_list import ListedTask
from flightagents.domain.tasks import UNFINISHED, TaskKind, TaskState
from flightagents.domain.users import Role
from flightagents.errors import CursorError
from flightagents.ports.desk import TaskFilter, TaskSort
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import VISITOR, Visitor
from flightagents.web.forms import fields_of
from flightagents.web.staff import asked
from flightagents.web.staff.acts import Acted, chosen, receiver, summed_up
from flightagents.web.staff.asked import FindFlights
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.ledger_words import TASKS
from flightagents.web.staff.live import Listing, Row
from flightagents.web.staff.stream import LiveStream

PATH, NAME = "/tasks", "tasks"
TOPICS = frozenset({"tasks", "bookings"})
ME, NOBODY = "@me", "@nobody"
"""Whose; no user has such a name."""


class Show(StrEnum):
    """Where the tasks stand that the page shows."""

    TO_DO = "to-do"
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"

    @property
    def states(self) -> frozenset[TaskState]:
        """Give the states."""
        match self:
            case Show.TO_DO:
                return UNFINISHED
            case Show.OPEN:
                return frozenset({TaskState.OPEN})
            case Show.TAKEN:
                return frozenset({TaskState.CLAIMED})
            case Show.DONE:
                return frozenset({TaskState.DONE})

    @property
    def sort(self) -> TaskSort:
        """Give the order, unless another is asked for: what is done is not due any more."""
        return TaskSort.NEWEST if self is Show.DONE else TaskSort.DUE


Counts = Mapping[tuple[TaskKind, TaskState], int]


class ShowTasks(Protocol):
    """Finds tasks."""

    async def find(
        self,
        wanted: TaskFilter,
        *,
        sees_people: bool,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[ListedTask]:
        """Give a page of tasks. Raises CursorError."""

    async def counts(self) -> Counts:
        """Count the unfinished tasks."""


class TaskActs(Protocol):
    """What staff do about tasks."""

    async def assign(
        self, ids: Sequence[str], who: str, to: str | None = None, *, force: bool = False
    ) -> Sequence[Acted]:
        """Give tasks to somebody. What somebody else has needs `force`."""

    async def release(self, ids: Sequence[str], who: str) -> Sequence[Acted]:
        """Let anybody take them."""

    async def finish(self, ids: Sequence[str], who: str, note: str = "") -> Sequence[Acted]:
        """Note that they are done."""

    async def reopen(self, ids: Sequence[str], who: str) -> Sequence[Acted]:
        """Open again what somebody has done."""

    async def note(self, ids: Sequence[str], who: str, text: str) -> Sequence[Acted]:
        """Add a note."""


class TaskCalls(Protocol):
    """What the page calls."""

    @property
    def show(self) -> ShowTasks:
        """Find tasks."""

    @property
    def acts(self) -> TaskActs:
        """Do something about them."""

    @property
    def flights(self) -> FindFlights:
        """Find the flight that somebody means."""

    async def colleagues(self) -> Sequence[str]:
        """Name those whom a task may be given to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    kind: TaskKind | None
    show: Show
    whose: str
    flight: str
    sort: TaskSort
    place: Mapping[str, str]

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read it."""
        show = asked.one_of(query, "show", Show) or Show.TO_DO
        return cls(
            kind=asked.one_of(query, "kind", TaskKind),
            show=show,
            whose=asked.text(query, "whose"),
            flight=asked.flight(query),
            sort=asked.one_of(query, "sort", TaskSort) or show.sort,
            place=asked.cursor(query),
        )

    def address(self, path: str = PATH, **other: str) -> str:
        """Write the address that asks for it, or for another kind, order or place."""
        fields = {
            "show": self.show.value,
            "whose": self.whose,
            "flight": self.flight,
            "sort": self.other_sort,
        }
        return asked.address(path, {"kind": self.kind or "", **fields, **other})

    @property
    def other_sort(self) -> str:
        """Name the order where it is not the usual one."""
        return "" if self.sort is self.show.sort else self.sort.value

    @property
    def live(self) -> str:
        """Write the address of the list as it changes."""
        return self.address(f"/live/{NAME}", **self.place)

    def filter(self, me: str) -> TaskFilter:
        """Say which tasks that are."""
        return TaskFilter(
            states=self.show.states,
            kinds=frozenset({self.kind} if self.kind else TaskKind),
            assignee={ME: me, NOBODY: None, "": None}.get(self.whose, self.whose),
            unassigned=self.whose == NOBODY,
            flight=self.flight or None,
            sort=self.sort,
        )


class TasksPage:
    """Shows them, follows them, and takes acts."""

    def __init__(self, calls: Callable[[], TaskCalls], frame: Callable[[], Frame]) -> None:
        self._calls = calls
        self._frame = frame

    def mount(self, doors: Doors, stream: LiveStream) -> None:
        """Add the routes and the list."""
        doors.add("GET", PATH, self.show, Role.VIEWER)
        doors.add("POST", f"{PATH}/{{act}}", self.act, Role.AGENT)
        stream.add(NAME, self.listing)

    async def show(self, request: web.Request) -> web.Response:
        """Show the tasks that are asked for; of a text that means several flights, ask for which."""
        calls, visitor, wanted = self._calls(), request[VISITOR], Asked.of(request.query)
        known = self._frame().airlines()
        flights = await asked.meant(calls.flights, wanted.flight, known) if wanted.flight else ()
        if len(flights) == 1:
            wanted = replace(wanted, flight=flights[0])
        found: Page[ListedTask] = Page(())
        if not wanted.flight or len(flights) == 1:
            try:
                found = await self._found(wanted, visitor)
            except CursorError:
                raise asked.no_such_place() from None
        return self._frame().page(
            request,
            "tasks.html",
            asked=wanted,
            flights=flights,
            rows=[self._row(each, visitor) for each in found.rows],
            found=found,
            kinds=self._kinds(wanted, await calls.show.counts()),
            shows=list(Show),
            tasks=TASKS,
            colleagues=await calls.colleagues(),
            whose=(ME, NOBODY),
        )

    def listing(self, query: Mapping[str, str], visitor: Visitor) -> Listing:
        """Give the list as a page follows it."""
        wanted = Asked.of(query)
        whose = visitor.principal.name if wanted.whose == ME else ""

        async def make() -> Sequence[Row]:
            try:
                rows = (await self._found(wanted, visitor)).rows
            except CursorError:  # nobody shows a page of that
                rows = ()
            kinds = self._kinds(wanted, await self._calls().show.counts())
            return [Row("#kinds", kinds), *(self._row(each, visitor) for each in rows)]

        return Listing(NAME, (NAME, wanted.live, whose, visitor.sees_people), TOPICS, make)

    async def act(self, request: web.Request) -> web.Response:
        """Do something about the marked tasks, or about the one whose button it was."""
        form = await fields_of(request)
        ids, who, acts = chosen(form, "task"), request[VISITOR].principal.signed, self._calls().acts
        text = str(form.get("text", ""))
        what: Awaitable[Sequence[Acted]]
        match request.match_info["act"]:
            case "take":
                what, did = acts.assign(ids, who, request[VISITOR].principal.name), "taken"
            case "give":
                to = receiver(form, await self._calls().colleagues())
                what, did = acts.assign(ids, who, to), f"given to {to}"
            case "release":
                what, did = acts.release(ids, who), "free for anybody"
            case "done":
                what, did = acts.finish(ids, who, text), "done"
            case "reopen":
                what, did = acts.reopen(ids, who), "open again"
            case "note":
                what, did = acts.note(ids, who, text), "noted"
            case _:
                raise web.HTTPNotFound
        return self._frame().go_to(str(form.get("back", PATH)), summed_up(await what, "task", did))

    async def _found(self, wanted: Asked, visitor: Visitor) -> Page[ListedTask]:
        return await self._calls().show.find(
            wanted.filter(visitor.principal.name),
            sees_people=visitor.sees_people,
            after=wanted.place.get("after"),
            before=wanted.place.get("before"),
        )

    def _row(self, each: ListedTask, visitor: Visitor) -> Row:
        told, frame = each.told, self._frame()
        late = told.resolve_by is not None and told.resolve_by < frame.now
        overdue = late and told.state is not TaskState.DONE
        values = {"each": each, "told": told, "overdue": overdue, "agent": visitor.sees_people}
        return Row(told.task, frame.text("tasks_row.html", **values))

    def _kinds(self, wanted: Asked, counts: Counts) -> str:
        totals = {kind: sum(counts.get((kind, state), 0) for state in UNFINISHED) for kind in TASKS}
        return self._frame().text("tasks_kinds.html", asked=wanted, totals=totals)
