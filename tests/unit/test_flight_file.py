"""A flight's file tells all that happened, in order, and to each only what they may see."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind
from flightagents.domain.flight_file import (
    Changed,
    Decided,
    Event,
    FlightFile,
    Person,
    Reported,
    Silent,
    Tasked,
    WasBefore,
    in_order,
)
from flightagents.domain.notifications import Message, Silence, State
from flightagents.domain.passenger_rules import Rule
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tasks import Task, TaskKind
from flightagents.web.flight_evidence import Made, evidence
from flightagents.web.flight_pdf import pdf
from flightagents.web.staff.flight_story import lines
from tests.support.agency import BA117, address_key
from tests.support.flight_files import REAL_NOON, opener
from tests.support.ledger_rows import notification
from tests.support.looking import Desk
from tests.support.messages import ANNA
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import booking

BEN = booking(reference="XYZ789", email="ben@example.com", name="Ben Ito")
MADE = Made(by="kim", system="Acme Travel alerts")
HOURS = 4 * timedelta(hours=1)


async def told(minutes: int = 300) -> Desk:
    """Anna and Ben hear that BA117 is late; then it is a little later, which is no news."""
    desk = Desk()
    await desk.books(booking(), BEN)
    await desk.shows(row())
    await desk.shows(row(delay=minutes))
    await desk.delivers()
    await desk.shows(row(delay=minutes + 11))
    return desk


async def file_of(desk: Desk, *, sees_people: bool = True, whose: str | None = None) -> FlightFile:
    found = await opener(desk)(BA117, sees_people=sees_people, booking=whose)
    assert found is not None
    return found


async def test_the_story_is_on_one_line_of_time() -> None:
    found = await file_of(await told())
    kinds = [type(each) for each in found.story]
    assert kinds == [Changed, Silent, Changed, Decided, Decided, Changed, Silent]
    times = [each.at for each in found.story]
    assert times == sorted(times)
    assert found.state is not None
    assert found.left_out == 0


async def test_each_change_has_the_record_that_caused_it() -> None:
    desk = await told()
    changes = [each for each in (await file_of(desk)).story if isinstance(each, Changed)]
    assert [each.change.kind for each in changes] == [Kind.FIRST_SEEN, Kind.DELAYED, Kind.DELAYED]
    look = changes[1].look
    assert look is not None
    assert (look.record, look.run) == (changes[1].change.record, 2)
    assert look.polled_at == NOON + MINUTE + timedelta(seconds=1)
    assert look.vendor["departure_scheduled"] == "2026-11-22T14:35:00+00:00"
    assert look.vendor["status"] == "scheduled"
    assert look.departure.delay == 300


async def test_a_record_that_is_not_kept_any_more_is_missing_and_its_change_stays() -> None:
    desk = await told()
    desk.archive.records.clear()
    changes = [each for each in (await file_of(desk)).story if isinstance(each, Changed)]
    assert [each.look for each in changes] == [None, None, None]


async def test_a_message_says_to_whom_it_went_and_in_which_words() -> None:
    found = await file_of(await told())
    to_anna, to_ben = [each for each in found.story if isinstance(each, Decided)]
    assert to_anna.person == Person(booking().id, "ABC123", "Anna Müller", ANNA)
    assert to_ben.person == Person(BEN.id, "XYZ789", "Ben Ito", "ben@example.com")
    assert (to_anna.said, to_anna.channel, to_anna.state) == (Said.LATER, Channel.EMAIL, State.ACCEPTED)
    assert to_anna.text
    assert to_anna.why == "differs enough from what the person was told last"


async def test_people_who_were_not_told_at_once_and_for_one_reason_are_one_entry() -> None:
    found = await file_of(await told())
    last = found.story[-1]
    assert isinstance(last, Silent)
    assert (last.people, last.reason) == (2, Reason.NOT_MATERIAL)
    assert [each.name for each in last.persons] == ["Anna Müller", "Ben Ito"]


async def test_whoever_may_not_see_people_sees_counts_and_kinds_alone() -> None:
    desk = await told()
    await desk.tasks.open([replace(TASK, booking=booking().id)])
    found = await file_of(desk, sees_people=False)
    assert [type(each) for each in found.story].count(Decided) == 2
    text = msgspec.json.encode(found).decode()
    for secret in ("Anna", "Müller", "ABC123", ANNA, "Ben", "XYZ789", "ben@", "please call"):
        assert secret not in text
    assert '"people":2' in text
    assert '"kind":"call"' in text
    seen = msgspec.json.encode(await file_of(desk)).decode()
    assert all(secret in seen for secret in ("Müller", "ABC123", ANNA, "XYZ789", "please call"))


TASK = Task(
    id="task",
    kind=TaskKind.CALL,
    flight=BA117,
    booking=None,
    summary="ABC123: no channel reached them",
    quote="please call",
    created_at=NOON + HOURS,
)


async def test_the_evidence_of_one_person_is_about_nobody_else() -> None:
    desk = await told()
    await desk.tasks.open([TASK, replace(TASK, id="annas", booking=booking().id)])
    found = await file_of(desk, whose=booking().id)
    assert [each.person.name for each in found.story if isinstance(each, Decided) and each.person] == [
        "Anna Müller"
    ]
    assert [each.people for each in found.story if isinstance(each, Silent)] == [1, 1]
    assert [each.task for each in found.story if isinstance(each, Tasked)] == ["annas"]
    assert len([each for each in found.story if isinstance(each, Changed)]) == 3
    assert found.booking == Person(booking().id, "ABC123", "Anna Müller")
    text = msgspec.json.encode(found).decode()
    assert not any(word in text for word in ("Ben", "XYZ789", "ben@"))


async def test_nothing_was_said_to_somebody_whom_nobody_knows() -> None:
    found = await file_of(await told(), whose="nobody")
    assert {type(each) for each in found.story} == {Changed}
    assert (found.booking, found.only_one) == (None, True)


async def test_an_address_that_is_another_one_now_is_not_shown_for_where_it_went() -> None:
    desk = await told()
    await desk.bookings.save([replace(booking(), email="new@example.com")])
    to_anna = next(each for each in (await file_of(desk)).story if isinstance(each, Decided))
    assert to_anna.person == Person(booking().id, "ABC123", "Anna Müller", "")


async def test_whoever_was_forgotten_has_left_a_message_without_name_and_words() -> None:
    desk = await told()
    await desk.worker.forget("ABC123")
    found = await file_of(desk)
    gone = [each for each in found.story if isinstance(each, Decided) and each.forgotten]
    assert [(each.person, each.text) for each in gone] == [(None, "")]
    assert "Müller" not in msgspec.json.encode(found).decode()


RECEIPTS = (
    "2030-01-01T11:00:00Z decided: news",
    "2030-01-01T11:00:02Z accepted: 250 ok anna@example.com",
    f"2030-01-01T11:30:00Z receipt: failed: 550 <{ANNA}> unknown",
    "2030-01-01T11:40:00Z receipt: relayed: to a server that sends none",
    "2030-01-01T11:50:00Z no receipt in time",
    "2030-01-01T11:55:00Z receipt: delivered: delivered",
)


@pytest.mark.parametrize("sees_people", [True, False])
async def test_receipts_stand_at_their_own_time_with_what_the_provider_said(sees_people: bool) -> None:
    desk = Desk()
    await desk.books(booking())
    await desk.shows(row())
    sent = notification(address_key=address_key(ANNA), message=Message(text="late"), trace=RECEIPTS)
    await desk.ledger.add([sent])
    desk.ledger.kept[sent.id].row = sent
    found = await file_of(desk, sees_people=sees_people)
    receipts = [each for each in found.story if isinstance(each, Reported)]
    assert [(each.at - desk.clock.now(), each.state) for each in receipts] == [
        (-30 * MINUTE, State.FAILED),
        (-20 * MINUTE, State.ACCEPTED),
        (-10 * MINUTE, None),
        (-5 * MINUTE, State.DELIVERED),
    ]
    assert receipts[-1].detail == "", "it is said once"
    (message,) = [each for each in found.story if isinstance(each, Decided)]
    assert message.events[0] == Event(
        desk.clock.now() - 60 * MINUTE, "decided: news" if sees_people else "decided"
    )
    if sees_people:
        assert receipts[0].detail == f"550 <{ANNA}> unknown"
    else:
        assert ANNA not in msgspec.json.encode(found).decode()
        assert [each.text for each in message.events[1:3]] == ["accepted", "receipt: failed"]


async def test_the_times_of_a_trace_are_told_in_business_time() -> None:
    desk = Desk()
    desk.clock.speed = 60
    await desk.shows(row())
    sent = notification(trace=(f"{REAL_NOON - MINUTE:%Y-%m-%dT%H:%M:%SZ} decided: news",))
    await desk.ledger.add([sent])
    desk.ledger.kept[sent.id].row = sent
    (message,) = [each for each in (await file_of(desk)).story if isinstance(each, Decided)]
    assert message.events[0].at == desk.clock.now() - 60 * MINUTE


async def test_staff_are_told_by_their_rule_also_in_a_digest_of_many_flights() -> None:
    desk = await told()
    change = next(each for each in desk.flights.history.values() if each.kind is Kind.DELAYED)
    digest = notification(
        "digest", Said.STAFF_DIGEST, flight="", booking=None, notice=None, rule="duty", changes=(change.id,)
    )
    await desk.ledger.add([digest])
    found = await file_of(desk)
    to_staff = [each for each in found.story if isinstance(each, Decided) and each.rule]
    assert [(each.row, each.rule, each.forgotten) for each in to_staff] == [("digest", "duty", False)]


async def test_a_flight_that_was_another_one_says_so() -> None:
    desk = Desk()
    await desk.shows(row())
    first = next(iter(desk.flights.history.values()))
    old = "BA117|2026-11-21|LHR|JFK"
    await desk.flights.add_to_history(
        [replace(first, id="move", flight=old, kind=Kind.MOVED_TO, after={"flight": BA117}, at=NOON - MINUTE)]
    )
    found = await file_of(desk)
    assert found.story[0] == WasBefore(at=NOON - MINUTE, flight=old)


async def test_somebody_of_the_day_before_is_known_by_name() -> None:
    desk = Desk()
    old = "BA117|2026-11-21|LHR|JFK"
    await desk.bookings.save(
        [booking(replace(booking().segments[0], flight_date=NOON.date() - timedelta(days=1)))]
    )
    await desk.shows(row())
    first = next(iter(desk.flights.history.values()))
    await desk.flights.add_to_history(
        [replace(first, id="m", flight=old, kind=Kind.MOVED_TO, after={"flight": BA117})]
    )
    await desk.silences.note([Silence(BA117, 9, address_key(booking().id), Reason.DUPLICATE)], NOON)
    silent = [each for each in (await file_of(desk)).story if isinstance(each, Silent)]
    assert [each.name for each in silent[-1].persons] == ["Anna Müller"]


async def test_rights_are_judged_by_the_airports() -> None:
    desk = await told(300)
    rules = {each.rule for each in (await file_of(desk)).rights.hints}
    assert {Rule.UK_DELAY, Rule.UK_CARE} <= rules


async def test_nothing_kept_is_no_file_and_what_is_no_flight_is_an_error() -> None:
    desk = Desk()
    assert await opener(desk)(BA117, sees_people=True) is None
    for wrong in ("BA117", "a|b|c|d", '{"$ne": null}'):
        with pytest.raises(ValueError, match=r".+"):
            await opener(desk)(wrong, sees_people=True)


async def test_of_a_flight_whose_state_is_gone_its_history_is_told() -> None:
    desk = await told()
    desk.flights._states.clear()
    found = await file_of(desk)
    assert (found.state, found.rights.hints) == (None, ())
    assert found.rights.unsaid == ("how the flight stood is not kept any more",)
    assert len([each for each in found.story if isinstance(each, Changed)]) == 3
    assert pdf(found, MADE).startswith(b"%PDF")
    assert b'"state": null' in evidence(found, MADE)


async def test_a_file_is_bounded_and_says_what_it_left_out() -> None:
    desk = await told()
    found = await opener(desk)(BA117, sees_people=True, most=4)
    assert found is not None
    assert [type(each) for each in found.story] == [Changed, Changed, Changed, Silent]
    assert found.left_out == 3


def test_what_the_airline_published_stays_longest() -> None:
    wases = [WasBefore(at=NOON + n * MINUTE, flight=str(n)) for n in range(4)]
    story, left_out = in_order([*wases[:1]], [*wases[1:]], 3)
    assert [each.at for each in story] == [wases[0].at, wases[2].at, wases[3].at]
    assert left_out == 1
    story, left_out = in_order([*wases], [*wases], 2)
    assert ([each.at for each in story], left_out) == ([wases[2].at, wases[3].at], 6)


async def test_a_change_tells_the_first_arrival_as_the_first_and_not_as_what_was_said_last() -> None:
    desk = Desk()
    for delay in (60, 120):
        await desk.shows(row(delay=delay))
    found = await file_of(desk)
    newest = next(line for line in lines(found) if line.kind == "changed")
    departure, arrival = newest.moved
    assert "15:35" in str(departure.before)
    assert (arrival.name, arrival.before) == ("Arrival now", None)
    assert "19:35" in arrival.after
    assert arrival.more.startswith("first scheduled for <time")
    assert ">17:35<" in arrival.more
