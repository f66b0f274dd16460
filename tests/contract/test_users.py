"""Users, tokens and failed logins: the same promises by the fakes and by MongoDB."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorDatabase

from flightagents.domain.users import ApiToken, Role, User
from flightagents.ports import Attempts, Tokens, Users
from flightagents.store.attempts import MongoAttempts
from flightagents.store.users import MongoTokens, MongoUsers
from tests.support.rows import MINUTE, NOON
from tests.support.users import FakeAttempts, FakeTokens, FakeUsers


@dataclass
class Kept:
    """The three ports of one kind."""

    users: Users
    tokens: Tokens
    attempts: Attempts


@pytest.fixture(params=["fake", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        users = FakeUsers()
        return Kept(users, FakeTokens(users), FakeAttempts())
    database: AsyncIOMotorDatabase[dict[str, Any]] = request.getfixturevalue("database")
    return Kept(MongoUsers(database), MongoTokens(database), MongoAttempts(database))


def user(name: str, role: Role = Role.AGENT) -> User:
    return User(name=name, role=role, password_hash=f"hash of {name}", created_at=NOON, generation=1)


def token(id_: str, owner: str, minutes: int = 0) -> ApiToken:
    return ApiToken(
        id=id_,
        secret_hash=f"hash of {id_}",
        owner=owner,
        label="a board",
        role=Role.VIEWER,
        created_at=NOON + minutes * MINUTE,
    )


async def test_a_user_is_found_as_added(kept: Kept) -> None:
    assert await kept.users.add(user("ada", Role.ADMIN))
    assert await kept.users.get("ada") == user("ada", Role.ADMIN)
    assert await kept.users.get("eve") is None


async def test_a_name_is_taken_once(kept: Kept) -> None:
    await kept.users.add(user("ada", Role.ADMIN))
    assert not await kept.users.add(user("ada", Role.VIEWER))
    found = await kept.users.get("ada")
    assert found is not None
    assert found.role is Role.ADMIN


async def test_users_are_listed_by_name(kept: Kept) -> None:
    for name in ("ben", "ada"):
        await kept.users.add(user(name))
    assert [each.name for each in await kept.users.all()] == ["ada", "ben"]


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (lambda users: users.change("ada", password_hash="other"), "password_hash", "other"),
        (lambda users: users.change("ada", role=Role.VIEWER), "role", Role.VIEWER),
        (lambda users: users.change("ada"), "role", Role.AGENT),
    ],
)
async def test_each_change_ends_what_was_signed_before(
    kept: Kept, change: Callable[[Users], Any], field: str, value: object
) -> None:
    await kept.users.add(user("ada"))
    assert await change(kept.users)
    found = await kept.users.get("ada")
    assert found is not None
    assert (getattr(found, field), found.generation) == (value, 2)


async def test_nobody_is_changed_who_is_not_there(kept: Kept) -> None:
    assert not await kept.users.change("eve", role=Role.ADMIN)
    assert await kept.users.get("eve") is None


async def test_whoever_is_removed_takes_their_tokens_along(kept: Kept) -> None:
    for name in ("ada", "ben"):
        await kept.users.add(user(name))
        await kept.tokens.add(token(f"of-{name}", name))
    assert await kept.users.remove("ada")
    assert not await kept.users.remove("ada")
    assert await kept.tokens.get("of-ada") is None
    assert await kept.tokens.get("of-ben") == token("of-ben", "ben")


async def test_tokens_are_listed_oldest_first_and_end(kept: Kept) -> None:
    await kept.tokens.add(token("b", "ada", 2))
    await kept.tokens.add(token("a", "ada", 1))
    await kept.tokens.add(token("c", "ben"))
    assert [each.id for each in await kept.tokens.of("ada")] == ["a", "b"]
    assert await kept.tokens.remove("a")
    assert not await kept.tokens.remove("a")
    assert [each.id for each in await kept.tokens.of("ada")] == ["b"]


async def test_tries_are_counted_by_key_taken_back_and_forgiven(kept: Kept) -> None:
    assert [await kept.attempts.note(key) for key in ("one", "two", "one")] == [1, 1, 2]
    await kept.attempts.take_back(["one", "two", "three"])
    await kept.attempts.take_back(["two"])
    assert [await kept.attempts.note(key) for key in ("one", "two", "three")] == [2, 1, 1]
    await kept.attempts.forgive("one")
    assert [await kept.attempts.note(key) for key in ("one", "two")] == [1, 2]


async def test_no_two_tries_at_once_get_the_same_count(kept: Kept) -> None:
    counts = await asyncio.gather(*(kept.attempts.note("one") for _ in range(50)))
    assert sorted(counts) == list(range(1, 51))


@pytest.mark.mongodb
async def test_old_tries_weigh_no_more(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    attempts = MongoAttempts(database)
    await attempts.note("one")
    await attempts.note("one")
    await database["login_attempts"].update_one(
        {"_id": "one"}, [{"$set": {"since": {"$subtract": ["$$NOW", 16 * 60 * 1000]}}}]
    )
    assert await attempts.note("one") == 1
