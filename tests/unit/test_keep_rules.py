"""Two editors of one rule: who comes second is told, and overwrites nothing."""

from datetime import timedelta

import pytest

from flightagents.domain.acts import About, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.rules import Recipient
from flightagents.errors import RuleConflictError, RuleRefusedError
from flightagents.handlers.keep_rules import NEW, KeepRules
from flightagents.handlers.staff_rules import RuleDraft
from tests.support.fakes import SetClock
from tests.support.handling import FakeAudit
from tests.support.rows import NOON
from tests.support.staff import OPS, FakeStaffRules, rule

DRAFT = RuleDraft(name="Ops", to=OPS)
OTHER = RuleDraft(name="ops", to="boss@agency.example")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON + timedelta(microseconds=1234))


@pytest.fixture
def audit() -> FakeAudit:
    return FakeAudit()


@pytest.fixture
def keep(audit: FakeAudit, clock: SetClock) -> KeepRules:
    return KeepRules(FakeStaffRules(), audit, clock)


async def test_who_made_a_rule_and_who_changed_it_is_kept(keep: KeepRules, clock: SetClock) -> None:
    made = await keep.save(DRAFT, by="anna", seen=NEW)
    clock.move(timedelta(hours=1))
    changed = await keep.save(OTHER, by="ben", seen=made.version)
    assert changed == KeptRule(
        rule=rule("ops", "boss@agency.example"),
        version=2,
        created_by="anna",
        created_at=NOON,
        updated_by="ben",
        updated_at=NOON + timedelta(hours=1),
    )
    assert await keep.all() == [changed]
    assert await keep.get(" OPS ") == changed
    assert await keep.get("boss") is None


async def test_who_has_seen_an_older_version_overwrites_nothing(keep: KeepRules) -> None:
    made = await keep.save(DRAFT, by="anna", seen=NEW)
    changed = await keep.save(OTHER, by="ben", seen=made.version)
    with pytest.raises(RuleConflictError, match="the rule ops has been changed meanwhile"):
        await keep.save(DRAFT, by="anna", seen=made.version)
    with pytest.raises(RuleConflictError):
        await keep.remove("ops", by="ben", seen=made.version)
    assert await keep.all() == [changed]


async def test_a_new_rule_takes_no_other_s_place(keep: KeepRules) -> None:
    await keep.save(DRAFT, by="anna", seen=NEW)
    with pytest.raises(RuleConflictError):
        await keep.save(OTHER, by="ben", seen=NEW)
    (kept,) = await keep.all()
    assert kept.rule.to == (Recipient(Channel.EMAIL, OPS),)


async def test_a_rule_that_was_removed_is_not_changed_any_more(keep: KeepRules) -> None:
    made = await keep.save(DRAFT, by="anna", seen=NEW)
    await keep.remove("Ops", by="ben", seen=made.version)
    with pytest.raises(RuleConflictError):
        await keep.save(OTHER, by="anna", seen=made.version)
    assert await keep.all() == []


async def test_who_did_what_with_a_rule_is_in_the_log(keep: KeepRules, audit: FakeAudit) -> None:
    made = await keep.save(DRAFT, by="anna", seen=NEW)
    changed = await keep.save(OTHER, by="ben", seen=made.version)
    with pytest.raises(RuleConflictError):
        await keep.save(DRAFT, by="anna", seen=made.version)
    await keep.remove("ops", by="cleo", seen=changed.version)
    assert [(act.by, act.did, act.about) for act in audit.acts] == [
        ("anna", Did.ADDED, About(Thing.RULE, "ops")),
        ("ben", Did.CHANGED, About(Thing.RULE, "ops")),
        ("cleo", Did.REMOVED, About(Thing.RULE, "ops")),
    ]


async def test_between_a_look_and_a_save_another_may_have_saved(clock: SetClock) -> None:
    class Crossed(FakeStaffRules):
        async def kept(self) -> list[KeptRule]:
            found = await super().kept()
            await self.put(KeptRule(rule=rule("ops", "boss@agency.example")))
            return found

    rules = Crossed()
    with pytest.raises(RuleConflictError):
        await KeepRules(rules, FakeAudit(), clock).save(DRAFT, by="anna", seen=NEW)
    (kept,) = await rules.kept()
    assert kept.rule.to[0].address == "boss@agency.example"


async def test_what_is_wrong_is_not_kept(keep: KeepRules) -> None:
    with pytest.raises(RuleRefusedError):
        await keep.save(RuleDraft(name="ops"), by="anna", seen=NEW)
    with pytest.raises(ValueError, match="up to 40 letters"):
        await keep.remove("no name", by="ben", seen=1)
    assert await keep.all() == []
