"""What the API calls."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flightagents.domain.back_test import BackTest
from flightagents.domain.budget_sheet import BudgetSheet
from flightagents.domain.kept_rules import KeptRule
from flightagents.handlers.back_test import BackTestRule
from flightagents.handlers.edit_booking import version_of
from flightagents.handlers.keep_rules import KeepRules
from flightagents.handlers.mend_letters import MendLetters
from flightagents.handlers.punctuality import ShowPunctuality
from flightagents.handlers.show_messages import ShowMessages
from flightagents.handlers.staff_rules import RuleDraft, staff_rule
from flightagents.handlers.take_drafts import TakeDrafts
from flightagents.store.change_search import MongoChangeSearch
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.letters import MongoLetters
from flightagents.store.message_search import MongoMessageSearch
from flightagents.store.people_search import MongoPeopleSearch
from flightagents.store.punctuality import MongoPunctuality
from flightagents.store.sights import MongoSights
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
class TypedRules:
    """Keeps rules, as a program types them."""

    keep: KeepRules
    try_rule: BackTestRule

    async def all(self) -> Sequence[KeptRule]:
        """Give all."""
        return await self.keep.all()

    async def save(self, name: str, typed: RuleTyped, *, by: str, seen: int) -> KeptRule:
        """Put one in force."""
        return await self.keep.save(_draft(name, typed), by=by, seen=seen)

    async def remove(self, name: str, *, by: str, seen: int) -> None:
        """Remove one."""
        await self.keep.remove(name, by=by, seen=seen)

    async def back_test(self, typed: RuleTyped, length: timedelta) -> BackTest:
        """Try one on the days that were; it needs no name for that."""
        return await self.try_rule(staff_rule(_draft("tried", typed)), length)


def api_of(
    world: World,
    desk: Desk,
    floor: Floor,
    *,
    now: NowCalls,
    messages: ShowMessages,
    travellers: TravellersDesk,
    mend: MendLetters,
    budget: Callable[[], Awaitable[BudgetSheet]],
) -> ApiCalls:
    """Build it."""
    database, clock = world.database, world.clock
    return ApiCalls(
        airlines=lambda: world.airlines.airlines,
        flights=MongoFlightSearch(database),
        sights=MongoSights(database).of,
        changes=MongoChangeSearch(database),
        messages=MongoMessageSearch(database),
        tasks=floor.tasks,
        letters=MongoLetters(database),
        audit=floor.audit,
        open_file=wire_flight_file(world),
        now=now,
        show_message=messages,
        on_messages=floor.acts,
        on_tasks=floor.task_acts,
        people=MongoPeopleSearch(database),
        key=world.address_keys,
        version=version_of,
        take=TakeDrafts(
            bookings=desk.bookings,
            take_bookings=desk.take_bookings,
            audit=floor.audit,
            key=world.address_keys,
            clock=clock,
            basis=world.settings.consent_basis,
        ),
        on_bookings=travellers.acts,
        uploads=travellers.uploads,
        mend=mend,
        rules=TypedRules(keep_rules_of(world), back_test_of(world)),
        punctuality=ShowPunctuality(MongoPunctuality(database), clock),
        health=wire_health(world),
        budget=budget,
        system=world.settings.public_url or world.settings.agency_name.strip() or "flightagents",
    )


def _draft(name: str, typed: RuleTyped) -> RuleDraft:
    texts = {field: getattr(typed, field) for field in RuleTyped.__struct_fields__}
    return RuleDraft(name=name, **texts)
