"""Settings of the watchdog, which ends a worker that hangs."""

from datetime import timedelta

from pydantic import Field

from flightagents.domain.watchdog import Bounds
from flightagents.settings.base import CountOrNone, Group, Seconds


class WatchdogSettings(Group):
    """After what a worker counts as hanging. Waiting for MongoDB or Kafka, however long, never does."""

    watchdog_progress_seconds: Seconds = Field(
        300, description="seconds for which records of a topic may wait while none is done"
    )
    watchdog_commit_seconds: Seconds = Field(
        600, description="seconds for which records of a partition may wait while none is committed"
    )
    watchdog_stall_seconds: Seconds = Field(
        60, description="seconds for which the event loop may get to nothing"
    )
    watchdog_memory_mb: CountOrNone = Field(0, description="megabytes that a worker may use; 0: any")

    @property
    def watchdog(self) -> Bounds:
        """These settings as bounds."""
        return Bounds(
            progress=timedelta(seconds=self.watchdog_progress_seconds),
            commit=timedelta(seconds=self.watchdog_commit_seconds),
            stall=timedelta(seconds=self.watchdog_stall_seconds),
            memory=self.watchdog_memory_mb * 2**20 or None,
        )
