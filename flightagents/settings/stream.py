"""Settings of Kafka and of the topics."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from flightagents.settings.base import Count, Folder, Group, Seconds, Shape
from flightagents.settings.choices import PartitionBy, Topics
from flightagents.settings.written import Brokers, matches


class StreamSettings(Group):
    """Where records travel, and how they are kept on the way."""

    kafka_brokers: Brokers = Field(
        "localhost:9092",
        description="Kafka brokers, host:port, comma separated",
        examples=["kafka1:9092,kafka2:9092"],
    )
    kafka_session_timeout: Seconds = Field(
        20, description="seconds after which Kafka gives a silent worker's partitions to others"
    )
    topics: Topics = Field(Topics.CREATE, description="create, or broker for one that makes topics itself")
    topic_partitions: Count = Field(8, description="partitions of flight-topic and of the table's changelog")
    topic_replication: Count = Field(1, description="copies of each partition; 3 in production")
    topic_retention_hours: Count = Field(168, description="hours that records stay on the topics")
    topic_max_message_bytes: Count = Field(4_194_304, description="largest message that the topics take")
    partition_by: PartitionBy = Field(
        PartitionBy.FLIGHT, description="key of a record: flight, airport, airline"
    )
    table_store: Annotated[
        str, matches(r"(memory|rocksdb)://[\w/?=&.-]*"), Shape("memory:// or rocksdb://")
    ] = Field("memory://", description="where the table is kept: memory:// or rocksdb://")
    data_dir: Folder = Field(Path("data"), description="folder for what Faust keeps on disk")
