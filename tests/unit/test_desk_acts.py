"""What staff do about flights and messages: done or why not, for each, and in the log with who and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.acts import Act, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.handling import Attention, Handling, needs_attention
from flightagents.domain.moves import watch
from flightagents.domain.notifications import State
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.handlers.desk_acts import Acted, WhyNot
from flightagents.handlers.holds import BY_ITSELF
from flightagents.handlers.resend import Resending
from flightagents.ports.desk import MOST_AT_ONCE
from tests.support.agency import BA117, Agency
from tests.support.messages import ANNAS_PHONE
from tests.support.rows import DAY, MINUTE, row
from tests.support.searches import row_of
from tests.support.travellers import booking

HOUR = timedelta(hours=1)
BA118 = "BA118|2026-11-22|LHR|JFK"
NEXT_DAYS = "BA117|2026-11-23|LHR|JFK"
UNKNOWN = "XX1|2026-11-22|LHR|JFK"
DONE = [Acted(BA117)]


async def late(minutes: int = 45, *, deliver: bool = False) -> Agency:
    """BA117 is late and BA118 is not; Anna's email about it waits."""
    agency = Agency()
    await agency.books(booking(phone=ANNAS_PHONE))
    await agency.shows(row(), row("BA118"))
    await agency.shows(row(delay=minutes), row("BA118"))
    if deliver:
        await agency.delivers()
    return agency


async def becomes_the_next_days(agency: Agency) -> None:
    """Let the feed show BA117 after midnight, and not any more before."""
    later = row(day=DAY + timedelta(days=1), departs="00:20", arrives="03:20")
    await agency.shows(row(departs="22:35", arrives="23:59"))
    await agency.shows(later)
    moves = watch(agency.flights.states.values(), {BA117: (1,), NEXT_DAYS: (2, 3)}, agency.clock.now())
    await agency.flights.add_to_history(moves)
    await agency.worker.decide.for_flights([BA117, NEXT_DAYS])
    assert await agency.flights.moves_of([BA117]) == [(BA117, NEXT_DAYS)]


def handled(agency: Agency, flight: str = BA117) -> Handling:
    return agency.handlings.known[flight]


def attention(agency: Agency) -> Attention:
    shown = row_of(agency.flights.states[BA117])
    return needs_attention(handled(agency), shown, agency.clock.now())


def logged(agency: Agency) -> Sequence[tuple[str, Did, str, str]]:
    return [(act.by, act.did, act.about.id, act.detail) for act in agency.audit.acts]


# Seen


async def test_a_flight_that_was_seen_is_quiet_until_it_is_worse() -> None:
    agency = await late()
    answers = await agency.worker.acts.acknowledge([BA117, BA118, UNKNOWN, BA117], "Kim")
    assert answers == [Acted(BA117), Acted(BA118, WhyNot.NO_TROUBLE), Acted(UNKNOWN, WhyNot.UNKNOWN)]
    assert attention(agency) is Attention.ACKNOWLEDGED
    await agency.is_late(75)
    assert attention(agency) is Attention.WORSE
    assert logged(agency) == [("Kim", Did.ACKNOWLEDGED, BA117, "")]


async def test_a_flight_that_is_put_off_comes_again_at_its_time() -> None:
    agency = await late()
    assert await agency.worker.acts.snooze([BA117], "Kim", agency.clock.now() + HOUR) == DONE
    assert attention(agency) is Attention.SNOOZED
    agency.clock.move(HOUR)
    assert attention(agency) is Attention.SNOOZE_OVER
    assert logged(agency) == [("Kim", Did.SNOOZED, BA117, "until 2026-11-22T13:01Z")]


@pytest.mark.parametrize("by", [timedelta(), -MINUTE, timedelta(hours=25)])
async def test_a_flight_is_put_off_into_the_next_hours_only(by: timedelta) -> None:
    agency = await late()
    answers = await agency.worker.acts.snooze([BA117], "Kim", agency.clock.now() + by)
    assert answers == [Acted(BA117, WhyNot.BAD_TIME)]
    assert logged(agency) == []


# Whose it is


async def test_whoever_comes_second_is_told_who_has_it_and_may_take_it() -> None:
    agency = await late()
    acts = agency.worker.acts
    assert await acts.assign([BA117], "Kim", "Kim") == DONE
    assert await acts.assign([BA117, BA118], "Lee", "Lee") == [
        Acted(BA117, WhyNot.TAKEN, "Kim"),
        Acted(BA118),
    ]
    assert await acts.assign([BA117], "Lee", "Lee", force=True) == DONE
    assert await acts.assign([BA117], "Lee", None) == DONE
    assert logged(agency) == [
        ("Kim", Did.ASSIGNED, BA117, "to Kim"),
        ("Lee", Did.ASSIGNED, BA118, "to Lee"),
        ("Lee", Did.ASSIGNED, BA117, "to Lee from Kim"),
        ("Lee", Did.UNASSIGNED, BA117, "from Lee"),
    ]


async def test_the_log_tells_of_a_note_and_not_what_it_says() -> None:
    agency = await late()
    assert await agency.worker.acts.note([BA117], "Kim", " Anna rang ") == DONE
    assert await agency.worker.acts.note([BA117], "Kim", " \n") == [Acted(BA117, WhyNot.EMPTY)]
    assert [note.text for note in handled(agency).notes] == ["Anna rang"]
    assert logged(agency) == [("Kim", Did.NOTED, BA117, "")]


async def test_an_act_has_a_bound() -> None:
    agency = await late()
    many = [*(str(number) for number in range(MOST_AT_ONCE)), BA117]
    answers = await agency.worker.acts.acknowledge(many, "Kim")
    assert answers[-1] == Acted(BA117, WhyNot.TOO_MANY)
    assert len(answers) == MOST_AT_ONCE + 1


# Holding


async def test_what_is_held_waits_and_what_is_released_is_judged_anew() -> None:
    agency = await late()
    acts = agency.worker.acts
    assert await acts.hold([BA117], "Kim") == DONE
    assert await acts.hold([BA117], "Lee") == [Acted(BA117, WhyNot.ALREADY)]
    await agency.delivers()
    await agency.is_late(75)
    await agency.delivers()
    assert agency.told == []
    assert await acts.release([BA117, BA118], "Kim") == [Acted(BA117), Acted(BA118, WhyNot.ALREADY)]
    await agency.delivers()
    assert agency.email.texts == ["later 15:50 not 14:35 (BA117)"]
    assert [(by, did) for by, did, *_ in logged(agency)] == [("Kim", Did.HELD), ("Kim", Did.RELEASED)]


async def test_what_is_not_true_any_more_when_it_is_released_is_not_sent() -> None:
    agency = await late()
    await agency.worker.acts.hold([BA117], "Kim")
    await agency.is_late(None)
    await agency.is_late(None)
    await agency.worker.acts.release([BA117], "Kim")
    await agency.delivers()
    assert agency.told == []


async def test_what_a_sender_had_in_hand_when_it_was_held_does_not_leave() -> None:
    agency = await late()
    claimed = await agency.ledger.claim("worker-2", ["email"], agency.clock.now(), 10)
    await agency.worker.acts.hold([BA117], "Kim")
    (verdict,) = (await agency.worker.recheck(claimed)).values()
    assert "hold" in repr(verdict)
    assert claimed


async def test_a_hold_follows_a_flight_over_midnight_and_ends_by_whichever_name() -> None:
    agency = await late()
    acts = agency.worker.acts
    await acts.hold([BA117], "Kim")
    await becomes_the_next_days(agency)
    await agency.delivers()
    assert agency.told == []
    assert await acts.hold([NEXT_DAYS], "Lee") == [Acted(NEXT_DAYS, WhyNot.ALREADY)]
    assert await acts.release([NEXT_DAYS], "Lee") == [Acted(NEXT_DAYS)]
    assert logged(agency)[-1] == ("Lee", Did.RELEASED, BA117, "")
    await agency.delivers()
    assert len(agency.email.texts) == 1


async def test_a_single_message_is_held_and_released() -> None:
    agency = await late()
    acts, (waiting,) = agency.worker.acts, [each for each in agency.rows if each.channel is Channel.EMAIL]
    assert await acts.hold_messages([waiting.id], "Kim") == [Acted(waiting.id)]
    assert await acts.hold_messages([waiting.id, "unknown"], "Kim") == [
        Acted(waiting.id, WhyNot.NOT_WAITING),
        Acted("unknown", WhyNot.NOT_WAITING),
    ]
    assert await acts.release_messages([waiting.id], "Lee") == [Acted(waiting.id)]
    assert logged(agency) == [("Kim", Did.HELD, waiting.id, ""), ("Lee", Did.RELEASED, waiting.id, "")]


async def test_who_sent_something_again_is_in_the_log_and_a_refusal_is_not() -> None:
    agency = await late(deliver=True)
    acts = agency.worker.acts
    email = next(each for each in agency.rows if each.channel is Channel.EMAIL)
    agency.wait(10 * MINUTE)
    assert (await acts.resend_message(email.id, Channel.EMAIL, "Kim")).end is Resending.TOLD
    sent = await acts.resend_message(email.id, Channel.EMAIL, "Kim", again=True)
    assert sent.end is Resending.WRITTEN
    (act,) = agency.audit.acts
    assert (act.by, act.did, act.about, act.detail) == (
        "Kim",
        Did.RESENT,
        (Thing.MESSAGE, sent.row),
        "by email",
    )


# That nobody forgets a hold


async def held_for(duration: timedelta) -> Agency:
    agency = await late()
    await agency.worker.acts.hold([BA117], "Kim")
    agency.clock.move(duration)
    await agency.worker.look_at_holds()
    return agency


async def test_a_short_hold_is_nobodys_task() -> None:
    agency = await held_for(19 * MINUTE)
    assert agency.tasks.all == []


async def test_a_long_hold_becomes_one_task_that_ends_with_it() -> None:
    agency = await held_for(20 * MINUTE)
    await agency.worker.look_at_holds()
    (task,) = agency.tasks.of_kind(TaskKind.HELD_MESSAGES)
    assert task.summary == (
        "BA117 LHR-JFK 22 Nov leaves at 15:20, and 2 messages wait: held by Kim; release them, or call"
    )
    assert f"{task.resolve_by:%H:%M}" == "15:20"
    await agency.worker.acts.release([BA117], "Kim")
    await agency.worker.look_at_holds()
    assert [each.state for each in agency.tasks.all] == [TaskState.DONE]


async def test_a_hold_on_a_flight_that_is_about_to_leave_is_a_task_at_once() -> None:
    agency = await late()
    agency.clock.move(timedelta(hours=2, minutes=20))
    await agency.worker.acts.hold([BA117], "Kim")
    await agency.worker.look_at_holds()
    assert len(agency.tasks.of_kind(TaskKind.HELD_MESSAGES)) == 1


async def test_a_hold_where_nothing_waits_yet_says_what_it_does() -> None:
    agency = await late()
    await agency.worker.acts.hold([BA118], "Kim")
    agency.clock.move(20 * MINUTE)
    await agency.worker.look_at_holds()
    (task,) = agency.tasks.of_kind(TaskKind.HELD_MESSAGES)
    assert task.summary == (
        "BA118 LHR-JFK 22 Nov leaves at 14:35, and nobody is told anything until you release it: held by Kim"
    )


async def test_a_hold_on_a_flight_that_is_over_ends_by_itself() -> None:
    agency = await held_for(timedelta(days=3))
    assert agency.tasks.all == []
    assert await agency.handlings.held() == frozenset()
    assert agency.audit.acts[-1] == Act(
        at=agency.clock.now(),
        by=BY_ITSELF,
        did=Did.RELEASED,
        about=agency.audit.acts[0].about,
        detail="it is over",
    )


async def test_what_is_held_for_too_long_expires_and_is_shown_as_that() -> None:
    agency = await late()
    await agency.worker.acts.hold([BA117], "Kim")
    agency.clock.move(timedelta(hours=6))
    await agency.ledger.expire(agency.clock.now())
    assert set(agency.states) == {State.EXPIRED}


async def test_what_was_given_up_is_tried_again_and_logged() -> None:
    agency = await late()
    (message, *_) = [row.id for row in agency.ledger.rows]
    acts = agency.worker.acts
    assert await acts.replay_messages([message], "Kim") == [Acted(message, WhyNot.NOT_GIVEN_UP)]
    agency.ledger.kept[message].row = replace(agency.ledger.kept[message].row, state=State.DEAD)
    assert await acts.replay_messages([message, message, "unknown"], "Kim") == [
        Acted(message),
        Acted("unknown", WhyNot.NOT_GIVEN_UP),
    ]
    assert agency.ledger.kept[message].row.state is State.PENDING
    assert logged(agency) == [("Kim", Did.REPLAYED, message, "")]
