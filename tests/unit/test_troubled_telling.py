"""Whatever providers do meanwhile: once they work again each address believes the truth, and all rests."""

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flightagents.domain.delivery import Found, Outcome, Retry, Uncertain
from flightagents.domain.flight import FlightState
from flightagents.domain.said import PLACES, Said
from flightagents.handlers.waiting import LookAtWaiting
from tests.support.agency import BA117, Agency
from tests.support.desk import FakeChannel
from tests.support.due import BOTH
from tests.support.rows import MINUTE, row

TROUBLE: st.SearchStrategy[list[Outcome]] = st.one_of(
    st.just([]),
    st.integers(1, 2).map(lambda times: [Retry("421")] * times),
    st.just([Uncertain("no answer")]),
)
ANSWERS: st.SearchStrategy[list[Found]] = st.one_of(
    st.just([]), st.sampled_from(list(Found)).map(lambda each: [each])
)
LOOKS = st.fixed_dictionaries(
    {
        "departs": st.sampled_from(["14:35", "14:35", "14:35", "14:20", "14:49", "15:35"]),
        "delay": st.sampled_from([None, 9, 20, 30, 45, 60, 75, 90, 120, 180]),
        "status": st.sampled_from(["scheduled"] * 5 + ["cancelled"]),
        "departure": st.sampled_from(["A1", "B2", "C3"]).map(lambda gate: {"gate": gate}),
    }
)
STEPS = st.tuples(LOOKS, st.integers(1, 4), TROUBLE, TROUBLE, ANSWERS)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(steps=st.lists(STEPS, min_size=2, max_size=8))
async def test_in_the_end_each_address_believes_the_truth(
    steps: list[tuple[dict[str, Any], int, list[Outcome], list[Outcome], list[Found]]],
) -> None:
    agency = Agency()
    agency.clock.time = agency.clock.time.replace(hour=6)
    await agency.books(BOTH)
    look = LookAtWaiting(agency.ledger, agency.clock, down=agency.worker.sender.down)
    for words, times, email, sms, answers in steps:
        agency.email.outcomes, agency.sms.outcomes = list(email), list(sms)
        agency.email.answers, agency.sms.answers = list(answers), list(answers)
        for _ in range(times):
            await agency.shows(row(**words))
            await agency.delivers()
            await look()
            await agency.worker.settle()
    for channel in (agency.email, agency.sms):
        channel.outcomes, channel.answers = [], []
    for _ in range(4):
        await agency.shows(row(**words))
        await agency.delivers()
    for _ in range(25):
        agency.wait(2 * MINUTE)
        await agency.delivers()
        await look()
        await agency.worker.settle()
    state = agency._states[BA117]
    for channel in (agency.email, agency.sms):
        believed = belief(agency, channel)
        assert is_true(believed, state), f"{channel.channel} believes {believed}: {agency.told}"


def belief(agency: Agency, channel: FakeChannel) -> Said | datetime | None:
    """Give what an address was told last: a departure, or that there is none."""
    rows = {each.id: each for each in agency.rows}
    told = [rows[each.row] for each in channel.arrived if rows[each.row].said not in PLACES]
    if not told or told[-1].notice is None:
        return None
    return Said.CANCELLED if told[-1].said is Said.CANCELLED else told[-1].notice.new


def is_true(believed: Said | datetime | None, state: FlightState) -> bool:
    """Whoever believes in a later departure misses it; an earlier one, or none told, is on the safe side."""
    if state.disruption is not None:
        return believed is Said.CANCELLED or not state.disruption_confirmed
    if isinstance(believed, datetime):
        return believed - state.departure.expected < 10 * MINUTE
    return believed is None
