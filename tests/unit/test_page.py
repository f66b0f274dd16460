"""How a flight stands on a traveller's page, and how its story is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.caution import Caution
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState
from flightagents.domain.notifications import Message, State
from flightagents.domain.page import SHOWN, Happened, Standing, Wrote, moved_to, standing, story
from flightagents.domain.said import FOR_STAFF, Said
from flightagents.domain.tracking import advance
from tests.support.ledger_rows import notification
from tests.support.messages import notice
from tests.support.rows import MINUTE, NOON, row, run_of

LEAVES = datetime(2026, 11, 22, 14, 35, tzinfo=UTC)
BOTH = (Channel.EMAIL, Channel.SMS)


def seen(*looks: dict[str, Any]) -> tuple[FlightState, list[Change]]:
    """Let the feed show a flight; each look is a minute and a bit after the last."""
    state: FlightState | None = None
    changes: list[Change] = []
    for number, look in enumerate(looks, start=1):
        (record,) = run_of([look], number, NOON + number * timedelta(seconds=61))
        state, new = advance(state, record)
        changes += new
    assert state is not None
    return state, changes


def stands(
    *looks: dict[str, Any],
    base: datetime = LEAVES,
    told: Sequence[Wrote] = (),
    now: datetime | None = None,
    stale: bool = False,
) -> Standing:
    state, changes = seen(*looks)
    now = now or state.seen_at
    chapters = (*told, *story(changes, ()))
    return standing(state, base, chapters, stale=stale, now=now)


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([row()], Standing.ON_TIME),
        ([row(delay=14)], Standing.ON_TIME),
        ([row(delay=15)], Standing.LATE),
        ([row(), row(departs="14:20")], Standing.EARLY),
        ([row(), row(status="cancelled")], Standing.UNCLEAR),
        ([row(), row(status="cancelled"), row(status="cancelled")], Standing.CANCELLED),
        ([row(), row(status="diverted")], Standing.UNCLEAR),
        ([row(), row(status="diverted"), row(status="diverted")], Standing.DIVERTED),
        ([row(), row(status="incident")], Standing.UNCLEAR),
        ([row(), row(status="active", took_off="14:40")], Standing.LEFT),
        ([row(), row(status="landed", took_off="14:40", landed="17:20")], Standing.LANDED),
        (
            [row(), row(status="diverted"), row(status="diverted"), row(status="landed", took_off="14:40")],
            Standing.DIVERTED,
        ),
    ],
)
def test_it_stands_as_the_feed_says(looks: list[dict[str, Any]], expected: Standing) -> None:
    assert stands(*looks) is expected


def test_lateness_counts_from_the_ticket() -> None:
    assert stands(row(), base=LEAVES - timedelta(minutes=20)) is Standing.LATE


@pytest.mark.parametrize("look", [row(), row(delay=90)])
def test_old_news_say_nothing_of_a_departure_to_come(look: dict[str, Any]) -> None:
    assert stands(look) is not Standing.SILENT
    assert stands(look, stale=True) is Standing.SILENT


def test_what_has_left_or_is_cancelled_stays_so_in_old_news() -> None:
    assert stands(row(), row(status="active", took_off="14:40"), stale=True) is Standing.LEFT
    cancelled = row(status="cancelled")
    assert stands(row(), cancelled, cancelled, stale=True) is Standing.CANCELLED


def test_a_flight_that_should_have_left_is_not_called_on_time() -> None:
    assert stands(row(), now=LEAVES - MINUTE) is Standing.ON_TIME
    assert stands(row(), now=LEAVES) is Standing.OVERDUE


def test_a_cancellation_at_first_look_holds_once_it_was_told_or_has_stood_for_a_while() -> None:
    looks = [row(), row(status="cancelled")]
    told = Wrote(at=NOON, said=Said.CANCELLED, channels=BOTH)
    on_again = Wrote(at=NOON + MINUTE, said=Said.REINSTATED, channels=BOTH)
    assert stands(*looks, told=[told]) is Standing.CANCELLED
    assert stands(*looks, told=[on_again, told]) is Standing.UNCLEAR
    seen_at = seen(*looks)[0].seen_at
    assert stands(*looks, now=seen_at + timedelta(minutes=9)) is Standing.UNCLEAR
    assert stands(*looks, now=seen_at + timedelta(minutes=10)) is Standing.CANCELLED


def test_a_reinstatement_waits_for_its_second_look() -> None:
    cancelled = [row(), row(status="cancelled"), row(status="cancelled")]
    assert stands(*cancelled, row()) is Standing.UNCLEAR
    assert stands(*cancelled, row(), row()) is Standing.ON_TIME


def test_a_flight_that_became_another_one_has_moved() -> None:
    state, changes = seen(row())
    new = "BA117|2026-11-23|LHR|JFK"
    moved = replace(
        changes[0], kind=Kind.MOVED_TO, before={"flight": state.flight}, after={"flight": new}, ordinal=2
    )
    chapters = story([*changes, moved], ())
    assert chapters == (Happened(at=moved.at, kind=Kind.MOVED_TO, day="2026-11-23"),)
    assert moved_to(chapters) == date(2026, 11, 23)
    assert moved_to(story(changes, ())) is None


# The story


def test_a_whole_day_is_told_newest_first() -> None:
    at = {"gate": "A1", "terminal": "3"}
    _, changes = seen(
        row(departure=at),
        row(departure=at, delay=60),
        row(departure=at | {"gate": "B2"}, delay=30),
        row(departure=at | {"gate": "B2", "terminal": "5"}),
        row(departure=at | {"gate": "B2", "terminal": "5"}),
        row(status="active", took_off="14:40"),
        row(status="landed", took_off="14:40", landed="17:20", arrival={"baggage": "7"}),
    )
    told = [each for each in story(changes, ()) if isinstance(each, Happened)][::-1]
    assert [
        (each.kind, each.time and f"{each.time:%H:%M}", each.place_before, each.place) for each in told
    ] == [
        (Kind.DELAYED, "15:35", "", ""),
        (Kind.MOVED_EARLIER, "15:05", "", ""),
        (Kind.GATE_CHANGED, None, "A1", "B2"),
        (Kind.TERMINAL_CHANGED, None, "3", "5"),
        (Kind.ON_TIME_AGAIN, "14:35", "", ""),
        (Kind.DEPARTED, "14:40", "", ""),
        (Kind.LANDED, "22:20", "", ""),
        (Kind.BELT_ASSIGNED, None, "", "7"),
    ]


def test_what_is_unconfirmed_or_for_staff_is_not_told() -> None:
    _, changes = seen(row(), row(status="cancelled"), row(), row(status="incident"))
    assert story(changes, ()) == ()
    unconfirmed = {kind for kind in Kind if kind.endswith("_unconfirmed")}
    assert not SHOWN & (unconfirmed | {Kind.INCIDENT, Kind.FIRST_SEEN, Kind.MARKETED_AS_GROWN})


def test_a_flight_that_is_on_again_leaves_when_it_is_expected_to() -> None:
    cancelled = row(status="cancelled", delay=90)
    _, changes = seen(row(), cancelled, cancelled, row(delay=90), row(delay=90))
    reinstated = next(each for each in story(changes, ()) if isinstance(each, Happened))
    assert reinstated.kind is Kind.REINSTATED
    assert reinstated.time == LEAVES + 90 * MINUTE
    assert not reinstated.was_diverted


def test_a_diversion_that_is_withdrawn_is_told_as_one() -> None:
    diverted, active = row(status="diverted"), row(status="active")
    _, changes = seen(row(), diverted, diverted, row(status=None), active, active)
    reinstated = next(each for each in story(changes, ()) if isinstance(each, Happened))
    assert reinstated.kind is Kind.REINSTATED
    assert reinstated.was_diverted


def test_whoever_was_diverted_is_not_sent_to_the_gate() -> None:
    diverted, active = row(status="diverted"), row(status="active")
    cancelled = row(status="cancelled")
    late = LEAVES + MINUTE
    for stale in (False, True):
        assert stands(row(), diverted, diverted, active, active, now=late, stale=stale) is Standing.LEFT
    assert stands(row(), cancelled, cancelled, row(), row(), now=late) is Standing.OVERDUE


def test_what_was_written_with_caution_is_told_so() -> None:
    overdue = replace(notice(Said.ALL_CLEAR), overdue=True)
    (chapter,) = story((), [notification(said=Said.ALL_CLEAR, notice=overdue)])
    assert isinstance(chapter, Wrote)
    assert chapter.caution is Caution.OVERDUE


def test_email_and_sms_with_the_same_news_are_one_chapter() -> None:
    email = notification("row-1", ordinal=3)
    sms = notification("row-2", ordinal=3, channel=Channel.SMS, created_at=NOON + MINUTE)
    later = notification("row-3", Said.ALL_CLEAR, ordinal=4, created_at=NOON + 2 * MINUTE)
    new = notice().new
    assert story((), [later, sms, email]) == (
        Wrote(at=NOON + 2 * MINUTE, said=Said.ALL_CLEAR, channels=(Channel.EMAIL,), time=new),
        Wrote(at=NOON, said=Said.LATER, channels=BOTH, time=new),
    )


@pytest.mark.parametrize("state", [each for each in State if each not in (State.ACCEPTED, State.DELIVERED)])
def test_what_no_provider_has_taken_was_not_written(state: State) -> None:
    assert story((), [notification(state=state)]) == ()


@pytest.mark.parametrize("said", sorted(FOR_STAFF))
def test_what_staff_were_told_is_not_for_travellers(said: Said) -> None:
    assert story((), [notification(said=said)]) == ()


def test_a_forgotten_row_tells_nothing() -> None:
    assert story((), [notification(notice=None)]) == ()


def test_what_was_held_back_was_written_when_it_left() -> None:
    morning = NOON + timedelta(hours=8)
    held = notification(channel=Channel.SMS, not_before=morning)
    dated = notification(message=Message(text="", date=morning + MINUTE), not_before=morning)
    assert [each.at for each in story((), [held])] == [morning]
    assert [each.at for each in story((), [dated])] == [morning + MINUTE]


def test_a_gate_is_told_as_it_was_written() -> None:
    said = replace(notice(Said.GATE), gate="B2")
    (chapter,) = story((), [notification(said=Said.GATE, notice=said)])
    assert isinstance(chapter, Wrote)
    assert chapter.place == "B2"
