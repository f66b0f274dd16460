"""How the agency wants to tell people, as its settings say it."""

from datetime import timedelta

from flightagents.domain.connections import MinimumTimes
from flightagents.domain.holding import Holding, Policies, QuietHours
from flightagents.handlers.decide import Manner
from flightagents.handlers.staff_rows import Office
from flightagents.settings import DeliveryMode, Settings


def manner_of(settings: Settings) -> Manner:
    """Read how the agency wants to tell its travellers."""
    return Manner(
        holding=Holding(QuietHours.parse(settings.quiet_hours), Policies.parse(settings.policies)),
        patience=timedelta(minutes=settings.cancellation_minutes),
        shadow=settings.delivery is DeliveryMode.SHADOW,
    )


def minimum_times(settings: Settings) -> MinimumTimes:
    """Read how long it takes to change flights."""
    return MinimumTimes.parse(settings.connection_minutes)


def office_of(settings: Settings) -> Office:
    """Read how the agency's staff want to be told."""
    return Office(
        zone=settings.agency_timezone,
        patience=timedelta(minutes=settings.cancellation_minutes),
        hourly=settings.staff_hourly,
        on_call=settings.oncall_phone,
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
    match settings.delivery:
        case DeliveryMode.OFF:
            off.append("nothing is sent, all of it waits: FLIGHTAGENTS_DELIVERY is off")
        case DeliveryMode.SHADOW:
            off.append("nothing is sent, all of it is only shown: FLIGHTAGENTS_DELIVERY is shadow")
        case DeliveryMode.LIVE:
            pass
    if settings.public_url is None:
        off.append("travellers have no pages and Twilio cannot report: FLIGHTAGENTS_PUBLIC_URL is not set")
    if settings.oncall_phone is None:
        off.append("nobody is alarmed when a task waits: FLIGHTAGENTS_ONCALL_PHONE is not set")
    return off
