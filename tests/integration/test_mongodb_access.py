"""MongoDB with TLS and certificates: who comes in, and what whoever does not is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flightagents.errors import (
    AccessError,
    DatabaseOutageError,
    HostNameError,
    OurCertificateError,
    SecurityMismatchError,
    UntrustedCertificateError,
)
from flightagents.sandbox.processes import LOCALHOST, free_port
from flightagents.settings import Settings
from flightagents.store import connection
from flightagents.store.connection import connect, require_ready, wait_until_ready
from tests.support.certificates import Authority
from tests.support.secure_mongodb import SecureMongoDB, secure_mongodb

pytestmark = pytest.mark.mongodb


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureMongoDB]:
    with secure_mongodb(tmp_path_factory.mktemp("secure")) as server:
        yield server


@pytest.fixture(autouse=True)
def _asks_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SELECTION_TIMEOUT", timedelta(seconds=0.5))


async def look(url: str, *, for_ever: bool = False, **given: Path) -> None:
    settings = Settings.model_validate({"mongodb_url": url} | given)
    database = connect(settings.mongodb_url.get_secret_value(), "flight_data", settings.mongodb_tls)
    try:
        await (wait_until_ready(database) if for_ever else require_ready(database))
    finally:
        database.client.close()


async def refused(kind: type[AccessError], url: str, *words: str, **given: Path) -> None:
    """A worker ends instead of waiting."""
    with pytest.raises(kind) as said:
        await look(url, for_ever=True, **given)
    for each in (*words, said.value.what, said.value.advice):
        assert each in str(said.value), str(said.value)


async def test_files_and_a_url_let_us_in(secure: SecureMongoDB) -> None:
    trusted, ours = secure.authority.file, secure.ours.both
    await look(secure.url(), mongodb_ca_file=trusted, mongodb_cert_file=ours)
    in_url = f"&tls=true&tlsCAFile={trusted}&tlsCertificateKeyFile={ours}"
    await look(secure.url(options=in_url))


async def test_an_authority_that_we_do_not_trust_is_told(secure: SecureMongoDB, tmp_path: Path) -> None:
    unknown = Authority(tmp_path).file
    words = ("is not trusted", "FLIGHTAGENTS_MONGODB_CA_FILE")
    await refused(UntrustedCertificateError, secure.url(), *words, mongodb_ca_file=unknown)
    await refused(UntrustedCertificateError, secure.url(options="&tls=true"), *words)


async def test_a_host_that_its_certificate_does_not_name_is_told(secure: SecureMongoDB) -> None:
    words = ("another host name", LOCALHOST, "FLIGHTAGENTS_MONGODB_URL")
    trusted = secure.authority.file
    await refused(HostNameError, secure.url(LOCALHOST), *words, mongodb_ca_file=trusted)


async def test_a_certificate_of_ours_that_it_does_not_take_is_told(
    secure: SecureMongoDB, tmp_path: Path
) -> None:
    trusted = secure.authority.file
    stranger = Authority(tmp_path, "stranger").certify("stranger").both
    words = "FLIGHTAGENTS_MONGODB_CERT_FILE"
    await refused(OurCertificateError, secure.url(), words, mongodb_ca_file=trusted)
    given = {"mongodb_ca_file": trusted, "mongodb_cert_file": stranger}
    await refused(OurCertificateError, secure.url(), words, **given)


async def test_plain_text_where_it_talks_tls_is_told(secure: SecureMongoDB) -> None:
    await refused(SecurityMismatchError, secure.url(), "talks TLS", "FLIGHTAGENTS_MONGODB_CA_FILE")


async def test_tls_where_it_talks_plain_text_is_told(mongodb: str, secure: SecureMongoDB) -> None:
    words = ("does not encrypt", "FLIGHTAGENTS_MONGODB_CA_FILE")
    await refused(SecurityMismatchError, mongodb, *words, mongodb_ca_file=secure.authority.file)


async def test_a_server_that_is_away_is_an_outage_and_no_mistake(secure: SecureMongoDB) -> None:
    away = f"mongodb://{LOCALHOST}:{free_port()}/?replicaSet=none"
    encrypted: dict[str, Any] = {"mongodb_ca_file": secure.authority.file}
    for given in ({}, encrypted):
        with pytest.raises(DatabaseOutageError, match="ServerSelectionTimeoutError"):
            await look(away, **given)
