"""What `flightagents doctor` looks at: settings, Kafka, MongoDB, each channel, and how the workers are."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import aiohttp

from flightagents import broker
from flightagents.clock import Clock
from flightagents.domain.ailing_workers import SKEW
from flightagents.domain.bookings import Channel
from flightagents.handlers.doctor import Finding, Look, Verdict, examine, of_channel, of_feed, of_problems
from flightagents.ports import DeliveryChannel
from flightagents.settings import Settings, Topics
from flightagents.store.gauges import MongoGauges
from flightagents.wiring.manner import what_is_off
from flightagents.wiring.sending import channels_of
from flightagents.wiring.vital_signs import wire_health
from flightagents.wiring.world import World, open_world


async def examine_all(settings: Settings, clock: Clock, plans: list[broker.TopicPlan]) -> list[Finding]:
    """Look at everything. Makes MongoDB's indexes, as a worker does at its start; sends and polls nothing."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        channels = channels_of(settings, session)
        worlds: list[World] = []

        async def mongodb() -> Sequence[Finding]:
            worlds.append(await open_world(settings, clock))
            stack.push_async_callback(worlds[0].close)
            return [Finding("MongoDB", Verdict.OK, "it takes writes, and its indexes stand")]

        looks: dict[str, Look] = {
            "settings": lambda: _settings(settings),
            "Kafka": lambda: _kafka(settings, plans),
            "MongoDB": mongodb,
        }
        for channel, way in channels.items():
            looks[channel.value] = _look_at(channel, way)
        found = await examine(looks)
        if worlds:
            world = worlds[0]
            found += await examine({"clock": lambda: _clock(world), "workers": lambda: _workers(world)})
        return found


async def _settings(settings: Settings) -> Sequence[Finding]:
    off = what_is_off(settings)
    found = [Finding("settings", Verdict.OK, "they can be read")]
    return found + [Finding("settings", Verdict.WARNING, each, "Set it, if you want it.") for each in off]


async def _kafka(settings: Settings, plans: list[broker.TopicPlan]) -> Sequence[Finding]:
    ours = settings.topics is Topics.CREATE
    missing = await broker.check_topics(settings.kafka, plans, ours=ours)
    if missing:
        what = f"it answers; {', '.join(missing)} do not stand yet"
        do = "The first worker makes them." if ours else "The broker makes them when a worker first asks."
        return [Finding("Kafka", Verdict.WARNING, what, do)]
    how = "are as the settings ask" if ours else "stand, as the broker makes them"
    return [Finding("Kafka", Verdict.OK, f"it answers, and its topics {how}")]


def _look_at(channel: Channel, way: DeliveryChannel) -> Look:
    async def look() -> Sequence[Finding]:
        try:
            return [of_channel(channel.value, await way.trouble())]
        finally:
            way.close()

    return look


async def _clock(world: World) -> Sequence[Finding]:
    skew = datetime.now(UTC) - await MongoGauges(world.database).now()
    if abs(skew) <= SKEW:
        return [Finding("clock", Verdict.OK, "this machine's and the database's agree")]
    what = f"this machine's and the database's differ by {abs(skew) / timedelta(seconds=1):.0f} s"
    return [Finding("clock", Verdict.WARNING, what, "Let both take their time from NTP.")]


async def _workers(world: World) -> Sequence[Finding]:
    health = await wire_health(world)()
    return [of_feed("feed", health.poll), *of_problems("workers", health.problems)]
