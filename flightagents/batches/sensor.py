"""Faust's own counts for Prometheus, beside ours at `/metrics`, under names that begin with `faust_`.

Faust ships the monitor (`faust.sensors.prometheus`), with a page of its own and two faults: an end offset
that is not known yet, which aiokafka gives as None, kills the consumer; and a second app in one process
registers every name twice, which Prometheus' client refuses.
"""

from functools import cache

from faust.sensors.prometheus import FaustMetrics, PrometheusMonitor
from faust.types import TP
from prometheus_client import REGISTRY

PREFIX = "faust"


@cache
def faust_metrics() -> FaustMetrics:
    """Register Faust's metrics, once in a process."""
    return FaustMetrics.create(REGISTRY, PREFIX)


class Sensor(PrometheusMonitor):
    """The monitor that the app's setting `Monitor` names: Faust builds it, and shows it at its own pages."""

    def __init__(self, **options: object) -> None:
        super().__init__(metrics=faust_metrics(), **options)

    def track_tp_end_offset(self, tp: TP, offset: int | None) -> None:
        """Note where a partition ends, where that is known."""
        if offset is not None:
            super().track_tp_end_offset(tp, offset)
