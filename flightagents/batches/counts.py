"""What the batch transport counts of itself."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """What went wrong on the way to the agents, and was put right. A rebalance brings some of each."""

    holes: int = 0  # fetches that began too late
    gaps: int = 0  # fetches that began late because the log has nothing before: retention, compaction
    refused: int = 0  # fetches that came at the wrong time
    dropped: int = 0  # batches that reached no agent's queue
    rewinds: int = 0  # batches lost after that
    stale: int = 0  # acks after the partition was taken away
