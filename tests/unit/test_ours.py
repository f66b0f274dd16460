"""Of thousands of disrupted flights those of our travellers: asked for seldom, and of what is new at once."""

from datetime import timedelta

import pytest

from flightagents.domain.touch import Touch
from flightagents.handlers.ours import KNOWN_FOR, KNOWN_IN_A_STORM, MOST_TOUCHED, Ours
from tests.support.agency import BA117, Agency
from tests.support.rows import row
from tests.support.searches import FakeFlightSearch
from tests.support.travellers import booking, segment


class Office:
    """Ours among the flights of an agency."""

    def __init__(self) -> None:
        self.agency = Agency()
        search = FakeFlightSearch(self.agency.flights)
        self.search = search
        self.ours = Ours(search, self.agency.bookings, ticks=lambda: self.agency.seconds)

    async def ask(self) -> list[str]:
        return [each.partition("|")[0] for each in await self.ours(self.agency.clock.now())]

    def touch(self, *flights: str) -> None:
        self.ours.hear(Touch(frozenset({"flights"}), frozenset(flights)))


async def test_only_disrupted_flights_that_somebody_is_booked_on_are_ours() -> None:
    office = Office()
    await office.agency.books(booking(), booking(segment("BA1"), reference="R1", email="r1@example.com"))
    await office.agency.shows(row(delay=40), row("BA1"), row("BA3", delay=40))
    assert await office.ask() == ["BA117"]


async def test_what_is_touched_is_asked_about_at_once_and_comes_first() -> None:
    office = Office()
    await office.agency.books(booking(), booking(segment("BA1"), reference="R1", email="r1@example.com"))
    await office.agency.shows(row(), row("BA1", delay=90))
    assert await office.ask() == ["BA1"]
    await office.agency.shows(row(delay=40), row("BA1", delay=90))
    assert await office.ask() == ["BA1"]
    office.touch(BA117)
    assert await office.ask() == ["BA117", "BA1"]
    office.agency.seconds += KNOWN_FOR.total_seconds()
    assert await office.ask() == ["BA1", "BA117"]


async def test_what_is_well_again_is_ours_no_more_once_it_is_touched() -> None:
    office = Office()
    await office.agency.books(booking())
    await office.agency.shows(row(delay=40))
    assert await office.ask() == ["BA117"]
    office.agency.clock.time += timedelta(hours=40)
    office.touch(BA117)
    assert await office.ask() == []


async def test_after_a_while_all_are_asked_about_again() -> None:
    office = Office()
    await office.agency.shows(row(delay=40))
    assert await office.ask() == []
    await office.agency.books(booking())
    assert await office.ask() == []
    office.agency.seconds += KNOWN_FOR.total_seconds()
    assert await office.ask() == ["BA117"]


@pytest.mark.parametrize(
    "touch",
    [
        Touch(frozenset({"flights"}), None),
        None,
        Touch(frozenset({"flights"}), frozenset(f"BA{each}" for each in range(MOST_TOUCHED + 2))),
    ],
    ids=["anything", "nobody tells", "many"],
)
async def test_where_nobody_knows_what_was_touched_all_are_asked_about_soon(
    touch: Touch | None,
) -> None:
    office = Office()
    await office.agency.shows(row(delay=40))
    assert await office.ask() == []
    await office.agency.books(booking())
    office.ours.hear(touch)
    office.ours.hear(Touch(frozenset({"flights"}), frozenset({"BA1"})))
    assert await office.ask() == []
    office.agency.seconds += KNOWN_IN_A_STORM.total_seconds()
    assert await office.ask() == ["BA117"]


async def test_what_was_touched_is_asked_about_until_the_database_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    await office.agency.books(booking())
    await office.agency.shows(row())
    assert await office.ask() == []
    await office.agency.shows(row(delay=40))
    office.touch(BA117)

    async def away(*_: object, **__: object) -> dict[str, tuple[str, ...]]:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(office.search, "numbers_of_disrupted", away)
        with pytest.raises(ConnectionError):
            await office.ask()
    assert await office.ask() == ["BA117"]
