"""Who is on each of some flights, and who of them knows: what is dear to find out for the page of now.py."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from flightagents.domain.changes import Change
from flightagents.domain.disruptions_now import Person, Reached, reach_of
from flightagents.domain.message_list import LastWord, Reach
from flightagents.domain.reasons import Reason
from flightagents.handlers.audience import Audience
from flightagents.handlers.cases import Case
from flightagents.ports import ChangeSearch, MessageSearch, Silences
from flightagents.ports.desk import ToldOfConnections

_BEST_FIRST = tuple(Reach)


class Travellers(NamedTuple):
    """What is known of one flight, and of its travellers."""

    last_change: Change | None
    reached: Reached
    connections_at_risk: int
    stories: frozenset[str]
    """All flights that it was or became: what is news of them may be news of it."""


class LookAtTravellers:
    """Asks the same few questions however many flights they are. `person_key` hashes the id of a booking."""

    def __init__(
        self,
        *,
        changes: ChangeSearch,
        audience: Audience,
        words: MessageSearch,
        silences: Silences,
        connections: ToldOfConnections,
        person_key: Callable[[str], str],
    ) -> None:
        self._changes = changes
        self._audience = audience
        self._words = words
        self._silences = silences
        self._connections = connections
        self._person_key = person_key

    async def __call__(self, flights: Sequence[str]) -> dict[str, Travellers]:
        """Look at each of these flights."""
        cases, words, changes, at_risk = await asyncio.gather(
            self._audience.of_flights(flights, whole=True),
            self._words.standing_of(flights),
            self._changes.latest(flights),
            self._connections.at_risk(flights),
        )
        theirs = _by_flight(cases)
        silences = await self._silences_of(theirs, words)
        return {
            flight: Travellers(
                last_change=changes.get(flight),
                reached=self._reached(
                    theirs.get(flight, ()), words.get(flight, {}), silences.get(flight, {})
                ),
                connections_at_risk=at_risk.get(flight, 0),
                stories=frozenset({flight}.union(*(case.flights for case in theirs.get(flight, ())))),
            )
            for flight in flights
        }

    async def _silences_of(
        self, theirs: Mapping[str, Sequence[Case]], words: Mapping[str, Mapping[str, LastWord]]
    ) -> Mapping[str, Mapping[str, Reason]]:
        """Ask only about flights of which somebody has no word at all."""
        wanted = [
            flight
            for flight, cases in theirs.items()
            if any(case.aside is None and case.booking.id not in words.get(flight, {}) for case in cases)
        ]
        return await self._silences.newest_of(wanted) if wanted else {}

    def _reached(
        self, cases: Sequence[Case], words: Mapping[str, LastWord], silences: Mapping[str, Reason]
    ) -> Reached:
        people = [self._person(case, words, silences) for case in cases if case.aside is None]
        return reach_of(people, [case.aside for case in cases if case.aside is not None])

    def _person(self, case: Case, words: Mapping[str, LastWord], silences: Mapping[str, Reason]) -> Person:
        """Of two bookings with one address the ledger names one: whoever is told by it is told by both."""
        theirs = [words[each.id] for each in case.bookings if each.id in words]
        if theirs:
            return Person(word=min(theirs, key=_newest_and_farthest))
        return Person(silence=silences.get(self._person_key(case.booking.id)) if silences else None)


def _newest_and_farthest(word: LastWord) -> tuple[int, int, int]:
    return -word.ordinal, -word.turn, _BEST_FIRST.index(word.reach)


def _by_flight(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[case.state.flight].append(case)
    return found
