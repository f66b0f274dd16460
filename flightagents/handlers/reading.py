"""The rows of a run -> records in order, and a dead letter for each row that cannot be read."""

from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from flightagents.domain.query_standing import QueryKind, QueryNature
from flightagents.domain.runs import RunStamp, put_in_order
from flightagents.errors import UnreadableRowError
from flightagents.ports import RowReader
from flightagents.records import DeadLetter, DeadLetterSource, FlightRecord, dead_letter

WHOLE = QueryNature(QueryKind.BOARD)
"""Leaves nothing out."""


@dataclass(slots=True)
class Run:
    """Buffers one run. A bad row is set aside; its neighbours go on."""

    stamp: RunStamp
    reader: RowReader
    rows: int = 0
    letters: list[DeadLetter] = field(default_factory=list)
    _records: list[FlightRecord] = field(default_factory=list)

    def add(self, raw: object, place: dict[str, Any], asked: QueryNature = WHOLE) -> bool:
        """Read a row; tell whether that went. `place` says where it came from (query, offset, position)."""
        self.rows += 1
        try:
            record = self.reader.parse(raw, self.stamp)
        except UnreadableRowError as exc:
            letter = dead_letter(
                exc.reason,
                exc.detail,
                raw=msgspec.json.encode(raw),
                source=DeadLetterSource.FEED,
                place={"run": self.stamp.run, **place},
                at=self.stamp.polled_at,
            )
            self.letters.append(letter)
            return False
        if asked.filtered or asked.narrow:
            record = replace(record, filtered=asked.filtered, narrow=asked.narrow)
        self._records.append(record)
        return True

    def records(self) -> list[FlightRecord]:
        """Give the run's records, each row once, in the order in which they are published."""
        return put_in_order(self._records)
