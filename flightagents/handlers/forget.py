"""Forgets flights that have ended. Only an agent may write the table, so each batch forgets a little."""

import heapq
from collections import defaultdict
from datetime import datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.flight import FlightState, forget_at
from flightagents.errors import UnreadableRecordError
from flightagents.ports import StateTable
from flightagents.records import decode_table_entry


class Forgetting:
    """Knows when each flight of each partition ends; the table is read once, after each recovery."""

    def __init__(self, clock: Clock, keep: timedelta) -> None:
        self._clock = clock
        self._keep = keep
        self._due: defaultdict[int, list[tuple[datetime, str]]] = defaultdict(list)

    def recover(self, table: StateTable) -> None:
        """Begin again from what the table holds now."""
        self._due.clear()
        for value in table.values():
            try:
                entry = decode_table_entry(value)
            except UnreadableRecordError:
                continue
            self.remember(entry.partition, entry.state)

    def remember(self, partition: int, state: FlightState) -> None:
        """Note when a flight ends; a later end that comes to be known is noted beside the earlier one."""
        heapq.heappush(self._due[partition], (forget_at(state, self._keep), state.flight))

    def forget(self, table: StateTable, partition: int) -> None:
        """Delete the flights of a partition that have ended by now."""
        due, now = self._due[partition], self._clock.now()
        while due and due[0][0] <= now:
            _, flight = heapq.heappop(due)
            if self._is_over(table.get(flight), now):
                del table[flight]

    def _is_over(self, value: bytes | None, now: datetime) -> bool:
        """An entry of another version of ours stays: the next record of its flight takes its place."""
        try:
            return value is not None and forget_at(decode_table_entry(value).state, self._keep) <= now
        except UnreadableRecordError:
            return False
