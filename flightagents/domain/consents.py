"""An opt-out: an address that wants no more messages on a channel, whichever booking it stands in."""

from dataclasses import dataclass, replace
from datetime import datetime

from flightagents.domain.bookings import Booking, Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Since when, and how it was said: "link", "one-click" or "sms:STOP". The address is a keyed hash."""

    channel: Channel
    address_key: str
    at: datetime
    how: str


def revoked(booking: Booking, opt_out: OptOut) -> Booking:
    """Give a booking without the consent that an opt-out takes back; what was taken back before stays so."""
    consent = booking.consents.get(opt_out.channel)
    if consent is None or consent.revoked_at is not None:
        return booking
    taken_back = replace(consent, revoked_at=opt_out.at, revoked_by=opt_out.how)
    return replace(booking, consents={**booking.consents, opt_out.channel: taken_back})
