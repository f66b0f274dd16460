"""Faust's own metrics: harmless where nothing is known yet, and with an app that is built again."""

from collections.abc import Iterator

import pytest
from faust.sensors.prometheus import PrometheusMonitor
from faust.types import TP
from prometheus_client import generate_latest

from flightagents.app import FlightApp
from flightagents.batches.sensor import Sensor, faust_metrics
from flightagents.settings import Settings
from tests.support.counted import counted

ZERO = TP("flight-topic", 0)


@pytest.fixture
def sensor() -> Iterator[Sensor]:
    sensor = Sensor()
    yield sensor
    sensor._clear_partition_related_metrics()


def end_offset() -> float:
    return counted("faust_topic_partition_end_offset", topic="flight-topic", partition="0")


def test_an_end_that_is_not_known_yet_is_harmless(sensor: Sensor) -> None:
    sensor.track_tp_end_offset(ZERO, 30)
    sensor.track_tp_end_offset(ZERO, None)
    assert end_offset() == 30
    assert sensor.tp_end_offsets == {ZERO: 30}


def test_the_monitor_that_faust_ships_fails_there() -> None:
    """Once it does not, ours need not know better."""
    with pytest.raises(TypeError):
        PrometheusMonitor(faust_metrics()).track_tp_end_offset(ZERO, None)


def test_an_app_is_built_twice_and_both_count_into_the_same_metrics() -> None:
    first, second = FlightApp(Settings()), FlightApp(Settings())
    assert isinstance(first.monitor, Sensor)
    assert first.monitor is not second.monitor
    before = counted("faust_metrics_by_name", metric="tried")
    first.monitor.count("tried")
    second.monitor.count("tried")
    assert counted("faust_metrics_by_name", metric="tried") == before + 2


def test_a_rebalance_takes_the_partitions_from_the_page(sensor: Sensor) -> None:
    sensor.track_tp_end_offset(ZERO, 30)
    assert b'faust_topic_partition_end_offset{partition="0",topic="flight-topic"} 30.0' in generate_latest()
    sensor.on_rebalance_start(FlightApp(Settings()))
    assert end_offset() == 0
