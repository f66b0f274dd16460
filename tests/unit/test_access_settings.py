"""Settings of TLS and logins: those that do not fit together, and files that cannot be used, are named."""

import ssl
from pathlib import Path

import pytest
from faust.auth import SASLCredentials, SSLCredentials

from flightagents.app import FlightApp
from flightagents.errors import SettingsError
from flightagents.settings import PREFIX, KafkaSecurity, Settings, load
from tests.support.certificates import PASSWORD, Authority

LOGIN = {"KAFKA_SECURITY": "sasl_ssl", "KAFKA_USERNAME": "worker", "KAFKA_PASSWORD": "hunter2"}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        for suffix in ("", "_FILE"):
            monkeypatch.delenv(f"{PREFIX}{name}{suffix}".upper(), raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name files that can be used, and some that cannot."""
    folder = tmp_path_factory.mktemp("files")
    authority = Authority(folder)
    ours, other = authority.certify("ours"), authority.certify("other")
    (folder / "text").write_text("no certificate")
    (folder / "torn").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    return {
        "ca": str(authority.file),
        "cert": str(ours.chain),
        "key": str(ours.key),
        "both": str(ours.both),
        "locked": str(ours.locked),
        "other": str(other.key),
        "text": str(folder / "text"),
        "torn": str(folder / "torn"),
        "none": str(folder / "none"),
        "folder": str(folder),
    }


def given(monkeypatch: pytest.MonkeyPatch, files: dict[str, str], settings: dict[str, str]) -> Settings:
    for name, value in settings.items():
        monkeypatch.setenv(f"{PREFIX}{name}", files.get(value, value) if name.endswith("_FILE") else value)
    return load()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"KAFKA_SECURITY": "tls"}, ("KAFKA_SECURITY: must be one of", "sasl_plaintext")),
        (
            {"KAFKA_SECURITY": "ssl", "KAFKA_SASL_MECHANISM": "GSSAPI"},
            ("SASL_MECHANISM: must be one of", "SCRAM-SHA-512"),
        ),
        (
            {"KAFKA_SECURITY": "sasl_ssl"},
            ("KAFKA_USERNAME: must be one line of text where", "for example flightagents"),
        ),
        (
            {"KAFKA_SECURITY": "sasl_plaintext", "KAFKA_USERNAME": "me"},
            ("KAFKA_PASSWORD: must be one line of text where", "SECURITY is sasl_plaintext"),
        ),
        ({"KAFKA_USERNAME": "me"}, ("KAFKA_SECURITY: must be sasl_ssl", "KAFKA_USERNAME is set")),
        ({"KAFKA_SECURITY": "ssl", "KAFKA_PASSWORD": "hunter2"}, ("KAFKA_PASSWORD is set",)),
        ({"KAFKA_CA_FILE": "ca"}, ("KAFKA_SECURITY: must be ssl where", "KAFKA_CA_FILE is set")),
        ({**LOGIN, "KAFKA_KEY_FILE": "key"}, ("KAFKA_CERT_FILE: must be", "KEY_FILE is set", "worker.pem")),
        ({"KAFKA_SECURITY": "ssl", "KAFKA_KEY_PASSWORD": "hunter2"}, ("KAFKA_CERT_FILE: must be",)),
        (
            {**LOGIN, "KAFKA_CA_FILE": "none"},
            ("KAFKA_CA_FILE: must be", "No such file", "/etc/flightagents/ca.pem"),
        ),
        ({**LOGIN, "KAFKA_CA_FILE": "folder"}, ("KAFKA_CA_FILE:", "Is a directory")),
        ({**LOGIN, "KAFKA_CA_FILE": "text"}, ("KAFKA_CA_FILE:", "a PEM file", "BEGIN CERTIFICATE")),
        ({**LOGIN, "KAFKA_CA_FILE": "torn"}, ("KAFKA_CA_FILE:", "a PEM file")),
        ({**LOGIN, "KAFKA_CERT_FILE": "none"}, ("KAFKA_CERT_FILE:", "No such file")),
        ({**LOGIN, "KAFKA_CERT_FILE": "key"}, ("KAFKA_CERT_FILE: must be a PEM file of our certificate",)),
        ({**LOGIN, "KAFKA_CERT_FILE": "cert"}, ("KAFKA_CERT_FILE:", "no private key", "BEGIN PRIVATE KEY")),
        ({**LOGIN, "KAFKA_CERT_FILE": "cert", "KAFKA_KEY_FILE": "none"}, ("KAFKA_KEY_FILE:", "No such")),
        (
            {**LOGIN, "KAFKA_CERT_FILE": "cert", "KAFKA_KEY_FILE": "other"},
            ("KAFKA_KEY_FILE:", "belongs to FLIGHTAGENTS_KAFKA_CERT_FILE"),
        ),
        ({**LOGIN, "KAFKA_CERT_FILE": "cert", "KAFKA_KEY_FILE": "locked"}, ("KAFKA_KEY_PASSWORD",)),
        (
            {**LOGIN, "KAFKA_CERT_FILE": "cert", "KAFKA_KEY_FILE": "locked", "KAFKA_KEY_PASSWORD": "hunter2"},
            ("KAFKA_KEY_FILE:", "KAFKA_KEY_PASSWORD"),
        ),
        ({"MONGODB_CA_FILE": "none"}, ("MONGODB_CA_FILE:", "No such file")),
        ({"MONGODB_CA_FILE": "text"}, ("MONGODB_CA_FILE:", "a PEM file")),
        ({"MONGODB_CERT_FILE": "cert"}, ("MONGODB_CERT_FILE:", "no private key")),
        (
            {"MONGODB_KEY_PASSWORD": "hunter2"},
            ("MONGODB_CERT_FILE: must be", "KEY_PASSWORD is set", "worker.pem"),
        ),
        (
            {"MONGODB_URL": "mongodb://me:hunter2@host/?tls=true&tlsAllowInvalidHostnames=true"},
            ("MONGODB_URL: must be", "without tlsallowinvalidhostnames", "MONGODB_CA_FILE", "ca.pem"),
        ),
        ({"MONGODB_URL": "mongodb://host/?tls=true&tlsInsecure=true"}, ("without tlsinsecure",)),
        ({"MONGODB_URL": "mongodb://me:hunter2#@host/?tlsInsecure=true"}, ("without tlsinsecure",)),
        ({"MONGODB_URL": "mongodb://me:hunter2[@host/?tlsInsecure=true"}, ("without tlsinsecure",)),
        ({"MONGODB_URL": "mongodb://host/?tls=true;tlsInsecure=true"}, ("without tlsinsecure",)),
        (
            {"MONGODB_URL": "mongodb://host/?tls=false", "MONGODB_CA_FILE": "ca"},
            ("MONGODB_URL: must be an address with tls=true",),
        ),
    ],
)
def test_what_does_not_fit_or_cannot_be_read_is_named_with_its_shape_and_an_example(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], settings: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as refused:
        given(monkeypatch, files, settings)
    text = str(refused.value)
    assert PREFIX in text
    for each in words:
        assert each in text, text
    assert all(": must be " in line and ", for example " in line for line in refused.value.mistakes)
    assert "hunter2" not in text
    assert not [path for path in files.values() if path in text], "a secret may stand in the wrong variable"


def test_all_that_does_not_fit_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    with pytest.raises(
        SettingsError, match=r"(?s)WEB_PORT: .*KAFKA_USERNAME: .*KAFKA_PASSWORD: .*MONGODB_CA_FILE: "
    ):
        given(monkeypatch, files, {"WEB_PORT": "0", "KAFKA_SECURITY": "sasl_ssl", "MONGODB_CA_FILE": "none"})


@pytest.mark.parametrize(
    ("security", "expected"),
    [
        ("sasl_ssl", {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-256"}),
        ("sasl_plaintext", {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-256"}),
    ],
)
def test_faust_and_aiokafka_come_in_alike(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], security: str, expected: dict[str, str]
) -> None:
    login = {**LOGIN, "KAFKA_SECURITY": security, "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256"}
    settings = given(monkeypatch, files, login)
    ours = settings.kafka.way_in()
    assert expected.items() <= ours.items()
    assert (ours["sasl_plain_username"], ours["sasl_plain_password"]) == ("worker", "hunter2")
    fausts = FlightApp(settings).conf.broker_credentials
    assert isinstance(fausts, SASLCredentials)
    assert fausts.protocol.value == ours["security_protocol"]
    assert fausts.mechanism.value == "SCRAM-SHA-256"
    assert (fausts.username, fausts.password) == ("worker", "hunter2")
    assert (fausts.ssl_context is None) == (security == "sasl_plaintext")
    assert "hunter2" not in f"{settings!r} {settings.kafka!r} {fausts!r}"


def test_a_certificate_with_a_locked_key_is_shown_and_host_names_are_verified(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    locked = {"KAFKA_CERT_FILE": "cert", "KAFKA_KEY_FILE": "locked", "KAFKA_KEY_PASSWORD": PASSWORD}
    settings = given(monkeypatch, files, {"KAFKA_SECURITY": "ssl", "KAFKA_CA_FILE": "ca", **locked})
    assert settings.kafka.security is KafkaSecurity.SSL
    credentials = FlightApp(settings).conf.broker_credentials
    assert isinstance(credentials, SSLCredentials)
    assert credentials.context.check_hostname
    assert credentials.context.verify_mode is ssl.CERT_REQUIRED
    assert len(credentials.context.get_ca_certs()) == 1, "the given authority alone"


def test_nothing_set_is_plain_text(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    settings = given(monkeypatch, files, {})
    assert settings.kafka.way_in() == {"security_protocol": "PLAINTEXT", "ssl_context": None}
    assert FlightApp(settings).conf.broker_credentials is None
    assert settings.mongodb_tls.way_in() == {}


def test_a_file_of_mongodb_sets_tls_on(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    settings = given(monkeypatch, files, {"MONGODB_CA_FILE": "ca", "MONGODB_CERT_FILE": "both"})
    assert settings.mongodb_tls.way_in() == {
        "tls": True,
        "tlsCAFile": files["ca"],
        "tlsCertificateKeyFile": files["both"],
    }
