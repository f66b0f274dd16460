"""How rows for staff are named, keyed and counted, and what the agency has settled about them."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain.alerting import UNCONFIRMED_PATIENCE
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import TOLD, Notification, State
from flightagents.domain.reasons import Reason
from flightagents.domain.rules import GRAVITY
from flightagents.domain.said import Said

NEWS_FOR = timedelta(hours=2)
"""What is older concerns nobody any more: a backlog that is read again alarms nobody."""
HOUR = timedelta(hours=1)

Address = tuple[str | None, Channel]
"""An address key and a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the settings say of staff: their time zone, how much is too much, and whom to alarm."""

    zone: str = "UTC"
    patience: timedelta = UNCONFIRMED_PATIENCE
    """After which travellers hear of a cancellation that nothing has confirmed."""
    hourly: int = 10
    on_call: str | None = None


def staff_key(address_key: Callable[[str], str], address: str) -> str:
    """Hash an address of staff: another key than a traveller's, for who is both hears both, each in full."""
    return address_key(f"staff {address}")


def address_of(row: Notification) -> Address:
    """Give what rows for one address on one channel have in common."""
    return row.address_key, row.channel


def row_id(*parts: object) -> str:
    """Name a row by what it is about: made again, it is the same row."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]


def is_told(row: Notification) -> bool:
    """Tell whether staff know what a row says, or would in shadow mode."""
    return row.state in TOLD or row.reason is Reason.SHADOW


def is_gathered(row: Notification) -> bool:
    """Tell whether a row was left to a digest."""
    return row.said is Said.STAFF_ALERT and row.reason is Reason.RATE_LIMIT


def waits(row: Notification) -> bool:
    """Tell whether nothing of a row has left yet, and it is to be sent."""
    return row.wire_at is None and row.state in (State.PENDING, State.SENDING)


def beyond(rows: Iterable[Notification], hourly: int) -> set[str]:
    """Give the ids of those waiting alerts of one address that go beyond what it gets within any hour.

    The places are given out in the order of time; at the same moment to the gravest first, and then to the
    flight with the most travellers. Whoever asks gives the same answer, so that senders need not agree.
    """
    alerts = [row for row in rows if row.said is Said.STAFF_ALERT]
    told = [row.created_at for row in alerts if _went(row)]
    over = set()
    for row in sorted(filter(waits, alerts), key=_place):
        if is_full(told, row.created_at, hourly):
            over.add(row.id)
        else:
            told.append(row.created_at)
    return over


def is_full(told: Iterable[datetime], at: datetime, hourly: int) -> bool:
    """Tell whether an address that is told at these times gets no more alert at another one."""
    return sum(abs(each - at) < HOUR for each in told) >= hourly


def _went(row: Notification) -> bool:
    """A row that was at the wire may have arrived, and is sent again if it has not."""
    return (row.wire_at is not None and row.state in TOLD | {State.PENDING}) or row.reason is Reason.SHADOW


def _place(row: Notification) -> tuple[datetime, int, int, str]:
    gravity, travellers = (GRAVITY[row.staff.severity], row.staff.travellers) if row.staff else (0, 0)
    return row.created_at, -gravity, -travellers, row.id
