"""Bookings for tests: Anna is on BA117 of 22 November, from London to New York, and reads her email."""

from dataclasses import replace
from typing import Any

from flightagents.domain.bookings import Booking, Channel, Consent, Segment
from tests.support.messages import ANNA
from tests.support.rows import DAY, NOON

CONSENT = Consent(source="import:test.csv", at=NOON)


def segment(
    designator: str = "BA117",
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Segment:
    """One flight of a ticket, without route and time."""
    return replace(Segment(designator=designator, flight_date=DAY), **differs)


def booking(
    *segments: Segment,
    reference: str = "ABC123",
    email: str | None = ANNA,
    phone: str | None = None,
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Booking:
    """Reached by every address given, with consent."""
    addresses = {Channel.EMAIL: email, Channel.SMS: phone}
    channels = tuple(channel for channel in Channel if addresses[channel])
    usual = Booking(
        id=f"{reference}|{email or phone}",
        reference=reference,
        name="Anna Müller",
        email=email,
        phone=phone,
        language="en",
        channels=channels,
        consents=dict.fromkeys(channels, CONSENT),
        protected=False,
        segments=segments or (segment(),),
    )
    return replace(usual, **differs)
