"""Every topic and table, declared once. Faust decodes nothing: the agents get bytes."""

import faust

from flightagents.app import TABLE, app
from flightagents.batches import BatchSchema
from flightagents.records import CHANGE_TOPIC, DEAD_LETTER_TOPIC, FLIGHT_TOPIC

flight_topic = app.topic(FLIGHT_TOPIC, schema=BatchSchema())
"""One record a row of the feed; timers.poll writes it."""

change_topic = app.topic(CHANGE_TOPIC, schema=BatchSchema())
"""One record a change of a flight; agents.track writes it."""

dead_letter_topic = app.topic(DEAD_LETTER_TOPIC, schema=BatchSchema())
"""What could not be read; timers.poll and agents.archive write it."""

last_known_flight = app.Table(
    TABLE,
    schema=faust.Schema(key_type=str, key_serializer="raw", value_type=bytes, value_serializer="raw"),
    partitions=app.settings.topic_partitions,
)
"""The last-known state of each flight, as JSON; agents.track reads and writes it."""
