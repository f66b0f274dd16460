"""What people do with the rules for staff: keep them, and try them on the days that were."""

from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.keep_rules import KeepRules
from flightagents.store.audit import MongoAudit
from flightagents.store.history import MongoChangeHistory
from flightagents.store.rules import MongoStaffRules
from flightagents.wiring.manner import office_of
from flightagents.wiring.world import World


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
