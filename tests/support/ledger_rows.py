"""Rows of the ledger for tests: Anna was told by email that BA117 is late, unless a test says otherwise."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Notification, State
from flightagents.domain.said import Said
from tests.support.messages import notice
from tests.support.rows import NOON


def notification(
    id_: str = "row-1",
    said: Said = Said.LATER,
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Notification:
    usual = Notification(
        id=id_,
        flight="BA117|2026-11-22|LHR|JFK",
        ordinal=2,
        booking="ABC123|anna@example.com",
        channel=Channel.EMAIL,
        address_key="key of anna@example.com",
        said=said,
        notice=notice(said),
        created_at=NOON,
        expires_at=NOON + timedelta(hours=6),
        state=State.ACCEPTED,
    )
    return replace(usual, **differs)
