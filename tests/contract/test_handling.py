"""What `Handlings` promises, held by the fake and by MongoDB."""

from datetime import timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.handling import LONGEST_NOTE, MOST_NOTES, Handling, Note, Seen
from flightagents.domain.moves import watch
from flightagents.domain.tasks import FORGOTTEN
from flightagents.domain.tracking import advance
from flightagents.domain.trouble import Trouble
from flightagents.store import setup
from flightagents.store.flights import MongoFlights
from flightagents.store.handling import COLLECTION, HELD, KEEP, MongoHandlings
from tests.support.fakes import FakeFlights
from tests.support.handling import FakeHandlings
from tests.support.rows import DAY, MINUTE, NOON, row, run_of

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = "BA117|2026-11-22|LHR|JFK"
NEXT_DAYS = "BA117|2026-11-23|LHR|JFK"
AA100 = "AA100|2026-11-22|JFK|LHR"
SEEN = Seen(by="Kim", at=NOON, ordinal=2, severity=Severity.MAJOR, trouble=Trouble.DELAYED, late=75)


class Shelf:
    """Handlings, and the flights that they are about."""

    def __init__(self, database: Database | None) -> None:
        if database is None:
            fake = FakeFlights()
            self.flights: FakeFlights | MongoFlights = fake
            self.handlings: FakeHandlings | MongoHandlings = FakeHandlings(fake)
        else:
            self.flights, self.handlings = MongoFlights(database), MongoHandlings(database)

    async def of(self, flight: str = BA117) -> Handling:
        return (await self.handlings.get([flight]))[flight]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(None if request.param == "fake" else request.getfixturevalue("database"))


def moved_over_midnight() -> Change:
    """Let BA117 become the flight of the next day."""
    later = row(day=DAY + timedelta(days=1), departs="00:20", arrives="03:20")
    old = advance(None, run_of([row(departs="22:35")], 1)[0])[0]
    new = advance(None, run_of([later], 2, NOON + MINUTE)[0])[0]
    (change,) = watch([old, new], {BA117: (1,), NEXT_DAYS: (2, 3)}, NOON)
    assert change.kind is Kind.MOVED_TO
    return change


async def test_of_a_note_that_is_emptied_it_stays_that_there_was_one(shelf: Shelf) -> None:
    notes = [
        Note(by="Kim", at=NOON + n * MINUTE, text=text) for n, text in enumerate(["Anna", "gate", "Anna"])
    ]
    for note in notes:
        await shelf.handlings.note([BA117, AA100], note)
    await shelf.handlings.empty_notes(BA117, ["Anna", "Ben"])
    assert [each.text for each in (await shelf.of()).notes] == [FORGOTTEN, "gate", FORGOTTEN]
    assert [each.at for each in (await shelf.of()).notes] == [note.at for note in notes]
    assert [each.text for each in (await shelf.of(AA100)).notes] == ["Anna", "gate", "Anna"]
    await shelf.handlings.empty_notes(NEXT_DAYS, ["Anna"])
    assert await shelf.handlings.get([NEXT_DAYS]) == {}


async def test_nothing_is_known_of_a_flight_that_nobody_touched(shelf: Shelf) -> None:
    assert await shelf.handlings.get([BA117]) == {}
    assert await shelf.handlings.get([]) == {}
    assert await shelf.handlings.held() == frozenset()


async def test_what_was_seen_comes_back_and_a_later_look_takes_its_place(shelf: Shelf) -> None:
    await shelf.handlings.see({BA117: SEEN, AA100: SEEN}, NOON + MINUTE)
    assert await shelf.of() == Handling(
        flight=BA117, acknowledged=SEEN, snoozed_until=NOON + MINUTE, version=1
    )
    await shelf.handlings.see({BA117: SEEN})
    assert await shelf.of() == Handling(flight=BA117, acknowledged=SEEN, version=2)
    assert (await shelf.of(AA100)).snoozed_until == NOON + MINUTE


async def test_flights_are_given_to_one_person(shelf: Shelf) -> None:
    assert await shelf.handlings.assign([BA117, AA100], "Kim", by="Kim") == {}
    assert {(await shelf.of(each)).assigned_to for each in (BA117, AA100)} == {"Kim"}


async def test_what_somebody_else_has_stays_theirs_and_the_answer_says_whose_it_is(shelf: Shelf) -> None:
    await shelf.handlings.assign([BA117], "Kim", by="Kim")
    assert await shelf.handlings.assign([BA117, AA100], "Lee", by="Lee") == {BA117: "Kim"}
    assert (await shelf.of()).assigned_to == "Kim"
    assert (await shelf.of(AA100)).assigned_to == "Lee"
    assert (await shelf.of()).version == 1


async def test_whoever_has_a_flight_may_hand_it_on_and_force_takes_it(shelf: Shelf) -> None:
    await shelf.handlings.assign([BA117], "Kim", by="Kim")
    assert await shelf.handlings.assign([BA117], "Lee", by="Kim") == {}
    assert await shelf.handlings.assign([BA117], "Kim", by="Max", force=True) == {}
    assert (await shelf.of()).assigned_to == "Kim"
    assert await shelf.handlings.assign([BA117], None, by="Lee") == {BA117: "Kim"}
    assert await shelf.handlings.assign([BA117], None, by="Kim") == {}
    assert (await shelf.of()).assigned_to is None


async def test_notes_are_kept_in_order_and_bounded(shelf: Shelf) -> None:
    for number in range(MOST_NOTES + 1):
        await shelf.handlings.note([BA117, AA100], Note(by="Kim", at=NOON, text=f"$note {number}"))
    notes = (await shelf.of()).notes
    assert [notes[0].text, notes[-1].text, len(notes)] == ["$note 1", f"$note {MOST_NOTES}", MOST_NOTES]
    await shelf.handlings.note([BA117], Note(by="Kim", at=NOON, text="x" * 9999))
    assert len((await shelf.of()).notes[-1].text) == LONGEST_NOTE


async def test_a_hold_says_who_holds_since_when_and_is_set_once(shelf: Shelf) -> None:
    assert await shelf.handlings.hold([BA117], "Kim", NOON) == {BA117}
    assert await shelf.handlings.hold([BA117, AA100], "Lee", NOON + MINUTE) == {AA100}
    held = await shelf.of()
    assert (held.holds_messages, held.held_by, held.held_at) == (True, "Kim", NOON)
    assert {each.flight for each in await shelf.handlings.holding()} == {BA117, AA100}
    assert await shelf.handlings.held() == {BA117, AA100}


async def test_what_is_released_is_held_no_more(shelf: Shelf) -> None:
    await shelf.handlings.hold([BA117], "Kim", NOON)
    assert await shelf.handlings.release([BA117, AA100]) == {BA117}
    assert await shelf.handlings.release([BA117]) == set()
    assert await shelf.handlings.held() == frozenset()
    assert (await shelf.of()).held_by is None
    assert await shelf.handlings.hold([BA117], "Lee", NOON) == {BA117}


@pytest.mark.parametrize("named", [BA117, NEXT_DAYS])
async def test_a_hold_follows_the_story_of_a_flight(shelf: Shelf, named: str) -> None:
    await shelf.handlings.hold([named], "Kim", NOON)
    assert await shelf.handlings.held() == {named}
    await shelf.flights.add_to_history([moved_over_midnight()])
    assert await shelf.handlings.held() == {BA117, NEXT_DAYS}
    assert [each.flight for each in await shelf.handlings.holding()] == [named]


# Only MongoDB


@pytest.mark.mongodb
async def test_what_is_asked_often_has_an_index(database: Database) -> None:
    await setup.prepare(database, keep=timedelta(days=1))
    handlings = MongoHandlings(database)
    await handlings.prepare()
    await handlings.prepare()
    await handlings.hold([BA117], "Kim", NOON)
    for query in (HELD, {"_id": {"$in": [BA117]}}, {"_id": {"$in": [BA117]}, "assigned_to": {"$ne": "Kim"}}):
        plan = await database[COLLECTION].find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
    indexes = await database[COLLECTION].index_information()
    assert indexes["touched"]["expireAfterSeconds"] == KEEP / timedelta(seconds=1)
