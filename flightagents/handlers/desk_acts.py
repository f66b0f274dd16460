"""What staff do about disrupted flights and their messages, each act logged with who and when.

The page and the API call it. Each act takes many flights, costs the same few queries however many they are,
and answers for each of them: done, or why not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from flightagents.clock import Clock
from flightagents.domain.acts import PUT_OFF, About, Act, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.flight_list import FlightRow
from flightagents.domain.handling import Handling, Note, Seen
from flightagents.domain.stories import whole
from flightagents.domain.trouble import Trouble
from flightagents.handlers.resend import Resend, Resending, Resent
from flightagents.ports import Audit, FlightSearch, FlightStore, Handlings, Ledger
from flightagents.ports.desk import MOST_AT_ONCE

LONGEST_SNOOZE = timedelta(hours=24)
"""Longer is no snooze: the flight is over by then."""


class WhyNot(StrEnum):
    """Why an act was not done."""

    UNKNOWN = "unknown"
    """There is no such flight, or message."""
    TAKEN = "taken"
    """Somebody else has it."""
    NO_TROUBLE = "no_trouble"
    """Nothing is wrong with it (any more)."""
    ALREADY = "already"
    """It is so already: it is held, or it is not."""
    BAD_TIME = "bad_time"
    """The time has passed, or lies more than a day ahead."""
    EMPTY = "empty"
    TOO_MANY = "too_many"
    NOT_WAITING = "not_waiting"
    """The message does not wait to be sent."""
    NOT_GIVEN_UP = "not_given_up"
    """The message was neither given up nor refused by its provider."""


@dataclass(frozen=True, slots=True)
class Acted:
    """How an act on one flight, or message, ended: done where there is no `why_not`."""

    id: str
    why_not: WhyNot | None = None
    taken_by: str | None = None

    @property
    def done(self) -> bool:
        """Tell whether it was done."""
        return self.why_not is None


class DeskActs:
    """One act of one of the staff, on many flights."""

    def __init__(
        self,
        *,
        handlings: Handlings,
        search: FlightSearch,
        flights: FlightStore,
        ledger: Ledger,
        resend: Resend,
        audit: Audit,
        clock: Clock,
        acted: Callable[[], None] = lambda: None,
    ) -> None:
        """`acted` is called after each act: whoever keeps a page of it looks anew."""
        self._handlings = handlings
        self._search = search
        self._flights = flights
        self._ledger = ledger
        self._resend = resend
        self._audit = audit
        self._clock = clock
        self._acted = acted

    # On flights

    async def acknowledge(self, flights: Sequence[str], who: str) -> list[Acted]:
        """Note that somebody has seen how these flights stand."""
        return await self._see(flights, who, None)

    async def snooze(self, flights: Sequence[str], who: str, until: datetime) -> list[Acted]:
        """Put flights off until a time (UTC), or until it gets worse."""
        if not timedelta() < until - self._clock.now() <= LONGEST_SNOOZE:
            return [Acted(flight, WhyNot.BAD_TIME) for flight in _once(flights)]
        return await self._see(flights, who, until)

    async def assign(
        self, flights: Sequence[str], who: str, to: str | None, *, force: bool = False
    ) -> list[Acted]:
        """Give flights to somebody, or to nobody. What another has needs `force`: the answer says who."""
        known, ends = await self._known(flights)
        had = await self._handlings.get(list(known))
        taken = await self._handlings.assign(list(known), to, by=who, force=force) if known else {}
        given = [flight for flight in known if flight not in taken]
        did = Did.ASSIGNED if to else Did.UNASSIGNED
        await self._write(
            [self._act(who, did, About(Thing.FLIGHT, each), _moved(had.get(each), to)) for each in given]
        )
        ends |= {flight: Acted(flight, WhyNot.TAKEN, by) for flight, by in taken.items()}
        return _answers(flights, ends)

    async def note(self, flights: Sequence[str], who: str, text: str) -> list[Acted]:
        """Add a note to flights. The log says that there is one, and not what it says."""
        if not text.strip():
            return [Acted(flight, WhyNot.EMPTY) for flight in _once(flights)]
        known, ends = await self._known(flights)
        if known:
            note = Note(by=who, at=self._clock.now(), text=text.strip())
            await self._handlings.note(list(known), note)
            noted = [self._act(who, Did.NOTED, About(Thing.FLIGHT, flight)) for flight in known]
            # At the same moment: by that a flight's story finds the words of each act.
            await self._write([replace(act, at=note.at) for act in noted])
        return _answers(flights, ends)

    async def hold(self, flights: Sequence[str], who: str) -> list[Acted]:
        """Let the messages to the travellers of flights wait, those that are decided later too."""
        known, ends = await self._known(flights)
        held = await self._handlings.held()
        new = [flight for flight in known if flight not in held]
        if new:
            held_now = await self._handlings.hold(new, who, self._clock.now())
            await self._log(who, Did.HELD, sorted(held_now))
        ends |= {flight: Acted(flight, WhyNot.ALREADY) for flight in known if flight not in new}
        return _answers(flights, ends)

    async def release(self, flights: Sequence[str], who: str) -> list[Acted]:
        """Let them go: each is judged anew, and sent if it is still true. A whole story is released."""
        known, ends = await self._known(flights)
        holding = [each.flight for each in await self._handlings.holding()]
        moves = await self._flights.moves_of(sorted(await self._handlings.held())) if holding else []
        stories = {flight: whole(flight, moves) for flight in known}
        wanted = sorted({each for each in holding for story in stories.values() if each in story})
        released = await self._handlings.release(wanted) if wanted else set()
        if released:
            await self._log(who, Did.RELEASED, sorted(released))
        free = (flight for flight, story in stories.items() if story.isdisjoint(released))
        ends |= {flight: Acted(flight, WhyNot.ALREADY) for flight in free}
        return _answers(flights, ends)

    # On messages

    async def hold_messages(self, messages: Sequence[str], who: str) -> list[Acted]:
        """Hold single messages that wait."""
        return await self._hold(messages, who, on=True)

    async def release_messages(self, messages: Sequence[str], who: str) -> list[Acted]:
        """Let single messages go, to be judged anew."""
        return await self._hold(messages, who, on=False)

    async def replay_messages(self, messages: Sequence[str], who: str) -> list[Acted]:
        """Try messages again that were given up, or refused by the provider; each is judged anew first."""
        ends: dict[str, Acted] = {}
        for message in _once(messages)[:MOST_AT_ONCE]:
            if await self._ledger.replay(message):
                await self._write([self._act(who, Did.REPLAYED, About(Thing.MESSAGE, message))])
            else:
                ends[message] = Acted(message, WhyNot.NOT_GIVEN_UP)
        ends |= {each: Acted(each, WhyNot.TOO_MANY) for each in _once(messages)[MOST_AT_ONCE:]}
        return _answers(messages, ends)

    async def resend_message(
        self, message: str, channel: Channel, who: str, *, again: bool = False
    ) -> Resent:
        """Send the news of a message by a channel; `again`: also where it was told there, once confirmed."""
        return await self._resent(await self._resend.message(message, channel, again=again), channel, who)

    async def _see(self, flights: Sequence[str], who: str, until: datetime | None) -> list[Acted]:
        known, ends = await self._known(flights)
        now = self._clock.now()
        seen = {
            flight: Seen.of(row, who, now) for flight, row in known.items() if row.trouble is not Trouble.NONE
        }
        if seen:
            await self._handlings.see(seen, until)
            did, detail = (Did.SNOOZED, until.strftime(PUT_OFF)) if until else (Did.ACKNOWLEDGED, "")
            await self._log(who, did, seen, detail)
        ends |= {flight: Acted(flight, WhyNot.NO_TROUBLE) for flight in known if flight not in seen}
        return _answers(flights, ends)

    async def _hold(self, messages: Sequence[str], who: str, *, on: bool) -> list[Acted]:
        ends: dict[str, Acted] = {}
        for message in _once(messages)[:MOST_AT_ONCE]:
            if await self._ledger.hold(message, on):
                did = Did.HELD if on else Did.RELEASED
                await self._write([self._act(who, did, About(Thing.MESSAGE, message))])
            else:
                ends[message] = Acted(message, WhyNot.NOT_WAITING)
        ends |= {each: Acted(each, WhyNot.TOO_MANY) for each in _once(messages)[MOST_AT_ONCE:]}
        return _answers(messages, ends)

    async def _resent(self, sent: Resent, channel: Channel, who: str) -> Resent:
        if sent.end is Resending.WRITTEN and sent.row is not None:
            about = About(Thing.MESSAGE, sent.row)
            await self._write([self._act(who, Did.RESENT, about, f"by {channel}")])
        return sent

    async def _known(self, flights: Sequence[str]) -> tuple[Mapping[str, FlightRow], dict[str, Acted]]:
        """Give those flights that there are, and the answers for the others."""
        wanted = _once(flights)
        asked, too_many = wanted[:MOST_AT_ONCE], wanted[MOST_AT_ONCE:]
        found = await self._search.rows(asked) if asked else {}
        ends = {flight: Acted(flight, WhyNot.UNKNOWN) for flight in asked if flight not in found}
        return found, ends | {flight: Acted(flight, WhyNot.TOO_MANY) for flight in too_many}

    async def _log(self, who: str, did: Did, flights: Iterable[str], detail: str = "") -> None:
        await self._write([self._act(who, did, About(Thing.FLIGHT, flight), detail) for flight in flights])

    def _act(self, who: str, did: Did, about: About, detail: str = "") -> Act:
        return Act(at=self._clock.now(), by=who, did=did, about=about, detail=detail)

    async def _write(self, acts: Sequence[Act]) -> None:
        if acts:
            self._acted()
            await self._audit.write(acts)


def _moved(had: Handling | None, to: str | None) -> str:
    """Say to whom a flight was given, and from whom it was taken."""
    before = had.assigned_to if had else None
    taken = [f"from {before}"] if before not in (None, to) else []
    return " ".join([*([f"to {to}"] if to else []), *taken])


def _once(ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _answers(ids: Sequence[str], ends: Mapping[str, Acted]) -> list[Acted]:
    """Answer for each, in the order in which they were asked for."""
    return [ends.get(each) or Acted(each) for each in _once(ids)]
