"""Records of `flight-topic` -> changes on `flight-change-topic`, with the table as memory.

The order of its steps is what loses nothing and tells nothing twice: changes sent and acknowledged, then the
table, then its changelog acknowledged, then, by the caller, the batch. After a crash in between the same
batch gives the same changes, with the same ids.
"""

import asyncio
from collections.abc import Sequence

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState
from flightagents.domain.tracking import advance
from flightagents.errors import UnreadableRecordError
from flightagents.handlers.forget import Forgetting
from flightagents.ports import Delivery, FlightStore, Message, Publisher, StateTable
from flightagents.records import (
    CHANGE_TOPIC,
    FlightRecord,
    TableEntry,
    decode_flight_record,
    decode_table_entry,
    encode,
)

PART = 500
"""Records after which others have their turn, such as whoever waits for a page: some 20 ms."""


class TrackFlights:
    """Advances each flight of a batch."""

    def __init__(
        self, table: StateTable, flights: FlightStore, publisher: Publisher, forgetting: Forgetting
    ) -> None:
        self._table = table
        self._flights = flights
        self._publisher = publisher
        self._forgetting = forgetting

    async def __call__(self, batch: Delivery) -> bool:
        """Work through a batch; False if its partition went to another worker, which then does it again."""
        records = await _ours(batch.records)
        before = await self._states(records)
        after, changes = await _advance(before, records)
        if _is_lost(batch):
            return False
        await self._publisher.publish(CHANGE_TOPIC, [(change.flight, encode(change)) for change in changes])
        if _is_lost(batch):
            return False
        partition = batch.records[0].partition
        for flight, state in after.items():
            if state is not before.get(flight):
                self._table[flight] = encode(TableEntry(partition=partition, state=state))
                self._forgetting.remember(partition, state)
        self._forgetting.forget(self._table, partition)
        await self._table.durable()
        return True

    async def _states(self, records: Sequence[FlightRecord]) -> dict[str, FlightState]:
        """Read the flights' states; those that the table does not know may stand in MongoDB."""
        states: dict[str, FlightState] = {}
        unknown: list[str] = []
        for flight in {record.flight for record in records}:
            state = _read(self._table.get(flight))
            if state is None:
                unknown.append(flight)
            else:
                states[flight] = state
        if unknown:
            states |= await self._flights.known_states(unknown)
        return states


def _is_lost(batch: Delivery) -> bool:
    """A rebalance may come at each await: then our state is older than that of the partition's next owner."""
    return not batch.current


async def _ours(messages: Sequence[Message]) -> list[FlightRecord]:
    """Decode what can be decoded; archive dead-letters the rest."""
    records = []
    for place, message in enumerate(messages):
        if place % PART == 0:
            await asyncio.sleep(0)
        try:
            records.append(decode_flight_record(message.value))
        except UnreadableRecordError:
            continue
    return records


def _read(entry: bytes | None) -> FlightState | None:
    """An entry of another version of ours counts as missing: MongoDB has the state too."""
    try:
        return decode_table_entry(entry).state if entry else None
    except UnreadableRecordError:
        return None


async def _advance(
    before: dict[str, FlightState], records: Sequence[FlightRecord]
) -> tuple[dict[str, FlightState], list[Change]]:
    after = dict(before)
    found: list[Change] = []
    for place, record in enumerate(records):
        if place % PART == 0:
            await asyncio.sleep(0)
        state, changes = advance(after.get(record.flight), record)
        after[record.flight] = state
        found.extend(changes)
    return after, found
