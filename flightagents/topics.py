"""Every topic and table, declared once. Faust decodes nothing: the agents get bytes."""

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
    key_type=str,
    value_type=bytes,  # which Faust leaves as they are
    partitions=app.settings.topic_partitions,
)
"""The last-known state of each flight, as JSON; agents.track reads and writes it."""
