"""What is kept of users leaves a trace, and never all admins."""

import pytest

from flightagents.domain.acts import Act
from flightagents.domain.users import Role
from flightagents.web.staff import log_words
from tests.support.users import PASSWORD, Staff


def said(act: Act) -> str:
    return f"{act.by} {log_words.did(act)} {log_words.thing(act.about)} {log_words.more(act, 'UTC')}".strip()


async def test_each_act_says_in_the_log_who_did_what_to_whom() -> None:
    staff = Staff()
    await staff.keep.add("Cleo", Role.VIEWER, PASSWORD, by="ada")
    await staff.keep.set_role("cleo", Role.AGENT, by="ada")
    await staff.keep.set_password("cleo", "a newer password", by="ada")
    await staff.keep.log_out("CLEO", by="ada")
    shown = await staff.keep.give_token("cleo", "a board", Role.VIEWER, by="ada")
    (token,) = staff.users.tokens
    await staff.keep.remove_token(token, by="ada")
    await staff.keep.remove("cleo", by="command line")
    assert [said(act) for act in staff.audit.acts] == [
        "ada added user cleo as viewer",
        "ada changed user cleo to agent",
        "ada changed user cleo another password",
        "ada logged out user cleo",
        f"ada added token {token} a board, for cleo as viewer",
        f"ada removed token {token}",
        "command line removed user cleo",
    ]
    assert not any(secret in repr(staff.audit.acts) for secret in (shown, PASSWORD, "a newer password"))


async def test_a_login_is_told_in_words() -> None:
    staff = Staff()
    for _ in range(6):
        await staff.sign_in.by_password("ben", "wrong", "192.0.2.1")
    await staff.sign_in.by_password("ada", PASSWORD, "192.0.2.1")
    assert [said(act) for act in staff.audit.acts] == [
        "ben was refused the login as user ben too often from one place",
        "ada logged in as user ada",
    ]


@pytest.mark.parametrize("name", ["ada", " ADA "])
async def test_the_last_admin_stays(name: str) -> None:
    staff = Staff()
    with pytest.raises(ValueError, match="ada is the last admin"):
        await staff.keep.remove(name, by="command line")
    with pytest.raises(ValueError, match="ada is the last admin"):
        await staff.keep.set_role(name, Role.AGENT, by="command line")
    assert (staff.users.users["ada"].role, staff.audit.acts) == (Role.ADMIN, [])


async def test_one_of_two_admins_may_go() -> None:
    staff = Staff()
    await staff.keep.set_role("ben", Role.ADMIN, by="ada")
    await staff.keep.remove("ada", by="ben")
    assert "ada" not in staff.users.users


async def test_what_changes_nothing_leaves_no_trace() -> None:
    staff = Staff()
    with pytest.raises(ValueError, match="no user eve"):
        await staff.keep.log_out("eve", by="ada")
    with pytest.raises(ValueError, match="no token x"):
        await staff.keep.remove_token("x", by="ada")
    assert staff.audit.acts == []
