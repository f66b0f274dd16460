"""A traveller's SMS to us -> consent taken back or given, or a task for staff and one answer a day."""

from collections.abc import Callable
from datetime import date, timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import Booking, Channel, SegmentStatus
from flightagents.domain.replies import Answer, Answered, InboundSms, Meaning, meaning, twilio_answers
from flightagents.domain.tasks import Task, TaskKind, task_id
from flightagents.handlers.consents import GiveConsent, WithdrawConsent
from flightagents.ports import Bookings, Once, Tasks

LONGEST_QUOTE = 500
"""Characters of a reply that staff are shown: over three segments."""
_BOOKED = "Has answered by SMS: read it and call back."
_STRANGER = "An SMS from a number of no booking: read it."


class TakeReply:
    """Takes each SMS once: a webhook that comes again finds it noted, and does and says nothing.

    It is noted when all is done: whoever dies before that does it again, and each step bears that. Where
    nothing is to be sent at all (`answers` is false) everything is done, and nothing said.
    """

    def __init__(
        self,
        *,
        bookings: Bookings,
        withdraw: WithdrawConsent,
        give: GiveConsent,
        tasks: Tasks,
        once: Once,
        address_key: Callable[[str], str],
        clock: Clock,
        answers: bool = True,
    ) -> None:
        self._bookings = bookings
        self._withdraw = withdraw
        self._give = give
        self._tasks = tasks
        self._once = once
        self._address_key = address_key
        self._clock = clock
        self._answers = answers

    async def __call__(self, sms: InboundSms) -> Answered | None:
        """Take an SMS; give what to answer at once, None for nothing."""
        name = f"sms|{sms.sid}"
        if await self._once.done(name):
            return None
        answer = await self._take(sms)
        await self._once.note(name)
        return answer

    async def _take(self, sms: InboundSms) -> Answered | None:
        match meaning(sms.text):
            case Meaning.STOP:
                await self._withdraw(Channel.SMS, sms.sender, "sms:STOP")
                return None if twilio_answers(sms.text) else await self._stopped(sms)
            case Meaning.START:
                await self._give(Channel.SMS, sms.sender, "sms:START")
            case Meaning.YES if await self._give.had_stopped(Channel.SMS, sms.sender):
                await self._give(Channel.SMS, sms.sender, "sms:START")
            case Meaning.YES | Meaning.WORDS:
                return await self._to_staff(sms)
        return None

    async def _stopped(self, sms: InboundSms) -> Answered | None:
        if not self._answers:
            return None
        theirs = await self._bookings.at([sms.sender])
        return Answered(Answer.STOPPED, theirs[0].language if theirs else "")

    async def _to_staff(self, sms: InboundSms) -> Answered | None:
        now = self._clock.now()
        today = (now - timedelta(days=1)).date()  # somewhere it still is
        theirs = sorted(await self._bookings.at([sms.sender]), key=lambda each: _soon(each, today))
        await self._tasks.open(
            [
                Task(
                    id=task_id(TaskKind.REPLY, sms.sid),
                    kind=TaskKind.REPLY,
                    flight=None,
                    booking=theirs[0].id if theirs else None,
                    summary=_BOOKED if theirs else _STRANGER,
                    created_at=now,
                    also=tuple(each.id for each in theirs[1:]),
                    quote=_printable(sms.text)[:LONGEST_QUOTE],
                )
            ]
        )
        if not self._answers or not await self._once.note(
            f"answer|{self._address_key(sms.sender)}|{now:%Y-%m-%d}"
        ):
            return None
        return Answered(Answer.NOBODY_READS, theirs[0].language if theirs else "")


def _printable(text: str) -> str:
    """Give somebody's words as one line: they are read in a terminal, which obeys control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _soon(booking: Booking, today: date) -> tuple[bool, int]:
    """Sort the booking that flies next to the front, those that are over to the end, newest first."""
    days = [each.flight_date for each in booking.segments if each.status is SegmentStatus.CONFIRMED]
    ahead = [day for day in days if day >= today]
    if ahead:
        return False, min(ahead).toordinal()
    return True, -max(days, default=date.min).toordinal()
