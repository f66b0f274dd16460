"""The Docker files, read: nothing here has been run, so what reading can tell is held."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are another package, for one file

from tests.meta.repository import ROOT, VARIABLE, settings, text

Service = dict[str, Any]

COMPOSE: dict[str, Any] = yaml.safe_load(text("docker-compose.yml"))
SERVICES: dict[str, Service] = COMPOSE["services"]
LASTING = {name: service for name, service in SERVICES.items() if service.get("restart") != "no"}
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*")
"""A name and a whole version: `latest`, `8` or `8.0` would be another program next month."""


def test_it_brings_the_real_parts() -> None:
    assert {"kafka", "mongodb", "mailpit", "worker", "prometheus", "grafana"} <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_by_version(name: str) -> None:
    service = SERVICES[name]
    assert "build" in service or PINNED.fullmatch(service["image"])


def test_the_images_of_the_dockerfile_are_pinned_by_version() -> None:
    images = re.findall(r"^FROM (\S+)", text("Dockerfile"), re.MULTILINE)
    assert images
    assert [image for image in images if not PINNED.fullmatch(image)] == []


@pytest.mark.parametrize("name", LASTING)
def test_a_service_that_stays_has_a_health_check(name: str) -> None:
    check = LASTING[name]["healthcheck"]
    assert check["test"]
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_what_it_needs(name: str) -> None:
    """By condition: a started container is not a ready one."""
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        ends = SERVICES[other].get("restart") == "no"
        assert wanted["condition"] == ("service_completed_successfully" if ends else "service_healthy")


def test_the_volumes_are_declared() -> None:
    used = {volume.partition(":")[0] for volume in _volumes() if not volume.startswith("./")}
    assert used == set(COMPOSE["volumes"])


def test_a_file_that_a_service_is_given_exists_and_stays_as_it_is() -> None:
    """Docker makes an empty folder in the place of a file that does not exist."""
    given = [volume for volume in _volumes() if volume.startswith("./")]
    assert given
    assert [volume for volume in given if not (ROOT / volume.partition(":")[0]).is_file()] == []
    assert [volume for volume in given if not volume.endswith(":ro")] == []


def _volumes() -> list[str]:
    return [volume for each in SERVICES.values() for volume in each.get("volumes", [])]


@pytest.mark.parametrize("name", SERVICES)
def test_a_port_is_open_to_this_machine_only(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("file", ["docker-compose.yml", "Dockerfile"])
def test_each_setting_that_a_file_names_exists(file: str) -> None:
    assert set(VARIABLE.findall(text(file))) <= set(settings())


def test_the_replica_set_that_the_worker_asks_for_is_the_one_that_is_made() -> None:
    name = re.search(r"replicaSet=(\w+)", SERVICES["worker"]["environment"]["FLIGHTAGENTS_MONGODB_URL"])
    assert name
    assert SERVICES["mongodb"]["command"][1:3] == ["--replSet", name[1]]
    assert f'_id: "{name[1]}"' in SERVICES["mongodb-init"]["command"][-1]


def test_prometheus_asks_the_worker_and_grafana_asks_prometheus() -> None:
    worker = SERVICES["worker"]["environment"]["FLIGHTAGENTS_WEB_PORT"]
    (job,) = yaml.safe_load(text("monitoring/prometheus.yml"))["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"worker:{worker}"]}]
    (source,) = yaml.safe_load(text("monitoring/grafana/datasource.yml"))["datasources"]
    own = SERVICES["prometheus"]["ports"][0].rpartition(":")[2]
    assert source["url"] == f"http://prometheus:{own}"


def test_what_prometheus_and_grafana_name_is_where_they_look() -> None:
    where = dict(volume.split(":")[:2] for volume in _volumes() if volume.startswith("./"))
    rules = yaml.safe_load(text("monitoring/prometheus.yml"))["rule_files"]
    assert [f"/etc/prometheus/{rule}" for rule in rules] == [where["./monitoring/alerts.yml"]]
    (provider,) = yaml.safe_load(text("monitoring/grafana/dashboards.yml"))["providers"]
    board = where["./monitoring/grafana/flightagents.json"]
    assert board == f"{provider['options']['path']}/flightagents.json"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == board


def test_the_image_runs_as_nobody_special_and_is_watched() -> None:
    last_stage = text("Dockerfile").rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+)$", last_stage, re.MULTILINE)
    assert user
    assert int(user[1]) > 0
    assert "\nHEALTHCHECK " in last_stage


def test_a_worker_is_asked_whether_it_is_alive_and_not_whether_it_is_ready() -> None:
    """Whoever starts it again because a server that it waits for is away starts it again for ever."""
    checks = [str(SERVICES["worker"]["healthcheck"]["test"]), text("Dockerfile").rpartition("HEALTHCHECK")[2]]
    assert [check for check in checks if "/healthz'" not in check or "/readyz" in check] == []
