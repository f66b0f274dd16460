"""What airlines are called: learned from the records that come by, and from what other workers have learned.

The archive shows it each record (archive.py); pages ask it while they are written, so it answers from memory.
"""

from flightagents.domain import codes
from flightagents.domain.airlines import Airline, Airlines
from flightagents.ports import AirlineNames
from flightagents.records import FlightRecord

LONGEST = 80
"""Characters of a name."""
_NO_NAMES = frozenset({"", "empty"})
"""What the feed writes where it knows none."""
_MOST_SEEN = 20_000
"""Ways to write an airline; the whole feed has about a thousand."""


class AirlineBook:
    """One for each worker."""

    def __init__(self, names: AirlineNames) -> None:
        self._names = names
        self._known: dict[str, Airline] = {}
        self._new: dict[str, Airline] = {}
        self._seen: set[tuple[str | None, ...]] = set()
        self.airlines = Airlines()
        """Those that are known by now."""

    def note(self, record: FlightRecord) -> None:
        """Look who sells a flight. Of an airline that was seen already that is a look into a set: 0.2 us."""
        seen = (record.airline, record.airline_icao, record.designator[:2])
        if seen in self._seen:
            return
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen.add(seen)
        found, known = _airline(record), self._known.get(codes.carrier(record.designator))
        if found is not None and known is not None and found.icao is None:
            found = Airline(code=found.code, name=found.name, icao=known.icao)
        if found is not None and found != known:
            self._known[found.code] = self._new[found.code] = found

    async def keep(self) -> None:
        """Store what is new, for the other workers and the next start."""
        if not self._new:
            return
        new, self._new = self._new, {}
        self.airlines = Airlines(self._known.values())
        await self._names.learn(list(new.values()))

    async def renew(self) -> None:
        """Read what is stored."""
        self._known |= {each.code: each for each in await self._names.all()}
        self.airlines = Airlines(self._known.values())


def _airline(record: FlightRecord) -> Airline | None:
    """Facts 8 and 15 of the feed: the number tells the code, and a name may be missing, or "empty"."""
    name = " ".join((record.airline or "").split())
    if name.casefold() in _NO_NAMES or len(name) > LONGEST or not name.isprintable():
        return None
    return Airline(code=codes.carrier(record.designator), name=name, icao=record.airline_icao)
