"""A person has answered an email where only machines are read -> a task for staff.

The answer stays where it is, and so is not erased with the person by us; the task has no word of it.
"""

from flightagents.clock import Clock
from flightagents.domain.delivery import Reply
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.ports import Receipts, Tasks

_KNOWN = "A traveller has answered an email: read it in the mailbox that bounces come to."
_UNKNOWN = "Somebody has written to the sender of our emails: read it in the mailbox that bounces come to."


class TakeMailReply:
    """Opens one task a mail, however often it is read."""

    def __init__(self, receipts: Receipts, tasks: Tasks, clock: Clock) -> None:
        self._receipts = receipts
        self._tasks = tasks
        self._clock = clock

    async def __call__(self, reply: Reply) -> None:
        """Tell staff, and of which booking and flight, where that is known."""
        row = await self._receipts.answered(reply.rows) if reply.rows else None
        booking = row.booking if row else None
        await self._tasks.open(
            [
                Task(
                    id=task_id(TaskKind.REPLY, "email", reply.mail),
                    kind=TaskKind.REPLY,
                    flight=row.flight if row else None,
                    booking=booking,
                    summary=_KNOWN if booking else _UNKNOWN,
                    created_at=self._clock.now(),
                )
            ]
        )
