"""The words that some settings take."""

from enum import StrEnum


class PartitionBy(StrEnum):
    """Which part of a flight's identity is the key of its records."""

    FLIGHT = "flight"
    AIRPORT = "airport"
    AIRLINE = "airline"


class Topics(StrEnum):
    """Who makes the topics: we do, or a broker that makes them as they are named."""

    CREATE = "create"
    BROKER = "broker"


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
