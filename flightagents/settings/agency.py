"""Settings of the agency: who it is, and how it wants its travellers and staff to be told."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from flightagents.domain.times import zone
from flightagents.settings.base import Count, Group, Seconds
from flightagents.settings.choices import ConsentBasis, DeliveryMode


class AgencySettings(Group):
    """Who tells, whom, when and how fast."""

    agency_name: str = Field("", description="the agency's name, as travellers know it")
    agency_phone: str = Field("", description="the number that travellers call")
    agency_timezone: str = Field("UTC", description="time zone of the agency's staff, such as Europe/London")
    oncall_phone: str | None = Field(None, description="number that is alarmed when nobody takes a task")
    consent_basis: ConsentBasis = Field(
        ConsentBasis.EXPLICIT, description="explicit, or service: disruption notices are part of the service"
    )
    delivery: DeliveryMode = Field(
        DeliveryMode.LIVE, description="live; shadow: decide and show, send nothing; off: send nothing yet"
    )
    quiet_hours: str = Field(
        "", description="such as 22:00-06:00 at the airport they leave from; empty: none"
    )
    cancellation_minutes: int = Field(
        10, ge=0, description="minutes that travellers wait for the second look at a cancellation; 0: none"
    )
    policies: str = Field(
        "", description="per client: immediate, or minutes that staff come first: vip=immediate;acme=15;*=0"
    )
    connection_minutes: str = Field(
        "", description="minimum connection time, domestic/international: JFK=60/90;LHR=60/75;*=45/75"
    )
    email_per_second: Seconds = Field(200, description="emails that all workers together hand over a second")
    sms_per_second: Seconds = Field(10, description="SMS that all workers together hand over a second")
    staff_hourly: Count = Field(10, description="alerts an hour to a staff address before they are gathered")
    bounces: SecretStr | None = Field(
        None, description="where bounces arrive: maildir:/path or imaps://user:password@host/folder"
    )
    bookings_folder: Path | None = Field(None, description="folder that files of bookings arrive in")

    @field_validator("agency_timezone")
    @classmethod
    def _timezone(cls, text: str) -> str:
        try:
            zone(text)
        except KeyError:
            raise ValueError(f"{text!r} is no time zone: write one such as Europe/London") from None
        return text
