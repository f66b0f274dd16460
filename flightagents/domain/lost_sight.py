"""Booked flights that nobody sees any more before they leave, and which are seen again: no record shows it.

freshness.py judged each; handlers/watch_freshness.py asks here each minute, and the same change, by its id,
is found again each time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from flightagents.domain.changes import Change, ChangeEnd, Fields, Kind, Reason, severity
from flightagents.domain.flight import FlightState
from flightagents.domain.freshness import Sight
from flightagents.domain.sights import KeptSight
from flightagents.domain.times import at_latest, iso


def lost_sight(states: Iterable[FlightState], sights: Mapping[str, KeptSight], now: datetime) -> list[Change]:
    """Find the flights that went blind before they left; `sights` are by flight."""
    return [
        _change(state, Kind.LOST_SIGHT, was.known_at, now, {"cause": was.cause.value if was.cause else None})
        for state in states
        if (was := sights.get(state.flight)) is not None
        and was.sight is Sight.BLIND
        and was.known_at is not None
        and state.open
        and now < at_latest(state.departure.expected)
    ]


def sight_regained(
    states: Iterable[FlightState],
    lost: Mapping[str, datetime],
    seen: Mapping[str, datetime],
    now: datetime,
) -> list[Change]:
    """Find the flights that were lost, last seen at a time, and were `seen` after that."""
    return [
        _change(state, Kind.SIGHT_REGAINED, since, now, {"seen_at": iso(seen[state.flight])})
        for state in states
        if (since := lost.get(state.flight)) is not None
        and state.flight in seen
        and seen[state.flight] > since
    ]


def _change(state: FlightState, kind: Kind, known_at: datetime, now: datetime, after: Fields) -> Change:
    """Each blindness is named by the last that was seen before it. It does not touch the ordinal."""
    lateness = state.departure.expected - state.departure.base
    return Change(
        id=f"{state.flight}/{kind}/{iso(known_at)}",
        flight=state.flight,
        kind=kind,
        at=now,
        ordinal=state.ordinal,
        before={"seen_at": iso(known_at)},
        after=after,
        severity=severity(kind, lateness),
        reason=Reason.NOT_SEEN if kind is Kind.LOST_SIGHT else Reason.SEEN_AGAIN,
        departure=ChangeEnd.of(state.departure),
        arrival=ChangeEnd.of(state.arrival),
        carrier=state.carrier,
        marketed_as=state.marketed_as,
        record=state.first_record,
    )
