"""What `flightagents doctor` looks at: the parts of this package, all at once, and each with patience.

First what stands by itself, then what is kept in MongoDB, where that answers.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp

from flightagents.broker import TopicPlan
from flightagents.clock import Clock, SystemClock
from flightagents.handlers.doctor import Finding, Look, examine
from flightagents.settings import Settings
from flightagents.store.connection import connect
from flightagents.wiring.doctor import channels, database, feed, machine, people, stream
from flightagents.wiring.doctor.wording import settings_found
from flightagents.wiring.world import Ground


@dataclass(frozen=True, slots=True)
class Leave:
    """What may be done beside looking."""

    fix: bool = False
    """Make topics and indexes that are missing."""
    call: bool = False
    """Spend one call of AviationStack."""


LOOK_ONLY = Leave()


async def examine_all(
    settings: Settings,
    clock: Clock,
    plans: list[TopicPlan],
    leave: Leave = LOOK_ONLY,
    *,
    group: str,
    machine_clock: Clock | None = None,
) -> list[Finding]:
    """Look at everything; changes nothing but what it has leave for.

    `group` is the consumer group of the workers; `machine_clock` is real time.
    """
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        mongodb = connect(
            settings.mongodb_url.get_secret_value(), settings.mongodb_database, settings.mongodb_tls
        )
        stack.callback(mongodb.client.close)
        ground = Ground(settings, clock, mongodb)
        answers = database.Answers(mongodb)
        looks: dict[str, Look] = {
            "settings": lambda: settings_found(settings),
            "Kafka": lambda: stream.look(settings, plans, fix=leave.fix),
            "MongoDB": answers.look,
            **channels.looks(settings, session),
            **machine.looks(settings, session),
        }
        found = await examine(looks)
        if not answers.well:
            return found
        now = machine_clock or SystemClock()
        kept: dict[str, Look] = {
            "indexes": lambda: database.indexes(ground, fix=leave.fix),
            "partitioning": lambda: database.partitioning(ground),
            "clock": lambda: database.clocks(ground, now),
            "users": lambda: people.users(ground),
            "feed": lambda: feed.look(ground, session, call=leave.call),
            "plan": lambda: feed.plan(ground),
            "group": lambda: people.group(ground, group),
            "workers": lambda: people.workers(ground),
        }
        return found + await examine(kept)
