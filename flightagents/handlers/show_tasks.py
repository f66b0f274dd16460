"""Lists tasks for staff, each with whom it is about and the number to call, as far as one may see people."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from flightagents.clock import Clock
from flightagents.domain.bookings import Booking
from flightagents.domain.pages import Page
from flightagents.domain.task_list import ListedTask
from flightagents.domain.tasks import Task, TaskKind, TaskState
from flightagents.handlers.flight_entries import Teller
from flightagents.ports import Bookings, TaskDesk
from flightagents.ports.desk import TaskFilter


class ShowTasks:
    """Reads only: two queries for a page, and none about people for whoever may not see them."""

    def __init__(
        self,
        desk: TaskDesk,
        bookings: Bookings,
        key: Callable[[str], str],
        clock: Clock,
        real_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`key` hashes ids of bookings; traces are in the time that `real_now` tells."""
        self._desk = desk
        self._bookings = bookings
        self._key = key
        self._clock = clock
        self._real_now = real_now

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
        page = await self._desk.find(wanted, limit=limit, after=after, before=before)
        theirs = sorted({task.booking for task in page.rows if task.booking})
        people = await self._bookings.get(theirs) if theirs and sees_people else {}
        teller = Teller(people, self._key, self._clock, self._real_now(), sees_people=sees_people)
        rows = tuple(self._listed(task, teller, people, sees_people=sees_people) for task in page.rows)
        return Page(rows, after=page.after, before=page.before)

    async def counts(self) -> dict[tuple[TaskKind, TaskState], int]:
        """Count the unfinished tasks."""
        return await self._desk.counts()

    def _listed(
        self, task: Task, teller: Teller, people: Mapping[str, Booking], *, sees_people: bool
    ) -> ListedTask:
        """A summary names nobody; what staff noted may."""
        told = replace(teller.task(task), summary=task.summary)
        if not sees_people:
            return ListedTask(told=replace(told, events=()), flight=task.flight)
        booking = people.get(task.booking) if task.booking else None
        if booking is None:
            return ListedTask(told=told, flight=task.flight)
        return ListedTask(told=told, flight=task.flight, key=self._key(booking.id), phone=booking.phone or "")
