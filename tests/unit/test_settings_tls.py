"""Settings of TLS that do not fit together, or name files that cannot be used, are told at the start."""

import traceback
from pathlib import Path
from typing import Any

import pytest

from flightagents.errors import SettingsError
from flightagents.settings import PREFIX, Settings
from tests.support.certificates import PASSWORD, Authority
from tests.support.town import forget_variables


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder with none of our variables."""
    monkeypatch.chdir(tmp_path)
    forget_variables(monkeypatch)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give an authority, two certificates with their keys, and what is none."""
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority(folder)
    worker, other = authority.certify("worker"), authority.certify("other")
    junk = folder / "hunter2"
    junk.write_text("hunter2")
    return {
        "{ca}": authority.file,
        "{chain}": worker.chain,
        "{key}": worker.key,
        "{both}": worker.both,
        "{locked}": worker.locked,
        "{other}": other.key,
        "{junk}": junk,
        "{gone}": folder / "hunter2.gone",
    }


def _read(files: dict[str, Path], given: dict[str, Any]) -> Settings:
    return Settings.model_validate({name: files.get(value, value) for name, value in given.items()})


SSL = {"kafka_security": "ssl"}
SASL = {"kafka_security": "sasl_ssl"}
LOGIN = {"kafka_username": "hunter2", "kafka_password": "hunter2"}


@pytest.mark.parametrize(
    ("given", "variables", "words"),
    [
        (SASL, ["KAFKA_USERNAME", "KAFKA_PASSWORD"], "where FLIGHTAGENTS_KAFKA_SECURITY is sasl_ssl"),
        (LOGIN, ["KAFKA_SECURITY"] * 2, "must be sasl_ssl or sasl_plaintext where"),
        (
            {"kafka_ca_file": "{ca}"},
            ["KAFKA_SECURITY"],
            "must be ssl where FLIGHTAGENTS_KAFKA_CA_FILE is set",
        ),
        (SSL | {"kafka_key_file": "{key}"}, ["KAFKA_CERT_FILE"], "where FLIGHTAGENTS_KAFKA_KEY_FILE is set"),
        (SSL | {"kafka_key_password": "hunter2"}, ["KAFKA_CERT_FILE"], "KAFKA_KEY_PASSWORD is set"),
        (SSL | {"kafka_ca_file": "{gone}"}, ["KAFKA_CA_FILE"], "No such file"),
        (SSL | {"kafka_ca_file": "{junk}"}, ["KAFKA_CA_FILE"], "-----BEGIN CERTIFICATE-----"),
        (SSL | {"kafka_cert_file": "{key}"}, ["KAFKA_CERT_FILE"], "no -----BEGIN CERTIFICATE----- is in it"),
        (SSL | {"kafka_cert_file": "{chain}"}, ["KAFKA_CERT_FILE"], "no private key"),
        (
            SSL | {"kafka_cert_file": "{chain}", "kafka_key_file": "{other}"},
            ["KAFKA_KEY_FILE"],
            "it is another one",
        ),
        (
            SSL
            | {"kafka_cert_file": "{chain}", "kafka_key_file": "{locked}", "kafka_key_password": "hunter2"},
            ["KAFKA_KEY_FILE"],
            "password in FLIGHTAGENTS_KAFKA_KEY_PASSWORD",
        ),
        ({"mongodb_ca_file": "{gone}"}, ["MONGODB_CA_FILE"], "No such file"),
        ({"mongodb_cert_file": "{chain}"}, ["MONGODB_CERT_FILE"], "no private key"),
        ({"mongodb_key_password": "hunter2"}, ["MONGODB_CERT_FILE"], "MONGODB_KEY_PASSWORD is set"),
        (
            {"mongodb_url": "mongodb://me:hunter2@host/?tls=true&tlsInsecure=true"},
            ["MONGODB_URL"],
            "without tlsinsecure",
        ),
        (
            {"mongodb_url": "mongodb://me:hunter2@host/?tls=false", "mongodb_ca_file": "{ca}"},
            ["MONGODB_URL"],
            "with tls=true where FLIGHTAGENTS_MONGODB_CA_FILE",
        ),
    ],
)
def test_what_does_not_fit_is_told_by_variable_shape_and_example(
    files: dict[str, Path], given: dict[str, Any], variables: list[str], words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        _read(files, given)
    told = refused.value.mistakes
    assert [line.partition(":")[0].removeprefix(PREFIX) for line in told] == variables
    assert all(": must be " in line and ", for example " in line for line in told)
    assert words in str(refused.value)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    "given",
    [
        SASL | {"kafka_username": "me", "kafka_password": "x", "kafka_ca_file": "{ca}"},
        SSL | {"kafka_cert_file": "{both}"},
        SSL | {"kafka_cert_file": "{chain}", "kafka_key_file": "{locked}", "kafka_key_password": PASSWORD},
        {"mongodb_ca_file": "{ca}", "mongodb_cert_file": "{both}"},
    ],
)
def test_what_fits_is_taken(files: dict[str, Path], given: dict[str, Any]) -> None:
    _read(files, given)


def test_a_mistake_elsewhere_keeps_none_of_these_from_being_told(files: dict[str, Path]) -> None:
    with pytest.raises(SettingsError) as refused:
        _read(files, {**SSL, "kafka_ca_file": "{gone}", "smtp_port": 0, "mongodb_ca_file": "{junk}"})
    named = {line.partition(":")[0].removeprefix(PREFIX) for line in refused.value.mistakes}
    assert named == {"SMTP_PORT", "KAFKA_CA_FILE", "MONGODB_CA_FILE"}
