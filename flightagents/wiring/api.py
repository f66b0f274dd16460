"""What the API calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.back_test import BackTest
from flightagents.domain.kept_rules import KeptRule
from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.edit_booking import version_of
from flightagents.handlers.keep_rules import NEW, KeepRules
from flightagents.handlers.mend_letters import Mended, MendLetters, Outcome, ShownLetter
from flightagents.handlers.punctuality import ShowPunctuality
from flightagents.handlers.staff_rules import RuleDraft, staff_rule
from flightagents.handlers.take_drafts import TakeDrafts
from flightagents.ports import Audit
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.letters import MongoLetters
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.people_search import MongoPeopleSearch
from flightagents.store.punctuality import MongoPunctuality
from flightagents.web.api.answers_admin import RuleTyped
from flightagents.web.api.calls import ApiCalls
from flightagents.web.staff.now import NowCalls
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.wiring.desk import Desk
from flightagents.wiring.flight_file import wire_flight_file
from flightagents.wiring.floor import Floor
from flightagents.wiring.rules import back_test_of, keep_rules_of
from flightagents.wiring.vital_signs import wire_health
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class Log:
    """Logs what is done through the API and has no log of its own."""

    audit: Audit
    clock: Clock

    async def __call__(self, who: str, did: Did, thing: Thing, id_: str) -> None:
        """Note an act."""
        await self.audit.write([Act(at=self.clock.now(), by=who, did=did, about=About(thing, id_))])


@dataclass(frozen=True, slots=True)
class LoggedRules:
    """Keeps rules, as a program types them."""

    keep: KeepRules
    try_rule: BackTestRule
    log: Log

    async def all(self) -> Sequence[KeptRule]:
        """Give all."""
        return await self.keep.all()

    async def save(self, name: str, typed: RuleTyped, *, by: str, seen: int) -> KeptRule:
        """Put one in force."""
        kept = await self.keep.save(_draft(name, typed), by=by, seen=seen)
        await self.log(by, Did.ADDED if seen == NEW else Did.CHANGED, Thing.RULE, kept.rule.name)
        return kept

    async def remove(self, name: str, *, by: str, seen: int) -> None:
        """Remove one."""
        await self.keep.remove(name, seen=seen)
        await self.log(by, Did.REMOVED, Thing.RULE, name)

    async def back_test(self, typed: RuleTyped, length: timedelta) -> BackTest:
        """Try one on the days that were; it needs no name for that."""
        return await self.try_rule(staff_rule(_draft("tried", typed)), length)


@dataclass(frozen=True, slots=True)
class LoggedLetters:
    """Mends dead letters."""

    mend: MendLetters
    log: Log

    async def show(self, key: str) -> ShownLetter | None:
        """Give one."""
        return await self.mend.show(key)

    async def preview(self, key: str, correction: str | None = None) -> Mended:
        """Tell what it would give."""
        return await self.mend.preview(key, correction)

    async def replay(self, key: str, who: str, correction: str | None = None) -> Mended:
        """Publish what it gives."""
        return await self._logged(await self.mend.replay(key, who, correction), who)

    async def dismiss(self, key: str, who: str, why: str) -> Mended:
        """Set it aside."""
        return await self._logged(await self.mend.dismiss(key, who, why), who)

    async def _logged(self, mended: Mended, who: str) -> Mended:
        if mended.outcome in (Outcome.REPLAYED, Outcome.DISMISSED):
            did = Did.REPLAYED if mended.outcome is Outcome.REPLAYED else Did.REMOVED
            await self.log(who, did, Thing.DEAD_LETTER, mended.key)
        return mended


def api_of(
    world: World, desk: Desk, floor: Floor, *, now: NowCalls, travellers: TravellersDesk, mend: MendLetters
) -> ApiCalls:
    """Build it."""
    database, clock = world.database, world.clock
    log = Log(floor.audit, clock)
    return ApiCalls(
        flights=MongoFlightSearch(database),
        changes=MongoChangeSearch(database),
        messages=MongoMessageSearch(database),
        tasks=floor.tasks,
        letters=MongoLetters(database),
        audit=floor.audit,
        open_file=wire_flight_file(world),
        now=now,
        on_messages=floor.acts,
        on_tasks=floor.task_acts,
        people=MongoPeopleSearch(database),
        key=world.address_keys,
        version=version_of,
        take=TakeDrafts(
            bookings=desk.bookings,
            take_bookings=desk.take_bookings,
            audience=desk.audience,
            audit=floor.audit,
            key=world.address_keys,
            clock=clock,
            basis=world.settings.consent_basis,
        ),
        on_bookings=travellers.acts,
        mend=LoggedLetters(mend, log),
        rules=LoggedRules(keep_rules_of(world), back_test_of(world), log),
        punctuality=ShowPunctuality(MongoPunctuality(database), clock),
        health=wire_health(world),
        system=world.settings.public_url or world.settings.agency_name.strip() or "flightagents",
    )


def _draft(name: str, typed: RuleTyped) -> RuleDraft:
    texts = {field: getattr(typed, field) for field in RuleTyped.__struct_fields__}
    return RuleDraft(name=name, **texts)
