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


class KafkaSecurity(StrEnum):
    """How Kafka and we talk, in Kafka's own words for it, in lower case."""

    PLAINTEXT = "plaintext"
    SSL = "ssl"
    SASL_PLAINTEXT = "sasl_plaintext"
    SASL_SSL = "sasl_ssl"

    @property
    def has_login(self) -> bool:
        """Whether a user name and a password are asked for."""
        return self in (KafkaSecurity.SASL_PLAINTEXT, KafkaSecurity.SASL_SSL)

    @property
    def is_encrypted(self) -> bool:
        """Whether it is TLS."""
        return self in (KafkaSecurity.SSL, KafkaSecurity.SASL_SSL)


class SaslMechanism(StrEnum):
    """How a login at Kafka proves its password."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


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
