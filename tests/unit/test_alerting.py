"""Whether a person has to be told: against what that person was last told, not against the last change."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightagents.domain.alerting import (
    MOST_LATER,
    NOTHING,
    Current,
    Decision,
    Told,
    expires_at,
    needs_update,
    reach,
    rung,
    time_to_tell,
)
from flightagents.domain.bookings import Channel
from flightagents.domain.flight import FlightState, Status
from flightagents.domain.notifications import Notification, State, told_by
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tracking import advance
from tests.support.messages import notice
from tests.support.rows import MINUTE, NOON, row, run_of

BASE = datetime(2026, 11, 22, 14, 35, tzinfo=UTC)
HOUR = timedelta(hours=1)
ON_TIME, _ = advance(None, run_of([row()])[0])


def late(minutes: float = 0, **differs: Any) -> Current:  # noqa: ANN401 - any field of the state
    """BA117 this many minutes behind its base, as a change has just said."""
    expected = BASE + minutes * MINUTE
    departure = replace(ON_TIME.departure, expected=expected)
    fields = {"departure": departure, "said_expected": expected, **differs}
    return Current(state=replace(ON_TIME, **fields), base=BASE)


def cancelled(*, confirmed: bool = True, **differs: Any) -> Current:  # noqa: ANN401
    return late(disruption=Status.CANCELLED, disruption_confirmed=confirmed, disruption_at=NOON, **differs)


def told(minutes: float, **differs: Any) -> Told:  # noqa: ANN401 - any field
    return Told(expected=BASE + minutes * MINUTE, **differs)


def decided(known: Told, current: Current, now: datetime = NOON) -> Said | Reason:
    """Give what is to be said now, or why nothing is."""
    decision = needs_update(known, current, now)
    return decision.said if decision.tell and decision.said else decision.reason


# Later


@pytest.mark.parametrize(
    ("minutes", "reached"),
    [
        (-600, 0),
        (0, 0),
        (29, 0),
        (30, 1),
        (59, 1),
        (60, 2),
        (119, 2),
        (120, 3),
        (179, 3),
        (180, 4),
        (239, 4),
        (240, 5),
        (299, 5),
        (300, 6),
        (1440, 25),
    ],
)
def test_the_rungs_are_30_60_120_180_minutes_and_each_hour_after(minutes: int, reached: int) -> None:
    assert rung(minutes * MINUTE) == reached


def test_a_delay_of_30_minutes_is_told_and_of_29_is_not() -> None:
    assert decided(NOTHING, late(30)) is Said.LATER
    assert decided(NOTHING, late(29)) is Reason.NOT_MATERIAL


def test_one_minute_more_is_not_told() -> None:
    assert decided(told(30), late(31)) is Reason.NOT_MATERIAL
    assert decided(told(30), late(59)) is Reason.NOT_MATERIAL


def test_the_next_rung_is_told_also_where_it_is_one_minute_more() -> None:
    assert decided(told(59), late(60)) is Said.LATER


def test_rungs_that_were_jumped_over_are_not_made_up_for() -> None:
    assert decided(told(150), late(179)) is Reason.NOT_MATERIAL
    assert decided(told(150), late(180)) is Said.LATER


def test_a_fifth_later_is_too_much() -> None:
    assert decided(told(180, later=3), late(240)) is Said.LATER
    assert decided(told(180, later=4), late(240)) is Reason.RATE_LIMIT


def test_a_flight_on_time_is_no_news() -> None:
    assert decided(NOTHING, late(0)) is Reason.NOT_MATERIAL


# Earlier


def test_ten_minutes_earlier_than_told_is_told() -> None:
    named = BASE + 60 * MINUTE
    assert decided(told(60), late(50, named_expected=named)) is Said.EARLIER
    assert decided(told(60), late(51, named_expected=named)) is Reason.NOT_MATERIAL


def test_nobody_is_left_with_a_later_time_than_the_state_knows_of_however_small_the_step() -> None:
    assert decided(told(60), late(59)) is Said.EARLIER
    assert decided(told(60), late(58, named_expected=BASE + 59 * MINUTE)) is Said.EARLIER
    assert decided(told(60), late(60)) is Reason.NOT_MATERIAL


def test_earlier_is_never_capped() -> None:
    assert decided(told(240, later=9), late(180)) is Said.EARLIER


def test_a_flight_ahead_of_what_was_promised_is_told() -> None:
    assert decided(NOTHING, late(-10)) is Said.EARLIER
    assert decided(NOTHING, late(-9)) is Reason.NOT_MATERIAL


def test_whoever_was_told_that_it_leaves_earlier_hears_when_that_is_taken_back() -> None:
    assert decided(told(-30), late(0)) is Said.ALL_CLEAR


def test_after_earlier_a_delay_counts_from_the_base_again() -> None:
    assert decided(told(-30), late(29)) is Reason.NOT_MATERIAL
    assert decided(told(-30), late(30)) is Said.LATER


# All clear


def test_back_within_a_quarter_of_an_hour_is_the_all_clear() -> None:
    assert decided(told(45), late(14)) is Said.ALL_CLEAR
    assert decided(told(45), late(-14)) is Said.ALL_CLEAR
    assert decided(told(45), late(15)) is Said.EARLIER


def test_whoever_was_told_nothing_gets_no_all_clear() -> None:
    assert decided(NOTHING, late(0)) is Reason.NOT_MATERIAL


def test_after_the_all_clear_a_new_delay_is_news_again() -> None:
    assert decided(told(0, later=1), late(30)) is Said.LATER


def test_the_all_clear_names_the_expected_time_where_a_delay_leads_to_the_ticketed_one() -> None:
    later_ticket = replace(late(60), base=BASE + 60 * MINUTE)
    assert decided(told(100), later_ticket) is Said.ALL_CLEAR
    assert time_to_tell(Said.ALL_CLEAR, later_ticket) == BASE + 60 * MINUTE
    assert time_to_tell(Said.ALL_CLEAR, late(14)) == BASE


# Cancelled and reinstated


def test_a_confirmed_cancellation_is_told_at_once_and_once() -> None:
    decision = needs_update(NOTHING, cancelled(), NOON)
    assert decision == Decision(tell=True, reason=Reason.NEWS, said=Said.CANCELLED)
    assert decided(Told(cancelled=True), cancelled()) is Reason.DUPLICATE


def test_a_cancellation_seen_once_is_told_after_ten_minutes() -> None:
    decision = needs_update(NOTHING, cancelled(confirmed=False), NOON)
    assert decision.said is Said.CANCELLED
    assert decision.not_before == NOON + 10 * MINUTE
    assert decision.reason is Reason.WAITS_FOR_SECOND_LOOK


def test_a_cancellation_that_is_withdrawn_before_it_was_told_is_no_news() -> None:
    assert decided(NOTHING, late(0, disrupted_from=Status.CANCELLED)) is Reason.NOT_MATERIAL


def test_whoever_was_told_that_it_is_cancelled_hears_that_it_flies_after_all() -> None:
    back = {"disrupted_from": Status.CANCELLED, "disruption": None}
    assert decided(told(0, cancelled=True), late(0, **back)) is Said.REINSTATED
    first_look = late(0, **back, disruption_confirmed=False)
    assert decided(told(0, cancelled=True), first_look) is Reason.WAITS_FOR_SECOND_LOOK


def test_that_it_was_reinstated_is_told_with_a_delay_in_one() -> None:
    assert decided(told(0, cancelled=True), late(90, disrupted_from=Status.CANCELLED)) is Said.REINSTATED


def test_a_cancelled_flight_tells_no_delay_and_no_gate() -> None:
    current = replace(cancelled(), gate_from="A1")
    assert decided(Told(cancelled=True), current) is Reason.DUPLICATE
    assert decided(told(30, cancelled=True), replace(current, state=late(200).state)) is Said.REINSTATED


def test_a_flight_that_left_though_it_was_called_cancelled_tells_nothing_any_more() -> None:
    assert decided(told(0, cancelled=True), late(0, departed=True)) is Reason.DEPARTED


# Diverted


def test_a_diversion_is_told_at_the_second_look_and_once() -> None:
    first = late(0, disruption=Status.DIVERTED, disruption_confirmed=False, disruption_at=NOON)
    assert decided(NOTHING, first) is Reason.WAITS_FOR_SECOND_LOOK
    second = late(0, disruption=Status.DIVERTED, departed=True)
    assert decided(NOTHING, second) is Said.DIVERTED
    assert decided(Told(diverted=True), second) is Reason.DUPLICATE


def test_landing_does_not_end_a_diversion() -> None:
    assert decided(NOTHING, late(0, disruption=Status.DIVERTED, departed=True, landed=True)) is Said.DIVERTED


def test_a_diversion_that_is_taken_back_is_told_also_in_the_air() -> None:
    assert decided(Told(diverted=True), late(0, departed=True)) is Said.REINSTATED


def test_a_diverted_flight_that_is_then_cancelled_is_told_so() -> None:
    assert decided(Told(diverted=True), cancelled()) is Said.CANCELLED


# What inhibits, and until when


@pytest.mark.parametrize("gone", [{"departed": True}, {"landed": True}])
def test_after_departure_no_delay_is_told(gone: dict[str, bool]) -> None:
    assert decided(NOTHING, late(90, **gone)) is Reason.DEPARTED
    assert decided(told(90), late(0, **gone)) is Reason.DEPARTED


def test_after_departure_a_cancellation_is_still_told() -> None:
    assert decided(NOTHING, cancelled(departed=True)) is Said.CANCELLED


@pytest.mark.parametrize(
    ("current", "keep"),
    [
        (late(90), 2 * HOUR),
        (cancelled(), 24 * HOUR),
        (late(90, disrupted_from=Status.CANCELLED), 24 * HOUR),
    ],
    ids=["a time", "cancelled", "reinstated"],
)
def test_a_message_makes_sense_for_a_while_after_the_expected_departure(
    current: Current, keep: timedelta
) -> None:
    end = current.expected + keep
    told = Told(expected=current.expected + 20 * MINUTE)
    assert expires_at(current) == end
    assert decided(told, current, end) is not Reason.EXPIRED
    assert decided(told, current, end + MINUTE) is Reason.EXPIRED


def test_a_schedule_that_flaps_stops_putting_people_off() -> None:
    """They believe in the earlier time then, and miss nothing."""
    spent = Told(expected=late(0).expected - 20 * MINUTE, later=MOST_LATER)
    assert decided(spent, late(0), NOON) is Reason.RATE_LIMIT
    assert decided(replace(spent, later=MOST_LATER - 1), late(0), NOON) is Said.ALL_CLEAR
    assert decided(replace(spent, expected=late(60).expected), late(0), NOON) is Said.ALL_CLEAR


@pytest.mark.parametrize(
    "diverted",
    [{"disruption": Status.DIVERTED}, {"disrupted_from": Status.DIVERTED}],
    ids=["diverted", "not"],
)
def test_a_diversion_and_its_end_make_sense_until_long_after_the_arrival(diverted: dict[str, Status]) -> None:
    """Singapore to Newark takes 18 hours."""
    lands = replace(ON_TIME.arrival, expected=BASE + 18 * HOUR)
    current = late(0, departed=True, arrival=lands, **diverted)
    known = Told(diverted="disruption" not in diverted)
    said = Said.REINSTATED if known.diverted else Said.DIVERTED
    assert decided(known, current, BASE + 17 * HOUR) is said
    assert expires_at(current) == BASE + 30 * HOUR
    assert decided(known, current, BASE + 31 * HOUR) is Reason.EXPIRED


def test_that_it_is_later_is_no_news_where_that_time_has_passed_too() -> None:
    current = late(45)
    assert decided(NOTHING, current, current.expected - MINUTE) is Said.LATER
    assert decided(NOTHING, current, current.expected) is Reason.EXPIRED


def test_it_expires_by_the_schedule_where_that_is_later() -> None:
    current = late(0)
    retimed = replace(current.state.departure, scheduled=BASE + 3 * HOUR)
    assert expires_at(replace(current, state=replace(current.state, departure=retimed))) == BASE + 5 * HOUR


# Ticketed time


def test_a_ticketed_time_is_the_base() -> None:
    earlier_ticket = replace(late(0), base=BASE - 40 * MINUTE)
    assert decided(NOTHING, earlier_ticket) is Said.LATER
    later_ticket = replace(late(0), base=BASE + 40 * MINUTE)
    assert decided(NOTHING, later_ticket) is Said.EARLIER


# Airports without a zone


def naive(minutes: int) -> Current:
    local = ON_TIME.departure.base.replace(tzinfo=None)
    end = replace(
        ON_TIME.departure, zone=None, base=local, scheduled=local, expected=local + minutes * MINUTE
    )
    return Current(state=replace(ON_TIME, departure=end, said_expected=end.expected), base=local)


def test_without_a_zone_times_are_compared_as_they_are() -> None:
    assert decided(NOTHING, naive(45)) is Said.LATER
    known = Told(expected=naive(45).expected)
    assert decided(known, naive(46)) is Reason.NOT_MATERIAL
    assert decided(known, naive(0)) is Said.ALL_CLEAR


def test_without_a_zone_it_expires_when_it_must_be_over_anywhere() -> None:
    assert expires_at(naive(0)) == BASE + 14 * HOUR + 2 * HOUR


# Gate and terminal


def moved(gate: str = "B2", gate_from: str | None = "A1", minutes: float = 0) -> Current:
    current = late(minutes)
    departure = replace(current.state.departure, gate=gate)
    return replace(current, state=replace(current.state, departure=departure), gate_from=gate_from)


def test_another_gate_is_told_once() -> None:
    assert decided(NOTHING, moved()) is Said.GATE
    assert decided(Told(gate="B2"), moved()) is Reason.NOT_MATERIAL
    assert decided(NOTHING, moved(gate_from=None)) is Reason.NOT_MATERIAL


def test_a_gate_counts_from_the_one_that_was_told_however_the_feed_spells_it() -> None:
    assert decided(Told(gate="B2"), moved("C3")) is Said.GATE
    assert decided(Told(gate="B02"), moved("B2", None)) is Reason.NOT_MATERIAL


def test_a_gate_that_is_back_where_it_was_is_no_news() -> None:
    assert decided(NOTHING, moved("A1")) is Reason.NOT_MATERIAL


def test_another_terminal_is_told_once() -> None:
    current = late(0)
    departure = replace(current.state.departure, terminal="5")
    current = replace(current, state=replace(current.state, departure=departure), terminal_from="3")
    assert decided(NOTHING, current) is Said.TERMINAL
    assert decided(Told(terminal="T5"), current) is Reason.NOT_MATERIAL


def test_a_time_comes_before_a_gate() -> None:
    assert decided(NOTHING, moved(minutes=45)) is Said.LATER


# By which channel


def sms(said: Said, current: Current, now: datetime = NOON - 6 * HOUR) -> bool:
    return reach(Channel.SMS, said, current, now) == now


@pytest.mark.parametrize("said", list(Said))
def test_email_carries_everything(said: Said) -> None:
    now = NOON - 100 * HOUR
    assert reach(Channel.EMAIL, said, late(30), now) == now


@pytest.mark.parametrize("said", [Said.GATE, Said.TERMINAL])
def test_gate_and_terminal_go_by_email_alone(said: Said) -> None:
    assert reach(Channel.SMS, said, late(0), NOON) is None


def test_a_delay_goes_by_sms_from_an_hour_on_or_soon_before_departure() -> None:
    assert not sms(Said.LATER, late(59))
    assert sms(Said.LATER, late(60))
    expected = BASE + 30 * MINUTE
    assert reach(Channel.SMS, Said.LATER, late(30), NOON - 6 * HOUR) == expected - 4 * HOUR
    assert sms(Said.LATER, late(30), expected - 4 * HOUR)


@pytest.mark.parametrize(
    "said", [Said.EARLIER, Said.ALL_CLEAR, Said.CANCELLED, Said.REINSTATED, Said.DIVERTED]
)
def test_what_is_urgent_goes_by_sms_at_any_time(said: Said) -> None:
    assert sms(said, late(0), NOON - 100 * HOUR)


# What a person knows


def a_row(said: Said, ordinal: int, **differs: Any) -> Notification:  # noqa: ANN401 - any field
    said_of = differs.pop("of", {})
    usual = Notification(
        id=f"{ordinal}",
        flight=ON_TIME.flight,
        ordinal=ordinal,
        booking="b",
        channel=Channel.EMAIL,
        address_key="a",
        said=said,
        notice=notice(said, new=BASE + ordinal * MINUTE, **said_of),
        created_at=NOON,
        expires_at=BASE,
        state=State.ACCEPTED,
    )
    return replace(usual, **differs)


def test_nobody_knows_anything_from_the_start() -> None:
    assert told_by([]) == NOTHING


@pytest.mark.parametrize("state", list(State))
def test_told_is_what_was_or_may_have_been_received(state: State) -> None:
    known = told_by([a_row(Said.LATER, 45, state=state)])
    received = state in (State.SENDING, State.UNCERTAIN, State.ACCEPTED, State.DELIVERED)
    assert (known != NOTHING) is received


def test_what_was_sent_again_without_evidence_counts_however_it_ended() -> None:
    assert told_by([a_row(Said.LATER, 45, state=State.EXPIRED, maybe_twice=True)]) != NOTHING


def test_the_last_row_counts_and_each_later_is_counted() -> None:
    rows = [a_row(Said.LATER, 30), a_row(Said.EARLIER, 40), a_row(Said.LATER, 60)]
    assert told_by(rows) == told(60, later=2, put_off=True)


def test_one_news_on_two_channels_counts_once() -> None:
    rows = [a_row(Said.LATER, 45), a_row(Said.LATER, 45, id="sms", channel=Channel.SMS)]
    assert told_by(rows).later == 1


def test_a_cancellation_holds_until_it_is_taken_back() -> None:
    before = [a_row(Said.LATER, 45), a_row(Said.CANCELLED, 50)]
    assert told_by(before) == told(45, later=1, cancelled=True)
    assert told_by([*before, a_row(Said.REINSTATED, 60)]) == told(60, later=1)
    assert told_by([*before, a_row(Said.DIVERTED, 60)]).diverted
    assert not told_by([*before, a_row(Said.DIVERTED, 60)]).cancelled


def test_gate_and_terminal_are_known_from_emails_whatever_they_were_about() -> None:
    gate, terminal = {"gate_from": "A1", "gate": "B2"}, {"terminal_from": "3", "terminal": "5"}
    assert told_by([a_row(Said.GATE, 45, of=gate)]) == Told(gate="B2")
    assert told_by([a_row(Said.TERMINAL, 45, of=terminal)]) == Told(terminal="5")
    assert told_by([a_row(Said.LATER, 45, of=gate | terminal)]) == told(
        45, later=1, gate="B2", terminal="5", put_off=True
    )
    assert told_by([a_row(Said.LATER, 45, of=gate, channel=Channel.SMS)]) == told(45, later=1, put_off=True)


def test_a_row_of_a_forgotten_person_says_nothing() -> None:
    assert told_by([a_row(Said.LATER, 45, notice=None)]).expected is None


# Properties: a traveller on a flight whose delay goes up and down


@dataclass
class Traveller:
    """Hears what there is to hear of BA117, as the feed shows it look after look."""

    state: FlightState | None = None
    rows: list[Notification] = field(default_factory=list)
    looks: int = 0

    def look(self, delay: int | None, status: str = "scheduled") -> Decision | None:
        """Give the decision; None where the flight's state has nothing new."""
        self.looks += 1
        before, now = self.state, NOON + self.looks * 61 * timedelta(seconds=1)
        (record,) = run_of([row(delay=delay, status=status)], self.looks, now)
        self.state, changes = advance(before, record)
        return self.decide(now) if changes else None

    def decide(self, now: datetime) -> Decision:
        assert self.state is not None
        current = Current(state=self.state, base=self.state.departure.base)
        decision = needs_update(self.told, current, now)
        if decision.tell and decision.said and (decision.not_before is None or decision.not_before <= now):
            heard = notice(decision.said, new=time_to_tell(decision.said, current))
            ordinal = self.state.ordinal
            self.rows.append(a_row(decision.said, ordinal, notice=heard, id=str(len(self.rows))))
        return decision

    @property
    def told(self) -> Told:
        return told_by(self.rows)

    @property
    def heard(self) -> list[Said]:
        return [each.said for each in self.rows]


DELAYS = st.one_of(st.none(), st.integers(-30, 400))
LOOKS = st.lists(
    st.tuples(DELAYS, st.sampled_from(["scheduled"] * 6 + ["cancelled"])), min_size=1, max_size=25
)
THOROUGH = settings(max_examples=150, deadline=None)


@THOROUGH
@given(LOOKS)
def test_telling_the_same_state_again_gives_nothing(looks: list[tuple[int | None, str]]) -> None:
    traveller = Traveller()
    for delay, status in looks:
        traveller.look(delay, status)
        before = list(traveller.rows)
        now = NOON + traveller.looks * 61 * timedelta(seconds=1)
        for _ in range(2):
            traveller.decide(now)
        assert len(traveller.rows) <= len(before) + 1  # a state that brought no change may be told late
        rows = list(traveller.rows)
        traveller.decide(now)
        assert traveller.rows == rows


@THOROUGH
@given(st.integers(0, 60), st.integers(1, 10), st.integers(1, 40))
def test_a_creeping_delay_gives_at_most_four_later_and_any_earlier_time_is_told_at_once(
    start: int, step: int, polls: int
) -> None:
    traveller = Traveller()
    traveller.look(None)
    for poll in range(polls):
        traveller.look(start + poll * step)
    assert set(traveller.heard) <= {Said.LATER}
    assert len(traveller.heard) <= 4
    believed = traveller.told.expected
    if believed is not None:
        minutes = int((believed - BASE) / MINUTE)
        traveller.look(minutes - 10)
        assert traveller.heard[-1] in (Said.EARLIER, Said.ALL_CLEAR)
        assert traveller.told.expected == believed - 10 * MINUTE


@THOROUGH
@given(st.lists(st.integers(-30, 400), min_size=1, max_size=40))
def test_nobody_believes_in_a_time_that_is_ten_minutes_after_the_truth(delays: list[int]) -> None:
    """Who comes too early waits; who comes too late has missed the flight."""
    traveller = Traveller()
    traveller.look(None)
    for delay in delays:
        traveller.look(delay)
        assert traveller.state is not None
        believed = traveller.told.expected or BASE
        assert believed - traveller.state.departure.expected < 10 * MINUTE
    assert traveller.heard.count(Said.LATER) <= 4


@pytest.mark.parametrize(("first", "heard"), [(30, [Said.LATER]), (45, [Said.LATER, Said.EARLIER])])
def test_a_delay_that_flaps_is_told_once_each_way(first: int, heard: list[Said]) -> None:
    traveller = Traveller()
    traveller.look(None)
    for delay in [first, *[45, 30] * 10]:
        traveller.look(delay)
    assert traveller.heard == heard


def test_a_cancellation_that_flaps_is_confirmed_before_anybody_hears() -> None:
    traveller = Traveller()
    traveller.look(None)
    for status in ("cancelled", "scheduled") * 5:
        traveller.look(None, status)
    assert traveller.heard == []
    for status in ("cancelled", "cancelled", "scheduled", "scheduled"):
        traveller.look(None, status)
    assert traveller.heard == [Said.CANCELLED, Said.REINSTATED]
