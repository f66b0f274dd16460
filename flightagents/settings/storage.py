"""Settings of MongoDB, and of how long it keeps what."""

from datetime import timedelta

from pydantic import Field, SecretStr

from flightagents.settings.base import Count, Group


class StorageSettings(Group):
    """Where everything is kept, and for how long."""

    mongodb_url: SecretStr = Field(
        SecretStr("mongodb://localhost:27017/"), description="MongoDB, a replica set"
    )
    mongodb_database: str = Field("flight_data", description="database of all collections")
    archive_days: Count = Field(90, description="days that records stay in flight_status")
    forget_after_hours: Count = Field(72, description="hours after its end for which a flight is remembered")

    @property
    def forget_after(self) -> timedelta:
        """`forget_after_hours` as a duration."""
        return timedelta(hours=self.forget_after_hours)
