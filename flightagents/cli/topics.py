"""`flightagents topics renew`: our topics made anew, as the settings ask."""

import asyncio
from functools import partial

import click
from aiokafka.errors import KafkaError
from faust.cli.base import cli

from flightagents import broker
from flightagents.app import APP_ID, app, topic_plans
from flightagents.cli.running import with_world
from flightagents.errors import BrokerOutageError
from flightagents.handlers.renew_topics import Renewal, Renewed, RenewTopics
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC
from flightagents.store import setup
from flightagents.wiring import World

READ = (FLIGHT_TOPIC, CHANGE_TOPIC, DEAD_LETTER_TOPIC)


@cli.group()
def topics() -> None:
    """Our topics in Kafka; a worker makes those that are missing."""


@topics.command()
@click.option("--drop-unread", is_flag=True, help="Also where records wait that no worker has read.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def renew(*, drop_unread: bool, yes: bool) -> None:
    """Delete all topics of ours and make them as the settings ask, with all workers stopped.

    For another FLIGHTAGENTS_PARTITION_BY or FLIGHTAGENTS_TOPIC_PARTITIONS, and after MongoDB was restored.
    MongoDB keeps everything that was read; the table is filled from there.
    """
    if not yes:
        click.confirm(f"Delete the topics at {app.settings.kafka_brokers} and make them anew?", abort=True)
    done = with_world(partial(_renew, drop_unread=drop_unread))
    match done.renewal:
        case Renewal.WORKERS_RUN:
            raise click.ClickException(
                f"nothing was done: {done.count} workers run, or did a moment ago: stop them all first"
            )
        case Renewal.UNREAD:
            raise click.ClickException(
                f"nothing was done: {done.count} records wait that no worker has read. Let a worker without "
                "FLIGHTAGENTS_AVIATIONSTACK_KEY read them, as keyed before, or give them up: --drop-unread"
            )
        case Renewal.RENEWED:
            given_up = f"; {done.count} unread records are gone" if done.count else ""
            settings = app.settings
            click.echo(
                f"the topics are made anew: {settings.topic_partitions} partitions, records keyed by "
                f"{settings.partition_by}{given_up}"
            )


async def _renew(world: World, *, drop_unread: bool) -> Renewed:
    settings = app.settings
    plans, lookout = topic_plans(settings), broker.Lookout(settings.kafka)
    try:
        async with asyncio.timeout(broker.PATIENCE.total_seconds()):
            admin = await broker.wait_until_ready(settings.kafka)
        try:
            make = partial(broker.make_topics, admin, plans)
            ours = broker.TopicAdmin(admin, lookout, APP_ID, [plan.name for plan in plans], make)
            enforce = partial(setup.set_partitioning, world.database, settings.partition_by)
            return await RenewTopics(ours, READ, enforce)(drop_unread=drop_unread)
        finally:
            await lookout.close()
            await admin.close()
    except (KafkaError, OSError, TimeoutError) as exc:
        raise BrokerOutageError(
            f"Kafka at {settings.kafka_brokers} does not do it ({type(exc).__name__}): is it running, and "
            "may we delete topics there?"
        ) from exc
