"""Cancelled, diverted, reinstated: each is said at the first look and confirmed at the second."""

from dataclasses import replace

from flightagents.domain.changes import Kind, Reason
from flightagents.domain.flight import FlightState, Sighting, Status
from flightagents.domain.news import News

WORDS = (Status.CANCELLED, Status.DIVERTED)

_FIRST_LOOK = {
    Status.CANCELLED: Kind.CANCELLED_UNCONFIRMED,
    Status.DIVERTED: Kind.DIVERTED_UNCONFIRMED,
    None: Kind.REINSTATED_UNCONFIRMED,
}
_SECOND_LOOK = {
    Status.CANCELLED: Kind.CANCELLED,
    Status.DIVERTED: Kind.DIVERTED,
    None: Kind.REINSTATED,
}


def read(state: FlightState, news: News) -> FlightState:
    """Follow the feed's word for a disruption, and note an incident once."""
    state = _read_incident(state, news)
    word = _word(state, news.sighting)
    if word is not state.disruption:
        state = replace(
            state,
            disruption=word,
            disruption_confirmed=False,
            disruption_at=news.sighting.polled_at,
            disrupted_from=state.status,
        )
        _tell(_FIRST_LOOK[word], Reason.FIRST_LOOK, state, news)
    elif (
        not state.disruption_confirmed
        and _speaks_of_it(news.sighting, word)
        and news.is_second_look(state.disruption_at)
    ):
        state = replace(state, disruption_confirmed=True)
        _tell(_SECOND_LOOK[word], Reason.SECOND_LOOK, state, news)
    return state


def _word(state: FlightState, sighting: Sighting) -> Status | None:
    """Give the disruption that holds after this sighting.

    "Unknown" and "incident" say nothing about it. A diverted flight that landed did so elsewhere. "Landed"
    without any time is what the feed writes when a schedule has passed, so it takes no cancellation back,
    and a flight with a landing time is not cancelled any more.
    """
    has_landed = state.landed and state.arrival.actual is not None
    match sighting.phase:
        case Status.CANCELLED:
            return state.disruption if has_landed else Status.CANCELLED
        case Status.DIVERTED:
            return Status.DIVERTED
        case Status.SCHEDULED | Status.ACTIVE:
            return state.disruption if state.landed else None
        case Status.LANDED:
            flew = sighting.departure.actual is not None or sighting.arrival.actual is not None
            return None if flew and state.disruption is Status.CANCELLED else state.disruption
        case Status.INCIDENT | Status.UNKNOWN:
            return state.disruption


def _speaks_of_it(sighting: Sighting, word: Status | None) -> bool:
    """Tell whether this look itself says the word, so that it may confirm it."""
    if word is None:
        return sighting.phase in (Status.SCHEDULED, Status.ACTIVE, Status.LANDED)
    return sighting.phase is word


def _tell(kind: Kind, reason: Reason, state: FlightState, news: News) -> None:
    before, after = str(state.disrupted_from), str(news.sighting.phase)
    news.add(kind, {"status": before}, {"status": after}, reason)


def _read_incident(state: FlightState, news: News) -> FlightState:
    """An incident is told once: the feed does not say what it is, nor that it is over."""
    if news.sighting.phase is not Status.INCIDENT or state.incident:
        return state
    news.add(Kind.INCIDENT, {"status": str(state.status)}, {"status": "incident"}, Reason.STATUS)
    return replace(state, incident=True)
