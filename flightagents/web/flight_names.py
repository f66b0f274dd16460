"""What a name may mean: by the offline table of airports, and by the airlines that the feed has named."""

from dataclasses import dataclass

from flightagents import airports
from flightagents.domain import flight_text
from flightagents.domain.airlines import Airlines
from flightagents.domain.flight_text import Codes, Meaning


@dataclass(frozen=True, slots=True)
class Names:
    """Knows both."""

    known: Airlines

    def airports(self, text: str) -> Codes:
        """Give the codes of the airports that words name; a town's are all of them."""
        return airports.named(text)

    def airport(self, code: str) -> Codes | None:
        """Give all codes of an airport by one of them."""
        found = airports.airport(code)
        return found.codes if found else None

    def airlines(self, text: str) -> Codes:
        """Give the codes of the airlines that words name."""
        return self.known.named(text)

    def airline(self, code: str) -> Codes | None:
        """Give all codes of an airline by one of them."""
        return self.known.codes(code) if self.known.knows(code) else None


def read(text: str, known: Airlines) -> Meaning | None:
    """Read what somebody typed who looks for flights."""
    return flight_text.read(text, Names(known))
