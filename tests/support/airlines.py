"""Airlines that tests name, and names of airlines in memory."""

from collections.abc import Sequence

from flightagents.domain.airlines import Airline, Airlines

BRITISH = Airline(code="BA", name="British Airways", icao="BAW")
IBERIA = Airline(code="IB", name="Iberia", icao="IBE")
JETBLUE = Airline(code="B6", name="JetBlue Airways", icao="JBU")
KNOWN = Airlines([BRITISH, IBERIA, JETBLUE])


class FakeAirlineNames:
    """Keeps them by code."""

    def __init__(self) -> None:
        self.kept: dict[str, Airline] = {}
        self.writes: list[Airline] = []

    async def learn(self, airlines: Sequence[Airline]) -> None:
        self.writes += airlines
        self.kept |= {each.code: each for each in airlines}

    async def all(self) -> list[Airline]:
        return sorted(self.kept.values(), key=lambda each: each.code)
