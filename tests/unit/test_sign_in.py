"""Who comes in, and who does not."""

import pytest

from flightagents.domain.users import Principal, Role, user_name
from flightagents.handlers.sign_in import FRESH, MOST_OF_ADDRESS, MOST_OF_NAME, MOST_OF_ONE, Refusal
from tests.support.users import PASSWORD, Staff

HERE = "192.0.2.1"


async def test_the_right_password_lets_in() -> None:
    found = await Staff().sign_in.by_password(" Ben ", PASSWORD, HERE)
    assert found == Principal("ben", Role.AGENT, 1)


@pytest.mark.parametrize(
    ("name", "password"),
    [("ben", "another password"), ("ben", ""), ("eve", PASSWORD), ("", ""), ("ben", "x" * 100_000)],
)
async def test_anything_else_does_not(name: str, password: str) -> None:
    assert await Staff().sign_in.by_password(name, password, HERE) is Refusal.WRONG


async def test_whoever_comes_through_a_proxy_alone_has_no_password_to_guess() -> None:
    staff = Staff()
    await staff.keep.add("pat", Role.AGENT, None)
    assert await staff.sign_in.by_password("pat", "", HERE) is Refusal.WRONG


@pytest.mark.parametrize(
    ("tries", "name", "address"),
    [
        ([("ben", HERE)] * MOST_OF_ONE, "ben", HERE),
        ([(f"user{number}", HERE) for number in range(MOST_OF_ADDRESS)], "ben", HERE),
        ([("ben", f"198.51.100.{number}") for number in range(MOST_OF_NAME)], "ben", HERE),
    ],
    ids=["a name from an address", "an address", "a name from everywhere"],
)
async def test_too_many_failures_stop_even_the_right_password(
    tries: list[tuple[str, str]], name: str, address: str
) -> None:
    staff = Staff()
    for who, where in tries:
        assert await staff.sign_in.by_password(who, "wrong", where) is Refusal.WRONG
    assert await staff.sign_in.by_password(name, PASSWORD, address) is Refusal.TOO_MANY
    staff.attempts.age()
    assert isinstance(await staff.sign_in.by_password(name, PASSWORD, address), Principal)


async def test_a_guesser_elsewhere_does_not_lock_somebody_out() -> None:
    staff = Staff()
    for _ in range(MOST_OF_ONE):
        await staff.sign_in.by_password("ben", "wrong", "198.51.100.7")
    assert isinstance(await staff.sign_in.by_password("ben", PASSWORD, HERE), Principal)


async def test_what_is_counted_names_nobody() -> None:
    staff = Staff()
    await staff.sign_in.by_password("ben", "wrong", HERE)
    assert all(key.startswith("key of ") for key in staff.attempts.counts)


async def test_a_session_holds_until_password_or_role_change() -> None:
    staff = Staff()
    assert await staff.sign_in.by_session("ben", 1) == Principal("ben", Role.AGENT, 1)
    await staff.keep.set_role("ben", Role.VIEWER)
    staff.seconds += FRESH.total_seconds() + 1
    assert await staff.sign_in.by_session("ben", 1) is None
    assert await staff.sign_in.by_session("ben", 2) == Principal("ben", Role.VIEWER, 2)


async def test_whoever_was_removed_is_out() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ben", "a board", Role.VIEWER)
    await staff.keep.remove("ben")
    assert await staff.sign_in.by_session("ben", 1) is None
    assert await staff.sign_in.by_token(shown) is None


async def test_a_token_lets_a_program_in_with_its_own_role() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ada", "a board", Role.VIEWER)
    found = await staff.sign_in.by_token(shown)
    assert found == Principal("ada", Role.VIEWER, 1, program="a board")
    assert found.signed == "ada (a board)"


async def test_a_token_never_exceeds_its_owner() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ada", "a board", Role.ADMIN)
    await staff.keep.set_role("ada", Role.VIEWER)
    found = await staff.sign_in.by_token(shown)
    assert found is not None
    assert found.role is Role.VIEWER
    with pytest.raises(ValueError, match="cannot be agent"):
        await staff.keep.give_token("vera", "a board", Role.AGENT)


@pytest.mark.parametrize("wrong", ["", "fa_", "fa_0_x", "Bearer", "fa_é_é", "basic_a_b"])
async def test_no_other_text_is_a_token(wrong: str) -> None:
    assert await Staff().sign_in.by_token(wrong) is None


async def test_a_token_with_another_secret_is_none() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ada", "a board", Role.VIEWER)
    assert await staff.sign_in.by_token(shown[:-1] + ("a" if shown[-1] != "a" else "b")) is None
    token = next(iter(staff.users.tokens.values()))
    assert shown.rpartition("_")[2] not in repr(token)


async def test_whom_a_proxy_names_has_their_own_role_or_the_one_for_such() -> None:
    staff = Staff(proxied_role=Role.VIEWER)
    assert await staff.sign_in.by_proxy("Ada") == Principal("ada", Role.ADMIN, 1)
    assert await staff.sign_in.by_proxy("someone@agency.example") == Principal(
        "someone@agency.example", Role.VIEWER
    )
    assert await staff.sign_in.by_proxy("no name\r\n") is None


@pytest.mark.parametrize("short", ["", "short", "x" * 257])
async def test_a_password_has_a_sensible_length(short: str) -> None:
    with pytest.raises(ValueError, match="12 to 256 characters"):
        await Staff().keep.set_password("ben", short)


@pytest.mark.parametrize("wrong", ["", " ", "a b", "../ben", "$where", "x" * 65, "é"])
def test_a_name_is_plain(wrong: str) -> None:
    with pytest.raises(ValueError, match="no name for a user"):
        user_name(wrong)


def test_each_role_includes_those_below() -> None:
    assert [role for role in Role if Role.AGENT.includes(role)] == [Role.VIEWER, Role.AGENT]
