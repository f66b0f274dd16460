"""Settings come from the environment, a `.env` file, and files for secrets; what is wrong is named."""

import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from flightagents.domain.plans import Plan
from flightagents.errors import SettingsError
from flightagents.settings import PREFIX, LogFormat, Settings, Topics, load, log_format


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with an empty environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        for suffix in ("", "_FILE"):
            monkeypatch.delenv(f"{PREFIX}{name}{suffix}".upper(), raising=False)
    return tmp_path


def test_an_empty_environment_gives_a_system_on_localhost_that_polls_nothing() -> None:
    settings = load()
    assert settings.kafka_brokers == "localhost:9092"
    assert settings.mongodb_url.get_secret_value() == "mongodb://localhost:27017/"
    assert settings.mongodb_database == "flight_data"
    assert settings.aviationstack_key is None
    assert settings.topics is Topics.CREATE


def test_the_environment_comes_before_the_file(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / ".env").write_text("FLIGHTAGENTS_POLL_INTERVAL=30\nFLIGHTAGENTS_ARCHIVE_DAYS=7\nOTHER=1\n")
    monkeypatch.setenv("FLIGHTAGENTS_POLL_INTERVAL", "15")
    settings = load()
    assert (settings.poll_interval, settings.archive_days) == (15, 7)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY", "")
    monkeypatch.setenv("FLIGHTAGENTS_TOPIC_PARTITIONS", "")
    settings = load()
    assert settings.aviationstack_key is None
    assert settings.topic_partitions == 8


def test_a_secret_may_come_from_a_file_without_its_line_end(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "key").write_text("from-the-file\n")
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY", "from-the-environment")
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE", str(nowhere / "key"))
    key = load().aviationstack_key
    assert key is not None
    assert key.get_secret_value() == "from-the-file"


def test_a_secret_file_that_cannot_be_read_is_named(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_MONGODB_URL_FILE", str(nowhere / "nothing"))
    with pytest.raises(
        SettingsError, match=r"FLIGHTAGENTS_MONGODB_URL_FILE: must be the path of a text file"
    ):
        load()


def test_a_dotenv_file_in_another_encoding_is_named_and_not_shown(nowhere: Path) -> None:
    (nowhere / ".env").write_bytes("FLIGHTAGENTS_AGENCY_NAME=Reisebüro hunter2".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env: must be a text file in UTF-8") as told:
        load()
    assert "hunter2" not in str(told.value)
    assert log_format() is LogFormat.CONSOLE


def test_a_secret_file_may_be_named_in_the_dotenv_file(nowhere: Path) -> None:
    (nowhere / "key").write_text("from-the-file\n")
    (nowhere / ".env").write_text("FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE=key\n")
    key = load().aviationstack_key
    assert key is not None
    assert key.get_secret_value() == "from-the-file"


def test_a_secret_in_the_environment_comes_before_a_secret_file_named_in_the_dotenv_file(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "key").write_text("from-the-file\n")
    (nowhere / ".env").write_text("FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE=key\n")
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY", "from-the-environment")
    key = load().aviationstack_key
    assert key is not None
    assert key.get_secret_value() == "from-the-environment"


def test_an_empty_path_of_a_secret_counts_as_not_set(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / ".env").write_text("FLIGHTAGENTS_MONGODB_URL_FILE=\n")
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE", "")
    settings = load()
    assert settings.aviationstack_key is None
    assert settings.mongodb_url.get_secret_value() == "mongodb://localhost:27017/"


def test_a_secret_file_that_is_no_text_is_named_and_not_shown(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "key").write_bytes(b"hunter2\xff")
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE", "key")
    with pytest.raises(SettingsError, match=r"FLIGHTAGENTS_AVIATIONSTACK_KEY_FILE: .*not UTF-8") as refused:
        load()
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_only_secrets_come_from_files(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / "days").write_text("7")
    monkeypatch.setenv("FLIGHTAGENTS_ARCHIVE_DAYS_FILE", str(nowhere / "days"))
    assert load().archive_days == 90


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_AVIATIONSTACK_KEY", "hunter2")
    monkeypatch.setenv("FLIGHTAGENTS_MONGODB_URL", "mongodb://me:hunter2@localhost/")
    assert "hunter2" not in f"{load()!r} {load()}"


def test_a_key_that_can_be_guessed_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_SECRET_KEY", "hunter2" * 4)
    with pytest.raises(
        SettingsError, match=r"FLIGHTAGENTS_SECRET_KEY: must be at least 32 characters"
    ) as refused:
        load()
    assert "hunter2" not in str(refused.value)
    monkeypatch.setenv("FLIGHTAGENTS_SECRET_KEY", "hunter2" * 5)
    assert load().secret_key is not None


def test_several_brokers_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_KAFKA_BROKERS", "one:9092, [::1]:9093")
    assert load().kafka_brokers == "one:9092, [::1]:9093"


def test_settings_in_force_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().archive_days = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("plan", "rows"),
    [(Plan.FREE, 100), (Plan.BASIC, 100), (Plan.PROFESSIONAL, 1000), (Plan.BUSINESS, 1000)],
)
def test_a_plan_says_how_many_rows_a_page_has(plan: Plan, rows: int) -> None:
    assert plan.limits.page_size == rows


@pytest.mark.parametrize(
    "address", ["alerts.agency.example", "ftp://agency.example", "https://", "https://a.example/?x=1"]
)
def test_a_public_address_that_no_traveller_could_open_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_PUBLIC_URL: must be an address with http"):
        Settings.model_validate({"public_url": address})


@pytest.mark.parametrize("hosts", ["https://flights.office", "flights.office:6066", "*"])
def test_a_name_of_a_host_is_no_address_of_a_page(hosts: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_WEB_ALLOWED_HOSTS", "flights.office, desk")
    load()
    monkeypatch.setenv("FLIGHTAGENTS_WEB_ALLOWED_HOSTS", hosts)
    with pytest.raises(SettingsError, match="FLIGHTAGENTS_WEB_ALLOWED_HOSTS"):
        load()


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "10.0.0.5, ::/0"])
def test_nobody_is_believed_of_everybody(networks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHTAGENTS_WEB_PROXIES", networks)
    load()
    monkeypatch.setenv("FLIGHTAGENTS_WEB_USER_HEADER", "X-Forwarded-User")
    with pytest.raises(
        SettingsError, match=r"FLIGHTAGENTS_WEB_PROXIES: .*WEB_USER_HEADER is set.*name the proxies"
    ):
        load()
