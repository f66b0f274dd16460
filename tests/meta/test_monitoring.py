"""Alert rules and dashboard ask for what exists, in PromQL that Prometheus reads; the rules are tried."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # as in test_compose.py

from flightagents.batches.sensor import faust_metrics
from tests.meta.metrics_tables import FAUST, labels, ours, series
from tests.meta.repository import ROOT, VARIABLE, settings, text

ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(text("monitoring/alerts.yml"))["groups"] for rule in group["rules"]
]
TRIED = ["monitoring/alerts_test.yml", "monitoring/alerts_month_test.yml"]
DASHBOARD: dict[str, Any] = json.loads(text("monitoring/grafana/flightagents.json"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

BUILT_IN = {"up", "ALERTS", "process_cpu_seconds_total", "process_resident_memory_bytes"}
"""What Prometheus itself and its client know of every process."""
EVERYWHERE = {"job", "instance", "le", "alertstate"}
"""Labels that come with the scrape, a histogram or an alert."""

OURS = dict(series(ours()))
FAUSTS = {
    name: each for name, each in series(faust_metrics()) if name.rpartition("_")[0] in FAUST or name in FAUST
}
INTERVAL = "$__rate_interval"

QUOTED = re.compile(r'"[^"]*"')
MATCHERS = re.compile(r"\{([^}]*)\}")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
RANGE = re.compile(r"\[[^\]]*\]|\boffset\s+\w+")
NAME = re.compile(r"[a-zA-Z_:][\w:]*")
OPERATORS = {"and", "or", "unless", "bool"}


def queries() -> Iterator[tuple[str, str]]:
    """Give each place that asks, and what it asks."""
    yield from ((rule["alert"], rule["expr"]) for rule in ALERTS)
    yield from ((panel["title"], each["expr"]) for panel in PANELS for each in panel["targets"])
    yield from ((each["name"], each["expr"]) for each in DASHBOARD["annotations"]["list"])


QUERIES = list(queries())


def asked_for(query: str) -> tuple[set[str], set[str]]:
    """Give the metrics and the labels that a query names."""
    query = QUOTED.sub("", query)
    named = {
        label
        for found in [*MATCHERS.findall(query), *GROUPING.findall(query)]
        for label in NAME.findall(found)
    }
    bare = RANGE.sub("", GROUPING.sub("", MATCHERS.sub("", query)))
    words = {found[0] for found in NAME.finditer(bare) if not bare[found.end() :].lstrip().startswith("(")}
    return words - OPERATORS, named


@pytest.mark.parametrize(("place", "query"), QUERIES)
def test_a_query_asks_for_metrics_that_exist_and_labels_that_they_have(place: str, query: str) -> None:
    names, wanted = asked_for(query)
    assert names
    assert names <= OURS.keys() | FAUSTS.keys() | BUILT_IN, place
    known = {
        label
        for name in names
        for metric in [OURS.get(name) or FAUSTS.get(name)]
        if metric
        for label in labels(metric)
    }
    assert wanted <= known | EVERYWHERE, place


def test_a_name_that_does_not_exist_would_be_found() -> None:
    query = (
        'max by (chanel) (rate(flightagents_pols_total{job="x"}[5m] offset 1h)) > 3 and up unless time() > 1'
    )
    assert asked_for(query) == ({"flightagents_pols_total", "up"}, {"chanel", "job"})


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_grave_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"].endswith(".")
    assert len(rule["annotations"]["description"].split()) > 20
    assert set(VARIABLE.findall(rule["annotations"]["description"])) <= set(settings())
    assert "for" in rule, "one bad look wakes nobody"


def test_each_alert_is_tried_both_ways() -> None:
    tests = [test for file in TRIED for test in yaml.safe_load(text(file))["tests"]]
    tried = [one for test in tests for one in test["alert_rule_test"]]
    names = {rule["alert"] for rule in ALERTS}
    assert {one["alertname"] for one in tried if one["exp_alerts"]} == names
    assert {one["alertname"] for one in tried if not one["exp_alerts"]} == names


def test_each_panel_has_a_title_of_its_own_and_asks_the_provisioned_source() -> None:
    (source,) = yaml.safe_load(text("monitoring/grafana/datasource.yml"))["datasources"]
    assert len({panel["title"] for panel in PANELS}) == len(PANELS) > 10
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@pytest.fixture(scope="module")
def promtool() -> str:
    """Find it; skip where it is missing, unless the environment demands the real thing."""
    found = shutil.which("promtool")
    if found is None:
        reason = "promtool is missing: apt-get install prometheus"
        if os.environ.get("FLIGHTAGENTS_REQUIRE_REAL") == "1":
            pytest.fail(f"{reason}, and FLIGHTAGENTS_REQUIRE_REAL=1")
        pytest.skip(reason)
    return found


def run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.prometheus
def test_prometheus_reads_its_configuration_and_the_rules(promtool: str) -> None:
    run(promtool, "check", "config", "monitoring/prometheus.yml")


@pytest.mark.prometheus
def test_the_rules_alert_when_they_should_and_only_then(promtool: str) -> None:
    run(promtool, "test", "rules", *TRIED)


@pytest.mark.prometheus
def test_prometheus_reads_each_query_of_the_dashboard(promtool: str, tmp_path: Path) -> None:
    asked = [
        {"record": f"query_{number}", "expr": query.replace(INTERVAL, "1m")}
        for number, (_, query) in enumerate(QUERIES)
    ]
    rules = tmp_path / "queries.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": asked}]}), encoding="utf-8")
    run(promtool, "check", "rules", rules)
