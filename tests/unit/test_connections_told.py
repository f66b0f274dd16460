"""Whoever may miss the next flight hears of it, once for each turn, and staff get a task."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from flightagents.domain.bookings import Channel, SegmentStatus
from flightagents.domain.connections import MinimumTimes
from flightagents.domain.delivery import Rejected
from flightagents.domain.holding import Holding, Policies, QuietHours
from flightagents.domain.moves import watch
from flightagents.domain.notifications import Silence, State
from flightagents.domain.reasons import Reason
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.handlers.decide import Manner
from flightagents.handlers.verdicts import SetAside
from tests.support.agency import BA117, SECOND, Agency
from tests.support.connecting import (
    MISSED,
    ONWARD,
    RISK,
    SAFE,
    TO_MADRID,
    about_connections,
    is_late,
    itineraries_of,
    onward,
    said,
)
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import DAY, MINUTE, row
from tests.support.travellers import booking, segment

HOUR = timedelta(hours=1)
NEXT_DAY = DAY + timedelta(days=1)


async def at_rest(agency: Agency, *rows: dict[str, Any]) -> None:
    await agency.books(TO_MADRID)
    await agency.shows(row(), *(rows or [onward()]))


# What is told


async def test_a_late_flight_puts_the_next_one_at_risk() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 60)
    assert said(agency) == said(agency, Channel.SMS) == [RISK]
    told = about_connections(agency)[0].notice
    assert told is not None
    assert told.onward is not None
    assert (told.flight, told.designator) == (BA117, "BA117")
    assert (told.onward.designator, told.onward.departure, told.onward.arrival) == ("AA100", "JFK", "MAD")
    assert told.onward.arrives == datetime.fromisoformat("2026-11-22T23:35Z")
    assert told.onward.leaves == datetime.fromisoformat("2026-11-23T00:35Z")
    assert (told.onward.zone, told.onward.protected) == ("America/New_York", True)


async def test_each_turn_is_told_once_however_long_it_creeps() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 60, 70, 80, 90, 115, 130, 150, 20, 0)
    assert said(agency) == said(agency, Channel.SMS) == [RISK, MISSED, SAFE]


async def test_that_it_is_safe_is_not_the_last_word_on_one_that_is_missed_after_all() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 60, 110, 0, 110, 120)
    assert said(agency) == said(agency, Channel.SMS) == [RISK, MISSED, SAFE, MISSED]
    for _ in range(3):
        await is_late(agency, 0, 60, 110)
    told = [RISK, MISSED, SAFE, MISSED, SAFE, MISSED]
    assert said(agency) == said(agency, Channel.SMS) == told
    assert [each.state for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [TaskState.OPEN]


async def test_that_it_is_missed_again_is_called_out_where_no_message_arrives() -> None:
    agency = Agency()
    await agency.books(replace(TO_MADRID, phone=None, channels=(Channel.EMAIL,)))
    await agency.shows(row(), onward())
    await is_late(agency, 110, 0)
    agency.email.outcomes = [Rejected("RCPT 550 5.1.1")] * 2
    await is_late(agency, 110)
    summaries = [task.summary for task in agency.tasks.of_kind(TaskKind.CALL)]
    assert len([each for each in summaries if "misses the connection to AA100" in each]) == 1


async def test_a_second_turn_that_is_withdrawn_unsent_is_decided_anew() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 110, 0)
    await agency.shows(row(delay=110), onward())
    await agency.shows(row(delay=0), onward())
    await agency.delivers()
    assert said(agency) == [MISSED, SAFE]
    await is_late(agency, 110)
    assert said(agency) == said(agency, Channel.SMS) == [MISSED, SAFE, MISSED]


async def test_an_onward_flight_that_leaves_later_makes_it_safe_again() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 60)
    await agency.shows(row(delay=60), onward(60))
    await agency.delivers()
    assert said(agency) == [RISK, SAFE]


async def test_an_onward_flight_that_is_retimed_earlier_is_missed() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(), onward(departs="17:45"))
    await agency.delivers()
    assert said(agency) == [MISSED]


async def test_an_onward_flight_that_was_retimed_before_it_was_first_seen_is_missed() -> None:
    agency = Agency()
    await at_rest(agency, onward(departs="17:20"))
    await agency.delivers()
    assert said(agency) == [MISSED]
    assert [each.state for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [TaskState.OPEN]


async def test_a_ticketed_flight_that_the_feed_does_not_have_yet_counts() -> None:
    agency = Agency()
    ticketed = segment("AA100", departure="JFK", arrival="MAD", ticketed=datetime.combine(DAY, time(19, 35)))
    await agency.books(booking(segment("BA117"), ticketed, protected=True))
    await agency.shows(row())
    await agency.shows(row(delay=60))
    await agency.delivers()
    assert said(agency) == [RISK]
    await agency.shows(row(delay=60), onward(60))
    await agency.delivers()
    assert said(agency) == [RISK, SAFE]


async def test_without_route_and_time_nobody_knows_of_a_flight_that_the_feed_does_not_have() -> None:
    agency = Agency()
    await agency.books(TO_MADRID)
    await agency.shows(row())
    await agency.shows(row(delay=300))
    assert about_connections(agency) == []


async def test_the_ticketed_time_of_the_first_flight_says_when_it_was_to_arrive() -> None:
    """It was retimed by an hour before the feed showed it: the two hours at JFK were sold, not one."""
    agency = Agency()
    ticketed = segment("BA117", ticketed=datetime.combine(DAY, time(13, 35)))
    await agency.books(booking(ticketed, ONWARD, protected=True))
    await agency.shows(row(), onward(departs="18:35"))
    await agency.delivers()
    assert said(agency) == [RISK]


async def test_a_flight_that_leaves_after_midnight_is_the_next_one_too() -> None:
    agency = Agency()
    after_midnight = segment("AA100", flight_date=NEXT_DAY)
    await agency.books(booking(segment("BA117"), after_midnight, protected=True))
    shown = onward(day=NEXT_DAY, departs="00:30", arrives="13:30")
    await agency.shows(row(), shown)
    await agency.shows(row(delay=360), shown)
    await agency.delivers()
    assert said(agency) == [RISK]


async def test_only_the_connection_that_suffers_is_told() -> None:
    agency = Agency()
    far = segment("IB3", flight_date=NEXT_DAY)
    await agency.books(booking(segment("BA117"), segment("AA100"), far, protected=True))
    last = row("IB3", route="MAD-AKL", day=NEXT_DAY, departs="10:35", arrives="2026-11-25T00:05")
    await agency.shows(row(), onward(), last)
    await agency.shows(row(), onward(60), last)
    await agency.delivers()
    (told,) = about_connections(agency)
    assert (told.flight, told.said) == ("AA100|2026-11-22|JFK|MAD", RISK)


async def test_a_flight_that_goes_on_under_the_same_number_is_no_connection() -> None:
    agency = Agency()
    await agency.books(booking(segment("BA117", departure="LHR", arrival="MAD"), protected=True))
    goes_on = row(route="JFK-MAD", departs="18:35", arrives="2026-11-23T07:35")
    await agency.shows(row(), goes_on)
    await agency.shows(row(delay=120), goes_on)
    assert about_connections(agency) == []


async def test_in_the_air_it_is_still_told() -> None:
    agency = Agency()
    await at_rest(agency)
    flying = row(status="active", took_off="14:50", arrival={"estimated": "2026-11-22T18:40:00+00:00"})
    await agency.shows(flying, onward())
    await agency.delivers()
    assert said(agency) == [RISK]


async def test_separate_tickets_are_at_risk_sooner() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.books(booking(segment("BA117"), ONWARD, email="ben@example.com"))
    await is_late(agency, 30)
    assert [each.booking for each in about_connections(agency)] == ["ABC123|ben@example.com"]


async def test_the_airports_own_minimum_counts() -> None:
    agency = Agency(minimums=MinimumTimes.parse("JFK=30/50"))
    await at_rest(agency)
    await is_late(agency, 60)
    assert said(agency) == []


async def test_a_booking_that_comes_when_it_is_missed_already_hears_of_it() -> None:
    agency = Agency()
    await agency.shows(row(), onward())
    await agency.shows(row(delay=120), onward())
    await agency.books(TO_MADRID)
    await agency.delivers()
    assert said(agency) == [MISSED]


async def test_who_flies_another_way_now_hears_nothing() -> None:
    agency = Agency()
    rebooked = segment("AA100", status=SegmentStatus.REBOOKED)
    await agency.books(booking(segment("BA117"), rebooked, protected=True))
    await agency.shows(row(), onward())
    await is_late(agency, 120)
    assert about_connections(agency) == []


# Once


async def test_a_person_with_two_bookings_is_told_once() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.books(booking(segment("BA117"), ONWARD, reference="XYZ789", protected=True))
    await is_late(agency, 60)
    assert said(agency) == [RISK]


async def test_another_number_of_the_same_flights_is_the_same_connection() -> None:
    agency = Agency()
    shared = row("IB700", operated_by="AA100", route="JFK-MAD", departs="19:35", arrives="2026-11-23T08:35")
    await at_rest(agency, onward(), shared)
    await is_late(agency, 60)
    await agency.books(booking(segment("BA117"), segment("IB700"), reference="XYZ789", protected=True))
    await agency.delivers()
    assert said(agency) == [RISK]


async def test_who_has_two_numbers_of_the_same_flights_from_the_start_has_one_row() -> None:
    agency = Agency()
    shared = row("IB700", operated_by="AA100", route="JFK-MAD", departs="19:35", arrives="2026-11-23T08:35")
    await agency.books(
        booking(segment("BA117"), ONWARD, protected=True),
        booking(segment("BA117"), segment("IB700"), reference="XYZ789", protected=True),
    )
    await agency.shows(row(), onward(), shared)
    await agency.shows(row(delay=60), onward())
    assert [each.said for each in about_connections(agency)] == [RISK]


async def test_the_same_number_a_day_later_is_another_connection() -> None:
    """Who missed it was booked on tomorrow's: that it is not missed too is no "safe again"."""
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 120)
    tomorrow = onward(day=NEXT_DAY, departs="17:30", arrives="2026-11-24T06:30")
    await agency.books(
        booking(segment("BA117"), segment("AA100", flight_date=NEXT_DAY), phone=ANNAS_PHONE, protected=True)
    )
    await agency.shows(row(delay=120), tomorrow)
    await agency.delivers()
    assert said(agency) == [MISSED]


async def test_a_row_belongs_to_the_flight_before_and_ends_with_the_one_after() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    told = about_connections(agency)[0]
    assert (told.flight, told.ordinal) == (BA117, 2)
    assert told.expires_at == datetime.fromisoformat("2026-11-23T02:35Z")


async def test_without_consent_it_is_written_down_and_not_sent() -> None:
    agency = Agency()
    await agency.books(booking(segment("BA117"), ONWARD, consents={}, protected=True))
    await agency.shows(row(), onward())
    await is_late(agency, 60)
    (kept,) = about_connections(agency)
    assert (kept.state, kept.reason) == (State.SUPPRESSED, Reason.NO_CONSENT)


async def moves_over_midnight(agency: Agency, *, delay: int | None = None, arrives: str) -> None:
    """Let BA117 of 22:15 be late, and then be a flight of tomorrow, 00:05."""
    new = f"BA117|{NEXT_DAY}|LHR|JFK"
    shown = onward(departs="20:35")
    await agency.books(TO_MADRID)
    for late in (None, delay):
        await agency.shows(row(departs="22:15", delay=late), shown)
    await agency.delivers()
    for _ in range(2):
        await agency.shows(row(day=NEXT_DAY, departs="00:05", arrives=f"{DAY}T{arrives}"), shown)
    runs = {BA117: (1,), new: (3, 4)}
    moved = watch([agency.flights.states[each] for each in runs], runs, agency.clock.now())
    await agency.flights.add_to_history(moved)
    for _ in range(2):
        await agency.worker.decide.for_flights([BA117, new])
        await agency.delivers()


@pytest.mark.parametrize("delay", [None, 125])
async def test_a_flight_that_was_retimed_over_midnight_is_the_same_connection(delay: int | None) -> None:
    agency = Agency()
    await moves_over_midnight(agency, delay=delay, arrives="19:30")
    assert said(agency) == [RISK]


async def test_the_flight_that_it_was_before_midnight_says_nothing_of_the_connection_any_more() -> None:
    agency = Agency()
    await moves_over_midnight(agency, arrives="20:30")
    assert said(agency) == [MISSED]
    assert [each.state for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [TaskState.OPEN]


# Looked at again before it is sent


async def test_what_is_safe_before_it_was_sent_is_never_mentioned() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    await agency.shows(row(delay=60), onward(60))
    await agency.delivers()
    assert said(agency) == []
    assert {each.state for each in about_connections(agency)} == {State.SUPPRESSED}


async def test_what_is_missed_before_at_risk_was_sent_is_told_as_missed() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    await agency.shows(row(delay=60), onward(departs="18:35"))
    await agency.delivers()
    agency.wait(SECOND)
    await agency.delivers()
    assert said(agency) == said(agency, Channel.SMS) == [MISSED]
    assert {each.state for each in about_connections(agency) if each.said is RISK} == {State.SUPERSEDED}


async def test_what_waits_says_the_newest_times() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    await agency.shows(row(delay=75), onward())
    await agency.delivers()
    (told,) = [each for each in about_connections(agency) if each.channel is Channel.EMAIL]
    assert told.notice is not None
    assert told.notice.onward is not None
    assert told.notice.onward.arrives == datetime.fromisoformat("2026-11-22T23:50Z")


async def test_who_is_not_booked_any_more_hears_nothing() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    await agency.books(booking(segment("BA117"), phone=ANNAS_PHONE, protected=True))
    await agency.delivers()
    assert said(agency) == []
    assert {each.reason for each in about_connections(agency)} == {Reason.NOT_BOOKED}


async def test_what_an_sms_has_not_said_yet_it_says_though_the_email_has() -> None:
    agency = Agency(channels=[Channel.EMAIL])
    await at_rest(agency)
    await is_late(agency, 60, 75)
    assert said(agency) == [RISK]
    (sms,) = [each for each in about_connections(agency) if each.channel is Channel.SMS]
    assert (sms.state, sms.ordinal) == (State.PENDING, 3)


async def test_of_two_rows_on_their_way_the_true_one_waits_until_the_other_is_set_aside() -> None:
    """At risk is claimed when the flight recovers: "safe again" alone would be news about nothing."""
    agency = Agency(channels=[Channel.EMAIL])
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    claimed = await agency.ledger.claim("worker-2", ["email"], agency.clock.now(), 50)
    assert RISK in [each.said for each in claimed]
    await agency.shows(row(delay=0), onward())
    (safe,) = [
        each for each in about_connections(agency) if (each.said, each.channel) == (SAFE, Channel.EMAIL)
    ]
    await agency.worker.deliver()
    waits = agency.ledger.kept[safe.id].row
    assert waits.state is State.PENDING
    agency.wait(2 * MINUTE)
    await agency.delivers()
    assert said(agency) == []


async def test_what_the_other_channels_fallback_has_said_is_not_said_there_again() -> None:
    agency = Agency(channels=[Channel.EMAIL])
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    (sms,) = [each for each in about_connections(agency) if each.channel is Channel.SMS]
    await agency.ledger.add([replace(sms, id="fallback", state=State.ACCEPTED, fallback_of="email's")])
    verdicts = await agency.worker.connections.judge([sms], {TO_MADRID.id: TO_MADRID})
    assert verdicts == {sms.id: SetAside(State.SUPPRESSED, Reason.DUPLICATE)}


async def test_of_two_rows_on_their_way_that_say_the_same_one_goes() -> None:
    agency = Agency(channels=[Channel.EMAIL])
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    (sms,) = [each for each in about_connections(agency) if each.channel is Channel.SMS]
    await agency.ledger.add([replace(sms, id="fallback", fallback_of="email's")])
    claimed = await agency.ledger.claim("worker-2", ["sms"], agency.clock.now(), 50)
    pair = [each for each in claimed if each.said is RISK]
    verdicts = await agency.worker.connections.judge(pair, {TO_MADRID.id: TO_MADRID})
    assert sorted(type(each).__name__ for each in verdicts.values()) == ["Send", "SetAside"]


# Staff


async def test_a_missed_connection_is_a_task_until_it_is_safe_again() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 120)
    (task,) = agency.tasks.of_kind(TaskKind.CONNECTION)
    assert (task.state, task.flight, task.booking) == (TaskState.OPEN, BA117, TO_MADRID.id)
    assert task.resolve_by == datetime.fromisoformat("2026-11-23T00:35Z")
    assert task.summary == (
        "BA117 LHR-JFK arrives 22 Nov 19:35, AA100 JFK-MAD leaves 22 Nov 19:35: the connection is lost; "
        "one ticket: have the airline rebook the journey"
    )
    await is_late(agency, 0)
    assert [each.state for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [TaskState.DONE]
    await is_late(agency, 130)
    assert [each.state for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [TaskState.OPEN]


async def test_a_connection_at_risk_is_no_task_yet() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 60)
    assert agency.tasks.of_kind(TaskKind.CONNECTION) == []


async def test_of_a_cancelled_flight_staff_look_after_the_connection() -> None:
    agency = Agency()
    await at_rest(agency)
    for _ in range(2):
        await agency.shows(row(status="cancelled"), onward())
    await agency.delivers()
    assert about_connections(agency) == []
    (task,) = agency.tasks.of_kind(TaskKind.CONNECTION)
    assert "BA117 LHR-JFK is cancelled, AA100 JFK-MAD leaves 22 Nov 19:35" in task.summary


async def test_of_a_cancelled_onward_flight_nothing_is_said_of_the_connection() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 120)
    for _ in range(2):
        await agency.shows(row(delay=150), onward(status="cancelled"))
    await agency.delivers()
    assert said(agency) == [MISSED]
    assert [each.state for each in agency.tasks.of_kind(TaskKind.CONNECTION)] == [TaskState.DONE]


async def test_a_diverted_flight_misses_its_connection() -> None:
    agency = Agency()
    await at_rest(agency)
    for _ in range(2):
        await agency.shows(row(status="diverted", took_off="14:50"), onward())
    await agency.delivers()
    assert said(agency) == [MISSED]
    told = about_connections(agency)[0].notice
    assert told is not None
    assert told.onward is not None
    assert told.onward.diverted
    (task,) = agency.tasks.of_kind(TaskKind.CONNECTION)
    assert "is diverted" in task.summary


# Why nothing is said


async def reasons(agency: Agency) -> list[Reason]:
    """Give why nothing is said just now."""
    cases = await agency.worker.audience.of_bookings([TO_MADRID])
    rows, silences = await agency.worker.connections.rows(
        [case.booking for case in cases], agency.clock.now()
    )
    assert rows == []
    return [each.reason for each in silences]


def inhibited() -> float:
    labels = {"told": "no", "reason": "inhibited"}
    return REGISTRY.get_sample_value("flightagents_decisions_total", labels) or 0


async def test_that_a_cancelled_flight_says_it_by_itself_is_kept_and_counted() -> None:
    agency = Agency()
    await at_rest(agency)
    counted = inhibited()
    for _ in range(2):
        await agency.shows(row(status="cancelled"), onward())
    person = agency.worker.rows.person_key(TO_MADRID.id)
    assert Silence(BA117, 3, person, Reason.INHIBITED) in agency.silences.all
    assert inhibited() > counted


async def test_that_it_was_said_before_is_a_reason() -> None:
    agency = Agency()
    await at_rest(agency)
    await is_late(agency, 60, 75)
    assert await reasons(agency) == [Reason.DUPLICATE]


async def test_a_connection_that_was_never_in_danger_needs_no_reason() -> None:
    agency = Agency()
    await at_rest(agency)
    assert await reasons(agency) == []
    flown = row(status="landed", took_off="14:40", landed="17:30")
    await agency.shows(flown, onward(status="active", took_off="19:40"))
    assert await reasons(agency) == []
    agency.wait(18 * HOUR)
    assert await reasons(agency) == []


async def test_a_short_connection_that_was_made_or_is_over_has_a_reason() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.books(TO_MADRID)
    await agency.shows(row(delay=60), onward())
    flown = row(delay=60, status="landed", took_off="15:45", landed="18:35")
    await agency.shows(flown, onward(status="active", took_off="19:40"))
    assert await reasons(agency) == [Reason.DEPARTED]
    agency.wait(18 * HOUR)
    assert await reasons(agency) == [Reason.EXPIRED]


# The agency's manner


async def test_staff_come_first_where_the_client_wants_it_but_safe_again_never_waits() -> None:
    agency = Agency(manner=Manner(holding=Holding(policies=Policies.parse("*=15"))))
    agency.clock.move(-8 * HOUR)
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    held = about_connections(agency)[0]
    assert held.reason is Reason.STAFF_FIRST
    assert held.not_before == agency.clock.now() + 15 * MINUTE
    await agency.shows(row(delay=75), onward())
    assert about_connections(agency)[0].not_before == held.not_before
    agency.wait(15 * MINUTE)
    await agency.delivers()
    await agency.shows(row(delay=0), onward())
    await agency.delivers()
    assert said(agency) == [RISK, SAFE]


async def test_quiet_hours_hold_it_while_there_is_time() -> None:
    quiet = QuietHours.parse("22:00-06:00")
    agency = Agency(manner=Manner(holding=Holding(quiet=quiet)))
    agency.clock.move(-8 * HOUR)
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    held = about_connections(agency)[0]
    assert (held.reason, held.not_before) == (
        Reason.QUIET_HOURS,
        datetime.fromisoformat("2026-11-22T06:00Z"),
    )


async def test_what_staff_hold_stays_held_as_the_delay_grows() -> None:
    agency = Agency()
    await at_rest(agency)
    await agency.shows(row(delay=60), onward())
    for each in about_connections(agency):
        await agency.ledger.hold(each.id, True)
    await agency.shows(row(delay=75), onward())
    await agency.delivers()
    assert said(agency) == []
    assert all(each.hold for each in about_connections(agency))


async def test_in_shadow_mode_each_turn_is_shown_once() -> None:
    agency = Agency(manner=Manner(shadow=True))
    await at_rest(agency)
    await is_late(agency, 60, 75, 120, 0)
    shown = [each for each in about_connections(agency) if each.channel is Channel.EMAIL]
    assert [each.said for each in shown] == [RISK, MISSED, SAFE]
    assert {each.reason for each in shown} == {Reason.SHADOW}
    assert agency.told == []


# What it costs, and what is wrong


async def test_no_flight_is_asked_for_where_nobody_has_two() -> None:
    agency = Agency()
    await agency.shows(row(), onward())
    itineraries = itineraries_of(agency)
    agency.flights.asked.clear()
    cancelled = segment("AA100", status=SegmentStatus.CANCELLED)
    assert await itineraries.of([booking(), booking(segment("BA117"), cancelled)]) == []
    assert agency.flights.asked == []


@pytest.mark.parametrize("travellers", [1, 100])
async def test_flights_are_asked_for_once_however_many_travel(travellers: int) -> None:
    agency = Agency()
    await agency.shows(row(), onward())
    itineraries = itineraries_of(agency)
    agency.flights.asked.clear()
    people = [booking(segment("BA117"), ONWARD, email=f"{n}@example.com") for n in range(travellers)]
    assert len(await itineraries.of(people)) == travellers
    assert len(agency.flights.asked) == 1
