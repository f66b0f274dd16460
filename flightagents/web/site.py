"""What the pages call: use cases, as the pages want to see them. wiring/ chooses what implements them."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from flightagents.domain.delivery import Receipt
from flightagents.domain.page import FlightPage, Reader
from flightagents.domain.replies import Answered, InboundSms
from flightagents.web.access.doors import Access
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Live
from flightagents.web.staff.office import Office


class Subscriptions(Protocol):
    """Emails to the address that a token was made for. None where a token leads to nobody."""

    async def reader(self, token: str) -> Reader | None:
        """Tell how it stands; changes nothing."""

    async def end(self, token: str, how: str) -> Reader | None:
        """End the emails."""

    async def resume(self, token: str) -> Reader | None:
        """Begin them again."""


class TakeReceipt(Protocol):
    """Takes a provider's report of what became of a message."""

    async def __call__(self, receipt: Receipt) -> bool:
        """Take it; False where the row is unknown, or has moved on."""

    async def by_provider_id(self, provider_id: str, *, delivered: bool, detail: str) -> bool:
        """Take one that names the provider's own id alone."""


@dataclass(frozen=True, slots=True)
class Agency:
    """Whose pages these are, and whom a traveller calls; empty where it is not set."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that the pages need."""

    agency: Agency
    public_url: str
    """As travellers and Twilio reach us, without a slash at its end; empty where it is not set."""
    twilio_token: str
    """Signs Twilio's webhooks; empty where SMS is off."""
    show_flight: Callable[[str], Awaitable[FlightPage | None]]
    subscriptions: Subscriptions
    take_reply: Callable[[InboundSms], Coroutine[Any, Any, Answered | None]]
    take_receipt: TakeReceipt
    one_segment: Callable[[str], str]
    """Writes a text with the alphabet of an SMS, as one segment."""
    access: Access
    frame: Frame
    live: Live
    office: Office
