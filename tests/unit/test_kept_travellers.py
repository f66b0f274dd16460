"""What is known of a flight's travellers is kept until it is touched, and never longer than it is true."""

import asyncio
from collections.abc import Sequence

import pytest

from flightagents.domain.disruptions_now import Reached
from flightagents.domain.touch import Touch
from flightagents.handlers import kept_travellers as module
from flightagents.handlers.kept_travellers import KEPT_FOR, KeptTravellers
from flightagents.handlers.now_travellers import Travellers
from tests.support.judges import Ticks

A, C = "BA1|2026-11-22|LHR|JFK", "BA3|2026-11-22|LHR|JFK"
B, B_YESTERDAY = "BA2|2026-11-22|LHR|JFK", "BA2|2026-11-21|LHR|JFK"
ANOTHER_A = "BA1|2026-11-22|JFK|BOS"
ALIKE = "BA1|2026-11-23|LHR|JFK"


class Looks:
    """Notes which flights were looked at; B was another flight before."""

    def __init__(self) -> None:
        self.at: list[list[str]] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, flights: Sequence[str]) -> dict[str, Travellers]:
        self.at.append(list(flights))
        await self.may_end.wait()
        return {each: self._found(each) for each in flights}

    def _found(self, flight: str) -> Travellers:
        stories = frozenset({flight, B_YESTERDAY} if flight == B else {flight})
        return Travellers(None, Reached(), len(self.at), stories)


def touched(*flights: str) -> Touch:
    return Touch(frozenset({"flights"}), frozenset(flights))


ANYTHING = Touch(frozenset({"bookings"}), None)


class World:
    def __init__(self) -> None:
        self.looks, self.ticks = Looks(), Ticks()
        self.kept = KeptTravellers(self.looks, ticks=self.ticks)
        self.kept.hear(touched())

    async def ask(self, *flights: str) -> list[list[str]]:
        """Ask; give which flights were looked at for it."""
        before = len(self.looks.at)
        assert set(await self.kept(flights)) == set(flights)
        return self.looks.at[before:]


async def test_only_what_was_touched_is_looked_at_anew() -> None:
    world = World()
    assert await world.ask(A, B) == [[A, B]]
    assert await world.ask(A, B, C) == [[C]]
    world.kept.hear(touched(A, ALIKE))
    assert await world.ask(A, B, C) == [[A]]
    assert await world.ask(A, B, C) == []


async def test_what_is_news_of_a_flight_that_it_was_is_news_of_it() -> None:
    world = World()
    await world.ask(A, B)
    world.kept.hear(touched(B_YESTERDAY))
    assert await world.ask(A, B) == [[B]]


async def test_another_flight_of_the_number_and_date_makes_bookings_ambiguous() -> None:
    world = World()
    await world.ask(A, B)
    world.kept.hear(touched(ALIKE))
    assert await world.ask(A, B) == []
    world.kept.hear(touched(ANOTHER_A))
    assert await world.ask(A, B) == [[A]]


async def test_where_nobody_knows_what_was_touched_all_are_looked_at() -> None:
    world = World()
    await world.ask(A, B)
    world.kept.hear(ANYTHING)
    assert await world.ask(A, B) == [[A, B]]


async def test_while_nobody_tells_nothing_is_kept() -> None:
    world = World()
    await world.ask(A)
    world.kept.hear(None)
    assert await world.ask(A) == [[A]]
    assert await world.ask(A) == [[A]]
    world.kept.hear(touched())
    assert await world.ask(A) == [[A]]
    assert await world.ask(A) == []


async def test_what_was_looked_at_in_one_go_is_due_again_bit_by_bit() -> None:
    world = World()
    await world.ask(A, B, C)
    world.ticks.move(KEPT_FOR)
    assert await world.ask(A, B, C) == [[A]]
    world.ticks.move(KEPT_FOR * 0.4)
    assert await world.ask(A, B, C) == [[B]]
    world.ticks.move(KEPT_FOR * 0.4)
    assert await world.ask(A, B, C) == [[C]]


async def test_nothing_is_kept_for_ever() -> None:
    world = World()
    await world.ask(A)
    world.ticks.move(KEPT_FOR)
    assert await world.ask(A) == [[A]]


@pytest.mark.parametrize(
    ("what", "again"),
    [(touched(A), [[A]]), (touched(B_YESTERDAY), [[B]]), (ANYTHING, [[A, B]]), (None, [[A, B]])],
)
async def test_a_look_may_come_too_early_for_what_is_touched_meanwhile(
    what: Touch | None, again: list[list[str]]
) -> None:
    world = World()
    world.looks.may_end.clear()
    early = asyncio.create_task(world.ask(A, B))
    await asyncio.sleep(0)
    world.kept.hear(what)
    world.looks.may_end.set()
    assert await early == [[A, B]]
    assert await world.ask(A, B) == again


async def test_of_many_flights_those_that_were_looked_at_first_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    world = World()
    await world.ask(A)
    await world.ask(B, C)
    assert await world.ask(A, B, C) == [[A]]
