"""What messages are sent with: channels, words, speeds, and the mailbox that bounces come to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.handlers.mail_replies import TakeMailReply
from flightagents.handlers.pace import PACES, Pace
from flightagents.handlers.receipts import ReadBounces, TakeReceipt
from flightagents.notify import dsn
from flightagents.notify.bounces import bounce_source
from flightagents.notify.email import EmailChannel, MailboxLookup, nobody_can_tell
from flightagents.notify.letter import domain_of
from flightagents.notify.render import Renderer
from flightagents.notify.sms import SmsChannel
from flightagents.notify.smtp_pool import Limits
from flightagents.notify.staff import StaffRenderer
from flightagents.ports import DeliveryChannel, RateLimit, Tasks
from flightagents.settings import DeliveryMode, Settings
from flightagents.store.connection import Database
from flightagents.store.outbox import LEASE
from flightagents.store.rates import MongoRate
from flightagents.store.receipts import MongoReceipts


@dataclass(frozen=True, slots=True)
class Sending:
    """How patiently messages are sent, and whether a mailbox can be asked what arrived."""

    paces: Mapping[Channel, Pace]
    lease: timedelta
    mailbox: MailboxLookup = nobody_can_tell


SENDING = Sending(PACES, LEASE)


def bounces_of(settings: Settings, receipts: MongoReceipts, tasks: Tasks, clock: Clock) -> ReadBounces | None:
    """Build what reads the bounces, where it is set where they arrive."""
    if settings.bounces is None:
        return None
    return ReadBounces(
        bounce_source(settings.bounces),
        dsn.read,
        TakeReceipt(receipts),
        TakeMailReply(receipts, tasks, clock),
        receipts,
    )


def reported_of(settings: Settings) -> set[Channel]:
    """Give the channels on which a receipt that has not come in time does not come any more.

    Twilio calls us; of an email's receipt only whoever reads the bounces knows, if anybody does.
    """
    return {Channel.SMS} if settings.bounces is not None else set(Channel)


def channels_of(
    settings: Settings, session: aiohttp.ClientSession, sending: Sending = SENDING
) -> dict[Channel, DeliveryChannel]:
    """Build the channels whose settings are there; the others are off."""
    channels: dict[Channel, DeliveryChannel] = {}
    if settings.smtp_host and settings.mail_from:
        channels[Channel.EMAIL] = EmailChannel(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            mail_from=settings.mail_from,
            from_name=settings.agency_name,
            reply_to=settings.reply_to or "",
            username=settings.smtp_username or "",
            password=settings.smtp_password,
            lookup=sending.mailbox,
            grace=sending.paces[Channel.EMAIL].grace,
            receipts=settings.bounces is not None,
            limits=Limits(connections=settings.smtp_connections),
        )
    if settings.can_sms and settings.twilio_account_sid and settings.twilio_auth_token:
        channels[Channel.SMS] = SmsChannel(
            session,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            from_=settings.twilio_from or "",
            messaging_service_sid=settings.twilio_messaging_service_sid or "",
            url=settings.twilio_url,
            grace=sending.paces[Channel.SMS].grace,
            public_url=settings.public_url or "",
        )
    return channels


def rates_of(
    settings: Settings, database: Database, channels: Collection[Channel]
) -> dict[Channel, RateLimit]:
    """Say how fast each channel is sent on; nothing is claimed on any where delivery is off."""
    if settings.delivery is DeliveryMode.OFF:
        return {}
    speeds = {Channel.EMAIL: settings.email_per_second, Channel.SMS: settings.sms_per_second}
    return {channel: MongoRate(database, channel, speeds[channel]) for channel in channels}


def staff_renderer_of(settings: Settings) -> StaffRenderer:
    """Build what finds the words for staff."""
    domain = domain_of(settings.mail_from) if settings.mail_from else "localhost"
    return StaffRenderer(
        agency_name=settings.agency_name, mail_domain=domain, public_url=settings.public_url or ""
    )


def renderer_of(settings: Settings) -> Renderer:
    """Build what finds the words for travellers."""
    domain = domain_of(settings.mail_from) if settings.mail_from else "localhost"
    return Renderer(agency_name=settings.agency_name, agency_phone=settings.agency_phone, mail_domain=domain)
