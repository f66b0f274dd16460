"""What `Letters` promises, held by the fake and by MongoDB."""

from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.errors import CursorError
from flightagents.ports import KeptLetter, LetterCount, LetterFilter, Letters, LetterState
from flightagents.records import DeadLetter, DeadLetterSource, dead_letter
from flightagents.store import paging
from flightagents.store.dead_letters import MongoDeadLetters
from flightagents.store.letters import COUNTING, NEWEST, OLDEST, MongoLetters, conditions
from tests.support.letters import FakeLetters
from tests.support.plans import plan_of
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
ANY = LetterFilter()
NEW = frozenset({LetterState.NEW})


def letter(number: int, reason: str = "bad_time", minute: int | None = None) -> DeadLetter:
    at = NOON + (number if minute is None else minute) * MINUTE
    place = {"run": number, "query": "dep_iata=JFK", "offset": 0, "row": number}
    return dead_letter(reason, "?", raw=b"{}", source=DeadLetterSource.FEED, place=place, at=at)


ONE, TWO, THREE, FOUR = letter(1), letter(2), letter(3, "no_airport"), letter(4)


Shelf = tuple[Letters, Database | None]


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        return FakeLetters(ONE, TWO, THREE, FOUR), None
    database: Database = request.getfixturevalue("database")
    return MongoLetters(database), database


@pytest.fixture
async def letters(shelf: Shelf) -> Letters:
    letters, database = shelf
    if database is not None:
        await MongoLetters(database).prepare()
        await MongoDeadLetters(database).store([ONE, TWO, THREE, FOUR])
    return letters


async def found(letters: Letters, wanted: LetterFilter = ANY, *, oldest_first: bool = False) -> list[Any]:
    page = await letters.page(wanted, limit=50, oldest_first=oldest_first)
    assert page.after is None
    return [each.letter.place["run"] for each in page.rows]


async def test_letters_come_newest_first_or_oldest_first(letters: Letters) -> None:
    assert await found(letters) == [4, 3, 2, 1]
    assert await found(letters, oldest_first=True) == [1, 2, 3, 4]


async def test_each_filter_has_to_fit(letters: Letters) -> None:
    await letters.mark(TWO.id, LetterState.REPLAYED, by="Ida", at=NOON, note="")
    assert await found(letters, LetterFilter(reason="bad_time")) == [4, 2, 1]
    assert await found(letters, LetterFilter(reason="bad_time", states=NEW)) == [4, 1]
    assert await found(letters, LetterFilter(states=frozenset({LetterState.REPLAYED}))) == [2]
    assert await found(letters, LetterFilter(since=TWO.at, until=FOUR.at)) == [3, 2]
    assert await found(letters, LetterFilter(reason="nothing")) == []


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_pages_follow_each_other_without_gap_or_double(letters: Letters, oldest_first: bool) -> None:
    seen: list[int] = []
    cursor = None
    for _ in range(4):
        page = await letters.page(ANY, limit=1, after=cursor, oldest_first=oldest_first)
        seen += [each.letter.place["run"] for each in page.rows]
        cursor = page.after
    assert cursor is None
    assert seen == ([1, 2, 3, 4] if oldest_first else [4, 3, 2, 1])


async def test_a_letter_that_leaves_the_filter_meanwhile_shifts_no_page(letters: Letters) -> None:
    wanted = LetterFilter(states=NEW)
    first = await letters.page(wanted, limit=2)
    await letters.mark(THREE.id, LetterState.DISMISSED, by="Ida", at=NOON, note="")
    second = await letters.page(wanted, limit=2, after=first.after)
    assert [each.letter.place["run"] for each in second.rows] == [2, 1]


@pytest.mark.parametrize("cursor", ["x", "é", "a" * 5000, "W10", "WyJ4IiwxXQ", "$where"])
async def test_a_cursor_that_we_did_not_give_is_refused(letters: Letters, cursor: str) -> None:
    with pytest.raises(CursorError):
        await letters.page(ANY, limit=1, after=cursor)


async def test_a_letter_is_new_until_it_is_marked_and_then_stays_as_it_was_marked(letters: Letters) -> None:
    assert await letters.get(ONE.id) == KeptLetter(letter=ONE)
    assert await letters.mark(ONE.id, LetterState.REPLAYED, by="Ida", at=NOON, note="corrected")
    assert not await letters.mark(ONE.id, LetterState.DISMISSED, by="Bob", at=NOON + MINUTE, note="")
    await letters.failed_again(ONE.id, "other", "?")
    marked = KeptLetter(letter=ONE, state=LetterState.REPLAYED, by="Ida", moved_at=NOON, note="corrected")
    assert await letters.get(ONE.id) == marked
    assert await letters.get("nobody") is None
    assert not await letters.mark("nobody", LetterState.REPLAYED, by="Ida", at=NOON, note="")


async def test_what_fails_again_has_its_new_reason(letters: Letters) -> None:
    await letters.failed_again(ONE.id, "too_long", "departure.gate has 99 characters")
    kept = await letters.get(ONE.id)
    assert kept is not None
    assert (kept.letter.reason, kept.letter.detail) == ("too_long", "departure.gate has 99 characters")
    assert await found(letters) == [4, 3, 2, 1]


async def test_letters_are_counted_by_reason_and_state(letters: Letters) -> None:
    await letters.mark(TWO.id, LetterState.REPLAYED, by="Ida", at=NOON, note="")
    assert set(await letters.counts()) == {
        LetterCount("bad_time", LetterState.NEW, 2),
        LetterCount("bad_time", LetterState.REPLAYED, 1),
        LetterCount("no_airport", LetterState.NEW, 1),
    }


# MongoDB alone


@pytest.mark.mongodb
async def test_letters_of_one_moment_follow_each_other_by_id(database: Database) -> None:
    await MongoDeadLetters(database).store([letter(number, minute=0) for number in range(5)])
    letters = MongoLetters(database)
    first = await letters.page(ANY, limit=3)
    second = await letters.page(ANY, limit=3, after=first.after)
    runs = [each.letter.place["run"] for page in (first, second) for each in page.rows]
    assert runs == [4, 3, 2, 1, 0]


@pytest.mark.mongodb
async def test_a_letter_that_comes_again_stays_as_it_was_marked(database: Database) -> None:
    letters = MongoLetters(database)
    await MongoDeadLetters(database).store([ONE])
    await letters.mark(ONE.id, LetterState.DISMISSED, by="Ida", at=NOON, note="")
    await MongoDeadLetters(database).store([ONE])
    kept = await letters.get(ONE.id)
    assert kept is not None
    assert kept.state is LetterState.DISMISSED


@pytest.mark.mongodb
@pytest.mark.parametrize(
    "wanted",
    [
        LetterFilter(),
        LetterFilter(states=NEW),
        LetterFilter(reason="bad_time"),
        LetterFilter(reason="bad_time", states=NEW, since=NOON, until=FOUR.at),
    ],
)
@pytest.mark.parametrize(("order", "backwards"), [(NEWEST, False), (NEWEST, True), (OLDEST, False)])
async def test_a_page_is_read_from_an_index_in_its_order(
    database: Database, wanted: LetterFilter, order: paging.Order, backwards: bool
) -> None:
    await MongoLetters(database).prepare()
    await MongoDeadLetters(database).store([ONE, TWO, THREE, FOUR])
    asked = conditions(wanted)
    for start in (None, order.cursor({"at": NOON, "_id": "x"})):
        for number, query in enumerate(paging.queries(asked, order, start, backwards=backwards)):
            equals = start is not None and number == 0
            sort = dict(order.sorting(backwards=backwards, equals=equals))
            command = {"find": "dead_letters", "filter": query, "sort": sort, "limit": 10}
            plan = await plan_of(database["dead_letters"], command)
            assert plan.scans_an_index
            assert not plan.sorts_in_memory


@pytest.mark.mongodb
async def test_counting_reads_the_index_alone(database: Database) -> None:
    await MongoLetters(database).prepare()
    await MongoDeadLetters(database).store([ONE, TWO])
    plan = await database.command(
        "explain",
        {"aggregate": "dead_letters", "pipeline": COUNTING, "cursor": {}, "hint": "reason"},
        verbosity="executionStats",
    )
    assert "COLLSCAN" not in str(plan)
    assert "'totalDocsExamined': 0" in str(plan)
