"""Settings of MongoDB, and of how long it keeps what."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr, model_validator

from flightagents.errors import SettingsError
from flightagents.settings.base import PREFIX, Count, Group
from flightagents.tls_files import TlsFiles

_MONGODB = f"{PREFIX}MONGODB"
_UNVERIFIED = {"tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"}


@dataclass(frozen=True, slots=True)
class MongoTls:
    """The files with which MongoDB and we know each other; none: as the URL says."""

    authority: Path | None = None
    certificate: Path | None = None
    password: SecretStr | None = None

    def way_in(self) -> dict[str, Any]:
        """Give pymongo's own words for it, beside the URL; they hold the password."""
        words = {
            "tlsCAFile": str(self.authority) if self.authority else None,
            "tlsCertificateKeyFile": str(self.certificate) if self.certificate else None,
            "tlsCertificateKeyFilePassword": self.password.get_secret_value() if self.password else None,
        }
        given: dict[str, Any] = {name: value for name, value in words.items() if value}
        return {"tls": True, **given} if given else {}


class StorageSettings(Group):
    """Where everything is kept, and for how long."""

    mongodb_url: SecretStr = Field(
        SecretStr("mongodb://localhost:27017/"), description="MongoDB, a replica set"
    )
    mongodb_database: str = Field("flight_data", description="database of all collections")
    mongodb_ca_file: Path | None = Field(
        None,
        description="PEM file of the authorities that MongoDB's certificates come from; sets TLS on. Empty: "
        "the machine's, where the URL says tls=true",
    )
    mongodb_cert_file: Path | None = Field(
        None, description="PEM file of our own certificate and its private key, where MongoDB wants one"
    )
    mongodb_key_password: SecretStr | None = Field(None, description="password of that key")
    archive_days: Count = Field(90, description="days that records stay in flight_status")
    forget_after_hours: Count = Field(72, description="hours after its end for which a flight is remembered")

    @property
    def mongodb_tls(self) -> MongoTls:
        """How the connection is encrypted, beside what the URL says."""
        return MongoTls(self.mongodb_ca_file, self.mongodb_cert_file, self.mongodb_key_password)

    @property
    def forget_after(self) -> timedelta:
        """`forget_after_hours` as a duration."""
        return timedelta(hours=self.forget_after_hours)

    @model_validator(mode="after")
    def _tls_can_be_trusted(self) -> Self:
        options = _options(self.mongodb_url.get_secret_value())
        unverified = sorted(_UNVERIFIED & {name for name, value in options.items() if value != "false"})
        if unverified:
            raise SettingsError(
                f"{_MONGODB}_URL holds {', '.join(unverified)}, and certificates and host names are always "
                f"verified: leave it out, and name MongoDB's own authority in {_MONGODB}_CA_FILE, a PEM "
                "file, for example /etc/flightagents/mongodb-ca.pem"
            )
        files = self.mongodb_tls
        if files.way_in() and "false" in (options.get("tls"), options.get("ssl")):
            raise SettingsError(
                f"{_MONGODB}_URL says tls=false, but {_MONGODB}_CA_FILE or {_MONGODB}_CERT_FILE is set: "
                "leave one of them out"
            )
        if files.password and not files.certificate:
            raise SettingsError(
                f"{_MONGODB}_CERT_FILE is missing: {_MONGODB}_KEY_PASSWORD belongs to a certificate with its "
                "key, a PEM file, for example /etc/flightagents/worker.pem"
            )
        TlsFiles(_MONGODB, files.authority, files.certificate, None, files.password).context()
        return self


def _options(url: str) -> dict[str, str]:
    """Give those of the URL, in lower case; MongoDB's client says later if it is none."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return {}
    return {name.lower(): value.lower() for name, value in parse_qsl(query)}
