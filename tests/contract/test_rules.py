"""What `StaffRules` and `StaffRows` promise, held by the fakes and by MongoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind, Severity
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.notifications import Message, Notification, StaffNotice, State
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.store.ledger import MongoLedger
from flightagents.store.outbox import MongoOutbox
from flightagents.store.rules import MongoStaffRows, MongoStaffRules
from tests.support.desk import FakeLedger
from tests.support.rows import MINUTE, NOON
from tests.support.staff import OPS, OPS_PHONE, FakeStaffRows, FakeStaffRules, rule

Database = AsyncIOMotorDatabase[dict[str, Any]]
BA117 = "BA117|2026-11-22|LHR|JFK"
BOTH = pytest.mark.parametrize("kind", ["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])


@pytest.fixture
def rules(kind: str, request: pytest.FixtureRequest) -> FakeStaffRules | MongoStaffRules:
    return FakeStaffRules() if kind == "fake" else MongoStaffRules(request.getfixturevalue("database"))


class Book:
    """A ledger, its outbox and its rows for staff."""

    def __init__(self, database: Database | None) -> None:
        if database is None:
            self.ledger: FakeLedger | MongoLedger = FakeLedger()
            self.outbox: FakeLedger | MongoOutbox = self.ledger
            self.rows: FakeStaffRows | MongoStaffRows = FakeStaffRows(self.ledger)
        else:
            self.ledger, self.outbox = MongoLedger(database), MongoOutbox(database)
            self.rows = MongoStaffRows(database)

    async def of(self, *keys: str, since: timedelta = timedelta(hours=1)) -> list[Notification]:
        return await self.rows.to_staff(keys, NOON - since)


@pytest.fixture
def book(kind: str, request: pytest.FixtureRequest) -> Book:
    return Book(None if kind == "fake" else request.getfixturevalue("database"))


def alert(
    id_: str = "a",
    **differs: Any,  # noqa: ANN401 - any of its fields
) -> Notification:
    usual = Notification(
        id=id_,
        flight=BA117,
        ordinal=1,
        booking=None,
        channel=Channel.EMAIL,
        address_key="ops",
        said=Said.STAFF_ALERT,
        notice=None,
        created_at=NOON,
        expires_at=NOON + timedelta(hours=2),
        rule="ops",
        staff=StaffNotice(
            title="BA117 $cancelled",
            lines=("one", "two"),
            flights=(BA117,),
            kind=Kind.CANCELLED,
            travellers=2,
        ),
        changes=(f"{BA117}/1/cancelled",),
    )
    return replace(usual, **differs)


# Rules


@BOTH
async def test_a_rule_comes_back_as_it_was_saved(rules: FakeStaffRules | MongoStaffRules) -> None:
    full = rule(
        "jfk",
        OPS,
        OPS_PHONE,
        airports=("JFK",),
        airlines=("BA", "AA"),
        kinds=(Kind.CANCELLED, Kind.DELAYED),
        min_severity=Severity.MAJOR,
        hours=OfficeHours.parse("22:00-06:00", "mon-fri"),
    )
    at_noon = KeptRule(rule=full, created_by="anna", created_at=NOON, updated_by="anna", updated_at=NOON)
    assert await rules.put(at_noon) is True
    assert await rules.put(KeptRule(rule=rule("all"))) is True
    assert await rules.all() == [rule("all"), full]
    assert await rules.kept() == [KeptRule(rule=rule("all")), at_noon]


@BOTH
async def test_a_version_takes_the_place_of_the_one_before_it_alone(
    rules: FakeStaffRules | MongoStaffRules,
) -> None:
    first, second = KeptRule(rule=rule("ops")), KeptRule(rule=rule("ops", OPS_PHONE), version=2)
    assert await rules.put(second) is False  # there is nothing to take the place of
    assert await rules.put(first) is True
    assert await rules.put(second) is True
    assert await rules.put(replace(first, rule=rule("ops", "boss@agency.example"))) is False
    assert await rules.put(replace(second, updated_by="ben")) is False
    assert await rules.put(replace(second, version=4)) is False
    assert await rules.kept() == [second]


@BOTH
async def test_storing_the_same_again_is_no_conflict(rules: FakeStaffRules | MongoStaffRules) -> None:
    """The answer to the first try may have been lost."""
    for version in (1, 2):
        kept = KeptRule(rule=rule("ops"), version=version, updated_by="anna", updated_at=NOON)
        assert await rules.put(kept) is True
        assert await rules.put(kept) is True


@BOTH
async def test_a_removed_rule_is_gone(rules: FakeStaffRules | MongoStaffRules) -> None:
    await rules.put(KeptRule(rule=rule("ops")))
    assert await rules.remove("ops", 2) is False
    assert await rules.remove("ops", 1) is True
    assert await rules.remove("ops", 1) is False
    assert await rules.all() == []


@pytest.mark.mongodb
async def test_a_rule_that_was_stored_before_versions_were_is_at_its_first(database: Database) -> None:
    rules = MongoStaffRules(database)
    for name in ("changed", "removed"):
        await rules.put(KeptRule(rule=rule(name)))
    about = dict.fromkeys(("version", "created_by", "created_at", "updated_by", "updated_at"), "")
    await database["staff_rules"].update_many({}, {"$unset": about})
    assert [each.version for each in await rules.kept()] == [1, 1]
    assert await rules.put(KeptRule(rule=rule("changed"), version=2)) is True
    assert await rules.remove("removed", 1) is True
    assert [(each.rule.name, each.version) for each in await rules.kept()] == [("changed", 2)]


@pytest.mark.mongodb
async def test_a_rule_that_cannot_be_read_stops_no_other(database: Database) -> None:
    rules = MongoStaffRules(database)
    await rules.put(KeptRule(rule=rule("ops")))
    await database["staff_rules"].insert_one({"_id": "broken", "to": OPS})
    with structlog.testing.capture_logs() as lines:
        assert await rules.all() == [rule("ops")]
    assert [line["document"] for line in lines] == ["broken"]
    assert OPS not in str(lines)


# Rows


@BOTH
async def test_rows_come_back_oldest_first_without_what_was_written(book: Book) -> None:
    late, early = alert("late", created_at=NOON + MINUTE), alert("early")
    await book.ledger.add([late, early])
    (claimed,) = [each for each in await book.outbox.claim("w1", ["email"], NOON, 9) if each.id == "early"]
    assert await book.outbox.wire(claimed, Message(text="a long text"))
    first, second = await book.of("ops")
    assert (first.id, second.id) == ("early", "late")
    assert (first.state, first.message, first.trace) == (State.SENDING, None, ())
    assert first.wire_at is not None
    assert second == replace(late, state=second.state, stage=second.stage, owner="w1", attempt=1)


@BOTH
async def test_only_rows_for_staff_at_these_addresses_since_then(book: Book) -> None:
    await book.ledger.add(
        [
            alert("ours"),
            alert("a traveller's", rule=None, staff=None, booking="ABC123|anna@example.com"),
            alert("another's", address_key="boss"),
            alert("old", created_at=NOON - timedelta(hours=2)),
            alert("gathered", state=State.SUPPRESSED, reason=Reason.RATE_LIMIT),
        ]
    )
    assert {each.id for each in await book.of("ops")} == {"ours", "gathered"}
    assert {each.id for each in await book.of("ops", "boss")} == {"ours", "gathered", "another's"}
    assert await book.of() == []
    assert len(await book.of("ops", since=timedelta(hours=3))) == 3


@BOTH
async def test_what_a_digest_tells_is_kept_when_it_goes_to_the_wire(book: Book) -> None:
    await book.ledger.add(
        [alert("digest", said=Said.STAFF_DIGEST, flight="", staff=StaffNotice(title="", lines=()))]
    )
    (claimed,) = await book.outbox.claim("w1", ["email"], NOON, 9)
    told = StaffNotice(title="$2 flights", lines=("one",), flights=(BA117,), changes=("x", "y"))
    assert await book.outbox.wire(replace(claimed, staff=told), Message(text="2 flights"))
    (digest,) = await book.of("ops")
    assert digest.staff == told


@pytest.mark.mongodb
async def test_rows_for_staff_are_found_by_their_index(database: Database) -> None:
    await MongoStaffRows(database).prepare()
    recent = {"rule": {"$type": "string"}, "address_key": {"$in": ["ops"]}, "created_at": {"$gte": NOON}}
    plan = await database["notifications"].find(recent).explain()
    assert "staff" in str(plan["queryPlanner"]["winningPlan"])
