"""Whether a connection can still be made, and whether its person has to hear of it: a turn once a round."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.domain.alerting import KEEP
from flightagents.domain.flight import Status
from flightagents.domain.journeys import Connection, Leg
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.times import at_latest

GATES_CLOSE = timedelta(minutes=15)
"""Before departure. With less time than this between the two flights the next one is missed."""
HYSTERESIS = timedelta(minutes=10)
"""More than the minimum by this much is safe again, so that one minute does not turn the news round."""
SHRUNK = timedelta(minutes=10)
"""A connection that was sold shorter than the minimum is at risk once it has lost this much."""
SEPARATE_TICKETS = timedelta(minutes=30)
"""What it takes longer on separate tickets: to claim the bags and to check in again."""
EVERYWHERE = "*"

_ENTRY = re.compile(r"\s*([A-Z0-9]{3,4}|\*)\s*=\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Minimum:
    """The shortest time to change at an airport."""

    domestic: timedelta
    international: timedelta


USUAL = Minimum(timedelta(minutes=45), timedelta(minutes=75))


@dataclass(frozen=True, slots=True)
class MinimumTimes:
    """The shortest time to change, by airport."""

    usual: Minimum = USUAL
    by_airport: Mapping[str, Minimum] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "MinimumTimes":
        """Read JFK=60/90;LHR=60/75;*=45/75 (minutes, domestic/international). Raises ValueError."""
        found: dict[str, Minimum] = {}
        for entry in filter(None, (each.strip() for each in text.split(";"))):
            words = _ENTRY.fullmatch(entry)
            if words is None:
                raise ValueError(
                    f"{entry!r}: write an airport and minutes, domestic/international: JFK=60/90"
                )
            airport = words[1].upper()
            if airport in found:
                raise ValueError(f"{airport} stands there twice")
            found[airport] = Minimum(timedelta(minutes=int(words[2])), timedelta(minutes=int(words[3])))
        return cls(usual=found.pop(EVERYWHERE, USUAL), by_airport=found)

    def of(
        self, connection: Connection, *, protected: bool | None, country: Callable[[str], str | None]
    ) -> timedelta:
        """Give the shortest time for a connection; `protected`: on one ticket, None: unknown.

        It is international if either flight goes abroad. Where nobody knows, the longer way is meant.
        """
        minimum = self.by_airport.get(connection.airport, self.usual)
        stops = connection.from_.departure, connection.airport, connection.to.arrival
        lands = {country(airport) for airport in stops}
        time = minimum.domestic if len(lands) == 1 and None not in lands else minimum.international
        return time if protected else time + SEPARATE_TICKETS


class Standing(StrEnum):
    """How a connection stands."""

    KEPT = "kept"
    """There is time enough, or as much as was sold."""
    TIGHT = "tight"
    """Between at risk and kept: whatever was said last still holds."""
    AT_RISK = "at_risk"
    MISSED = "missed"
    LEFT = "left"
    """The next flight has left, with them on board for all we know."""
    INBOUND_CANCELLED = "inbound_cancelled"
    ONWARD_CANCELLED = "onward_cancelled"
    UNCONFIRMED = "unconfirmed"
    """The flight is diverted at a first look."""
    OVER = "over"


ConnectionTold = tuple[Said, int]
"""What was said of a connection, and in which round: "safe again" ends one, and the next begins."""
ROUNDS = 2
"""Rounds in which all may be said. In the one after them a person hears only that it is missed."""


@dataclass(frozen=True, slots=True)
class ConnectionDecision:
    """Whether to tell, why, and what; of a duplicate, what stands told."""

    tell: bool
    reason: Reason
    said: Said | None = None
    round: int = 1


_SILENT = {
    Standing.OVER: Reason.EXPIRED,
    Standing.INBOUND_CANCELLED: Reason.INHIBITED,
    Standing.ONWARD_CANCELLED: Reason.INHIBITED,
    Standing.UNCONFIRMED: Reason.WAITS_FOR_SECOND_LOOK,
    Standing.LEFT: Reason.DEPARTED,
}
"""Why nobody hears of it; a cancellation says it by itself."""


def judge_connection(standing: Standing, told: Collection[ConnectionTold]) -> ConnectionDecision:
    """Decide whether a person has to hear how a connection stands, after all they were told of it.

    In a round each of at risk, missed and safe again is told once, and at risk not after missed. Rounds are
    few, for a connection may waver; but that it is safe must not be the last word on one that is missed.
    """
    current = 1 + max((number for said, number in told if said is Said.CONNECTION_SAFE), default=0)
    now_told = {said for said, number in told if number == current}
    match standing:
        case Standing.MISSED:
            return _once(Said.CONNECTION_MISSED, now_told, current)
        case Standing.AT_RISK if Said.CONNECTION_MISSED not in now_told:
            return _bounded(Said.CONNECTION_AT_RISK, now_told, current)
        case Standing.KEPT if now_told:
            return _bounded(Said.CONNECTION_SAFE, now_told, current)
        case Standing.KEPT if current > 1:
            return ConnectionDecision(False, Reason.DUPLICATE, Said.CONNECTION_SAFE, current - 1)
        case _:
            return ConnectionDecision(tell=False, reason=_SILENT.get(standing, Reason.NOT_MATERIAL))


def _bounded(said: Said, told: Collection[Said], current: int) -> ConnectionDecision:
    if current > ROUNDS:
        return ConnectionDecision(tell=False, reason=Reason.RATE_LIMIT)
    return _once(said, told, current)


def _once(said: Said, told: Collection[Said], current: int) -> ConnectionDecision:
    new = said not in told
    return ConnectionDecision(new, Reason.NEWS if new else Reason.DUPLICATE, said, current)


def standing_of(connection: Connection, minimum: timedelta, now: datetime) -> Standing:
    """Tell how a connection stands, given the shortest time that it takes."""
    inbound, onward = connection.inbound, connection.onward
    if now > expires_at(connection) or _has_flown(connection.from_) or _has_flown(connection.to):
        return Standing.OVER
    if onward is not None and onward.disruption is Status.CANCELLED:
        return Standing.ONWARD_CANCELLED
    if inbound.disruption is Status.CANCELLED:
        return Standing.INBOUND_CANCELLED
    if inbound.disruption is Status.DIVERTED:
        return Standing.MISSED if inbound.disruption_confirmed else Standing.UNCONFIRMED
    standing = _by_time(connection, minimum)
    has_left = onward is not None and (onward.departed or onward.landed)
    return _once_left(standing, landed=inbound.landed) if has_left else standing


def _has_flown(leg: Leg) -> bool:
    """Tell whether the feed shows another flight under the identity of the one that they were on."""
    return leg.state is not None and leg.state.left_without(leg.leaves)


def _once_left(standing: Standing, *, landed: bool) -> Standing:
    """If it was short, and they are not down when the next flight leaves, it left without them."""
    missed = standing is Standing.MISSED or (standing is Standing.AT_RISK and not landed)
    return Standing.MISSED if missed else Standing.LEFT


def _by_time(connection: Connection, minimum: timedelta) -> Standing:
    margin, planned = connection.margin, connection.planned
    if planned is None:  # nobody sells two flights that overlap: it was sold with time enough
        planned = minimum + HYSTERESIS
    if planned < minimum and planned - margin < SHRUNK:  # it was sold so
        return Standing.KEPT if margin >= planned else Standing.TIGHT
    if margin < GATES_CLOSE:
        return Standing.MISSED
    if margin < minimum:
        return Standing.AT_RISK
    return Standing.KEPT if margin >= min(minimum + HYSTERESIS, planned) else Standing.TIGHT


def is_short(connection: Connection, minimum: timedelta) -> bool:
    """Tell whether it is missed or at risk by the times alone, whatever else makes that void."""
    return _by_time(connection, minimum) in (Standing.MISSED, Standing.AT_RISK)


def expires_at(connection: Connection) -> datetime:
    """Tell until when a message about a connection makes sense."""
    return at_latest(connection.leaves) + KEEP["time"]
