"""Who else sells a flight, under which number: 1.6 rows a flight, as measured in the feed (fact 7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from flightagents.sandbox.day import CARRIERS, Flight

# Name and ICAO code of the partners; some fly what `abroad` invents.
PARTNERS = {
    "AA": ("American Airlines", "AAL"),
    "AC": ("Air Canada", "ACA"),
    "AF": ("Air France", "AFR"),
    "BA": ("British Airways", "BAW"),
    "DL": ("Delta Air Lines", "DAL"),
    "EI": ("Aer Lingus", "EIN"),
    "EK": ("Emirates", "UAE"),
    "IB": ("Iberia", "IBE"),
    "KL": ("KLM", "KLM"),
    "LH": ("Lufthansa", "DLH"),
    "NH": ("All Nippon Airways", "ANA"),
    "QF": ("Qantas", "QFA"),
    "SQ": ("Singapore Airlines", "SIA"),
    "UA": ("United Airlines", "UAL"),
    "US": ("US Airways", "AWE"),
    "VS": ("Virgin Atlantic", "VIR"),
}

# Carrier -> partners, each with the share of its flights that it sells. The regional carriers fly for a big
# one, under its numbers.
_SELLS = {
    "9E": (("DL", 1.0), ("AF", 0.1)),
    "AA": (("BA", 0.3), ("IB", 0.2), ("QF", 0.05)),
    "AC": (("UA", 0.7),),
    "AF": (("DL", 0.8),),
    "AS": (("AA", 1.0), ("DL", 1.0)),
    "BA": (("AA", 0.8), ("IB", 0.3)),
    "B6": (("EI", 0.2), ("EK", 0.1), ("LH", 0.05)),
    "DL": (("AF", 0.25), ("KL", 0.2), ("VS", 0.15)),
    "EV": (("UA", 1.0), ("LH", 0.1)),
    "HA": (("AA", 1.0),),
    "LH": (("UA", 0.7),),
    "MQ": (("AA", 1.0), ("BA", 0.1)),
    "OO": (("UA", 1.0),),
    "UA": (("LH", 0.3), ("AC", 0.2), ("NH", 0.05)),
    "US": (("UA", 0.3), ("LH", 0.1)),
    "VS": (("DL", 0.8),),
    "VX": (("SQ", 0.5),),
    "YV": (("US", 1.0),),
}

# Where the partner's own numbers for somebody else's flights begin.
_FIRST_NUMBER = 5000
_LAST_NUMBER = 9999


@dataclass(frozen=True, slots=True)
class Marketing:
    """One carrier that sells a flight, and its number for it."""

    carrier: str
    number: str

    @property
    def designator(self) -> str:
        """Airline code and number: BA6739."""
        return f"{self.carrier}{self.number}"


def marketed(flights: Iterable[Flight], seed: int) -> list[tuple[Marketing, ...]]:
    """Sell the flights of a day, each by its partners, never two under one number. In the order given."""
    flights = list(flights)
    taken = {flight.designator for flight in flights}
    sold = []
    for flight in flights:
        rng = Random(f"{seed}|codeshares|{flight.designator}|{flight.origin.iata}")
        rows = []
        for carrier, share in _SELLS.get(flight.carrier, ()):
            if rng.random() < share:
                number = int(flight.number) if share == 1.0 else _FIRST_NUMBER + int(flight.number) % 5000
                while f"{carrier}{number}" in taken:
                    number = number + 1 if _FIRST_NUMBER <= number < _LAST_NUMBER else _FIRST_NUMBER
                taken.add(f"{carrier}{number}")
                rows.append(Marketing(carrier, str(number)))
        sold.append(tuple(rows))
    return sold


def name_and_icao(carrier: str) -> tuple[str, str]:
    """Look up a carrier that flies or sells."""
    return CARRIERS.get(carrier) or PARTNERS[carrier]
