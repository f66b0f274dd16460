"""The calls that could be made for the booked flights, and what each is worth.

Before it the flights were put on boards (boards.py), after it the best calls are chosen (budget.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from flightagents.aviationstack.asked import Asked
from flightagents.aviationstack.boards import Cover
from flightagents.aviationstack.hazard import HOUR
from flightagents.aviationstack.pace import FLOOR, Prices
from flightagents.aviationstack.ways import single, ways
from flightagents.aviationstack.worth import Gain, Part, Stake, gain
from flightagents.domain.call_plan import Call, Why
from flightagents.domain.watched import Outlook

URGENT_WITHIN = timedelta(hours=3).total_seconds()
"""Of departure: a flight of which something was told may then use the reserve."""

EXPECTED_BY = timedelta(hours=5, minutes=10).total_seconds()
"""Before departure: a flight that the feed has not shown is asked for then, so that by five hours before it
staff can be asked whether its number is right."""
_EXPECTED_FROM = timedelta(hours=6).total_seconds()

_TICK = 5.0
"""Seconds by which a tick may come early."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that could be made."""

    query: str
    pages: int
    why: Why
    flights: tuple[str, ...]
    gain: Gain
    not_before: float
    """Epoch seconds: a query is not asked more often than FLOOR."""
    urgent: bool = False
    must: bool = False
    """It is due whatever it is worth."""

    def costs(self, prices: Prices) -> float:
        """Give what it must be worth, all pages together."""
        return self.pages * (prices.urgent if self.urgent else prices.usual)

    def worth(self, prices: Prices) -> float:
        """Give what it is worth, in units of what it costs."""
        return self.gain.now / self.costs(prices)

    def interval(self, prices: Prices) -> float:
        """Give the hours between two such calls."""
        return self.gain.interval(self.costs(prices))

    def due_at(self, prices: Prices, now: float) -> float:
        """Give when it will be due, if no other look comes first."""
        wait = 0.0 if self.must else self.gain.reaches(self.costs(prices)) * HOUR
        return max(now + wait, self.not_before)

    def is_due(self, prices: Prices, now: float) -> bool:
        """Tell whether it is worth making now."""
        return (self.must or self.worth(prices) >= 1) and self.not_before <= now + _TICK

    def call(self, prices: Prices, due_at: datetime) -> Call:
        """Give it as a call."""
        return Call(
            query=self.query,
            pages=self.pages,
            why=self.why,
            due_at=due_at,
            flights=self.flights,
            worth=self.worth(prices),
        )


def candidates(
    stakes: Mapping[str, Stake], cover: Cover, asked: Asked, now: datetime, *, room: int
) -> Iterator[Candidate]:
    """Give each call that could be made; a flight whose board cannot be asked is asked for alone.

    A board with more pages than there is `room` for in a tick would never be asked.
    """
    at = now.timestamp()
    open_asks = [ask for ask in cover.asks if ask.pages <= room and not asked.closed(ask.query)]
    filtered = _filtered(cover, stakes, open_asks)
    boarded: dict[str, float] = {}
    for ask in open_asks:
        members = [stakes[key] for key in ask.members if key in stakes]
        if ask.part is not Part.ALL:
            members = [each for each in members if each.key in filtered]
        else:
            members = [each for each in members if _may_be_on(each, asked.at(ask.query))]
            # What does not stand on a part of a board may stand on the rest of it.
            looked = asked.at(ask.query) if asked.whole(ask.query) else -inf
            boarded |= dict.fromkeys((each.key for each in members), looked)
        if members:
            yield Candidate(
                query=ask.query,
                pages=ask.pages,
                why=Why.BOARD if ask.part is Part.ALL else Why.FILTER,
                flights=tuple(each.key for each in members),
                gain=gain(members, ask.part, filtered, asked.at(ask.query), at),
                not_before=_floor(asked.tried(ask.query)),
            )
    for each in stakes.values():
        if each.key not in boarded or _must(each, boarded[each.key], at):
            yield from _alone(each, filtered, asked, at, boarded.get(each.key))


def _may_be_on(each: Stake, board_asked: float) -> bool:
    """Tell whether a board is a way to see a flight: its last answer had it, if it was seen at all."""
    return each.flight.outlook is Outlook.EXPECTED or each.since > board_asked - FLOOR.total_seconds()


def _filtered(cover: Cover, stakes: Mapping[str, Stake], open_asks: Iterable[object]) -> frozenset[str]:
    """Give the flights whose filters can both be asked, and count for them still."""
    shut: set[str] = set()
    for ask in cover.asks:
        if ask.part is not Part.ALL and ask not in open_asks:
            shut.update(ask.members)
    return frozenset(
        key
        for key in cover.filtered
        if key not in shut and (each := stakes.get(key)) is not None and each.may_be_filtered
    )


def _alone(
    each: Stake, filtered: frozenset[str], asked: Asked, at: float, on_board: float | None
) -> Iterator[Candidate]:
    """Ask by its number; in another way where that showed nothing, or cannot be asked."""
    query = single(each.flight, each.day)
    looked = asked.at(query)
    if asked.closed(query) or asked.showed_nothing(query):
        others = ways(each.flight, asked.limits, each.day)
        query = min(others, key=lambda way: (asked.closed(way), asked.showed_nothing(way), asked.at(way)))
        # Where all were in vain, the last of them counts; else the flight still waits for its look.
        looked = max(map(asked.at, others)) if asked.showed_nothing(query) else asked.at(query)
    if asked.closed(query):
        return
    told = each.flight.told and each.flight.outlook is Outlook.WAITING
    yield Candidate(
        query=query,
        pages=1,
        why=Why.TOLD if told else Why.BOOKED,
        flights=(each.key,),
        gain=gain((each,), Part.ALL, filtered, looked, at),
        not_before=_floor(max(looked, asked.tried(query))),
        urgent=told and abs(each.leaves_in) < URGENT_WITHIN,
        must=_must(each, looked if on_board is None else max(looked, on_board), at),
    )


def _must(each: Stake, looked: float, at: float) -> bool:
    """Tell whether staff are about to be asked after a flight that nobody has looked for."""
    if each.flight.outlook is not Outlook.EXPECTED:
        return False
    leaves_by = (each.flight.leaves_by or each.flight.leaves_at).timestamp()
    return at >= leaves_by - EXPECTED_BY and looked < leaves_by - _EXPECTED_FROM


def _floor(asked: float) -> float:
    return asked + FLOOR.total_seconds()
