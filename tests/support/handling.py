"""What staff do, in memory: handlings and the log, as MongoDB's (tests/contract)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flightagents.domain.acts import LONGEST_DETAIL, About, Act
from flightagents.domain.handling import LONGEST_NOTE, MOST_NOTES, Handling, Note, Seen
from flightagents.domain.pages import Page
from flightagents.domain.said import CONNECTIONS, Said
from flightagents.domain.tasks import FORGOTTEN
from tests.support.desk import FakeLedger
from tests.support.fakes import FakeFlights
from tests.support.searches import page_of


class FakeHandlings:
    """Handlings by flight; `flights` knows what became what."""

    def __init__(self, flights: FakeFlights) -> None:
        self.known: dict[str, Handling] = {}
        self._flights = flights

    async def get(self, flights: Sequence[str]) -> dict[str, Handling]:
        return {flight: self.known[flight] for flight in flights if flight in self.known}

    async def see(self, seen: Mapping[str, Seen], until: datetime | None = None) -> None:
        for flight, each in seen.items():
            self._write(flight, acknowledged=each, snoozed_until=until)

    async def assign(
        self, flights: Sequence[str], to: str | None, *, by: str, force: bool = False
    ) -> dict[str, str]:
        elsewhere = {}
        for flight in flights:
            has = self._of(flight).assigned_to
            if force or has in (None, by, to):
                self._write(flight, assigned_to=to)
            else:
                elsewhere[flight] = str(has)
        return elsewhere

    async def note(self, flights: Sequence[str], note: Note) -> None:
        note = replace(note, text=note.text[:LONGEST_NOTE])
        for flight in flights:
            self._write(flight, notes=(*self._of(flight).notes, note)[-MOST_NOTES:])

    async def empty_notes(self, flight: str, texts: Sequence[str]) -> None:
        notes = (
            replace(each, text=FORGOTTEN) if each.text in texts else each for each in self._of(flight).notes
        )
        if flight in self.known:
            self._write(flight, notes=tuple(notes))

    async def hold(self, flights: Sequence[str], by: str, at: datetime) -> set[str]:
        new = {flight for flight in flights if not self._of(flight).holds_messages}
        for flight in new:
            self._write(flight, holds_messages=True, held_by=by, held_at=at)
        return new

    async def release(self, flights: Sequence[str]) -> set[str]:
        waited = {flight for flight in flights if self._of(flight).holds_messages}
        for flight in waited:
            self._write(flight, holds_messages=False, held_by=None, held_at=None)
        return waited

    async def holding(self) -> list[Handling]:
        return [each for each in self.known.values() if each.holds_messages]

    async def held(self) -> frozenset[str]:
        found = {each.flight for each in await self.holding()}
        asked: set[str] = set()
        while new := found - asked:
            asked |= new
            found |= {flight for move in await self._flights.moves_of(sorted(new)) for flight in move}
        return frozenset(found)

    def _of(self, flight: str) -> Handling:
        return self.known.get(flight, Handling(flight=flight))

    def _write(self, flight: str, **changed: object) -> None:
        known = self._of(flight)
        self.known[flight] = replace(known, version=known.version + 1, **changed)  # type: ignore[arg-type]  # its fields


class FakeAudit:
    """Acts, oldest first."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    async def write(self, acts: Sequence[Act]) -> None:
        self.acts += [replace(act, detail=act.detail[:LONGEST_DETAIL]) for act in acts]

    async def read(
        self,
        *,
        about: About | None = None,
        by: str | None = None,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[Act]:
        numbered = [
            (number, act)
            for number, act in enumerate(self.acts)
            if about in (None, act.about) and by in (None, act.by)
        ]
        page = page_of(
            numbered,
            lambda each: (each[1].at.timestamp(), f"{each[0]:06}"),
            descending=True,
            limit=limit,
            after=after,
            before=before,
        )
        return Page(tuple(act for _, act in page.rows), page.after, page.before)


class FakeToldOfConnections:
    """Looks through the rows of the fake ledger."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def at_risk(self, flights: Collection[str]) -> dict[str, int]:
        last = {
            (row.flight, row.booking): row.said
            for row in sorted(self._ledger.rows, key=lambda row: row.created_at)
            if row.flight in flights and row.said in CONNECTIONS and row.booking
        }
        return Counter(flight for (flight, _), said in last.items() if said is not Said.CONNECTION_SAFE)
