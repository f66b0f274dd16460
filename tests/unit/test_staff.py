"""What the agency's own staff are told, from the feed's rows to the messages that arrive."""

from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.delivery import Accepted, Retry, Uncertain
from flightagents.domain.notifications import Notification, StaffNotice, State
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.reasons import Reason
from flightagents.domain.rules import ON_CALL_RULE
from flightagents.domain.said import Said
from flightagents.domain.tasks import Task, TaskKind
from flightagents.handlers.staff_recheck import RecheckStaff
from flightagents.handlers.verdicts import Send, SetAside, Verdict
from flightagents.handlers.watch import WatchFlights
from tests.support.fakes import FakeArchive
from tests.support.rows import DAY, NOON, row, run_of
from tests.support.staff import OPS, OPS_PHONE, StaffedAgency, rule
from tests.support.travellers import booking, segment

FIRST_LOOK = "BA117 LHR-JFK Sun 22 Nov cancelled (unconfirmed): no travellers"
TASK = Task(
    id="task-1",
    kind=TaskKind.REBOOK,
    flight=None,
    booking=None,
    summary="BA117 is cancelled",
    created_at=NOON,
)
ALARM = StaffNotice(title="Nobody has taken this task", lines=(), task=TASK.id)
BACK = "BA117 LHR-JFK Sun 22 Nov on again (unconfirmed): no travellers"


async def staffed(*rules: Any, **settings: Any) -> StaffedAgency:  # noqa: ANN401 - what StaffedAgency takes
    agency = StaffedAgency(*(rules or (rule(),)), **settings)
    await agency.opens()
    return agency


def flights_at_jfk(count: int, **differs: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a row's fields
    return [
        row(f"BA{number}", route="JFK-LHR", arrives="2026-11-23T02:35", **differs)
        for number in range(1, count + 1)
    ]


# Which changes


async def test_a_cancellation_is_told_at_the_first_look_and_not_again_when_it_is_confirmed() -> None:
    agency = await staffed()
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.shows(row(status="cancelled"))
    assert [change.kind for change in agency.flights.history.values()][1:] == [
        Kind.CANCELLED_UNCONFIRMED,
        Kind.CANCELLED,
    ]
    await agency.delivers()
    assert agency.subjects == [FIRST_LOOK]


async def test_a_rule_for_cancellations_hears_of_the_first_look() -> None:
    agency = await staffed(rule(kinds=(Kind.CANCELLED,)))
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    assert [each.staff.kind for each in agency.of_staff() if each.staff] == [Kind.CANCELLED_UNCONFIRMED]


async def test_who_did_not_hear_of_the_first_look_hears_the_confirmation() -> None:
    agency = await staffed(rule(min_severity=Severity.CRITICAL))
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    assert agency.of_staff() == []
    await agency.shows(row(status="cancelled"))
    await agency.delivers()
    assert agency.subjects == ["BA117 LHR-JFK Sun 22 Nov cancelled: no travellers"]


async def test_a_flight_first_seen_cancelled_is_told_once() -> None:
    agency = await staffed()
    await agency.shows(row(status="cancelled"))
    await agency.shows(row(status="cancelled"))
    await agency.delivers()
    assert agency.subjects == [FIRST_LOOK]


async def test_who_was_told_hears_that_it_was_withdrawn_whatever_the_rule_asks_for() -> None:
    day = OfficeHours.parse("06:00-12:03")
    asks = rule(kinds=(Kind.CANCELLED,), min_severity=Severity.MAJOR, hours=day)
    agency = await staffed(
        asks, rule("evening", "evening@agency.example", hours=OfficeHours.parse("18:00-22:00"))
    )
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.delivers()
    agency.later(minutes=30)  # its hours are over
    await agency.shows(row())
    await agency.shows(row())
    await agency.delivers()
    assert agency.subjects == [FIRST_LOOK, BACK]
    assert {each.address for each in agency.email.arrived} == {OPS}


async def test_a_cancellation_that_comes_back_after_its_end_is_told_again() -> None:
    agency = await staffed(hourly=10)
    for status in ("scheduled", "cancelled", "scheduled", "cancelled"):
        await agency.shows(row(status=status))
        await agency.delivers()
    assert agency.subjects == [FIRST_LOOK, BACK, FIRST_LOOK]


async def test_a_rule_without_night_is_silent_at_night() -> None:
    night = OfficeHours.parse("22:00-06:00")
    agency = await staffed(rule(hours=night), zone="Asia/Tokyo")  # noon in UTC is 21:00 there
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    assert agency.of_staff() == []
    agency.later(hours=1)
    await agency.shows(row("BA118", status="cancelled"))
    assert len(agency.of_staff()) == 1


async def test_a_creeping_delay_is_told_at_its_rungs() -> None:
    agency = await staffed(hourly=10)
    for minutes in (0, 15, 25, 35, 45, 65, 80):
        await agency.is_late(minutes)
        await agency.delivers()
    assert [each.staff.late for each in agency.of_staff() if each.staff] == [15, 35, 65]


async def test_how_many_travellers_are_on_it_is_told() -> None:
    agency = await staffed()
    await agency.books(
        booking(),
        booking(reference="XYZ789", email="ben@example.com"),
        booking(segment("BA9"), reference="OTHER1"),
    )
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    (alert,) = agency.of_staff()
    assert alert.staff
    assert alert.staff.title == "BA117 LHR-JFK Sun 22 Nov cancelled (unconfirmed): 2 travellers"
    assert "2 travellers of ours on it." in alert.staff.lines


async def test_two_rules_with_one_address_tell_it_once() -> None:
    agency = await staffed(rule("a", OPS, OPS_PHONE), rule("b", OPS, "second@agency.example"))
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.delivers()
    assert sorted(each.address for each in agency.email.arrived) == [OPS, "second@agency.example"]
    assert [each.address for each in agency.sms.arrived] == [OPS_PHONE]


async def test_who_travels_and_works_there_is_told_as_both() -> None:
    agency = await staffed(rule("ops", "anna@example.com"))
    await agency.books(booking())
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.shows(row(status="cancelled"))
    await agency.delivers()
    arrived = {(each.said, each.ordinal) for each in agency.rows if each.state is State.ACCEPTED}
    assert arrived == {(Said.STAFF_ALERT, 2), (Said.CANCELLED, 3)}


async def test_a_flight_that_became_another_one_is_told_once() -> None:
    agency = await staffed(rule(kinds=(Kind.MOVED_TO,), min_severity=Severity.INFO))
    archive, monday = FakeArchive(), DAY + timedelta(days=1)
    watch = WatchFlights(agency.flights, archive, agency.clock, also=[agency.alert_staff])
    old = row(departs="23:30", arrives=f"{monday}T02:30")
    new = row(day=monday, departs="00:40", arrives="03:40")
    for run, shown in enumerate((old, new, new), start=1):
        await agency.shows(shown)
        records = run_of([shown], run, agency.clock.now())
        await archive.store([archive.document(record) for record in records])
        await watch()
    await watch()
    await agency.delivers()
    assert agency.subjects == [
        "BA117 LHR-JFK Sun 22 Nov flies as BA117 LHR-JFK Mon 23 Nov now: no travellers"
    ]


# A batch that comes again


async def test_a_batch_that_comes_again_tells_nothing_again() -> None:
    agency = await staffed(hourly=1)
    changes = agency.looks(*flights_at_jfk(2))
    changes += agency.looks(*flights_at_jfk(2, status="cancelled"))
    await agency.hears(changes)
    await agency.hears(changes)
    await agency.delivers()
    before = agency.rows
    assert sorted(each.state for each in before) == [State.ACCEPTED, State.PENDING, State.SUPPRESSED]
    await agency.hears(changes)
    assert agency.rows == before


async def test_a_batch_whose_worker_died_after_the_history_is_told_when_it_comes_again() -> None:
    agency = await staffed()
    changes = agency.looks(row()) + agency.looks(row(status="cancelled"))
    await agency.flights.add_to_history(changes)
    await agency.hears(changes)
    assert len(agency.of_staff()) == 1


async def test_a_backlog_of_hours_alarms_nobody() -> None:
    agency = await staffed()
    changes = agency.looks(row()) + agency.looks(row(status="cancelled"))
    agency.later(hours=2, seconds=1)
    await agency.hears(changes)
    assert agency.of_staff() == []


async def test_without_rules_nothing_is_asked_or_written() -> None:
    agency = StaffedAgency()
    await agency.shows(row(status="cancelled"))
    assert agency.rows == []


# Before it is sent


async def test_an_alert_that_was_overtaken_before_it_was_sent_is_not_sent() -> None:
    agency = await staffed()
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.shows(row())
    await agency.delivers()
    assert agency.subjects == [BACK]
    assert [each.state for each in agency.of_staff()] == [State.SUPERSEDED, State.ACCEPTED]


async def test_what_a_removed_rule_has_not_sent_is_not_sent() -> None:
    agency = await staffed()
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.lifts("ops")
    await agency.delivers()
    (alert,) = agency.of_staff()
    assert (alert.state, alert.reason) == (State.SUPPRESSED, Reason.NO_RULE)


async def test_an_address_that_has_left_the_rule_gets_nothing() -> None:
    agency = await staffed()
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    await agency.enforces(rule("ops", "new@agency.example"))
    await agency.delivers()
    assert agency.told == []


async def test_an_alert_that_could_not_be_sent_for_two_hours_expires() -> None:
    agency = await staffed()
    await agency.shows(row())
    await agency.shows(row(status="cancelled"))
    agency.later(hours=2, seconds=1)
    await agency.delivers()
    assert [each.state for each in agency.of_staff()] == [State.EXPIRED]


@pytest.mark.parametrize(
    ("phone", "verdict"),
    [
        (OPS_PHONE, Send(address=OPS_PHONE, staff=ALARM)),
        (None, SetAside(State.SUPPRESSED, Reason.NO_RULE)),
    ],
)
async def test_what_is_for_the_on_call_number_needs_no_rule(phone: str | None, verdict: Verdict) -> None:
    agency = await staffed(on_call=phone)
    await agency.tasks.open([TASK])
    judge = agency.recheck()
    assert await judge([alarm()]) == {"alarm": verdict}
    assert await judge.address(alarm()) == phone


@pytest.mark.parametrize("taken", ["claimed", "done", "closed"])
async def test_an_alarm_does_not_leave_once_somebody_has_taken_its_task(taken: str) -> None:
    agency = await staffed(on_call=OPS_PHONE)
    await agency.tasks.open([TASK])
    match taken:
        case "claimed":
            await agency.tasks.assign([TASK.id], "Kim", by="Kim")
        case "done":
            await agency.tasks.finish([TASK.id], "Kim")
        case _:
            await agency.tasks.close([TASK.id], "reinstated")
    verdicts = await agency.recheck()([alarm()])
    assert verdicts == {"alarm": SetAside(State.SUPPRESSED, Reason.TASK_TAKEN)}


def alarm() -> Notification:
    return Notification(
        id="alarm",
        flight="BA117|2026-11-22|LHR|JFK",
        ordinal=1,
        booking=None,
        channel=Channel.SMS,
        address_key="key",
        said=Said.ON_CALL,
        notice=None,
        created_at=NOON,
        expires_at=NOON,
        rule=ON_CALL_RULE,
        staff=ALARM,
    )


# Too many


async def test_forty_one_cancellations_make_three_alerts_and_one_digest() -> None:
    agency = await staffed(zone="America/New_York")  # noon in UTC is seven there
    await agency.books(*(booking(segment("BA7"), email=f"{name}@example.com") for name in ("anna", "ben")))
    await agency.shows(*flights_at_jfk(41))
    await agency.shows(*flights_at_jfk(41, status="cancelled"))
    await agency.delivers()
    assert len(agency.subjects) == 3
    # The one with travellers is not left to the digest.
    assert "BA7 JFK-LHR Sun 22 Nov cancelled (unconfirmed): 2 travellers" in agency.subjects
    agency.later(minutes=14)
    await agency.delivers()
    assert len(agency.subjects) == 3

    agency.later(minutes=1)
    await agency.delivers()
    assert agency.subjects[3:] == ["38 flights at JFK cancelled since 07:01: no travellers"]
    gathered = agency.of_staff(state=State.SUPPRESSED)
    assert {each.reason for each in gathered} == {Reason.RATE_LIMIT}
    (digest,) = agency.of_staff(Said.STAFF_DIGEST)
    assert digest.staff
    assert set(digest.staff.changes) == {change for each in gathered for change in each.changes}
    assert len(gathered) == 38


async def test_the_hour_of_the_limit_is_a_sliding_one() -> None:
    agency = await staffed(hourly=2)
    for number in range(1, 4):
        await agency.shows(row(f"BA{number}", status="cancelled"))
        await agency.delivers()
        agency.later(minutes=25)
    assert [each.state for each in agency.of_staff()] == [State.ACCEPTED, State.ACCEPTED, State.SUPPRESSED]
    await agency.shows(row("BA4", status="cancelled"))  # the first is more than an hour ago
    await agency.delivers()
    assert agency.of_staff()[-1].state is State.ACCEPTED


async def test_after_a_digest_the_next_window_opens() -> None:
    agency = await staffed(hourly=1)
    for first in (1, 11):
        await agency.shows(*(row(f"BA{first + step}", status="cancelled") for step in range(3)))
        await agency.delivers()
        agency.later(minutes=15)
        await agency.delivers()
    digests = agency.of_staff(Said.STAFF_DIGEST)
    assert [len(each.staff.flights) for each in digests if each.staff] == [2, 3]
    assert [each.state for each in digests] == [State.ACCEPTED, State.ACCEPTED]


async def test_what_is_gathered_while_a_digest_is_due_is_told_by_the_next() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(*(row(f"BA{number}", status="cancelled") for number in range(1, 4)))
    await agency.delivers()
    agency.later(minutes=15)
    await agency.shows(row("BA9", status="cancelled"))
    agency.email.outcomes = [Retry("busy")]
    await agency.delivers()
    agency.later(minutes=16)
    await agency.delivers()
    agency.later(seconds=1)  # the second waits until the first is told
    await agency.delivers()
    assert agency.subjects[1:] == ["3 flights at JFK cancelled since 12:00: no travellers"]
    first, second = agency.of_staff(Said.STAFF_DIGEST)
    assert (first.state, second.state) == (State.ACCEPTED, State.SUPPRESSED)
    assert second.reason is Reason.DUPLICATE


async def test_what_is_set_aside_in_the_moment_of_a_digest_is_told_by_the_next() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(row("BA1", status="cancelled"), row("BA2", status="cancelled"))
    await agency.delivers()
    agency.later(minutes=15)
    await agency.shows(row("BA9", status="cancelled"))
    await agency.delivers()
    agency.later(minutes=15)
    await agency.delivers()
    assert agency.subjects[2:] == ["BA9 LHR-JFK Sun 22 Nov cancelled (unconfirmed): no travellers"]


async def test_what_is_set_aside_just_before_a_digest_is_due_gets_one_of_its_own() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(row("BA1", status="cancelled"), row("BA2", status="cancelled"))
    await agency.delivers()
    agency.later(minutes=13, seconds=20)
    await agency.shows(row("BA9", status="cancelled"))
    await agency.delivers()
    first, second = agency.of_staff(Said.STAFF_DIGEST)
    assert (first.state, second.state) == (State.PENDING, State.PENDING)


async def test_what_was_left_to_a_digest_is_not_told_again_when_it_is_confirmed() -> None:
    agency = await staffed(hourly=1)
    for _ in range(2):
        await agency.shows(row("BA1", status="cancelled"), row("BA2", status="cancelled"))
        await agency.delivers()
    assert [each.state for each in agency.of_staff()].count(State.SUPPRESSED) == 1
    assert len(agency.of_staff()) == 2


async def test_what_is_not_true_any_more_takes_no_place() -> None:
    agency = await staffed(rule(kinds=(Kind.DELAYED,)), hourly=1)
    await agency.shows(row("BA1"), row("BA2"))
    await agency.shows(row("BA1", delay=40), row("BA2"))
    await agency.shows(row("BA1", delay=0), row("BA2", delay=40))
    await agency.delivers()
    assert agency.subjects == ["BA2 LHR-JFK Sun 22 Nov delayed 40 min, expected 15:15: no travellers"]


async def test_a_digest_tells_only_what_is_still_true() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(*(row(f"BA{number}", status="cancelled") for number in range(1, 5)))
    await agency.delivers()
    kept = agency.of_staff(state=State.SUPPRESSED)[0].flight.partition("|")[0]
    await agency.shows(*(row(f"BA{number}") for number in range(1, 5) if f"BA{number}" != kept))
    agency.later(minutes=15)
    await agency.delivers()
    digest = agency.of_staff(Said.STAFF_DIGEST)[0]
    assert digest.state is State.ACCEPTED
    assert digest.staff
    assert digest.staff.lines == (f"{kept} LHR-JFK Sun 22 Nov cancelled (unconfirmed): no travellers",)


async def test_a_digest_of_which_nothing_is_true_any_more_is_not_sent() -> None:
    agency = await staffed(rule(kinds=(Kind.DELAYED,)), hourly=1)
    await agency.shows(row("BA1"), row("BA2"))
    await agency.shows(row("BA1", delay=40), row("BA2", delay=40))
    await agency.delivers()
    await agency.shows(row("BA1", delay=5), row("BA2", delay=5))
    agency.later(minutes=15)
    await agency.delivers()
    (digest,) = agency.of_staff(Said.STAFF_DIGEST)
    assert (digest.state, digest.reason) == (State.SUPPRESSED, Reason.NOT_MATERIAL)


async def test_a_digest_that_may_have_arrived_is_sent_again_to_the_letter() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(*(row(f"BA{number}", status="cancelled") for number in range(1, 4)))
    await agency.delivers()
    agency.later(minutes=15)
    agency.email.outcomes = [Uncertain("no answer")]
    await agency.delivers()
    await agency.shows(*(row(f"BA{number}") for number in range(1, 4)))
    agency.later(minutes=1)
    await agency.delivers()
    first, again = (each for each in agency.email.tried if "2 flights" in each.message.subject)
    assert first.message == again.message


async def test_senders_that_judge_at_once_keep_to_the_limit_together() -> None:
    agency = await staffed(hourly=2)
    await agency.shows(*(row(f"BA{number}", status="cancelled") for number in range(1, 6)))
    alerts = await agency.ledger.claim("w1", ["email"], agency.clock.now(), 3)
    others = await agency.ledger.claim("w2", ["email"], agency.clock.now(), 3)
    verdicts = await _both(agency.recheck(), alerts, agency.recheck(), others)
    assert sum(isinstance(each, Send) for each in verdicts.values()) == 2
    assert len(verdicts) == 5
    assert len(agency.of_staff(Said.STAFF_DIGEST)) == 1


async def test_the_digest_is_written_before_anything_is_left_to_it() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(row("BA1", status="cancelled"), row("BA2", status="cancelled"))
    await agency.delivers()
    done = [step for step, _ in agency.journal]
    assert done.index("suppressed") > len(done) - 1 - done[::-1].index("added")


async def test_a_failed_digest_is_told_by_the_next() -> None:
    agency = await staffed(hourly=1)
    await agency.shows(row("BA1", status="cancelled"), row("BA2", status="cancelled"))
    await agency.delivers()
    agency.later(minutes=15)
    claimed = await agency.ledger.claim("w1", ["email"], agency.clock.now(), 10)
    await agency.ledger.finish(claimed[0], State.FAILED, "refused")
    await agency.shows(row("BA3", status="cancelled"))
    await agency.delivers()
    agency.later(minutes=15)
    agency.email.outcomes = [Accepted("id")]
    await agency.delivers()
    assert agency.subjects[-1].startswith("2 flights at JFK cancelled")


async def test_each_channel_has_its_own_limit() -> None:
    agency = await staffed(rule("ops", OPS, OPS_PHONE), hourly=1)
    await agency.shows(row("BA1", status="cancelled"), row("BA2", status="cancelled"))
    await agency.delivers()
    assert (len(agency.email.arrived), len(agency.sms.arrived)) == (1, 1)
    assert len(agency.of_staff(Said.STAFF_DIGEST)) == 2


async def _both(
    one: RecheckStaff, rows: list[Notification], other: RecheckStaff, others: list[Notification]
) -> dict[str, Verdict]:
    return await one(rows) | await other(others)
