"""Whether staff can log in, whether the workers are among themselves, and how they are."""

from collections.abc import Sequence

from aiokafka.errors import KafkaError

from flightagents.broker import group_members
from flightagents.domain.health import WorkerState
from flightagents.domain.users import Role
from flightagents.errors import FlightagentsError
from flightagents.handlers.doctor import OF_FEED, OF_PLAN, Finding, of_problems
from flightagents.settings import Topics
from flightagents.store.users import MongoUsers
from flightagents.wiring.doctor.wording import warned, well
from flightagents.wiring.vital_signs import wire_health
from flightagents.wiring.world import Ground


async def users(ground: Ground) -> Sequence[Finding]:
    """Say whether anybody can log in to the staff page, and manage it."""
    known = await MongoUsers(ground.database).all()
    if not known and not ground.settings.web_user_header:
        do = "Add somebody: flightagents users add NAME --role admin"
        return warned("users", "nobody can log in to the staff page: there is no user yet", do)
    proxied = ground.settings.web_user_header and ground.settings.web_proxied_role is Role.ADMIN
    if not proxied and not any(user.role is Role.ADMIN for user in known):
        do = "Make somebody one: flightagents users role NAME --role admin"
        return warned("users", "no user is an admin: nobody can manage users and rules on the page", do)
    counted = "1 user" if len(known) == 1 else f"{len(known)} users"
    return well("users", f"{counted} can log in")


async def group(ground: Ground, name: str) -> Sequence[Finding]:
    """Compare who reads our topics with who tells of it in this database."""
    if ground.settings.topics is not Topics.CREATE:
        return []  # the embedded broker cannot be asked
    try:
        members = await group_members(ground.settings.kafka, name)
    except (FlightagentsError, KafkaError, OSError):
        return []  # what is said of Kafka says it
    health = await wire_health(ground)()
    live = sum(each.state is WorkerState.LIVE for each in health.workers)
    if members <= live:
        return well("group", "nobody else reads our topics under our name")
    what = f"{members} workers are in Kafka's group {name}, and {live} of them tell of it in this database"
    do = (
        "While workers start this passes. Else workers of another database share this Kafka, and each record "
        "goes to one of them alone: give each installation a Kafka of its own."
    )
    return warned("group", what, do)


async def workers(ground: Ground) -> Sequence[Finding]:
    """Say what is wrong with the workers, but for the feed, which has a line of its own."""
    health = await wire_health(ground)()
    if not health.workers and health.poll is None:
        return warned("workers", "none has run yet", "Start one: flightagents worker -l info")
    problems = (each for each in health.problems if each.fault not in OF_FEED | OF_PLAN)
    return of_problems("workers", problems) or well("workers", "no worker has a problem")
