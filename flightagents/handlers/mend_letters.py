"""Dead letters, mended: read again or corrected, seen first, published after all; or dismissed.

Before it poll.py and archive.py set them aside; after it the record goes the way of all others (archive.py,
track.py). What a letter holds is as old as its run: it makes news only where nothing newer of its flight, and
no other row of its run, has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.changes import Change, Kind
from flightagents.domain.flight import FlightState, Sighting
from flightagents.domain.tracking import advance
from flightagents.errors import UnreadableRecordError
from flightagents.handlers.letter_text import shown_place, shown_text
from flightagents.handlers.poll import message_key
from flightagents.handlers.rereading import Problem, read_again
from flightagents.ports import (
    Archive,
    Audit,
    FlightStore,
    KeptLetter,
    LetterFilter,
    Letters,
    LetterState,
    Publisher,
    RowReader,
)
from flightagents.records import CHANGE_TOPIC, FLIGHT_TOPIC, FlightRecord, encode
from flightagents.settings import PartitionBy

AT_ONCE = 100
"""Letters that are replayed in one call."""
LONGEST_WHY = 500
"""Characters of what is noted of a dismissal."""


class Effect(StrEnum):
    """What a record would do."""

    SPEAKS = "speaks"
    """It is compared with what is known of its flight, and what differs is news."""
    OLDER = "older"
    """A newer run has brought its flight: it is archived and changes nothing."""
    BESIDE = "beside"
    """Another row of its run speaks for the flight: it is archived and changes nothing."""
    KNOWN = "known"
    """It is archived already: it changes nothing."""
    DECIDES = "decides"
    """It is a change: it is decided on, unless it is known."""


class Outcome(StrEnum):
    """What came of a replay or a dismissal."""

    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    UNREADABLE = "unreadable"
    """Nothing was published; `problem` says why."""
    ENDED = "ended"
    """It was replayed or dismissed before; `letter` says by whom."""
    UNKNOWN = "unknown"
    """There is no such letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLetter:
    """A letter for a person: its text is safe to show, and indented where it is JSON."""

    kept: KeptLetter
    place: str
    text: str
    cut: bool
    """Only the beginning of the original is kept."""
    problem: Problem | None
    """What is wrong with it today; None where it can be read by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What a letter would give, and did."""

    key: str
    outcome: Outcome | None = None
    """None in a preview that could be replayed."""
    letter: KeptLetter | None = None
    record: FlightRecord | Change | None = None
    effect: Effect | None = None
    changes: tuple[Kind, ...] = ()
    """The news that it would make as the flight's state stands."""
    problem: Problem | None = None


class MendLetters:
    """Shows, previews, replays and dismisses. Each `who` is the name of a person, and goes into the log."""

    def __init__(
        self,
        *,
        letters: Letters,
        reader: RowReader,
        archive: Archive,
        flights: FlightStore,
        publisher: Publisher,
        audit: Audit,
        clock: Clock,
        partition_by: PartitionBy,
    ) -> None:
        self._letters = letters
        self._reader = reader
        self._archive = archive
        self._flights = flights
        self._publisher = publisher
        self._audit = audit
        self._clock = clock
        self._partition_by = partition_by

    async def show(self, key: str) -> ShownLetter | None:
        """Give a letter with what is wrong with it."""
        kept = await self._letters.get(key)
        if kept is None:
            return None
        read = read_again(kept.letter, None, self._reader)
        return ShownLetter(
            kept=kept,
            place=shown_place(kept.letter),
            text=shown_text(kept.letter),
            cut=kept.letter.cut,
            problem=read if isinstance(read, Problem) else None,
        )

    async def preview(self, key: str, correction: str | None = None) -> Mended:
        """Tell what a letter, or its correction, would give. Writes nothing."""
        kept = await self._letters.get(key)
        if kept is None:
            return Mended(key=key, outcome=Outcome.UNKNOWN)
        if kept.state is not LetterState.NEW:
            return Mended(key=key, outcome=Outcome.ENDED, letter=kept)
        return await self._read(kept, correction, {})

    async def replay(self, key: str, who: str, correction: str | None = None) -> Mended:
        """Publish what a letter, or its correction, gives; returns once the broker has it.

        Twice is harmless: a record's id says what it is. Where the original itself still cannot be read, the
        letter gets the reason of today.
        """
        return await self._replay(await self.preview(key, correction), who, correction)

    async def replay_all(
        self, reason: str, who: str, *, cursor: str | None = None, limit: int = AT_ONCE
    ) -> tuple[Sequence[Mended], str | None]:
        """Read the new letters of a reason again, oldest first; publish what can be read by now.

        Gives what came of each, and the cursor of the next call; None where there is no more.
        """
        wanted = LetterFilter(reason=reason, states=frozenset({LetterState.NEW}))
        page = await self._letters.page(wanted, limit=min(limit, AT_ONCE), after=cursor, oldest_first=True)
        done = []
        led: Led = {}
        for kept in page.rows:
            done.append(await self._replay(await self._read(kept, None, led), who, None))
            if (mended := done[-1]).effect is Effect.SPEAKS and isinstance(mended.record, FlightRecord):
                led[mended.record.flight, mended.record.run] = mended.record
        return done, page.after

    async def dismiss(self, key: str, who: str, why: str) -> Mended:
        """Set a letter aside for good."""
        mended = await self.preview(key)
        if mended.outcome in (Outcome.UNKNOWN, Outcome.ENDED):
            return mended
        why = why.strip()[:LONGEST_WHY]
        return await self._mark(replace(mended, problem=None), who, why, LetterState.DISMISSED)

    async def _replay(self, mended: Mended, who: str, correction: str | None) -> Mended:
        if mended.problem is not None and correction is None:
            await self._letters.failed_again(mended.key, mended.problem.reason, mended.problem.detail)
        if mended.record is None:
            return mended
        await self._publish(mended.record)
        return await self._mark(mended, who, "as it was" if correction is None else "corrected")

    async def _mark(
        self, mended: Mended, who: str, note: str, state: LetterState = LetterState.REPLAYED
    ) -> Mended:
        now, about = self._clock.now(), About(Thing.DEAD_LETTER, mended.key)
        marked = await self._letters.mark(mended.key, state, by=who, at=now, note=note)
        if marked:
            # Why it was dismissed stands with the letter: the log holds nothing that somebody typed.
            did, detail = (Did.REPLAYED, note) if state is LetterState.REPLAYED else (Did.DISMISSED, "")
            await self._audit.write([Act(at=now, by=who, did=did, about=about, detail=detail)])
        outcome = Outcome(state.value) if marked else Outcome.ENDED
        return replace(mended, outcome=outcome, letter=await self._letters.get(mended.key))

    async def _read(self, kept: KeptLetter, correction: str | None, led: "Led") -> Mended:
        key, read = kept.letter.id, read_again(kept.letter, correction, self._reader)
        match read:
            case Problem():
                return Mended(key=key, letter=kept, outcome=Outcome.UNREADABLE, problem=read)
            case Change():
                return Mended(key=key, letter=kept, record=read, effect=Effect.DECIDES, changes=(read.kind,))
            case FlightRecord():
                try:
                    self._archive.document(read)
                except UnreadableRecordError as exc:  # it would be a second letter, of another id
                    problem = Problem(exc.reason, exc.detail)
                    return Mended(key=key, letter=kept, outcome=Outcome.UNREADABLE, problem=problem)
                state = (await self._flights.known_states([read.flight])).get(read.flight)
                record, effect = await self._in_its_place(read, state, led)
                news = advance(state, record)[1] if effect is Effect.SPEAKS else ()
                kinds = tuple(each.kind for each in news)
                return Mended(key=key, letter=kept, record=record, effect=effect, changes=kinds)

    async def _in_its_place(
        self, record: FlightRecord, state: FlightState | None, here: "Led"
    ) -> tuple[FlightRecord, Effect]:
        """Let a record lead only if it is the newest of its flight, and no other row of its run does.

        The state's run alone does not tell: a run without news does not move it.
        """
        record = replace(record, replayed=True)
        silent = replace(record, leads=False)
        runs = (await self._archive.runs_of([record.flight])).get(record.flight, ())
        if max((*runs, state.run if state else 0)) > record.run:
            return silent, Effect.OLDER
        led = here.get((record.flight, record.run))
        if led is None:
            led = (await self._archive.shown([record.flight], [record.run])).get(record.flight)
        if led is not None and led.id == record.id:
            return silent, Effect.KNOWN
        if led is not None and (led.operating or not record.operating):
            return silent, Effect.BESIDE
        others = led.marketed_as if led else ()
        own = () if record.operating else (record.designator,)
        marketed_as = tuple(sorted({*record.marketed_as, *others, *own}))
        return replace(record, leads=True, marketed_as=marketed_as), Effect.SPEAKS

    async def _publish(self, record: FlightRecord | Change) -> None:
        if isinstance(record, Change):
            await self._publisher.publish(CHANGE_TOPIC, [(record.flight, encode(record))])
        else:
            key = message_key(record.flight, self._partition_by)
            await self._publisher.publish(FLIGHT_TOPIC, [(key, encode(record))])


Led = dict[tuple[str, int], Sighting]
"""Which row of a flight speaks in a run, where it was published just now and is not archived yet."""
