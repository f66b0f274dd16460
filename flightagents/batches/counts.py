"""What went wrong on the way from Kafka to the agents, and was put right."""

from dataclasses import dataclass

from flightagents.metrics import BATCH_TROUBLES


@dataclass(slots=True)
class Counts:
    """Of one worker. A rebalance brings some of each."""

    holes: int = 0  # fetches that began too late
    gaps: int = 0  # fetches that began late because the log has nothing before: retention, compaction
    refused: int = 0  # fetches that came at the wrong time
    dropped: int = 0  # batches that reached no agent's queue
    rewinds: int = 0  # batches lost after that
    stale: int = 0  # acks after the partition was taken away

    def add(self, what: str) -> None:
        """Count one, here and for Prometheus."""
        setattr(self, what, getattr(self, what) + 1)
        BATCH_TROUBLES.labels(what=what).inc()
