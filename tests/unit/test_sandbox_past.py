"""A flight of the past is known as a worker would know it when all is over."""

from flightagents.domain.punctuality import counted, total
from flightagents.sandbox.day import flights_of
from flightagents.sandbox.past import ended
from tests.support.punctuality import tally


def test_a_flight_counts_as_what_became_of_it() -> None:
    day = total(slot.counts for slot in tally(counted(ended(flight)) for flight in flights_of()))
    assert (day.planned, day.known, day.cancelled, day.diverted) == (979, 979 - 180, 180, 1)
    # The data counts at the gate; whoever then taxied for more than 45 minutes is late as well.
    assert 552 <= day.late < 700
