"""Every setting, from `FLIGHTAGENTS_...` variables, a `.env` file or, for secrets, `..._FILE` paths."""

import re
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from flightagents.domain.times import zone
from flightagents.domain.users import Role
from flightagents.errors import SettingsError
from flightagents.secret_files import SecretFiles

PREFIX = "FLIGHTAGENTS_"
SHORTEST_KEY = 32
"""Characters of the key that signs: fewer can be tried out."""


class PartitionBy(StrEnum):
    """Which part of a flight's identity is the key of its records."""

    FLIGHT = "flight"
    AIRPORT = "airport"
    AIRLINE = "airline"


class Topics(StrEnum):
    """Who makes the topics: we do, or a broker that makes them as they are named."""

    CREATE = "create"
    BROKER = "broker"


class Plan(StrEnum):
    """AviationStack's plans; they decide how many rows a page may have."""

    FREE = "free"
    BASIC = "basic"
    PROFESSIONAL = "professional"
    BUSINESS = "business"

    @property
    def page_size(self) -> int:
        """Rows a page: 1,000 from Professional on, 100 below (AviationStack's documentation)."""
        return 1000 if self in (Plan.PROFESSIONAL, Plan.BUSINESS) else 100

    @property
    def monthly_calls(self) -> int:
        """Calls a month, as AviationStack's price list says (September 2025)."""
        quotas = {Plan.FREE: 100, Plan.BASIC: 10_000, Plan.PROFESSIONAL: 50_000, Plan.BUSINESS: 250_000}
        return quotas[self]


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class SmtpTls(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class DeliveryMode(StrEnum):
    """What happens to notifications that are decided."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


class ConsentBasis(StrEnum):
    """What an empty consent in a booking file means."""

    EXPLICIT = "explicit"
    SERVICE = "service"


Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Settings(BaseSettings):
    """The settings in force. An empty environment gives a system on localhost that polls nothing."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    kafka_brokers: str = Field("localhost:9092", description="Kafka brokers, host:port, comma separated")
    kafka_session_timeout: Seconds = Field(
        20, description="seconds after which Kafka gives a silent worker's partitions to others"
    )
    topics: Topics = Field(Topics.CREATE, description="create, or broker for one that makes topics itself")
    topic_partitions: Count = Field(8, description="partitions of flight-topic and of the table's changelog")
    topic_replication: Count = Field(1, description="copies of each partition; 3 in production")
    topic_retention_hours: Count = Field(168, description="hours that records stay on the topics")
    topic_max_message_bytes: Count = Field(4_194_304, description="largest message that the topics take")
    partition_by: PartitionBy = Field(
        PartitionBy.FLIGHT, description="key of a record: flight, airport, airline"
    )
    table_store: str = Field("memory://", description="where the table is kept: memory:// or rocksdb://")
    data_dir: Path = Field(Path("data"), description="folder for what Faust keeps on disk")
    mongodb_url: SecretStr = Field(
        SecretStr("mongodb://localhost:27017/"), description="MongoDB, a replica set"
    )
    mongodb_database: str = Field("flight_data", description="database of all collections")
    archive_days: Count = Field(90, description="days that records stay in flight_status")
    forget_after_hours: Count = Field(72, description="hours after its end for which a flight is remembered")
    aviationstack_key: SecretStr | None = Field(None, description="access key; without it nothing is polled")
    aviationstack_url: str = Field("https://api.aviationstack.com/v1", description="base address of the API")
    aviationstack_plan: Plan = Field(Plan.FREE, description="free, basic, professional or business")
    poll_interval: Seconds = Field(60, description="seconds between two runs")
    poll_queries: str = Field(
        "", description="what to poll, such as dep_iata=JFK;arr_iata=JFK; empty: the unfiltered first page"
    )
    poll_max_pages: Count = Field(5, description="most pages (calls) of one query in one run")
    smtp_host: str | None = Field(None, description="mail server; without it email is off")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_tls: SmtpTls = Field(SmtpTls.STARTTLS, description="starttls, tls (from the first byte) or none")
    smtp_username: str | None = Field(None, description="login at the mail server")
    smtp_password: SecretStr | None = Field(None, description="its password")
    smtp_connections: Count = Field(
        8, description="connections to the mail server at a time; some providers allow three"
    )
    mail_from: str | None = Field(None, description="sender of our emails; without it email is off")
    reply_to: str | None = Field(
        None, description="where answers to our emails go; empty: to their sender, where bounces arrive"
    )
    twilio_account_sid: str | None = Field(None, description="Twilio account; without it SMS is off")
    twilio_auth_token: SecretStr | None = Field(None, description="its token")
    twilio_from: str | None = Field(None, description="number that SMS come from")
    twilio_messaging_service_sid: str | None = Field(
        None, description="or the Twilio service that chooses one"
    )
    twilio_url: str = Field("https://api.twilio.com", description="base address of Twilio's API")
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
    public_url: str | None = Field(None, description="address of this web server as travellers reach it")
    secret_key: SecretStr | None = Field(
        None,
        description="signs links and logins: 32 characters or more; without it the database keeps one",
    )
    bounces: SecretStr | None = Field(
        None, description="where bounces arrive: maildir:/path or imaps://user:password@host/folder"
    )
    bookings_folder: Path | None = Field(None, description="folder that files of bookings arrive in")
    web_host: str = Field("localhost", description="address that Faust's web server binds to")
    web_port: int = Field(6066, ge=1, le=65535, description="port of Faust's web server")
    web_allowed_hosts: str = Field(
        "",
        pattern=r"^[\w\s.,-]*$",
        description="further names by which browsers reach the staff page, without port: flights.office,desk",
    )
    web_proxies: str = Field(
        "", description="addresses of trusted proxies before it, such as 10.0.0.5,10.1.0.0/16; empty: none"
    )
    web_user_header: str = Field(
        "", description="header in which such a proxy names who has logged in, such as X-Forwarded-User"
    )
    web_proxied_role: Role = Field(
        Role.VIEWER, description="viewer, agent or admin: the role of whom a proxy names and no user is here"
    )
    clock: str = Field("system", description="system, or simulated:START@SPEED@ANCHOR")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="console or json")

    @field_validator("kafka_brokers")
    @classmethod
    def _brokers(cls, text: str) -> str:
        for broker in text.split(","):
            host, _, port = broker.strip().rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"{broker!r} is not host:port")
        return text

    @field_validator("agency_timezone")
    @classmethod
    def _timezone(cls, text: str) -> str:
        try:
            zone(text)
        except KeyError:
            raise ValueError(f"{text!r} is no time zone: write one such as Europe/London") from None
        return text

    @field_validator("public_url")
    @classmethod
    def _address(cls, text: str | None) -> str | None:
        if text is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text):
            raise ValueError("write an address such as https://alerts.example.com, with https:// before it")
        return text

    @field_validator("secret_key")
    @classmethod
    def _signing_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"write at least {SHORTEST_KEY} characters: who guesses it logs in as anybody")
        return key

    @field_validator("web_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for each in filter(None, map(str.strip, text.split(","))):
            try:
                ip_network(each)
            except ValueError:
                raise ValueError(f"{each!r} is no address or network") from None
        return text

    @field_validator("web_user_header")
    @classmethod
    def _believed(cls, text: str, info: ValidationInfo) -> str:
        networks = map(str.strip, info.data.get("web_proxies", "").split(","))
        if text.strip() and any(ip_network(each).prefixlen == 0 for each in networks if each):
            raise ValueError("all would be believed: name the proxies in FLIGHTAGENTS_WEB_PROXIES")
        return text

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`web_proxies` as networks."""
        return tuple(ip_network(each) for each in filter(None, map(str.strip, self.web_proxies.split(","))))

    @property
    def can_email(self) -> bool:
        """Whether the settings of email are there."""
        return bool(self.smtp_host and self.mail_from)

    @property
    def can_sms(self) -> bool:
        """Whether the settings of SMS are there."""
        sender = self.twilio_from or self.twilio_messaging_service_sid
        return bool(self.twilio_account_sid and self.twilio_auth_token and sender)

    @property
    def forget_after(self) -> timedelta:
        """`forget_after_hours` as a duration."""
        return timedelta(hours=self.forget_after_hours)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the `..._FILE` paths of secrets before the secrets themselves, and `.env` after all else."""
        del file_secret_settings
        named_in_env = SecretFiles(settings_cls, env_settings, PREFIX)
        named_in_dotenv = SecretFiles(settings_cls, dotenv_settings, PREFIX)
        return init_settings, named_in_env, env_settings, named_in_dotenv, dotenv_settings


def load() -> Settings:
    """Read the settings. Raises SettingsError naming each variable that is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as exc:
        wrong = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in error['loc']).upper()}: {error['msg']}"
            for error in exc.errors(include_input=False, include_url=False)
        )
        raise SettingsError(f"a setting has the wrong shape: {wrong}; .env.example lists them all") from None
