"""Settings of the agency: who it is, and how it wants its travellers and staff to be told."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from flightagents.domain.connections import MinimumTimes
from flightagents.domain.holding import Policies, QuietHours
from flightagents.domain.times import zone
from flightagents.settings.base import Count, CountOrNone, Folder, Group, Line, Seconds, Shape
from flightagents.settings.bounces import place_of
from flightagents.settings.choices import ConsentBasis, DeliveryMode
from flightagents.settings.written import Phone, each_part, read_by


def _time_zone(text: str) -> None:
    try:
        zone(text)
    except KeyError:
        raise ValueError from None


def _mailbox(setting: SecretStr) -> SecretStr:
    place_of(setting)
    return setting


class AgencySettings(Group):
    """Who tells, whom, when and how fast."""

    agency_name: Line = Field(
        "", description="the agency's name, as travellers know it", examples=["Acme Travel"]
    )
    agency_phone: Line = Field(
        "", description="the number that travellers call", examples=["+1 202 555 0123"]
    )
    agency_timezone: Annotated[str, read_by(_time_zone), Shape("the name of a time zone")] = Field(
        "UTC",
        description="time zone of the agency's staff, such as Europe/London",
        examples=["Europe/London"],
    )
    oncall_phone: Phone | None = Field(
        None, description="number that is alarmed when nobody takes a task", examples=["+12025550123"]
    )
    consent_basis: ConsentBasis = Field(
        ConsentBasis.EXPLICIT, description="explicit, or service: disruption notices are part of the service"
    )
    delivery: DeliveryMode = Field(
        DeliveryMode.LIVE, description="live; shadow: decide and show, send nothing; off: send nothing yet"
    )
    quiet_hours: Annotated[str, read_by(QuietHours.parse), Shape("a span of the day, HH:MM-HH:MM")] = Field(
        "",
        description="such as 22:00-06:00 at the airport they leave from; empty: none",
        examples=["22:00-06:00"],
    )
    cancellation_minutes: CountOrNone = Field(
        10, description="minutes that travellers wait for the second look at a cancellation; 0: none"
    )
    policies: Annotated[
        str, each_part(Policies.parse), Shape("client=immediate or client=minutes, parted by ;")
    ] = Field(
        "",
        description="per client: immediate, or minutes that staff come first: vip=immediate;acme=15;*=0",
        examples=["vip=immediate;acme=15;*=0"],
    )
    connection_minutes: Annotated[
        str,
        each_part(MinimumTimes.parse),
        Shape("AIRPORT=minutes/minutes (domestic/international), parted by ;"),
    ] = Field(
        "",
        description="minimum connection time, domestic/international: JFK=60/90;LHR=60/75;*=45/75",
        examples=["JFK=60/90;LHR=60/75;*=45/75"],
    )
    email_per_second: Seconds = Field(200, description="emails that all workers together hand over a second")
    sms_per_second: Seconds = Field(10, description="SMS that all workers together hand over a second")
    staff_hourly: Count = Field(10, description="alerts an hour to a staff address before they are gathered")
    bounces: (
        Annotated[
            SecretStr,
            AfterValidator(_mailbox),
            Shape("maildir:/path or imaps://user:password@host/folder"),
        ]
        | None
    ) = Field(
        None,
        description="where bounces arrive: maildir:/path or imaps://user:password@host/folder",
        examples=["maildir:/var/mail/bounces"],
    )
    bookings_folder: Folder | None = Field(
        None, description="folder that files of bookings arrive in", examples=["/var/lib/flightagents/in"]
    )
