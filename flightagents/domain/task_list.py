"""A list of tasks, as far as whoever looks at it may see people."""

from dataclasses import dataclass

from flightagents.domain.flight_file import Tasked


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTask:
    """A task. Whoever may not see people is shown no person, quote, event or number."""

    told: Tasked
    flight: str | None
    """The identity of the flight that it is about."""
    key: str = ""
    """Names the person's booking in addresses of pages: a keyed hash of its id."""
    phone: str = ""
    """The number to call them at, E.164; empty where the booking has none."""
