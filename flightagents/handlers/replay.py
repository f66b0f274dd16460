"""Feeds recorded answers of the feed through reading and tracking, without broker or database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flightagents.domain.changes import Change
from flightagents.domain.flight import FlightState
from flightagents.domain.moves import watch
from flightagents.domain.runs import RunStamp
from flightagents.domain.tracking import advance
from flightagents.handlers.reading import Run
from flightagents.ports import RowReader

STEP = timedelta(seconds=60)
"""Between two recorded answers that carry no time of their own: far enough apart to be two looks."""
FIRST_POLL = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """One recorded answer: its file, its rows (none for an error), and before when it was not asked for."""

    name: str
    rows: list[Any]
    not_before: datetime | None = None


@dataclass(slots=True)
class Replay:
    """One pass over recorded answers; `summary` is complete once `changes` is exhausted."""

    reader: RowReader
    responses: int = 0
    rows: int = 0
    records: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    _states: dict[str, FlightState] = field(default_factory=dict)
    _runs: defaultdict[str, tuple[int, ...]] = field(default_factory=lambda: defaultdict(tuple))
    _moves: set[str] = field(default_factory=set)

    def changes(self, answers: Iterable[Answer]) -> Iterator[Change]:
        """Give each change in turn; each answer is one run of one response."""
        for answer, polled_at in poll_times(list(answers)):
            self.responses += 1
            yield from self._run(answer, RunStamp(self.responses, polled_at))

    def _run(self, answer: Answer, stamp: RunStamp) -> Iterator[Change]:
        run = Run(stamp, self.reader)
        for position, raw in enumerate(answer.rows):
            run.add(raw, {"file": answer.name, "row": position})
        records = run.records()
        self.rows += run.rows
        self.records += len(records)
        self.dead_letters.update(letter.reason for letter in run.letters)
        found: list[Change] = []
        for record in records:
            state, changes = advance(self._states.get(record.flight), record)
            self._states[record.flight] = state
            if self._runs[record.flight][-1:] != (stamp.run,):
                self._runs[record.flight] += (stamp.run,)
            found.extend(changes)
        moves = watch(self._states.values(), self._runs, stamp.polled_at)
        found.extend(move for move in moves if move.id not in self._moves)
        self._moves.update(move.id for move in moves)
        self.kinds.update(change.kind.value for change in found)
        yield from found

    def summary(self) -> dict[str, Any]:
        """Count what went in and what came out."""
        return {
            "responses": self.responses,
            "rows": self.rows,
            "records": self.records,
            "dead_letters": dict(sorted(self.dead_letters.items())),
            "flights": len(self._states),
            "changes": dict(sorted(self.kinds.items())),
        }


def poll_times(answers: list[Answer]) -> Iterator[tuple[Answer, datetime]]:
    """Give each answer its poll time: the recorded one where that is later than a step after the last."""
    last: datetime | None = None
    for answer in answers:
        earliest = None if last is None else last + STEP
        if answer.not_before is None:
            polled_at = earliest or _noon(answers)
        else:
            polled_at = max(answer.not_before, earliest or answer.not_before)
        yield answer, polled_at
        last = polled_at


def _noon(answers: list[Answer]) -> datetime:
    """12:00 UTC of the earliest flight_date in the first answer that has rows."""
    for answer in answers:
        dates = [day for row in answer.rows if (day := _flight_date(row)) is not None]
        if dates:
            return datetime.combine(min(dates), FIRST_POLL)
    return datetime.combine(date(2000, 1, 1), FIRST_POLL)


def _flight_date(row: object) -> date | None:
    try:
        return date.fromisoformat(row["flight_date"]) if isinstance(row, dict) else None
    except (KeyError, TypeError, ValueError):
        return None
