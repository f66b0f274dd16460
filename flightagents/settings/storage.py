"""Settings of MongoDB, and of how long it keeps what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr
from pymongo.errors import InvalidURI
from pymongo.uri_parser import SRV_SCHEME, parse_uri

from flightagents.settings.base import PREFIX, Count, File, Group, SecretLine, Shape
from flightagents.settings.mistakes import must_be
from flightagents.settings.written import matches
from flightagents.tls_files import TlsFiles

_MONGODB = f"{PREFIX}MONGODB"
_Pem = Annotated[File, Shape("the path of a PEM file")]
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


def _mongodb_url(url: SecretStr) -> SecretStr:
    """Read it as far as that needs no network: what mongodb+srv:// stands for, only the DNS knows."""
    text = url.get_secret_value()
    if not (text.startswith(SRV_SCHEME) and len(text) > len(SRV_SCHEME)):
        try:
            parse_uri(text, validate=False)
        except (InvalidURI, ValueError):  # not chained: the text may hold the password
            raise ValueError("write / : @ in a password as %2F %3A %40") from None
    return url


class StorageSettings(Group):
    """Where everything is kept, and for how long."""

    mongodb_url: Annotated[
        SecretLine, AfterValidator(_mongodb_url), Shape("an address with mongodb:// before it")
    ] = Field(
        SecretStr("mongodb://localhost:27017/"),
        description="MongoDB, a replica set",
        examples=["mongodb://db1:27017,db2:27017/?replicaSet=rs0"],
    )
    mongodb_database: Annotated[
        str, matches(r"[\w-]{1,63}"), Shape("a name of letters, digits, _ and -, 63 at most")
    ] = Field("flight_data", description="database of all collections")
    mongodb_ca_file: _Pem | None = Field(
        None,
        examples=["/etc/flightagents/ca.pem"],
        description="PEM file of the authorities that MongoDB's certificates come from; sets TLS on. Empty: "
        "the machine's, where the URL says tls=true",
    )
    mongodb_cert_file: _Pem | None = Field(
        None,
        description="PEM file of our own certificate and its private key, where MongoDB wants one",
        examples=["/etc/flightagents/worker.pem"],
    )
    mongodb_key_password: SecretLine | None = Field(
        None, description="password of that key", examples=["correct horse battery staple"]
    )
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

    def mistakes(self) -> Iterator[str]:
        """Say what of TLS does not fit, or would not be verified."""
        yield from super().mistakes()
        options = _options(self.mongodb_url.get_secret_value())
        unverified = sorted(_UNVERIFIED & {name for name, value in options.items() if value != "false"})
        if unverified:
            yield (
                f"{_MONGODB}_URL: must be an address without {', '.join(unverified)}, for certificates and "
                f"host names are always verified: name MongoDB's own authority in {_MONGODB}_CA_FILE, for "
                "example /etc/flightagents/ca.pem"
            )
        files = self.mongodb_tls
        if files.way_in() and "false" in (options.get("tls"), options.get("ssl")):
            yield (
                f"{_MONGODB}_URL: must be an address with tls=true where {_MONGODB}_CA_FILE or "
                f"{_MONGODB}_CERT_FILE is set, for example mongodb://db1:27017/?replicaSet=rs0&tls=true"
            )
        if files.password and not files.certificate:
            field = type(self).model_fields["mongodb_cert_file"]
            yield must_be("mongodb_cert_file", field, where=f" where {_MONGODB}_KEY_PASSWORD is set")
        yield from TlsFiles(_MONGODB, files.authority, files.certificate, None, files.password).mistakes()


def _options(url: str) -> dict[str, str]:
    """Give those of the URL in lower case, found as its client does it: a password may hold # or [."""
    query = url.partition("://")[2].partition("?")[2]
    pairs = (each.partition("=") for each in re.split("[&;]", query))
    return {name.lower(): value.lower() for name, _, value in pairs}
