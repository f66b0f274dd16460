"""A flight's state -> what its passengers may have a right to: hints for staff, never a promise.

Only what the feed shows is known here: not why a flight was late, nor what was offered instead, nor where the
traveller's ticket ends. A right counts from the doors' opening and the feed gives runway times, so nothing is
said within 15 minutes of a threshold but that it is too close to tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flightagents.domain import passenger_rules as rules
from flightagents.domain.carriers import LARGE_IN_CANADA, seat
from flightagents.domain.distances import Place, distance_km
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.passenger_hints import Findings, Hint, span
from flightagents.domain.passenger_rules import EU_27, EU_AREA, OUTERMOST, US_AREA, Rule

EDGE = 0.005
"""A distance that lies so near to a limit, as a part of it, may lie on its other side: see distances.py."""
STALE_AFTER = timedelta(days=365)
_FARTHEST = 2
_UNLESS = "unless extraordinary circumstances caused it"


@dataclass(frozen=True, slots=True)
class Rights:
    """Hints; and why nothing is said of what one might expect here, a sentence each."""

    hints: tuple[Hint, ...]
    unsaid: tuple[str, ...]


def rights(state: FlightState, departure: Place | None, arrival: Place | None, now: datetime) -> Rights:
    """Judge a flight between two places; None for an airport that nobody knows."""
    if departure is None or arrival is None:
        ends = ((state.departure.airport, departure), (state.arrival.airport, arrival))
        unknown = " and ".join(code for code, place in ends if place is None)
        return Rights((), (f"nobody knows where {unknown} is: no rule can be judged",))
    if not state.disruption_confirmed:
        return Rights((), ("the last news have been seen once only: judged after a second look",))
    flight = _Flight(state, departure, arrival)
    found = Findings(state.departure.base)
    held = [judge(flight, found) for judge in (_eu, _uk, _us, _canada)]
    if any(held) and state.disruption is Status.DIVERTED:
        found.unsaid.append("it was diverted: nobody knows when its passengers reach where they were to go")
    if not any(held) and not found.unsaid:
        found.unsaid.append("neither its airports nor its airline are under a rule of this table")
    read = sorted({hint.provision.as_of for hint in found.hints})
    found.unsaid += [
        f"a rule was last compared with the law of {day}: look whether it still stands"
        for day in read
        if now.date() - day > STALE_AFTER
    ]
    return Rights(tuple(found.hints), tuple(found.unsaid))


class _Flight:
    """What the laws ask of a flight."""

    def __init__(self, state: FlightState, departure: Place, arrival: Place) -> None:
        self.carrier, self.seat = state.carrier, seat(state.carrier)
        self.start, self.end = departure.country, arrival.country
        self.km = distance_km(departure, arrival)
        self.cancelled = state.disruption is Status.CANCELLED
        self.cancelled_at = state.disruption_at
        self.arrives = not self.cancelled and state.disruption is not Status.DIVERTED
        self.leaves_late = (state.departure.actual or state.departure.expected) - state.departure.base
        self.late = (state.arrival.actual or state.arrival.expected) - state.arrival.base
        self.route = (
            f"{state.departure.airport} ({self.start}) to {state.arrival.airport} ({self.end}), "
            f"{self.km:,.0f} km, flown by {self.carrier} ({self.seat or 'seat unknown'})"
        )
        leaves = "left" if state.departure.actual else "is expected to leave"
        arrives = "landed" if state.arrival.actual else "is expected to arrive"
        self.leaving = f"it {leaves} {span(self.leaves_late)} after the time first published; {self.route}"
        self.arriving = f"it {arrives} {span(self.late)} after the time first published; {self.route}"

    def bands(self, farthest: int) -> list[int]:
        """Give the place of the distance among the bands; both where it lies too near to a limit."""
        ends = (self.km * (1 - EDGE), self.km * (1 + EDGE))
        return sorted({min(farthest, (km > rules.SHORT_KM) + (km > rules.LONG_KM)) for km in ends})


@dataclass(frozen=True, slots=True)
class _European:
    """EU and UK 261 differ in scope, money and names alone."""

    delay: Rule
    cancellation: Rule
    care: Rule
    refund: Rule
    amounts: tuple[str, ...]
    half: str


_EU = _European(
    Rule.EU_DELAY, Rule.EU_CANCELLATION, Rule.EU_CARE, Rule.EU_REFUND, rules.EU_AMOUNTS, rules.EU_HALF
)
_UK = _European(
    Rule.UK_DELAY, Rule.UK_CANCELLATION, Rule.UK_CARE, Rule.UK_REFUND, rules.UK_AMOUNTS, rules.UK_HALF
)


def _eu(flight: _Flight, found: Findings) -> bool:
    """Out of the area with anybody, into it with its own airlines."""
    inside = flight.start in EU_AREA
    if not inside:
        if flight.end not in EU_AREA:
            return False
        if flight.seat not in EU_AREA:
            found.unsaid.append(_not_theirs("EU 261", "an airline of the EU", flight))
            return False
    # Within the area the third band, and with it the half amount, does not exist: Art. 7(1)(b).
    farthest = 1 if inside and flight.end in EU_AREA else _FARTHEST
    _european(_EU, flight, found, flight.bands(farthest))
    return True


def _uk(flight: _Flight, found: Findings) -> bool:
    """Out of the UK with anybody, into it with UK and EU airlines, into the EU with UK airlines."""
    if flight.start != "GB":
        if flight.end == "GB":
            if flight.seat not in EU_27 | {"GB"}:
                found.unsaid.append(_not_theirs("UK 261", "an airline of the UK or the EU", flight))
                return False
        elif flight.end not in EU_27 | OUTERMOST or flight.seat != "GB":
            return False
    _european(_UK, flight, found, flight.bands(_FARTHEST))
    return True


def _not_theirs(law: str, licensed: str, flight: _Flight) -> str:
    comes = f"{law} does not hold for a flight from outside with {flight.carrier}"
    if flight.seat is None:
        return f"{comes} unless it is {licensed}, which nobody here knows"
    if law == "UK 261" and flight.seat in EU_AREA:
        return f"{comes} unless it counts as {licensed}, though of {flight.seat}: ask"
    return f"{comes}, an airline of {flight.seat}"


def _european(law: _European, flight: _Flight, found: Findings, bands: list[int]) -> None:
    amount = " or ".join(law.amounts[band] for band in bands)
    if flight.cancelled:
        text = (
            f"compensation may be due {_UNLESS}; less, or none, where a flight at nearly the same times was "
            "offered in time"
        )
        found.cancelled(law.cancellation, flight.cancelled_at, text, flight.route, f"up to {amount}")
        found.add(law.refund, "the choice of the fare back or another flight", "it is cancelled")
        return
    care = "meals and two calls may be due while they wait, and a hotel overnight, whatever the cause"
    found.at(law.care, flight.leaves_late, rules.CARE_AFTER[max(bands)], care, flight.leaving)
    refund = "whoever does not fly may get the fare back, whatever the cause"
    found.at(law.refund, flight.leaves_late, rules.REFUND_AFTER, refund, flight.leaving)
    if flight.arrives:
        steps = [(rules.LATE, amount)]
        if _FARTHEST in bands:
            less = " or ".join(law.half if band == _FARTHEST else law.amounts[band] for band in bands)
            steps = [(rules.LATE, less), (rules.HALVED_BELOW, amount)]
        text = f"compensation may be due {_UNLESS}"
        found.stepped(law.delay, flight.late, steps, text, flight.arriving)


def _us(flight: _Flight, found: Findings) -> bool:
    """Any airline, to, from and within the United States."""
    ends = [flight.start in US_AREA, flight.end in US_AREA]
    if not any(ends):
        return False
    text = "whoever does not fly it, nor takes what is offered instead, may get the whole fare back"
    if flight.cancelled:
        found.add(Rule.US_REFUND, text, f"it is cancelled; {flight.route}")
        return True
    limit = rules.US_DOMESTIC if all(ends) else rules.US_INTERNATIONAL
    text += ", if the whole itinerary is within the United States" if all(ends) else ""
    if flight.leaves_late < timedelta():
        early = f"it leaves {span(-flight.leaves_late)} before the time first published; {flight.route}"
        found.at(Rule.US_REFUND, -flight.leaves_late, limit, text, early)
    if flight.arrives:
        found.at(Rule.US_REFUND, flight.late, limit, text, flight.arriving)
    return True


def _canada(flight: _Flight, found: Findings) -> bool:
    """Any airline, to, from and within Canada."""
    if "CA" not in (flight.start, flight.end):
        return False
    large = flight.carrier in LARGE_IN_CANADA
    amounts = [
        (after, f"CAD {much}" if large else f"CAD {much} (large airline) or CAD {little} (small)")
        for after, much, little in rules.CA_COMPENSATION
    ]
    text = "compensation may be due, if it was within the airline's control and not for safety"
    other = "another flight may be asked for, or the fare back where none suits"
    if flight.cancelled:
        most = f"up to {amounts[-1][1]}"
        instead = f"{text}, by how late the flight that is taken instead arrives"
        found.cancelled(Rule.CA_CANCELLATION, flight.cancelled_at, instead, flight.route, most)
        found.add(Rule.CA_REFUND, other, "it is cancelled")
        return True
    care = (
        "food and drink may be due while they wait, and a hotel overnight, if it was within the airline's "
        "control and told less than 12 hours before"
    )
    found.at(Rule.CA_CARE, flight.leaves_late, rules.CA_CARE_AFTER, care, flight.leaving)
    found.at(Rule.CA_REFUND, flight.leaves_late, rules.CA_REFUND_AFTER, other, flight.leaving)
    if flight.arrives:
        found.stepped(Rule.CA_DELAY, flight.late, amounts, text, flight.arriving)
    return True
