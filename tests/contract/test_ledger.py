"""What `Ledger` and `Outbox` promise, held by the fake and by MongoDB: nothing lost, nothing twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message, Notification, StaffNotice, Stage, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.store.ledger import MongoLedger
from flightagents.store.ledger_rows import TRACE
from flightagents.store.outbox import MongoOutbox
from tests.support.desk import LEASE, FakeLedger
from tests.support.messages import notice
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = "BA117|2026-11-22|LHR|JFK"
BOTH = [channel.value for channel in Channel]
SECOND = timedelta(seconds=1)
EXAMPLE = Message(text="BA117 now expected 16:40.", subject="$now", message_id="<1@agency>", date=NOON)


class Book:
    """A ledger, and the database's own time, which a test lets pass without waiting for it."""

    def __init__(
        self, ledger: FakeLedger | MongoLedger, outbox: FakeLedger | MongoOutbox, database: Database | None
    ) -> None:
        self.ledger = ledger
        self.outbox = outbox
        self._database = database

    async def pass_time(self, by: timedelta, *, since_sent: bool = False) -> None:
        """Let real time pass: each lease and each wait is that much nearer to its end.

        `since_sent`: what was sent is that much longer ago, too.
        """
        if isinstance(self.ledger, FakeLedger):
            self.ledger.wait(by)
            return
        assert self._database is not None
        back = {
            field: {
                "$dateSubtract": {"startDate": f"${field}", "unit": "second", "amount": by.total_seconds()}
            }
            for field in ("retry_at", "lease_until", *(["last_wire_at"] if since_sent else []))
        }
        await self._database["notifications"].update_many({}, [{"$set": back}])

    async def all(self) -> dict[str, Notification]:
        rows = self.ledger.rows if isinstance(self.ledger, FakeLedger) else await self.ledger.newest(10_000)
        return {row.id: row for row in rows}

    async def one(self, id_: str = "a") -> Notification:
        return (await self.all())[id_]

    async def claimed(self, owner: str = "w1", now: datetime = NOON, limit: int = 50) -> list[Notification]:
        return await self.outbox.claim(owner, BOTH, now, limit)

    async def claim_one(self, owner: str = "w1") -> Notification:
        (row,) = await self.claimed(owner)
        return row


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def book(request: pytest.FixtureRequest) -> Book:
    if request.param == "fake":
        fake = FakeLedger(LEASE)
        return Book(fake, fake, None)
    database: Database = request.getfixturevalue("database")
    return Book(MongoLedger(database), MongoOutbox(database, LEASE), database)


def row(
    id_: str = "a",
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Notification:
    """Anna's email of a delay."""
    usual = Notification(
        id=id_,
        flight=BA117,
        ordinal=2,
        booking="ABC123|anna@example.com",
        channel=Channel.EMAIL,
        address_key="anna",
        said=Said.LATER,
        notice=notice(),
        created_at=NOON,
        expires_at=NOON + timedelta(hours=5),
    )
    return replace(usual, **differs)


# Deciding


async def test_a_row_comes_back_as_it_was_added(book: Book) -> None:
    wanted = row(not_before=NOON + MINUTE, maybe_twice=False)
    assert len(await book.ledger.add([wanted])) == 1
    (found,) = await book.ledger.rows_of([BA117], ["anna"])
    assert found.trace
    assert replace(found, trace=()) == wanted


async def test_a_notice_with_times_without_a_zone_comes_back_so(book: Book) -> None:
    naive = notice(zone=None, old=datetime(2026, 11, 22, 14, 35), new=datetime(2026, 11, 22, 16, 40))  # noqa: DTZ001 - that is the point
    await book.ledger.add([row(notice=naive)])
    assert (await book.one()).notice == naive


async def test_a_row_without_a_notice_can_be_kept(book: Book) -> None:
    await book.ledger.add([row(notice=None)])
    assert (await book.one()).notice is None


async def test_a_row_is_added_once_whoever_adds_it(book: Book) -> None:
    assert len(await book.ledger.add([row(), row("b")])) == 2
    changed = row(notice=notice(name="Somebody else"), created_at=NOON + MINUTE)
    assert len(await book.ledger.add([changed, row("b"), row("c")])) == 1
    assert len(await book.ledger.add([])) == 0
    assert sorted(await book.all()) == ["a", "b", "c"]
    assert (await book.one()).notice == notice()


async def test_a_row_that_is_being_sent_is_not_added_again(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    assert len(await book.ledger.add([row()])) == 0
    assert await book.one() == mine


async def test_rows_are_found_by_flight_and_address(book: Book) -> None:
    other = "BA1|2026-11-22|LHR|JFK"
    await book.ledger.add([row(), row("b", flight=other), row("c", address_key="ben"), row("d", ordinal=9)])
    found = await book.ledger.rows_of([BA117], ["anna", "nobody"])
    assert sorted(each.id for each in found) == ["a", "d"]
    assert await book.ledger.rows_of([], ["anna"]) == []
    assert await book.ledger.rows_of([BA117], []) == []


async def test_flights_of_which_a_traveller_may_have_been_told_are_told_apart(book: Book) -> None:
    waits, sent, staffs = (f"BA{number}|2026-11-22|LHR|JFK" for number in (1, 2, 3))
    await book.ledger.add([row("sent", flight=sent), row("staffs", flight=staffs, rule="desk")])
    await book.claimed()
    await book.ledger.add([row("waits", flight=waits)])
    assert await book.ledger.told_of([waits, sent, staffs]) == {sent}
    assert await book.ledger.told_of([waits]) == set()


async def test_what_was_said_to_an_address_is_found_without_the_message(book: Book) -> None:
    """Whoever decides needs the notice; the messages of a full flight are megabytes."""
    await book.ledger.add([row()])
    await book.outbox.wire(await book.claim_one(), EXAMPLE)
    (found,) = await book.ledger.rows_of([BA117], ["anna"])
    assert (found.notice, found.message) == (notice(), None)
    assert (await book.one()).message == EXAMPLE


async def test_only_what_waits_and_is_older_is_superseded(book: Book) -> None:
    other = "BA1|2026-11-22|LHR|JFK"
    await book.ledger.add([row("told")])
    await book.outbox.finish(await book.claim_one(), State.ACCEPTED, "accepted")
    await book.ledger.add([row("sending")])
    await book.claim_one()
    await book.ledger.add(
        [
            row("older", ordinal=4),
            row("same", ordinal=5),
            row("newer", ordinal=6),
            row("ben", address_key="ben"),
            row("elsewhere", flight=other),
        ]
    )
    await book.ledger.supersede([(BA117, 5)], ["anna"])
    await book.ledger.supersede([], ["anna"])
    states = {each.id: each.state for each in (await book.all()).values()}
    assert states.pop("told") is State.ACCEPTED
    assert states.pop("sending") is State.SENDING
    assert states.pop("older") is State.SUPERSEDED
    assert set(states.values()) == {State.PENDING}
    assert (await book.one("older")).reason is Reason.SUPERSEDED
    assert await book.ledger.unsettled() == []


@pytest.mark.parametrize("state", [State.SUPPRESSED, State.SUPERSEDED])
async def test_a_row_that_was_set_aside_comes_to_life_when_it_is_decided_again(
    book: Book, state: State
) -> None:
    await book.ledger.add([row()])
    await book.outbox.finish(await book.claim_one(), state, "set aside", reason=Reason.NOT_BOOKED)
    again = row(booking="XYZ|ben", notice=notice(name="Ben"), created_at=NOON + MINUTE)
    assert len(await book.ledger.add([again])) == 0
    assert await book.ledger.unsettled() == []
    revived = await book.claim_one("w2")  # at once
    assert (revived.booking, revived.notice, revived.reason) == (again.booking, again.notice, Reason.NEWS)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.FAILED, State.DEAD, State.EXPIRED])
async def test_a_row_that_has_ended_stays_so(book: Book, state: State) -> None:
    await book.ledger.add([row()])
    await book.outbox.finish(await book.claim_one(), state, "ended")
    await book.ledger.add([row()])
    assert (await book.one()).state is state
    assert await book.claimed() == []


async def test_who_had_a_row_before_it_came_to_life_again_has_it_no_more(book: Book) -> None:
    await book.ledger.add([row()])
    first = await book.claim_one("w1")
    await book.outbox.finish(first, State.SUPPRESSED, "set aside")
    await book.ledger.add([row()])
    second = await book.claim_one("w1")
    assert not await book.outbox.wire(first, EXAMPLE)
    assert await book.outbox.wire(second, EXAMPLE)


async def test_what_is_set_aside_already_when_it_is_added_is_not_sent(book: Book) -> None:
    await book.ledger.add([row(state=State.SUPPRESSED, reason=Reason.NO_CONSENT)])
    assert await book.claimed() == []
    assert await book.ledger.unsettled() == []
    await book.ledger.add([row()])  # consent came
    assert [each.id for each in await book.claimed()] == ["a"]


# Claiming


async def test_the_oldest_rows_are_claimed_first_and_no_more_than_asked(book: Book) -> None:
    await book.ledger.add([row(str(n), created_at=NOON - n * MINUTE) for n in range(5)])
    assert [each.id for each in await book.claimed(limit=3)] == ["4", "3", "2"]
    assert [each.id for each in await book.claimed(limit=3)] == ["1", "0"]
    assert await book.claimed() == []


async def test_only_rows_of_the_channels_asked_for_are_claimed(book: Book) -> None:
    await book.ledger.add([row("email"), row("sms", channel=Channel.SMS)])
    assert [each.id for each in await book.outbox.claim("w1", ["sms"], NOON, 50)] == ["sms"]


async def test_a_row_waits_for_its_time_in_business_time(book: Book) -> None:
    await book.ledger.add([row(not_before=NOON + 10 * MINUTE)])
    await book.pass_time(timedelta(hours=1))
    assert await book.claimed(now=NOON + 9 * MINUTE) == []
    assert len(await book.claimed(now=NOON + 10 * MINUTE)) == 1


async def test_a_claimed_row_carries_owner_attempt_and_stage(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one("w1")
    assert (mine.state, mine.stage, mine.owner, mine.attempt) == (State.SENDING, Stage.CLAIMED, "w1", 1)
    assert await book.one() == mine


async def test_a_claimed_row_is_nobody_elses_until_the_lease_ends(book: Book) -> None:
    await book.ledger.add([row()])
    await book.claim_one("w1")
    await book.pass_time(LEASE - SECOND)
    assert await book.claimed("w2") == []
    await book.pass_time(2 * SECOND)
    theirs = await book.claim_one("w2")
    assert (theirs.state, theirs.stage, theirs.owner, theirs.attempt) == (
        State.SENDING,
        Stage.CLAIMED,
        "w2",
        2,
    )


async def test_two_senders_never_get_the_same_row(book: Book) -> None:
    await book.ledger.add([row(str(n)) for n in range(200)])
    names = [f"w{n}" for n in range(8)]
    got: list[str] = []
    while claims := [each for some in await asyncio.gather(*map(_claim_ten(book), names)) for each in some]:
        got += [each.id for each in claims]
    assert sorted(got) == sorted(str(n) for n in range(200))


def _claim_ten(book: Book) -> Callable[[str], Any]:
    return lambda name: book.claimed(name, limit=10)


# The wire


async def test_what_is_about_to_be_sent_is_written_down_before(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    said = notice(new=datetime(2026, 11, 22, 18, tzinfo=UTC))
    assert await book.outbox.wire(replace(mine, notice=said), EXAMPLE)
    found = await book.one()
    assert (found.state, found.stage, found.message) == (State.SENDING, Stage.WIRE, EXAMPLE)
    assert found.notice == said
    assert found.wire_at is not None
    assert found.last_wire_at == found.wire_at


async def test_a_sender_whose_lease_ran_out_sends_nothing(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one("w1")
    await book.pass_time(LEASE + SECOND)
    assert not await book.outbox.wire(mine, EXAMPLE)
    theirs = await book.claim_one("w2")
    assert not await book.outbox.wire(mine, EXAMPLE)
    assert await book.outbox.wire(theirs, EXAMPLE)


async def test_the_lease_begins_anew_when_bytes_leave(book: Book) -> None:
    """Else somebody asks about a message that is still on its way, and sends it again."""
    await book.ledger.add([row()])
    mine = await book.claim_one("w1")
    await book.pass_time(LEASE - SECOND)
    assert await book.outbox.wire(mine, EXAMPLE)
    await book.pass_time(LEASE - SECOND)
    assert await book.claimed("w2") == []


async def test_the_same_goes_for_what_is_sent_again(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.wire(await book.claim_one("w1"), EXAMPLE)
    await book.pass_time(LEASE + SECOND)
    again = await book.claim_one("w2")
    await book.pass_time(LEASE - SECOND)
    assert await book.outbox.wire(again, EXAMPLE)
    await book.pass_time(LEASE - SECOND)
    assert await book.claimed("w3") == []


async def test_a_row_whose_sender_died_at_the_wire_comes_back_as_uncertain(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.wire(await book.claim_one("w1"), EXAMPLE)
    before = await book.one()
    await book.pass_time(LEASE + SECOND)
    theirs = await book.claim_one("w2")
    assert (theirs.state, theirs.stage, theirs.message) == (State.UNCERTAIN, Stage.WIRE, EXAMPLE)
    assert (theirs.wire_at, theirs.last_wire_at) == (before.wire_at, before.last_wire_at)
    assert await book.claimed("w3") == []


async def test_the_first_and_the_last_time_at_the_wire_are_both_known(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.wire(await book.claim_one("w1"), EXAMPLE)
    first = (await book.one()).wire_at
    await book.pass_time(LEASE + SECOND)
    await book.outbox.wire(await book.claim_one("w2"), EXAMPLE)
    found = await book.one()
    assert found.wire_at == first
    assert found.last_wire_at is not None
    assert first is not None
    assert found.last_wire_at > first


async def test_of_many_that_go_to_the_wire_together_exactly_those_go_that_are_still_ours(book: Book) -> None:
    """They are written in one; each answer is that of its own row."""
    await book.ledger.add([row(str(n), booking=f"booking {n}") for n in range(12)])
    mine = {each.id: each for each in await book.claimed("w1")}
    await book.pass_time(LEASE + SECOND)
    taken = {each.id: each for each in await book.claimed("w2", limit=4)}
    await book.ledger.erase(["booking 11"])
    fresh = {each.id: each for each in await book.claimed("w1", limit=4)}
    ours = {**mine, **fresh}
    answers = await asyncio.gather(*(book.outbox.wire(each, EXAMPLE) for each in ours.values()))
    went = {each.id for each, gone in zip(ours.values(), answers, strict=True) if gone}
    assert went == set(fresh)
    rows = await book.all()
    assert {each.id for each in rows.values() if each.stage is Stage.WIRE} == set(fresh)
    assert len(went) == 4
    assert not went & set(taken)


async def test_a_row_that_was_at_the_wire_before_and_whose_lease_ran_out_does_not_go(book: Book) -> None:
    """It is at the wire already: that alone must not pass for a mark of ours."""
    await book.ledger.add([row(), row("b")])
    for mine in await book.claimed("w1"):
        await book.outbox.wire(mine, EXAMPLE)
    await book.pass_time(LEASE + SECOND)
    (late,) = await book.claimed("w2", limit=1)
    await book.pass_time(LEASE + SECOND)
    in_time = next(each for each in await book.claimed("w3") if each.id != late.id)
    answers = await asyncio.gather(book.outbox.wire(late, EXAMPLE), book.outbox.wire(in_time, EXAMPLE))
    assert list(answers) == [False, True]


async def test_many_that_end_together_end_each_in_its_own_way(book: Book) -> None:
    await book.ledger.add([row(str(n)) for n in range(9)])
    mine = await book.claimed()
    states = (State.ACCEPTED, State.FAILED, State.SUPPRESSED)
    await asyncio.gather(
        *(book.outbox.finish(each, states[int(each.id) % 3], f"ended {each.id}") for each in mine)
    )
    for each in (await book.all()).values():
        assert each.state is states[int(each.id) % 3]
        assert each.trace[-1].endswith(f"ended {each.id}")


async def test_staff_words_are_kept_with_the_message(book: Book) -> None:
    await book.ledger.add([row(staff=StaffNotice(title="old", lines=()), notice=None, rule="r")])
    said = StaffNotice(title="new", lines=("a line", "$another"), flights=(BA117,), severity="major")
    assert await book.outbox.wire(replace(await book.claim_one(), staff=said), EXAMPLE)
    assert (await book.one()).staff == said


# How it ends


async def test_what_ends_told_is_settled_and_what_ends_untold_is_not(book: Book) -> None:
    told, untold = (State.ACCEPTED, State.DELIVERED), (State.FAILED, State.DEAD, State.EXPIRED)
    aside = (State.SUPPRESSED, State.SUPERSEDED)
    await book.ledger.add([row(state.value) for state in (*told, *untold, *aside)])
    for mine in await book.claimed():
        await book.outbox.finish(mine, State(mine.id), "ended", reason=Reason.DUPLICATE, provider_id="SM1")
    rows = await book.all()
    assert {each.id: each.state.value for each in rows.values()} == {key: key for key in rows}
    assert {each.provider_id for each in rows.values()} == {"SM1"}
    assert {each.reason for each in rows.values()} == {Reason.DUPLICATE}
    unsettled = await book.ledger.unsettled()
    assert {each.state for each in unsettled} == {*untold, *aside}
    for each in unsettled:
        await book.ledger.settle([each])
    assert await book.ledger.unsettled() == []


@pytest.mark.parametrize("reason", [Reason.SHADOW, Reason.RATE_LIMIT])
async def test_what_would_only_end_so_again_is_settled_at_once(book: Book, reason: Reason) -> None:
    await book.ledger.add([row()])
    await book.outbox.finish(await book.claim_one(), State.SUPPRESSED, "not sent", reason=reason)
    assert await book.ledger.unsettled() == []
    assert (await book.one()).reason is reason


async def test_what_is_only_shown_is_kept_with_its_words(book: Book) -> None:
    await book.ledger.add([row()])
    said = notice(name="Anna M.")
    mine = replace(await book.claim_one(), notice=said)
    await book.outbox.finish(mine, State.SUPPRESSED, "shown", reason=Reason.SHADOW, message=EXAMPLE)
    found = await book.one()
    assert (found.message, found.notice, found.wire_at) == (EXAMPLE, said, None)


async def test_what_has_ended_again_since_is_not_settled_by_who_saw_it_before(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.finish(await book.claim_one(), State.SUPPRESSED, "set aside")
    (seen,) = await book.ledger.unsettled()
    await book.ledger.add([row()])
    await book.outbox.finish(await book.claim_one("w2"), State.SUPPRESSED, "set aside again")
    await book.ledger.settle([seen])
    assert [each.id for each in await book.ledger.unsettled()] == ["a"]


async def test_only_the_owner_of_this_attempt_records_how_it_ended(book: Book) -> None:
    await book.ledger.add([row()])
    stale = await book.claim_one("w1")
    await book.pass_time(LEASE + SECOND)
    mine = await book.claim_one("w1")
    await book.outbox.finish(stale, State.FAILED, "too late")
    await book.outbox.postpone(stale, "too late", SECOND)
    await book.outbox.leave_uncertain(stale, "too late", SECOND, again=True)
    assert await book.one() == mine


async def test_a_postponed_row_waits_in_real_time_and_burns_a_try(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.postpone(await book.claim_one(), "451", timedelta(seconds=30))
    assert (await book.one()).tries == 1
    await book.pass_time(timedelta(seconds=29))
    assert await book.claimed(now=NOON + timedelta(days=1)) == []
    await book.pass_time(2 * SECOND)
    mine = await book.claim_one()
    assert (mine.stage, mine.attempt, mine.tries) == (Stage.CLAIMED, 2, 1)


async def test_a_row_that_has_to_wait_for_its_time_burns_no_try(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.postpone(
        await book.claim_one(), "waits", SECOND, until=NOON + 10 * MINUTE, burned=False
    )
    await book.pass_time(MINUTE)
    assert await book.claimed() == []
    (mine,) = await book.claimed(now=NOON + 10 * MINUTE)
    assert mine.tries == 0


async def test_a_row_that_was_refused_at_the_wire_is_judged_anew(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    await book.outbox.wire(mine, EXAMPLE)
    await book.outbox.postpone(mine, "429", SECOND)
    await book.pass_time(2 * SECOND)
    again = await book.claim_one()
    assert (again.state, again.stage) == (State.SENDING, Stage.CLAIMED)
    assert again.message == EXAMPLE
    assert again.wire_at is not None


async def test_an_uncertain_row_is_asked_about_after_a_wait(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    await book.outbox.wire(mine, EXAMPLE)
    await book.outbox.leave_uncertain(mine, "no answer", 30 * SECOND)
    assert (await book.one()).state is State.UNCERTAIN
    assert await book.claimed() == []
    await book.pass_time(31 * SECOND)
    again = await book.claim_one("w2")
    assert (again.state, again.stage, again.maybe_twice) == (State.UNCERTAIN, Stage.WIRE, False)
    await book.outbox.leave_uncertain(again, "nobody can tell", SECOND, again=True)
    await book.outbox.leave_uncertain(again, "no answer", SECOND)
    assert (await book.one()).maybe_twice


async def test_a_row_whose_second_try_never_began_is_sent_and_not_asked_about(book: Book) -> None:
    """Its sender died between the decision to send it again and the mark at the wire."""
    await book.ledger.add([row()])
    mine = await book.claim_one()
    await book.outbox.wire(mine, EXAMPLE)
    await book.outbox.leave_uncertain(mine, "nobody can tell", SECOND, again=True)
    assert (await book.one()).state is State.UNCERTAIN
    await book.pass_time(LEASE + SECOND)
    again = await book.claim_one("w2")
    assert (again.state, again.stage, again.maybe_twice) == (State.SENDING, Stage.CLAIMED, True)
    assert again.message == EXAMPLE
    assert not await book.outbox.wire(mine, EXAMPLE)
    assert await book.outbox.wire(again, EXAMPLE)
    await book.pass_time(LEASE + SECOND)
    assert (await book.claim_one("w3")).stage is Stage.WIRE


async def test_what_happened_to_a_row_is_kept_newest_last(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.postpone(await book.claim_one(), "$first", SECOND)
    await book.pass_time(2 * SECOND)
    await book.outbox.finish(await book.claim_one(), State.FAILED, "second")
    trace = (await book.one()).trace
    assert [word for line in trace for word in ("decided", "$first", "second") if line.endswith(word)] == [
        "$first",
        "second",
    ]
    assert "decided: news" in trace[0]


# Held by staff


async def test_a_held_row_is_not_claimed_until_it_is_released(book: Book) -> None:
    await book.ledger.add([row(), row("b", hold=True)])
    assert await book.ledger.hold("a", on=True)
    assert await book.claimed() == []
    assert await book.ledger.hold("a", on=False)
    assert await book.ledger.hold("b", on=False)
    assert [each.id for each in await book.claimed()] == ["a", "b"]
    assert "held by staff" in (await book.one()).trace[-2]


async def test_only_what_waits_can_be_held(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    assert not await book.ledger.hold("a", on=True)
    assert not await book.ledger.hold("nothing", on=True)
    assert await book.one() == mine


async def test_holding_twice_changes_nothing(book: Book) -> None:
    await book.ledger.add([row()])
    await book.ledger.hold("a", on=True)
    before = await book.one()
    assert not await book.ledger.hold("a", on=True)
    assert await book.one() == before


# What an address has heard


async def test_what_left_for_an_address_lately_is_counted(book: Book) -> None:
    names = ("accepted", "delivered", "uncertain", "sending", "failed", "retried", "claimed")
    await book.ledger.add([row(name, flight=f"flight of {name}") for name in names])
    await book.ledger.add([row("bens", address_key="ben"), row("gate", said=Said.GATE)])
    mine = {each.id: each for each in await book.claimed()}
    for name in (*names[:-1], "bens", "gate"):
        await book.outbox.wire(mine[name], EXAMPLE)
    await book.outbox.finish(mine["accepted"], State.ACCEPTED, "ok")
    await book.outbox.finish(mine["delivered"], State.DELIVERED, "ok")
    await book.outbox.leave_uncertain(mine["uncertain"], "no answer", SECOND)
    await book.outbox.finish(mine["failed"], State.FAILED, "550")
    await book.outbox.postpone(mine["retried"], "451", SECOND)
    hour, later = timedelta(hours=1), [Said.LATER]
    assert await book.outbox.heard(["anna", "ben", "nobody"], hour, later) == {"anna": 4, "ben": 1}
    assert await book.outbox.heard(["anna"], hour, later, apart_from=["sending", "accepted"]) == {"anna": 2}
    assert await book.outbox.heard(["anna"], hour, [Said.LATER, Said.GATE]) == {"anna": 5}
    assert await book.outbox.heard([], hour, later) == {}


async def test_what_left_longer_ago_is_not_counted(book: Book) -> None:
    await book.ledger.add([row()])
    await book.outbox.wire(await book.claim_one(), EXAMPLE)
    await book.pass_time(timedelta(minutes=59), since_sent=True)
    assert await book.outbox.heard(["anna"], timedelta(hours=1), [Said.LATER]) == {"anna": 1}
    await book.pass_time(timedelta(minutes=2), since_sent=True)
    assert await book.outbox.heard(["anna"], timedelta(hours=1), [Said.LATER]) == {}


# Forgetting


async def test_a_forgotten_persons_rows_lose_all_that_is_personal(book: Book) -> None:
    await book.ledger.add([row("sent")])
    mine = await book.claim_one()
    await book.outbox.wire(mine, EXAMPLE)
    await book.outbox.finish(mine, State.ACCEPTED, "accepted")
    await book.ledger.add([row("waits"), row("bens", booking="XYZ|ben", address_key="ben")])
    await book.ledger.erase(["ABC123|anna@example.com"])
    rows = await book.all()
    for each in (rows["sent"], rows["waits"]):
        assert (each.booking, each.address_key, each.notice, each.message) == (None, None, None, None)
    assert (rows["sent"].state, rows["waits"].state) == (State.ACCEPTED, State.SUPPRESSED)
    assert rows["waits"].reason is Reason.NOT_BOOKED
    assert rows["bens"].notice == notice()
    assert [each.id for each in await book.claimed()] == ["bens"]


async def test_who_shares_an_address_with_a_forgotten_person_is_decided_on_again(book: Book) -> None:
    await book.ledger.add([row()])
    await book.ledger.erase(["ABC123|anna@example.com"])
    assert [each.id for each in await book.ledger.unsettled()] == ["a"]
    await book.ledger.add([row(booking="XYZ|ben")])
    assert (await book.claim_one()).booking == "XYZ|ben"


async def test_what_is_in_a_senders_hand_is_not_sent_to_a_forgotten_person(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    await book.ledger.erase(["ABC123|anna@example.com"])
    assert not await book.outbox.wire(mine, EXAMPLE)
    found = await book.one()
    assert (found.message, found.notice, found.booking) == (None, None, None)
    await book.pass_time(LEASE + SECOND)
    assert (await book.claim_one("w2")).booking is None


async def test_what_was_said_at_an_address_that_somebody_else_has_stays_known(book: Book) -> None:
    await book.ledger.add([row()])
    mine = await book.claim_one()
    await book.outbox.wire(mine, EXAMPLE)
    await book.outbox.finish(mine, State.ACCEPTED, "accepted")
    await book.ledger.add([row("waits")])
    await book.ledger.erase(["ABC123|anna@example.com"], ["anna"])
    (said,) = [each for each in await book.ledger.rows_of([BA117], ["anna"]) if each.id == "a"]
    assert (said.booking, said.message) == (None, None)
    assert said.notice == notice(name="", reference="")
    assert [each.id for each in await book.ledger.unsettled()] == ["waits"]


async def test_a_row_is_found_by_its_id(book: Book) -> None:
    await book.ledger.add([row()])
    found = await book.ledger.get("a")
    assert found is not None
    assert (found.id, found.flight) == ("a", BA117)
    assert await book.ledger.get("unknown") is None


@pytest.mark.parametrize("end", [State.FAILED, State.DEAD])
async def test_what_was_given_up_or_refused_is_tried_again_by_hand_once(book: Book, end: State) -> None:
    await book.ledger.add([row()])
    await book.outbox.finish(await book.claim_one(), end, "550")
    assert await book.ledger.replay("a")
    assert not await book.ledger.replay("a")
    assert not await book.ledger.replay("unknown")
    again = await book.claim_one()
    assert (again.id, again.state, again.tries) == ("a", State.SENDING, 0)


# Only MongoDB


@pytest.mark.mongodb
async def test_the_trace_of_a_row_is_bounded(database: Database) -> None:
    book = Book(MongoLedger(database), MongoOutbox(database, LEASE), database)
    await book.ledger.add([row()])
    for number in range(TRACE + 5):
        await book.outbox.postpone(await book.claim_one(), str(number), timedelta())
    trace = (await book.one()).trace
    assert len(trace) == TRACE
    assert trace[-1].endswith(f"postponed: {TRACE + 4}")


@pytest.mark.mongodb
async def test_the_newest_rows_are_listed_first_also_of_one_flight(database: Database) -> None:
    ledger = MongoLedger(database)
    rows = [row(str(n), created_at=NOON + n * MINUTE, flight=BA117 if n % 2 else "other") for n in range(6)]
    await ledger.add(rows)
    assert [each.id for each in await ledger.newest(3)] == ["5", "4", "3"]
    assert [each.id for each in await ledger.newest(9, BA117)] == ["5", "3", "1"]


@pytest.mark.mongodb
async def test_due_rows_are_found_by_an_index(database: Database) -> None:
    ledger = MongoLedger(database)
    await ledger.prepare()
    await ledger.prepare()
    names = {index["name"] async for index in database["notifications"].list_indexes()}
    assert {"flight_address", "state_newest", "booking", "settled", "address_key"} <= names


@pytest.mark.mongodb
async def test_a_row_that_cannot_be_read_stops_no_neighbour(database: Database) -> None:
    book = Book(MongoLedger(database), MongoOutbox(database, LEASE), database)
    await book.ledger.add([row(), row("of another version")])
    await database["notifications"].update_one(
        {"_id": "of another version"}, {"$set": {"notice": '{"said": "something new"}'}}
    )
    assert [each.id for each in await book.ledger.rows_of([BA117], ["anna"])] == ["a"]
    assert [each.id for each in await book.claimed()] == ["a"]
