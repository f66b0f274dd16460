"""The arrows of the picture: each agent takes batches of one topic to its use case, and acks them.

flight-topic -> archive, track; flight-change-topic -> alert; flight-dead-letter-topic -> dead_letters.
Whatever a use case raises ends the worker: the orchestrator starts it again, and the batch comes again.
"""

from faust.types import StreamT

from flightagents.app import app
from flightagents.batches import batches
from flightagents.topics import change_topic, dead_letter_topic, flight_topic, last_known_flight


@app.agent(flight_topic)
async def archive(stream: StreamT) -> None:
    """Store every record in MongoDB."""
    async for batch in batches(stream):
        await app.use_cases.archive(batch.records)
        await batch.ack()


@app.agent(flight_topic)
async def track(stream: StreamT) -> None:
    """Compare each record with the last-known flight, and send what changed."""
    async for batch in batches(stream):
        if await app.use_cases.track(batch):
            await batch.ack()


@app.agent(change_topic)
async def alert(stream: StreamT) -> None:
    """Store each change."""
    async for batch in batches(stream):
        await app.use_cases.alert(batch.records)
        await batch.ack()


@app.agent(dead_letter_topic)
async def dead_letters(stream: StreamT) -> None:
    """Store what could not be read."""
    async for batch in batches(stream):
        await app.use_cases.dead_letters(batch.records)
        await batch.ack()


@app.on_rebalance_complete.connect
async def recover(*_sender: object, **_options: object) -> None:
    """Read the table, which may hold other partitions now, for what is to be forgotten."""
    app.use_cases.forgetting.recover(last_known_flight)
