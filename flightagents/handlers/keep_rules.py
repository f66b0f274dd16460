"""Staff rules as people edit them, on a page, by a program or on the command line.

Who saves a rule says which version of it he has seen: two editors do not overwrite each other unnoticed.
"""

import structlog

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.kept_rules import FIRST_VERSION, KeptRule
from flightagents.errors import RuleConflictError
from flightagents.handlers.staff_rules import RuleDraft, rule_name, staff_rule
from flightagents.ports import Audit, StaffRules

NEW = FIRST_VERSION - 1
"""The version that is seen of a rule that is not there yet."""

_log = structlog.get_logger(__name__)


class KeepRules:
    """Lists, saves and removes. Each `by` is the name of a person, and goes into the log."""

    def __init__(self, rules: StaffRules, audit: Audit, clock: Clock) -> None:
        self._rules = rules
        self._audit = audit
        self._clock = clock

    async def all(self) -> list[KeptRule]:
        """Give all rules, by name."""
        return await self._rules.kept()

    async def get(self, name: str) -> KeptRule | None:
        """Give the rule of a name, as it is typed; None where there is none. Raises ValueError."""
        known_as = rule_name(name)
        return next((kept for kept in await self._rules.kept() if kept.rule.name == known_as), None)

    async def save(self, draft: RuleDraft, *, by: str, seen: int) -> KeptRule:
        """Put a rule in force in the place of the version that was seen, or as a new one (NEW).

        Raises RuleRefusedError with what is wrong in each field, RuleConflictError where another version
        stands there by now, or none.
        """
        rule = staff_rule(draft)
        now = self._clock.now().replace(microsecond=0)  # of which a database keeps none
        known = await self.get(rule.name)
        kept = KeptRule(
            rule=rule,
            version=seen + 1,
            created_by=known.created_by if known else by,
            created_at=known.created_at if known else now,
            updated_by=by,
            updated_at=now,
        )
        if not await self._rules.put(kept):
            raise RuleConflictError(rule.name)
        _log.info("a staff rule was saved", rule=rule.name, version=kept.version)
        await self._note(rule.name, by, Did.ADDED if seen == NEW else Did.CHANGED)
        return kept

    async def remove(self, name: str, *, by: str, seen: int) -> None:
        """Remove the version that was seen: what it has not sent yet is not sent any more.

        Raises ValueError for what is no name, RuleConflictError as `save` does.
        """
        known_as = rule_name(name)
        if not await self._rules.remove(known_as, seen):
            raise RuleConflictError(known_as)
        _log.info("a staff rule was removed", rule=known_as, version=seen)
        await self._note(known_as, by, Did.REMOVED)

    async def _note(self, name: str, by: str, did: Did) -> None:
        await self._audit.write([Act(at=self._clock.now(), by=by, did=did, about=About(Thing.RULE, name))])
