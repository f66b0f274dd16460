"""What the staff pages call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.mend_letters import MendLetters
from flightagents.handlers.now import Now
from flightagents.ports import LetterState
from flightagents.store.letters import MongoLetters
from flightagents.web.staff.office import Office
from flightagents.wiring.access import users_of
from flightagents.wiring.api import api_of
from flightagents.wiring.desk import Desk
from flightagents.wiring.floor import Floor, wire_floor
from flightagents.wiring.travellers import travellers_of
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class NowCalls:
    """What the page of disruptions calls."""

    floor: Floor
    users: KeepUsers

    async def shared_now(self) -> Now:
        """Give what is wrong now."""
        return await self.floor.shared_now()

    @property
    def acts(self) -> DeskActs:
        """Do something about it."""
        return self.floor.acts

    async def colleagues(self) -> Sequence[str]:
        """Name those whom a flight may be given to."""
        return [user.name for user in await self.users.all()]


def office_of(world: World, desk: Desk, mend: MendLetters) -> Office:
    """Build a use case for each page."""
    floor, users, letters = wire_floor(world, desk), users_of(world), MongoLetters(world.database)

    async def counts() -> Mapping[str, int]:
        """Count what waits for a person."""
        now = await floor.shared_now()
        needs = [each for each in now.disruptions if each.attention.needed and each.reached.travellers]
        unread = [each.count for each in await letters.counts() if each.state is LetterState.NEW]
        return {
            "/": len(needs),
            "/tasks": sum((await floor.tasks.counts()).values()),
            "/dead-letters": sum(unread),
        }

    now, travellers = NowCalls(floor, users), travellers_of(world, desk)
    return Office(
        users=users,
        now=now,
        counts=counts,
        travellers=travellers,
        api=api_of(world, desk, floor, now=now, travellers=travellers, mend=mend),
    )
