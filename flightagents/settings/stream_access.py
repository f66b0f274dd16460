"""Settings of how Kafka and we know each other: encryption, login, certificates."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, SecretStr

from flightagents.settings.base import PREFIX, File, Line, SecretLine, Shape
from flightagents.settings.choices import KafkaSecurity, SaslMechanism
from flightagents.settings.mistakes import must_be, variable_of
from flightagents.settings.stream import StreamSettings
from flightagents.tls_files import TlsFiles

_KAFKA = f"{PREFIX}KAFKA"
_Pem = Annotated[File, Shape("the path of a PEM file")]


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """Where Kafka is, and how every client of ours comes in."""

    brokers: str
    security: KafkaSecurity = KafkaSecurity.PLAINTEXT
    mechanism: SaslMechanism = SaslMechanism.PLAIN
    username: str | None = None
    password: SecretStr | None = None
    tls: ssl.SSLContext | None = None

    @property
    def servers(self) -> list[str]:
        """Each as host:port."""
        return [each.strip() for each in self.brokers.split(",")]

    def way_in(self) -> dict[str, Any]:
        """Give aiokafka's own words for it; they hold the password."""
        words: dict[str, Any] = {"security_protocol": self.security.value.upper(), "ssl_context": self.tls}
        if self.security.has_login:
            words["sasl_mechanism"] = self.mechanism.value
            words["sasl_plain_username"] = self.username
            words["sasl_plain_password"] = self.password.get_secret_value() if self.password else None
        return words


class StreamAccessSettings(StreamSettings):
    """How Kafka and we know each other."""

    kafka_security: KafkaSecurity = Field(
        KafkaSecurity.PLAINTEXT,
        description="plaintext, ssl, sasl_plaintext or sasl_ssl; sasl: with a login, ssl: encrypted",
    )
    kafka_sasl_mechanism: SaslMechanism = Field(
        SaslMechanism.PLAIN, description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"
    )
    kafka_username: Line | None = Field(None, description="login at Kafka", examples=["flightagents"])
    kafka_password: SecretLine | None = Field(
        None, description="its password", examples=["correct horse battery staple"]
    )
    kafka_ca_file: _Pem | None = Field(
        None,
        examples=["/etc/flightagents/ca.pem"],
        description="PEM file of the authorities that Kafka's certificates come from; empty: the machine's",
    )
    kafka_cert_file: _Pem | None = Field(
        None,
        description="PEM file of our own certificate, where Kafka wants one (mutual TLS)",
        examples=["/etc/flightagents/worker.pem"],
    )
    kafka_key_file: _Pem | None = Field(
        None,
        description="PEM file of its private key; empty: it stands in the certificate's file",
        examples=["/etc/flightagents/worker.key"],
    )
    kafka_key_password: SecretLine | None = Field(
        None, description="password of that key", examples=["correct horse battery staple"]
    )

    @property
    def kafka(self) -> KafkaAccess:
        """How every client comes in. Raises SettingsError where a file cannot be used."""
        return KafkaAccess(
            self.kafka_brokers,
            self.kafka_security,
            self.kafka_sasl_mechanism,
            self.kafka_username,
            self.kafka_password,
            self._files().context() if self.kafka_security.is_encrypted else None,
        )

    def _files(self) -> TlsFiles:
        return TlsFiles(
            _KAFKA, self.kafka_ca_file, self.kafka_cert_file, self.kafka_key_file, self.kafka_key_password
        )

    def mistakes(self) -> Iterator[str]:
        """Say what of the login or the files does not fit."""
        yield from super().mistakes()
        yield from self._of_login()
        yield from self._of_files()
        if self.kafka_security.is_encrypted:
            yield from self._files().mistakes()

    def _of_login(self) -> Iterator[str]:
        given = f"{_KAFKA}_SECURITY"
        for name in ("kafka_username", "kafka_password"):
            value = getattr(self, name)
            if self.kafka_security.has_login and not value:
                field = type(self).model_fields[name]
                yield must_be(name, field, where=f" where {given} is {self.kafka_security.value}")
            if not self.kafka_security.has_login and value:
                set_ = f"{variable_of(name)} is set"
                yield f"{given}: must be sasl_ssl or sasl_plaintext where {set_}, for example sasl_ssl"

    def _of_files(self) -> Iterator[str]:
        given, fields = f"{_KAFKA}_SECURITY", type(self).model_fields
        names = ("kafka_ca_file", "kafka_cert_file", "kafka_key_file", "kafka_key_password")
        for name in names:
            if not self.kafka_security.is_encrypted and getattr(self, name):
                better = "sasl_ssl" if self.kafka_security.has_login else "ssl"
                yield f"{given}: must be {better} where {variable_of(name)} is set, for example {better}"
        for name in names[2:]:
            if getattr(self, name) and not self.kafka_cert_file:
                where = f" where {variable_of(name)} is set"
                yield must_be("kafka_cert_file", fields["kafka_cert_file"], where=where)
