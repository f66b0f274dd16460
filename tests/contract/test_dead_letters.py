"""What `DeadLetters` promises, held by the fake and by MongoDB."""

from dataclasses import replace
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.records import DeadLetter, DeadLetterSource, dead_letter
from flightagents.store.dead_letters import MongoDeadLetters
from tests.support.fakes import FakeDeadLetters
from tests.support.rows import MINUTE, NOON

Database = AsyncIOMotorDatabase[dict[str, Any]]
Letters = FakeDeadLetters | MongoDeadLetters


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def letters(request: pytest.FixtureRequest) -> Letters:
    if request.param == "fake":
        return FakeDeadLetters()
    return MongoDeadLetters(request.getfixturevalue("database"))


def letter(offset: int, raw: bytes = b"{") -> DeadLetter:
    place = {"topic": "flight-topic", "partition": 0, "offset": offset}
    at = NOON + offset * MINUTE
    return dead_letter("not_json", "cut off", raw=raw, source=DeadLetterSource.TOPIC, place=place, at=at)


async def stored(letters: Letters) -> dict[str, str]:
    """Give id and original of what is kept."""
    if isinstance(letters, FakeDeadLetters):
        return {each.id: each.raw for each in letters.letters.values()}
    return {each["_id"]: each["raw"] async for each in letters._letters.find()}


async def test_a_letter_is_kept_once_and_as_it_first_came(letters: Letters) -> None:
    await letters.store([letter(1), letter(2)])
    await letters.store([replace(letter(2), raw="something else"), letter(3)])
    await letters.store([])
    assert await stored(letters) == {letter(offset).id: "{" for offset in (1, 2, 3)}


async def test_the_same_letter_twice_in_a_batch_is_one(letters: Letters) -> None:
    await letters.store([letter(1), letter(1)])
    assert list(await stored(letters)) == ["topic|topic=flight-topic|partition=0|offset=1|sha256=021fb596"]


async def test_another_message_at_the_place_of_one_is_another_letter(letters: Letters) -> None:
    """A topic that was made anew begins at its beginning."""
    await letters.store([letter(1)])
    await letters.store([letter(1, raw=b"[")])
    assert sorted((await stored(letters)).values()) == ["[", "{"]


async def test_an_original_that_is_no_text_is_kept_readable(letters: Letters) -> None:
    await letters.store([letter(1, raw=b"\xff\x00BA117")])
    assert list((await stored(letters)).values()) == ["\\xff\x00BA117"]
