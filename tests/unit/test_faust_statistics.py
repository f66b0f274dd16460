"""Faust's monitor, read into words."""

import pytest
from faust.sensors.monitor import Monitor, TableState

from flightagents.web.faust_statistics import figures_of


@pytest.fixture
def monitor() -> Monitor:
    return Monitor()


def shown(monitor: Monitor) -> dict[str, str]:
    return {figure.name: figure.value for figure in figures_of(monitor.asdict())}


def test_a_worker_that_has_done_nothing_has_figures_all_the_same(monitor: Monitor) -> None:
    found = shown(monitor)
    assert (found["Batches received"], found["A send takes"]) == ("0", "not yet")


def test_what_was_counted_is_told_in_words(monitor: Monitor) -> None:
    monitor.messages_received_total = 12_345
    monitor.messages_received_by_topic["flight-topic"] = 12_000
    monitor.send_latency.extend([0.002, 0.004, 9.0])
    monitor.tables["last_known_flight"] = TableState(None, keys_retrieved=5, keys_updated=6, keys_deleted=1)
    found = shown(monitor)
    assert found["Batches received"] == "12,345"
    assert found["… received of flight-topic"] == "12,000"
    assert found["A send takes"] == "4 ms"
    assert (found["Table reads"], found["Table writes"]) == ("5", "7")


def test_what_faust_counts_wrongly_for_batches_is_left_out(monitor: Monitor) -> None:
    monitor.events_active = -31_337
    monitor.events_runtime_avg = 31_337.0
    assert not any("31" in value for value in shown(monitor).values())
