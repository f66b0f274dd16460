"""Who comes in, and who does not."""

import asyncio

import pytest

from flightagents.domain.acts import About, Did, Thing
from flightagents.domain.users import Principal, Role, user_name
from flightagents.handlers.login_queue import MOST
from flightagents.handlers.sign_in import (
    FRESH,
    MOST_KNOWN,
    MOST_OF_ADDRESS,
    MOST_OF_NAME,
    MOST_OF_ONE,
    Refusal,
)
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
    await staff.keep.add("pat", Role.AGENT, None, by="ada")
    assert await staff.sign_in.by_password("pat", "", HERE) is Refusal.WRONG


@pytest.mark.parametrize(
    ("tries", "why"),
    [
        ([("ben", HERE)] * MOST_OF_ONE, Refusal.TOO_MANY),
        ([(f"user{number}", HERE) for number in range(MOST_OF_ADDRESS)], Refusal.TOO_MANY_HERE),
        ([("ben", f"198.51.100.{number}") for number in range(MOST_OF_NAME)], Refusal.TOO_MANY),
    ],
    ids=["a name from an address", "an address", "a name from everywhere"],
)
async def test_too_many_failures_stop_even_the_right_password(
    tries: list[tuple[str, str]], why: Refusal
) -> None:
    staff = Staff()
    for who, where in tries:
        assert await staff.sign_in.by_password(who, "wrong", where) is Refusal.WRONG
    assert await staff.sign_in.by_password("ben", PASSWORD, HERE) is why
    staff.attempts.age()
    assert isinstance(await staff.sign_in.by_password("ben", PASSWORD, HERE), Principal)


async def test_guesses_at_once_are_no_more_than_guesses_one_by_one() -> None:
    staff = Staff()
    for _ in range(MOST_OF_ONE - 1):
        await staff.sign_in.by_password("ben", "wrong", HERE)
    both = await asyncio.gather(*(staff.sign_in.by_password("ben", "wrong", HERE) for _ in range(2)))
    assert sorted(map(str, both)) == [Refusal.TOO_MANY, Refusal.WRONG]


async def test_a_flood_is_told_at_once_and_counts_for_nothing() -> None:
    staff = Staff()
    flood = [("ben", f"198.51.100.{number}") for number in range(100)] + [("vera", HERE)] * 3
    answers = await asyncio.gather(*(staff.sign_in.by_password(who, "wrong", at) for who, at in flood))
    assert (answers.count(Refusal.WRONG), answers.count(Refusal.BUSY)) == (MOST, len(flood) - MOST)
    assert max(staff.attempts.counts.values()) == MOST
    assert isinstance(await staff.sign_in.by_password("ben", PASSWORD, HERE), Principal)


async def test_one_address_takes_only_few_places_of_those_who_wait() -> None:
    staff = Staff()
    flood = [("ben", HERE)] * 30 + [("vera", "198.51.100.7")]
    answers = await asyncio.gather(*(staff.sign_in.by_password(who, PASSWORD, at) for who, at in flood))
    assert [isinstance(answer, Principal) for answer in answers] == [True] * 2 + [False] * 28 + [True]


async def test_whoever_comes_in_weighs_on_nobody_at_the_same_place() -> None:
    staff = Staff()
    for _ in range(MOST_OF_ADDRESS + MOST_OF_NAME):
        assert isinstance(await staff.sign_in.by_password("ben", PASSWORD, HERE), Principal)


async def test_what_one_limit_refuses_weighs_on_no_other() -> None:
    staff = Staff()
    for _ in range(MOST_OF_NAME + 1):
        await staff.sign_in.by_password("ben", "wrong", HERE)
    assert isinstance(await staff.sign_in.by_password("vera", PASSWORD, HERE), Principal)
    assert isinstance(await staff.sign_in.by_password("ben", PASSWORD, "198.51.100.7"), Principal)


@pytest.mark.parametrize("places", [1, MOST_OF_NAME])
async def test_a_new_password_lets_in_who_was_locked_out(places: int) -> None:
    staff = Staff()
    for number in range(MOST_OF_NAME):
        await staff.sign_in.by_password("ben", "wrong", f"198.51.100.{number % places}")
    assert await staff.sign_in.by_password("ben", PASSWORD, "198.51.100.0") is Refusal.TOO_MANY
    await staff.keep.set_password("ben", "a newer password", by="ada")
    assert isinstance(await staff.sign_in.by_password("ben", "a newer password", "198.51.100.0"), Principal)


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
    assert await staff.sign_in.by_session("ben", 1, "one") == Principal("ben", Role.AGENT, 1)
    await staff.keep.set_role("ben", Role.VIEWER, by="ada")
    staff.seconds += FRESH.total_seconds() + 1
    assert await staff.sign_in.by_session("ben", 1, "one") is None
    assert await staff.sign_in.by_session("ben", 2, "one") == Principal("ben", Role.VIEWER, 2)


async def test_logging_out_ends_one_session_for_whoever_has_it() -> None:
    staff = Staff()
    assert await staff.sign_in.by_session("ben", 1, "one") is not None
    for _ in range(2):
        await staff.sign_in.end_session("ben", "one")
    assert await staff.sign_in.by_session("ben", 1, "one") is None
    assert await staff.sign_in.by_session("ben", 1, "two") == Principal("ben", Role.AGENT, 1)
    assert [(act.by, act.did) for act in staff.audit.acts] == [("ben", Did.LOGGED_OUT)]


async def test_a_session_that_ended_at_another_worker_ends_here_within_seconds() -> None:
    staff = Staff()
    assert await staff.sign_in.by_session("ben", 1, "one") is not None
    await staff.ended.note("session|one")
    staff.seconds += FRESH.total_seconds() + 1
    assert await staff.sign_in.by_session("ben", 1, "one") is None


async def test_many_sessions_are_looked_up_again_and_not_remembered_for_ever() -> None:
    staff = Staff()
    for number in range(MOST_KNOWN):
        await staff.sign_in.by_session("ben", 1, f"{number}")
    await staff.ended.note("session|0")
    await staff.sign_in.by_session("ben", 1, "one more")
    assert await staff.sign_in.by_session("ben", 1, "0") is None


@pytest.mark.parametrize("known", ["ben", "cleo"])
async def test_a_login_right_after_a_change_holds_although_a_worker_knew_otherwise(known: str) -> None:
    staff = Staff()
    await staff.sign_in.by_session(known, 1, "one")
    await staff.sign_in.by_proxy(known)
    if known == "ben":
        await staff.keep.set_password("ben", "a newer password", by="ada")
    else:
        await staff.keep.add("cleo", Role.AGENT, "a newer password", by="ada")
    found = await staff.sign_in.by_password(known, "a newer password", HERE)
    assert isinstance(found, Principal)
    assert await staff.sign_in.by_session(known, found.generation, "one") == found


async def test_a_later_user_of_the_same_name_does_not_inherit_sessions() -> None:
    staff = Staff()
    before = await staff.keep.add("cleo", Role.AGENT, PASSWORD, by="ada")
    await staff.keep.remove("cleo", by="ada")
    await staff.keep.add("cleo", Role.ADMIN, PASSWORD, by="ada")
    assert await staff.sign_in.by_session("cleo", before.generation, "one") is None
    assert before.generation < 2**63


async def test_whoever_shows_their_password_once_more_is_counted_and_not_logged() -> None:
    staff = Staff()
    assert await staff.sign_in.check("ben", PASSWORD, HERE) == Principal("ben", Role.AGENT, 1)
    for answer in [Refusal.WRONG] * MOST_OF_ONE + [Refusal.TOO_MANY]:
        assert await staff.sign_in.check("ben", "wrong", HERE) is answer
    assert [act.did for act in staff.audit.acts] == [Did.REFUSED_LOGIN]


async def test_whoever_comes_in_stands_in_the_log() -> None:
    staff = Staff()
    await staff.sign_in.by_password("ben", PASSWORD, HERE)
    (act,) = staff.audit.acts
    assert (act.by, act.did, act.about) == ("ben", Did.LOGGED_IN, About(Thing.USER, "ben"))


async def test_of_refused_logins_only_the_one_that_reaches_a_limit_stands_in_the_log() -> None:
    staff = Staff()
    for _ in range(MOST_OF_ONE):
        await staff.sign_in.by_password("ben", "wrong", HERE)
    assert staff.audit.acts == []
    for _ in range(50):
        await staff.sign_in.by_password("ben", "wrong", HERE)
    (act,) = staff.audit.acts
    assert (act.by, act.did, act.about) == ("ben", Did.REFUSED_LOGIN, About(Thing.USER, "ben"))
    assert HERE not in act.detail


async def test_guesses_of_names_that_nobody_has_stand_in_no_log() -> None:
    staff = Staff()
    for _ in range(MOST_OF_ONE + 2):
        await staff.sign_in.by_password("eve", "wrong", HERE)
    assert staff.audit.acts == []


async def test_whoever_was_removed_is_out() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ben", "a board", Role.VIEWER, by="ada")
    await staff.keep.remove("ben", by="ada")
    assert await staff.sign_in.by_session("ben", 1, "one") is None
    assert await staff.sign_in.by_token(shown) is None


async def test_a_token_lets_a_program_in_with_its_own_role() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ada", "a board", Role.VIEWER, by="ada")
    found = await staff.sign_in.by_token(shown)
    assert found == Principal("ada", Role.VIEWER, 1, program="a board")
    assert found.signed == "ada (a board)"


async def test_a_token_never_exceeds_its_owner() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ada", "a board", Role.ADMIN, by="ada")
    await staff.keep.set_role("ben", Role.ADMIN, by="ada")
    await staff.keep.set_role("ada", Role.VIEWER, by="ben")
    found = await staff.sign_in.by_token(shown)
    assert found is not None
    assert found.role is Role.VIEWER
    with pytest.raises(ValueError, match="cannot be agent"):
        await staff.keep.give_token("vera", "a board", Role.AGENT, by="ada")


@pytest.mark.parametrize("wrong", ["", "fa_", "fa_0_x", "Bearer", "fa_é_é", "basic_a_b"])
async def test_no_other_text_is_a_token(wrong: str) -> None:
    assert await Staff().sign_in.by_token(wrong) is None


async def test_a_token_with_another_secret_is_none() -> None:
    staff = Staff()
    shown = await staff.keep.give_token("ada", "a board", Role.VIEWER, by="ada")
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
        await Staff().keep.set_password("ben", short, by="ada")


@pytest.mark.parametrize("wrong", ["", " ", "a b", "../ben", "$where", "x" * 65, "é"])
def test_a_name_is_plain(wrong: str) -> None:
    with pytest.raises(ValueError, match="no name for a user"):
        user_name(wrong)


def test_each_role_includes_those_below() -> None:
    assert [role for role in Role if Role.AGENT.includes(role)] == [Role.VIEWER, Role.AGENT]
