"""Agencies in which something is due to be sent: a delay of BA117."""

from flightagents.domain.bookings import Booking
from tests.support.agency import Agency
from tests.support.messages import ANNAS_PHONE
from tests.support.travellers import booking

ON_BA117 = booking()
BOTH = booking(phone=ANNAS_PHONE)
"""Reads emails and SMS."""


async def a_due_delay(minutes: int = 45, traveller: Booking = ON_BA117) -> Agency:
    agency = Agency()
    await agency.at_rest(traveller)
    await agency.is_late(minutes)
    return agency


async def forty_due(agency: Agency) -> None:
    await agency.books(*[booking(email=f"{number}@example.com") for number in range(40)])
    await agency.is_late(None)
    await agency.is_late(45)
