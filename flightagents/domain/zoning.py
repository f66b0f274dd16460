"""An airport whose zone the feed names now and then: row and state are read by the same clock."""

from dataclasses import replace
from datetime import datetime

from flightagents.domain.flight import End, FlightState, SightedEnd, Sighting
from flightagents.domain.times import to_utc


def in_common_zones(state: FlightState, sighting: Sighting) -> tuple[FlightState, Sighting]:
    """Give both with the zone that either of them knows; the very objects where there is nothing to do."""
    departure = _sighted_in(sighting.departure, state.departure.zone)
    arrival = _sighted_in(sighting.arrival, state.arrival.zone)
    if departure is not sighting.departure or arrival is not sighting.arrival:
        sighting = replace(sighting, departure=departure, arrival=arrival)
    if state.departure.zone is None and (zone := sighting.departure.zone):
        state = replace(
            state,
            departure=_known_in(state.departure, zone),
            said_expected=to_utc(state.said_expected, zone),
            named_expected=_utc(state.named_expected, zone),
            returned_from=_utc(state.returned_from, zone),
            predecessor_left=_utc(state.predecessor_left, zone),
        )
    if state.arrival.zone is None and (zone := sighting.arrival.zone):
        state = replace(state, arrival=_known_in(state.arrival, zone))
    return state, sighting


def _sighted_in(end: SightedEnd, zone: str | None) -> SightedEnd:
    if end.zone is not None or zone is None:
        return end
    return replace(
        end,
        zone=zone,
        scheduled=to_utc(end.scheduled, zone),
        estimated=_utc(end.estimated, zone),
        actual=_utc(end.actual, zone),
    )


def _known_in(end: End, zone: str) -> End:
    return replace(
        end,
        zone=zone,
        base=to_utc(end.base, zone),
        scheduled=to_utc(end.scheduled, zone),
        expected=to_utc(end.expected, zone),
        actual=_utc(end.actual, zone),
    )


def _utc(local: datetime | None, zone: str) -> datetime | None:
    return None if local is None else to_utc(local, zone)
