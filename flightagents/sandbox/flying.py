"""The feed's story of a flight from take-off on: runway times, a better estimate on the way, the landing."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from flightagents.sandbox.day import Flight
from flightagents.sandbox.plot import MINUTE, SECOND, Plot, delay_or_null, part
from flightagents.sandbox.steps import Steps
from flightagents.sandbox.twists import After

# Rows whose arrival delay says what the departure's was, whatever the estimate says (fact 6).
_CONTRADICTS = 0.05


def flying(plot: Plot, flight: Flight, after: After, rng: Random, look: timedelta) -> Plot:
    """Continue a plot with what the feed learns in the air; `look` is how long it errs for one look."""
    if flight.off is None or after is After.STAYS_SCHEDULED or plot.status.last == "incident":
        return plot
    on = flight.on or flight.off + (flight.scheduled_arrival - flight.scheduled_departure)
    # The feed is some minutes behind the runway.
    seen_off = flight.off + rng.randint(60, 480) * SECOND
    seen_on = max(on, seen_off) + rng.randint(60, 600) * SECOND
    plot = replace(
        plot,
        status=Steps(
            plot.status.first,
            [*plot.status.until(seen_off), *_statuses(after, seen_off, seen_on, look)],
        ),
    )
    if after is After.LANDS_WITHOUT_TIMES:
        return plot
    plot = _approaching(_off_the_ground(plot, seen_off, flight.off), flight, seen_off, on, rng)
    if plot.status.last == "landed":
        plot = replace(plot, on=Steps(None, [(seen_on, on)]))
    return plot


def _statuses(
    after: After, seen_off: datetime, seen_on: datetime, look: timedelta
) -> list[tuple[datetime, str]]:
    half_way = seen_off + part(seen_on - seen_off, 0.5)
    active, landed = (seen_off, "active"), (seen_on, "landed")
    back = seen_off + 12 * MINUTE
    told = {
        After.SKIPS_ACTIVE: [landed],
        After.SLOW: [(half_way, "active"), landed],
        After.FLIPS_BACK: [active, (half_way, "scheduled"), (half_way + look, "active"), landed],
        After.RETURNS_TO_GATE: [active, (back, "scheduled"), (back + 45 * MINUTE, "active")],
        After.DIVERTED: [active, (half_way, "diverted")],
        After.STAYS_ACTIVE: [active],
        After.UNKNOWN: [(seen_off, "unknown"), (seen_off + look, "active"), landed],
    }
    return told.get(after, [active, landed])


def _off_the_ground(plot: Plot, seen_off: datetime, off: datetime) -> Plot:
    """Give the runway time; from now on the delay counts to the runway, taxiing and all (fact 5)."""
    late = delay_or_null(off - plot.departure.last)
    return replace(
        plot,
        off=Steps(None, [(seen_off, off)]),
        delay=Steps(None, [*plot.delay.until(seen_off), (seen_off, late)]),
    )


def _approaching(plot: Plot, flight: Flight, seen_off: datetime, on: datetime, rng: Random) -> Plot:
    """Give an estimated arrival that gets better on the way, as rows since 2025 do (fact 4)."""
    departed_late = flight.delay or timedelta()
    first = flight.scheduled_arrival + departed_late
    second = (first + part(on - first, rng.uniform(0.4, 0.8))).replace(second=0)
    third = on + rng.randint(-3, 3) * MINUTE
    way = max(on - seen_off, 4 * MINUTE)
    estimates = [(seen_off, first), (seen_off + part(way, 0.4), second), (seen_off + part(way, 0.8), third)]
    contradicts = rng.random() < _CONTRADICTS
    planned = plot.arrival.last
    return replace(
        plot,
        estimated_on=Steps(None, estimates),
        arrival_delay=Steps(
            None,
            [
                (at, delay_or_null(departed_late if contradicts else estimate - planned))
                for at, estimate in estimates
            ],
        ),
    )
