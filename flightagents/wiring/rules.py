"""What people do with the rules for staff: keep them, and try them on the days that were."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from flightagents.domain.kept_rules import KeptRule
from flightagents.domain.rules import StaffRule
from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.keep_rules import KeepRules
from flightagents.handlers.staff_rules import RuleDraft, draft_of, staff_rule
from flightagents.store.audit import MongoAudit
from flightagents.store.history import MongoChangeHistory
from flightagents.store.rules import MongoStaffRules
from flightagents.wiring.manner import office_of
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class RulesCalls:
    """What the pages of rules call: rules as the fields of a form."""

    keep: KeepRules
    back_test: BackTestRule

    async def all(self) -> Sequence[KeptRule]:
        """Give all rules, by name."""
        return await self.keep.all()

    async def get(self, name: str) -> KeptRule | None:
        """Give the rule of a name. Raises ValueError for what is no name."""
        return await self.keep.get(name)

    def fields_of(self, rule: StaffRule) -> Mapping[str, str]:
        """Give the fields that make a rule."""
        return asdict(draft_of(rule))

    def read(self, fields: Mapping[str, str]) -> StaffRule:
        """Give the rule that fields make. Raises RuleRefusedError."""
        return staff_rule(RuleDraft(**fields))

    async def save(self, fields: Mapping[str, str], *, by: str, seen: int) -> KeptRule:
        """Put a rule in force. Raises RuleRefusedError, RuleConflictError."""
        return await self.keep.save(RuleDraft(**fields), by=by, seen=seen)

    async def remove(self, name: str, *, by: str, seen: int) -> None:
        """Remove a rule. Raises ValueError, RuleConflictError."""
        await self.keep.remove(name, by=by, seen=seen)


def keep_rules_of(world: World) -> KeepRules:
    """Build what lists, saves and removes rules."""
    return KeepRules(MongoStaffRules(world.database), MongoAudit(world.database), world.clock)


def back_test_of(world: World) -> BackTestRule:
    """Build what tries a rule on the history."""
    return BackTestRule(
        MongoChangeHistory(world.database),
        address_key=world.address_keys,
        clock=world.clock,
        office=office_of(world.settings),
    )
