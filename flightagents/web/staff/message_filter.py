"""What an address of /messages asks for: the filters of the ledger's list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from aiohttp import web

from flightagents.domain.bookings import Channel
from flightagents.domain.message_list import Audience, MessageQuery
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.times import at_latest, to_utc
from flightagents.web.staff import asked

PATH, NAME = "/messages", "messages"


class Held(StrEnum):
    """Whether only what staff hold is asked for."""

    YES = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters as they were asked for; what is None or empty asks for nothing. Days are the agency's."""

    flight: str
    reference: str
    state: State | None
    channel: Channel | None
    said: Said | None
    reason: Reason | None
    to: Audience | None
    held: Held | None
    since: date | None
    until: date | None
    """Included."""
    place: Mapping[str, str]

    @classmethod
    def of(cls, query: Mapping[str, str], *, sees_people: bool) -> "Asked":
        """Read an address. Who may not see people cannot look for one."""
        reference = asked.text(query, "reference")
        if reference and not sees_people:
            raise web.HTTPForbidden(text="to look for a reference needs the role agent")
        return cls(
            flight=asked.flight(query),
            reference=reference,
            state=asked.one_of(query, "state", State),
            channel=asked.one_of(query, "channel", Channel),
            said=asked.one_of(query, "said", Said),
            reason=asked.one_of(query, "reason", Reason),
            to=asked.one_of(query, "to", Audience),
            held=asked.one_of(query, "held", Held),
            since=asked.day(query, "since"),
            until=asked.day(query, "until"),
            place=asked.cursor(query),
        )

    @property
    def fields(self) -> Mapping[str, str]:
        """Give the filters as an address has them."""
        named = {
            "flight": self.flight,
            "reference": self.reference,
            "state": self.state,
            "channel": self.channel,
            "said": self.said,
            "reason": self.reason,
            "to": self.to,
            "held": self.held,
            "since": self.since,
            "until": self.until,
        }
        return {name: str(value) for name, value in named.items() if value}

    def address(self, path: str = PATH, **other: str) -> str:
        """Write the address that asks for it, or for another place or flight."""
        return asked.address(path, {**self.fields, **other})

    @property
    def live(self) -> str:
        """Write the address of the list as it changes."""
        return self.address(f"/live/{NAME}", **self.place)

    def of_flight(self, flight: str) -> "Asked":
        """Ask for the same of a flight."""
        return replace(self, flight=flight)

    def query(self, zone: str) -> MessageQuery:
        """Say which rows that are."""
        return MessageQuery(
            flight=self.flight,
            reference=self.reference,
            states=frozenset({self.state} if self.state else ()),
            channels=frozenset({self.channel} if self.channel else ()),
            said=frozenset({self.said} if self.said else ()),
            reasons=frozenset({self.reason} if self.reason else ()),
            audience=self.to,
            only_held=self.held is not None,
            since=_midnight(self.since, zone),
            until=_midnight(self.until, zone, days=1),
        )


def _midnight(day: date | None, zone: str, *, days: int = 0) -> datetime | None:
    """Give the beginning of a day by a zone's clock, in UTC; a calendar's last days have none after them."""
    if day is None:
        return None
    try:
        return at_latest(to_utc(datetime.combine(day + timedelta(days=days), time.min), zone))
    except OverflowError:
        raise web.HTTPBadRequest(text=f"{day} is no day of ours") from None
