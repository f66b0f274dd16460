"""Airlines as the feed names them: what one is called, which codes it has, and who is called so."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flightagents.domain import called


@dataclass(frozen=True, slots=True, kw_only=True)
class Airline:
    """An airline. `code` is what its flight numbers begin with: IATA, or ICAO where that is missing."""

    code: str
    name: str
    icao: str | None = None
    """The three letters that it is also known by (JBU of B6)."""


class Airlines:
    """Those whose names are known."""

    def __init__(self, known: Iterable[Airline] = ()) -> None:
        self._known = {each.code: each for each in known}
        self._said = [(called.plain(each.name), each.code) for each in self._known.values()]
        self._codes: dict[str, set[str]] = defaultdict(set)
        for each in self._known.values():
            if each.icao:
                self._codes[each.icao] |= {each.icao, each.code}

    def name(self, code: str) -> str:
        """Give what an airline is called; nothing for one that nobody has named."""
        known = self._known.get(code)
        return known.name if known else ""

    def knows(self, code: str) -> bool:
        """Tell whether some airline has this code."""
        return code in self._known or code in self._codes

    def codes(self, code: str) -> frozenset[str]:
        """Give all codes of the airline that has this one: B6 and JBU for either."""
        known = self._known.get(code)
        return frozenset({code, *self._codes.get((known and known.icao) or code, ())})

    def named(self, text: str) -> frozenset[str]:
        """Give the codes of the airlines that words name; the beginning of a longer word will do."""
        asked = called.asked(text)
        found = [code for said, code in self._said if asked and all(word in said for word in asked)]
        return frozenset(code for each in found for code in self.codes(each))
