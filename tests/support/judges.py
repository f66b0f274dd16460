"""Stand-ins around the sender: who judges rows of staff, staff's words, and a clock that ticks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.notifications import Message, Notification, StaffNotice
from flightagents.handlers.verdicts import Send, Verdict


class FakeJudge:
    """Gives the verdicts that a test laid down, for rows of staff and about connections alike."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.asked: list[list[str]] = []

    async def __call__(self, rows: Sequence[Notification]) -> dict[str, Verdict]:
        self.asked.append([row.id for row in rows])
        return {row.id: self.verdicts[row.id] for row in rows if row.id in self.verdicts}

    async def address(self, row: Notification) -> str | None:
        verdict = self.verdicts.get(row.id)
        return verdict.address if isinstance(verdict, Send) else None

    async def judge(
        self, rows: Sequence[Notification], bookings: Mapping[str, Booking]
    ) -> dict[str, Verdict]:
        assert {row.booking for row in rows} <= set(bookings)
        return await self(rows)


class FakeStaffRenderer:
    """Writes the title alone."""

    def render(self, staff: StaffNotice, channel: Channel, *, row: str, now: datetime) -> Message:
        del channel, now
        return Message(text=staff.title, subject=staff.title, message_id=f"<{row}@agency.example>")


class Ticks:
    """A monotonic clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by.total_seconds()
