"""Notices, messages and envelopes for tests: what a test does not name does not matter to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flightagents.domain.caution import Caution
from flightagents.domain.delivery import Envelope
from flightagents.domain.notifications import Message, Notice, Onward
from flightagents.domain.said import CONNECTIONS, Said

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = "anna@example.com"
ANNAS_PHONE = "+447700900123"
ONWARD = Onward(
    designator="AA2443",
    departure="JFK",
    arrival="BOS",
    zone="America/New_York",
    leaves=datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
    arrives=datetime(2026, 11, 23, 0, 45, tzinfo=UTC),
    protected=True,
)
"""From New York on to Boston, 45 minutes after BA117 is expected there."""


def notice(
    said: Said = Said.LATER,
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Notice:
    """BA117 of 22 November, which was to leave at 14:35 and now leaves at 16:40, London time.

    Where a connection is what it is about, that is `ONWARD`.
    """
    usual = Notice(
        said=said,
        designator="BA117",
        operated_as=None,
        departure="LHR",
        arrival="JFK",
        zone="Europe/London",
        old=datetime(2026, 11, 22, 14, 35, tzinfo=UTC),
        new=datetime(2026, 11, 22, 16, 40, tzinfo=UTC),
        language="en",
        flight="BA117|2026-11-22|LHR|JFK",
        name="Anna Müller",
        reference="ABC123",
        onward=ONWARD if said in CONNECTIONS else None,
    )
    return replace(usual, **differs)


def cautious(
    caution: Caution,
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> list[Notice]:
    """Give the notices that need a caution; what is seen was seen at noon."""
    match caution:
        case Caution.DIVERSION_WITHDRAWN:
            return [
                notice(Said.REINSTATED, was_diverted=True, as_of=as_of, **differs) for as_of in (None, NOON)
            ]
        case Caution.OVERDUE:
            kinds, looks = (Said.ALL_CLEAR, Said.EARLIER, Said.REINSTATED), (None, NOON)
            return [notice(said, overdue=True, as_of=as_of, **differs) for said in kinds for as_of in looks]
        case _:
            return [notice(Said(caution.removesuffix("_as_of")), as_of=NOON, **differs)]


def letter(
    row: str = "row-1",
    to: str = ANNA,
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Envelope:
    """An email on its way."""
    message = Message(
        text="BA117 now expected 16:40 - früher möglich.\n.\nA line that began with a dot.\n",
        subject="BA117 LHR-JFK Sun 22 Nov: now expected 16:40, not 14:35",
        html="<p>BA117 now expected <b>16:40</b> - früher möglich.</p>\n",
        message_id=f"<{row}@agency.example>",
        date=NOON,
        references="<flight.BA117.2026-11-22.LHR.JFK@agency.example>",
    )
    usual = Envelope(row=row, address=to, message=message, valid_for=timedelta(hours=2))
    return replace(usual, **differs)


def sms(
    row: str = "row-1",
    to: str = ANNAS_PHONE,
    text: str = "BA117 now 16:40.",
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Envelope:
    """An SMS on its way."""
    usual = Envelope(row=row, address=to, message=Message(text=text), valid_for=timedelta(hours=2))
    return replace(usual, **differs)


@dataclass
class Wire:
    """Counts how often bytes were about to leave; `first` is awaited before."""

    times: int = 0
    first: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def __call__(self) -> None:
        for each in self.first:
            await each()
        self.times += 1
