"""Rows, silences, tasks and acts -> entries of a flight's file, as far as one may see people."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.bookings import Booking
from flightagents.domain.flight_file import STAFF, Decided, Event, Handled, Person, Reported, Silent, Tasked
from flightagents.domain.handling import Note
from flightagents.domain.notifications import Notification, Silence, State
from flightagents.domain.reasons import MEANING, Reason
from flightagents.domain.tasks import Task
from flightagents.handlers.explain import unspoken, why
from flightagents.handlers.holds import BY_ITSELF

RECEIPT, NONE_CAME = "receipt: ", "no receipt in time"
"""As they stand in a row's trace."""
SIGNED = ("claimed by ", "given to ", "released by ", "opened again by ", "noted by ", "done by ")
"""In the trace of a task: who of the staff, and then what they wrote."""
SECOND = timedelta(seconds=1)
_STATES = {state.value: state for state in State} | {"relayed": State.ACCEPTED}


class Teller:
    """Turns what is kept into entries. A trace has real times: `real_now` is the clock's now in them."""

    def __init__(
        self,
        people: Mapping[str, Booking],
        key: Callable[[str], str],
        clock: Clock,
        real_now: datetime,
        *,
        sees_people: bool,
        for_one: bool = False,
    ) -> None:
        """`for_one`: it is handed to a traveller, or to whoever has their claim in hand."""
        self._people = people
        self._key = key
        self._sees = sees_people
        self._for_one = for_one
        self._clock = clock
        self._now, self._real_now = clock.now(), real_now
        self._persons = {key(each): each for each in people}

    def person(self, booking: str | None, row: Notification | None = None) -> Person | None:
        """Name somebody, and where a row went; None for whom nobody knows, or may not be seen."""
        found = self._people.get(booking) if booking and self._sees else None
        if found is None:
            return None
        address = found.address(row.channel) if row else None
        went_there = bool(address and row and self._key(address) == row.address_key)
        return Person(found.id, found.reference, found.name, address if address and went_there else "")

    def row(self, row: Notification) -> Iterator[Decided | Reported]:
        """Tell of a message, and of what its provider reported."""
        person = self.person(row.booking, row)
        events = self._events(row.trace, row.created_at)
        shown = row.message if self._sees else None
        yield Decided(
            at=row.created_at,
            row=row.id,
            ordinal=row.ordinal,
            channel=row.channel,
            said=row.said,
            state=row.state,
            reason=row.reason,
            why=why(row),
            not_before=row.not_before,
            held=row.hold,
            maybe_twice=row.maybe_twice,
            forgotten=row.booking is None and row.rule is None,
            rule=row.rule,
            person=person,
            subject=shown.subject if shown else "",
            text=shown.text if shown else "",
            events=tuple(Event(each.at, self._seen(each.text)) for each in events),
        )
        for event in events:
            if event.text.startswith((RECEIPT, NONE_CAME)):
                state, detail = _report(event.text)
                yield Reported(
                    at=event.at,
                    row=row.id,
                    channel=row.channel,
                    state=state,
                    detail=detail if self._sees else "",
                    person=person,
                )

    def silences(
        self, rows: Sequence[Notification], silences: Sequence[tuple[datetime, Silence]]
    ) -> Iterator[Silent]:
        """Tell of silences: what was decided at once, of one state and for one reason, is one entry."""
        alike: dict[tuple[datetime, int, Reason], list[str]] = defaultdict(list)
        for at, each in unspoken(rows, silences, self._key):
            alike[at, each.ordinal, each.reason].append(each.person)
        for (at, ordinal, reason), keys in alike.items():
            named = (self.person(self._persons.get(key)) for key in keys)
            persons = sorted((each for each in named if each), key=lambda each: each.booking)
            yield Silent(
                at=at,
                ordinal=ordinal,
                reason=reason,
                why=MEANING[reason],
                people=len(keys),
                persons=tuple(persons),
            )

    def task(self, task: Task) -> Tasked:
        """Tell of a task; one about a person has words that are about them."""
        about_nobody = task.booking is None and not task.also
        return Tasked(
            at=task.created_at,
            task=task.id,
            kind=task.kind,
            state=task.state,
            summary=task.summary if self._sees or about_nobody else "",
            quote=task.quote if self._sees else "",
            resolve_by=task.resolve_by,
            claimed_by=STAFF if task.claimed_by and self._for_one else task.claimed_by,
            person=self.person(task.booking),
            events=tuple(
                Event(each.at, self._became(each.text)) for each in self._events(task.trace, task.created_at)
            ),
        )

    def acts(
        self,
        flight: str,
        acts: Sequence[Act],
        notes: Sequence[Note],
        rows: Sequence[Notification],
        tasks: Sequence[Task],
    ) -> Iterator[Handled]:
        """Tell what staff did. The log does not say what a note says: that stands with the flight.

        What one hands out about a traveller has no notes: they are lines from one shift to the next, written
        about anybody, and for nobody else. Nor does it name who of the staff it was.
        """
        messages, about = {row.id: row for row in rows}, {task.id: task for task in tasks}
        left = [] if self._for_one else list(notes)
        for act in acts:
            if act.did is Did.NOTED and self._for_one:
                continue
            on_flight = act.did is Did.NOTED and act.about.thing is Thing.FLIGHT
            note = next((n for n in left if on_flight and (n.by, n.at) == (act.by, act.at)), None)
            if note is not None:
                left.remove(note)
            row, task = messages.get(act.about.id), about.get(act.about.id)
            booking = row.booking if row else task.booking if task else None
            yield Handled(
                at=act.at,
                act=_unsigned(act) if self._for_one else act,
                note=note.text if note and self._sees else "",
                channel=row.channel if row else None,
                task=task.kind if task else None,
                person=self.person(booking),
            )
        for note in left:  # whose act was not written any more, or is not among those that were read
            act = Act(at=note.at, by=note.by, did=Did.NOTED, about=About(Thing.FLIGHT, flight))
            text = note.text if self._sees else ""
            yield Handled(at=note.at, act=act, note=text, channel=None, task=None, person=None)

    def _events(self, trace: Sequence[str], since: datetime) -> list[Event]:
        """Read a trace, in business time; a line without a time is as old as what it is about."""
        events = []
        for line in trace:
            at, _, text = line.partition(" ")
            try:
                real = datetime.fromisoformat(at)
            except ValueError:
                events.append(Event(since, line))
                continue
            ago = self._clock.business(self._real_now - real)
            events.append(Event(_to_second(self._now - ago), text))
        return events

    def _became(self, text: str) -> str:
        """Tell what became of a task, as far as they may know."""
        if not self._sees:
            return text.partition(" ")[0].rstrip(":")
        start = next((each for each in SIGNED if text.startswith(each)), None)
        return f"{start}{STAFF}" if self._for_one and start else text

    def _seen(self, text: str) -> str:
        """What follows the kind of an event is a provider's words, which may quote an address."""
        if self._sees:
            return text
        kind, _, rest = text.partition(": ")
        return f"{kind}: {rest.partition(': ')[0]}" if kind == "receipt" else kind


def _unsigned(act: Act) -> Act:
    to = {Did.ASSIGNED: f"to {STAFF}", Did.UNASSIGNED: f"from {STAFF}"}
    by = act.by if act.by == BY_ITSELF else STAFF
    return replace(act, by=by, detail=to.get(act.did, act.detail))


def _report(text: str) -> tuple[State | None, str]:
    """Read "receipt: delivered: detail"; what was relayed counts as accepted."""
    if not text.startswith(RECEIPT):
        return None, ""
    what, _, detail = text.removeprefix(RECEIPT).partition(": ")
    return _STATES.get(what), detail if detail != what else ""


def _to_second(moment: datetime) -> datetime:
    return (moment + SECOND / 2).replace(microsecond=0)
