"""What the staff pages call."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flightagents.domain.budget_sheet import BudgetSheet
from flightagents.domain.faults import Gravity
from flightagents.domain.system_health import SystemHealth
from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.health import LookAtHealth
from flightagents.handlers.mend_letters import MendLetters
from flightagents.handlers.now import Now
from flightagents.handlers.punctuality import ShowPunctuality
from flightagents.handlers.show_budget import ShowBudget
from flightagents.ports import LetterState
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.letters import MongoLetters
from flightagents.store.punctuality import MongoPunctuality
from flightagents.web.staff.office import Office
from flightagents.wiring.access import users_of
from flightagents.wiring.api import api_of
from flightagents.wiring.budget import wire_budget
from flightagents.wiring.desk import Desk
from flightagents.wiring.desk_pages import LogCalls, message_calls_of, task_calls_of
from flightagents.wiring.flight_pages import flight_desk_of
from flightagents.wiring.floor import Floor, wire_floor
from flightagents.wiring.letters import LettersCalls
from flightagents.wiring.rules import RulesCalls, back_test_of, keep_rules_of
from flightagents.wiring.travellers import travellers_of
from flightagents.wiring.vital_signs import wire_health
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class NowCalls:
    """What the page of disruptions calls."""

    floor: Floor
    colleagues: Callable[[], Coroutine[Any, Any, Sequence[str]]]

    async def shared_now(self) -> Now:
        """Give what is wrong now."""
        return await self.floor.shared_now()

    @property
    def acts(self) -> DeskActs:
        """Do something about it."""
        return self.floor.acts


@dataclass(frozen=True, slots=True)
class SystemCalls:
    """What the page of the system calls."""

    worker: str
    look: LookAtHealth
    show_budget: ShowBudget

    async def health(self) -> SystemHealth:
        """Look at everything."""
        return await self.look()

    async def health_anew(self) -> SystemHealth:
        """Look again."""
        return await self.look.anew()

    async def budget(self) -> BudgetSheet:
        """Give the month's calls and the age of news."""
        return await self.show_budget()


def office_of(world: World, desk: Desk, mend: MendLetters) -> Office:
    """Build a use case for each page."""
    floor, users, letters = wire_floor(world, desk), users_of(world), MongoLetters(world.database)
    system = SystemCalls(world.worker, wire_health(world), wire_budget(world, desk))
    messages = message_calls_of(world, desk, floor)
    now_calls, travellers = NowCalls(floor, users.colleagues), travellers_of(world, desk)

    async def counts() -> Mapping[str, int]:
        """Count what waits for a person, and what is broken."""
        now = await floor.shared_now()
        needs = [each for each in now.disruptions if each.attention.needed and each.reached.travellers]
        unread = [each.count for each in await letters.counts() if each.state is LetterState.NEW]
        problems = (await system.health()).problems
        return {
            "/": len(needs),
            "/tasks": sum((await floor.tasks.counts()).values()),
            "/dead-letters": sum(unread),
            "/system": sum(each.severity is Gravity.CRITICAL for each in problems),
        }

    return Office(
        users=users,
        now=now_calls,
        tasks=task_calls_of(world, desk, floor, users),
        messages=messages,
        log=LogCalls(floor.audit, users),
        counts=counts,
        look_anew=floor.shared_now.follow,
        hear=floor.hear,
        flight=flight_desk_of(world, desk, users.colleagues),
        flights=MongoFlightSearch(world.database),
        travellers=travellers,
        punctuality=ShowPunctuality(MongoPunctuality(world.database), world.clock),
        troubled=MongoFlightSearch(world.database),
        letters=LettersCalls(letters, mend),
        rules=RulesCalls(keep_rules_of(world), back_test_of(world)),
        system=system,
        api=api_of(
            world,
            desk,
            floor,
            now=now_calls,
            messages=messages.show,
            travellers=travellers,
            mend=mend,
            budget=system.budget,
        ),
    )
