"""Connections for tests: Anna changes in New York from BA117 to AA100, which goes on to Madrid."""

from typing import Any

from flightagents.airports import country
from flightagents.domain.bookings import Channel
from flightagents.domain.connections import MinimumTimes
from flightagents.domain.notifications import Notification, State
from flightagents.domain.said import CONNECTIONS, Said
from flightagents.handlers.in_the_air import InTheAir
from flightagents.handlers.itineraries import Itineraries
from flightagents.handlers.watch_connections import WatchConnections
from tests.support.agency import Agency
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import row
from tests.support.travellers import booking, segment

RISK, MISSED, SAFE = Said.CONNECTION_AT_RISK, Said.CONNECTION_MISSED, Said.CONNECTION_SAFE
ONWARD = segment("AA100", departure="JFK", arrival="MAD")
TO_MADRID = booking(segment("BA117"), ONWARD, phone=ANNAS_PHONE, protected=True)
"""Two hours at JFK on one ticket, where international passengers need 75 minutes."""


def onward(delay: int | None = None, **differs: Any) -> dict[str, Any]:  # noqa: ANN401 - as `row` takes them
    """AA100 leaves New York for Madrid at 19:35."""
    usual = {"route": "JFK-MAD", "departs": "19:35", "arrives": "2026-11-23T08:35"}
    return row("AA100", delay=delay, **{**usual, **differs})


def about_connections(agency: Agency) -> list[Notification]:
    return [each for each in agency.rows if each.said in CONNECTIONS]


def said(agency: Agency, channel: Channel = Channel.EMAIL) -> list[Said]:
    """Give what arrived about connections, in the order of the decisions."""
    found = [each for each in about_connections(agency) if each.channel is channel]
    return [each.said for each in found if each.state is State.ACCEPTED]


async def is_late(agency: Agency, *minutes: int, then: int | None = None) -> None:
    """Let BA117 show these delays, one after the other; `then` is that of AA100."""
    for each in minutes:
        await agency.shows(row(delay=each), onward(then))
        await agency.delivers()


def itineraries_of(agency: Agency) -> Itineraries:
    return Itineraries(
        agency.bookings, agency.worker.audience, InTheAir(agency.archive), MinimumTimes(), country
    )


def watch_connections(agency: Agency) -> WatchConnections:
    """Give the minute's look at flights in the air, as a new leader has it."""
    return WatchConnections(
        flights=agency.flights,
        bookings=agency.bookings,
        audience=agency.worker.audience,
        in_the_air=InTheAir(agency.archive),
        decide=agency.worker.decide,
        clock=agency.clock,
    )
