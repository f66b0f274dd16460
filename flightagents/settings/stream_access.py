"""Settings of how Kafka and we know each other: encryption, login, certificates."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator

from flightagents.errors import SettingsError
from flightagents.settings.base import PREFIX
from flightagents.settings.choices import KafkaSecurity, SaslMechanism
from flightagents.settings.stream import StreamSettings
from flightagents.tls_files import TlsFiles

_KAFKA = f"{PREFIX}KAFKA"


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
    kafka_username: str | None = Field(None, description="login at Kafka")
    kafka_password: SecretStr | None = Field(None, description="its password")
    kafka_ca_file: Path | None = Field(
        None,
        description="PEM file of the authorities that Kafka's certificates come from; empty: the machine's",
    )
    kafka_cert_file: Path | None = Field(
        None, description="PEM file of our own certificate, where Kafka wants one (mutual TLS)"
    )
    kafka_key_file: Path | None = Field(
        None, description="PEM file of its private key; empty: it stands in the certificate's file"
    )
    kafka_key_password: SecretStr | None = Field(None, description="password of that key")

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

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        wrong = list(self._unfitting())
        if wrong:
            raise SettingsError("; ".join(wrong))
        self._files().context()
        return self

    def _unfitting(self) -> Iterator[str]:
        login = {"USERNAME": self.kafka_username, "PASSWORD": self.kafka_password}
        files = {
            "CA_FILE": self.kafka_ca_file,
            "CERT_FILE": self.kafka_cert_file,
            "KEY_FILE": self.kafka_key_file,
            "KEY_PASSWORD": self.kafka_key_password,
        }
        given = f"{_KAFKA}_SECURITY={self.kafka_security.value}"
        for name, value in login.items():
            if self.kafka_security.has_login and not value:
                yield f"{_KAFKA}_{name} is missing: {given} is a login with {_LOGIN[name]}"
            if not self.kafka_security.has_login and value:
                yield (
                    f"{_KAFKA}_{name} is set, but {given} has no login: set it to sasl_ssl, or leave "
                    f"{_KAFKA}_{name} out"
                )
        for name, file in files.items():
            if not self.kafka_security.is_encrypted and file:
                better = "sasl_ssl" if self.kafka_security.has_login else "ssl"
                yield (
                    f"{_KAFKA}_{name} is set, but {given} is not encrypted: set it to {better}, or leave "
                    f"{_KAFKA}_{name} out"
                )
        for name in ("KEY_FILE", "KEY_PASSWORD"):
            if files[name] and not self.kafka_cert_file:
                yield (
                    f"{_KAFKA}_CERT_FILE is missing: {_KAFKA}_{name} belongs to a certificate, a PEM file, "
                    "for example /etc/flightagents/worker.pem"
                )


_LOGIN = {
    "USERNAME": "a user name, one line of text, for example flightagents",
    "PASSWORD": f"a password, one line of text; better {_KAFKA}_PASSWORD_FILE, a file that holds it, for "
    "example /run/secrets/kafka-password",
}
