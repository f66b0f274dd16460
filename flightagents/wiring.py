"""Chooses what implements each port. The one place that names concrete adapters."""

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from flightagents.aviationstack.client import AviationStackClient
from flightagents.aviationstack.source import AviationStackSource
from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.handlers.alert import AlertOnChanges
from flightagents.handlers.archive import ArchiveRecords
from flightagents.handlers.audience import Audience
from flightagents.handlers.book import TakeBookings
from flightagents.handlers.dead_letters import StoreDeadLetters
from flightagents.handlers.decide import Decide
from flightagents.handlers.deliver import Deliver
from flightagents.handlers.forget import Forgetting
from flightagents.handlers.forget_people import ForgetPeople
from flightagents.handlers.pace import PACES, Pace
from flightagents.handlers.poll import PollFeed
from flightagents.handlers.recheck import Recheck
from flightagents.handlers.reconcile import Reconcile
from flightagents.handlers.settle import Settle
from flightagents.handlers.track import TrackFlights
from flightagents.handlers.watch import WatchFlights
from flightagents.notify.email import EmailChannel, MailboxLookup, nobody_can_tell
from flightagents.notify.letter import domain_of
from flightagents.notify.render import Renderer
from flightagents.notify.sms import SmsChannel
from flightagents.ports import DeliveryChannel, Publisher, StateTable
from flightagents.settings import Settings
from flightagents.store import setup
from flightagents.store.addresses import AddressKeys
from flightagents.store.archive import MongoArchive
from flightagents.store.bookings import MongoBookings
from flightagents.store.calls import MongoCallCounter
from flightagents.store.connection import Database, connect, wait_until_ready
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.flights import MongoFlights
from flightagents.store.lease import MongoLease
from flightagents.store.ledger import MongoLedger
from flightagents.store.outbox import LEASE, MongoOutbox


@dataclass(frozen=True, slots=True)
class World:
    """The connections that everything shares."""

    settings: Settings
    clock: Clock
    database: Database
    session: aiohttp.ClientSession
    address_keys: AddressKeys

    async def close(self) -> None:
        """Close them."""
        await self.session.close()
        self.database.client.close()


@dataclass(frozen=True, slots=True)
class Sending:
    """How patiently messages are sent, and whether a mailbox can be asked what arrived."""

    paces: Mapping[Channel, Pace]
    lease: timedelta
    mailbox: MailboxLookup = nobody_can_tell


SENDING = Sending(PACES, LEASE)


@dataclass(frozen=True, slots=True)
class Desk:
    """What deals with people, in a worker and on the command line."""

    bookings: MongoBookings
    ledger: MongoLedger
    decide: Decide
    take_bookings: TakeBookings
    forget_people: ForgetPeople
    settle: Settle
    deliver: Deliver
    channels: Mapping[Channel, DeliveryChannel]

    def close(self) -> None:
        """Close what the channels keep open."""
        for channel in self.channels.values():
            channel.close()


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the agents and timers of a worker call."""

    archive: ArchiveRecords
    track: TrackFlights
    forgetting: Forgetting
    alert: AlertOnChanges
    dead_letters: StoreDeadLetters
    poll: PollFeed | None
    watch: WatchFlights
    desk: Desk


async def open_world(settings: Settings, clock: Clock) -> World:
    """Wait for MongoDB and make what has to stand there. Raises ConfigurationError."""
    database = connect(settings.mongodb_url.get_secret_value(), settings.mongodb_database)
    await wait_until_ready(database)
    await setup.prepare(database, keep=timedelta(days=settings.archive_days))
    await MongoLedger(database).prepare()
    await MongoBookings(database).prepare()
    keys = await AddressKeys.of(database)
    return World(settings, clock, database, aiohttp.ClientSession(), keys)


def wire_desk(world: World, sending: Sending = SENDING) -> Desk:
    """Build what decides and delivers."""
    settings, database, clock = world.settings, world.database, world.clock
    bookings, ledger = MongoBookings(database), MongoLedger(database)
    outbox = MongoOutbox(database, sending.lease)
    audience = Audience(MongoFlights(database), bookings)
    channels = _channels(world, sending)
    decide = Decide(audience, ledger, world.address_keys, clock)
    deliver = Deliver(
        outbox=outbox,
        recheck=Recheck(bookings, audience, ledger, decide, clock),
        reconcile=Reconcile(outbox, bookings, channels, sending.paces, clock),
        renderer=_renderer(settings),
        channels=channels,
        paces=sending.paces,
        clock=clock,
        owner=worker_name(),
    )
    return Desk(
        bookings=bookings,
        ledger=ledger,
        decide=decide,
        take_bookings=TakeBookings(bookings, audience, decide),
        forget_people=ForgetPeople(bookings, ledger, world.address_keys),
        settle=Settle(ledger, decide),
        deliver=deliver,
        channels=channels,
    )


def what_is_off(settings: Settings) -> list[str]:
    """Say what does not run for want of a setting."""
    off = []
    if settings.aviationstack_key is None:
        off.append("nothing is polled: FLIGHTAGENTS_AVIATIONSTACK_KEY is not set")
    if not settings.can_email:
        off.append("email is off: FLIGHTAGENTS_SMTP_HOST and FLIGHTAGENTS_MAIL_FROM are not both set")
    if not settings.can_sms:
        off.append(
            "SMS is off: it needs FLIGHTAGENTS_TWILIO_ACCOUNT_SID, FLIGHTAGENTS_TWILIO_AUTH_TOKEN and "
            "FLIGHTAGENTS_TWILIO_FROM or FLIGHTAGENTS_TWILIO_MESSAGING_SERVICE_SID"
        )
    return off


def wire(world: World, publisher: Publisher, table: StateTable, sending: Sending = SENDING) -> UseCases:
    """Build what a worker does."""
    settings, clock, database = world.settings, world.clock, world.database
    archive, flights = MongoArchive(database), MongoFlights(database)
    desk = wire_desk(world, sending)
    forgetting = Forgetting(clock, settings.forget_after)
    return UseCases(
        archive=ArchiveRecords(archive, publisher, clock),
        track=TrackFlights(table, flights, publisher, forgetting),
        forgetting=forgetting,
        alert=AlertOnChanges(flights, desk.decide, publisher, clock),
        dead_letters=StoreDeadLetters(MongoDeadLetters(database)),
        poll=_poll(world, publisher),
        watch=WatchFlights(flights, archive, clock),
        desk=desk,
    )


def _poll(world: World, publisher: Publisher) -> PollFeed | None:
    settings = world.settings
    if settings.aviationstack_key is None:
        return None
    client = AviationStackClient(
        world.session,
        base_url=settings.aviationstack_url,
        key=settings.aviationstack_key,
        counter=MongoCallCounter(world.database, world.clock),
        page_size=settings.aviationstack_plan.page_size,
    )
    source = AviationStackSource(client, settings.poll_queries, settings.poll_max_pages)
    lease = MongoLease(world.database, worker_name())
    return PollFeed(source, lease, publisher, world.clock, settings.partition_by)


def worker_name() -> str:
    """Name this worker, for leases and for people."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def _channels(world: World, sending: Sending) -> dict[Channel, DeliveryChannel]:
    """Build the channels whose settings are there; the others are off."""
    settings = world.settings
    channels: dict[Channel, DeliveryChannel] = {}
    if settings.smtp_host and settings.mail_from:
        channels[Channel.EMAIL] = EmailChannel(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            mail_from=settings.mail_from,
            from_name=settings.agency_name,
            username=settings.smtp_username or "",
            password=settings.smtp_password,
            lookup=sending.mailbox,
            grace=sending.paces[Channel.EMAIL].grace,
        )
    if settings.can_sms and settings.twilio_account_sid and settings.twilio_auth_token:
        channels[Channel.SMS] = SmsChannel(
            world.session,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            from_=settings.twilio_from or "",
            messaging_service_sid=settings.twilio_messaging_service_sid or "",
            url=settings.twilio_url,
            grace=sending.paces[Channel.SMS].grace,
        )
    return channels


def _renderer(settings: Settings) -> Renderer:
    domain = domain_of(settings.mail_from) if settings.mail_from else "localhost"
    return Renderer(agency_name=settings.agency_name, agency_phone=settings.agency_phone, mail_domain=domain)
