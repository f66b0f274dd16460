"""What mends dead letters, in a worker and on the command line."""

from dataclasses import dataclass

from flightagents.aviationstack.parsing import RowParser
from flightagents.broker import CommandPublisher
from flightagents.handlers.mend_letters import MendLetters
from flightagents.ports import Letters, Publisher
from flightagents.store.archive import MongoArchive
from flightagents.store.audit import MongoAudit
from flightagents.store.flights import MongoFlights
from flightagents.store.letters import MongoLetters
from flightagents.wiring.world import World


@dataclass(frozen=True, slots=True)
class LettersCalls:
    """What the pages of dead letters call."""

    letters: Letters
    mend: MendLetters


def wire_letters(world: World, publisher: Publisher | None = None) -> MendLetters:
    """Build it; without a worker's publisher it brings its own."""
    settings = world.settings
    return MendLetters(
        letters=MongoLetters(world.database),
        reader=RowParser(),
        archive=MongoArchive(world.database),
        flights=MongoFlights(world.database),
        publisher=publisher or CommandPublisher(settings.kafka, settings.topic_max_message_bytes),
        audit=MongoAudit(world.database),
        clock=world.clock,
        partition_by=settings.partition_by,
    )
