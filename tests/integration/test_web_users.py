"""/users: an admin decides who may log in."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from flightagents.domain.users import Role
from flightagents.web.access.gate import FORM_FIELD
from tests.support.agency import Agency
from tests.support.website import Client, Website, form_token, log_in, own_origin


class Around:
    """A site, and Ada's browser."""

    def __init__(self, site: Website, client: Client) -> None:
        self.staff = site.staff
        self.client = client

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        token = form_token(await (await self.client.get("/users")).text())
        answer = await self.client.post(
            path, data={**form, FORM_FIELD: token}, headers={"Origin": own_origin(self.client)}
        )
        return answer.status, await answer.text()


@pytest.fixture
async def around() -> AsyncIterator[Around]:
    site = Website(Agency())
    async with site.open() as client:
        await log_in(client, "ada")
        yield Around(site, client)


async def test_all_users_are_shown_without_hashes(around: Around) -> None:
    page = await (await around.client.get("/users")).text()
    assert all(name in page for name in ("ada", "ben", "vera"))
    assert "argon2" not in page


async def test_others_do_not_see_them(around: Around) -> None:
    for name in ("ben", "vera"):
        await log_in(around.client, name)
        assert (await around.client.get("/users")).status == 403
        assert 'href="/users"' not in await (await around.client.get("/nowhere")).text()


async def test_an_admin_adds_somebody_and_says_so(around: Around) -> None:
    status, page = await around.post("/users", name="Cleo", role="viewer", password="a long password")
    assert (status, "cleo may log in." in page) == (200, True)
    assert around.staff.users.users["cleo"].role is Role.VIEWER


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": "ben", "role": "viewer", "password": "a long password"}, "there is a user ben already"),
        ({"name": "c", "role": "viewer", "password": "short"}, "12 to 256 characters"),
        ({"name": "c", "role": "king", "password": "a long password"}, "is no role"),
        ({"name": "<b>c</b>", "role": "viewer"}, "is no name for a user"),
        ({}, "is no"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    around: Around, form: dict[str, str], why: str
) -> None:
    status, page = await around.post("/users", **form)
    assert (status, why in page, "<b>c</b>" in page) == (400, True, False)
    assert sorted(around.staff.users.users) == ["ada", "ben", "vera"]


async def test_role_password_and_end(around: Around) -> None:
    assert (await around.post("/users/ben", act="role", role="viewer"))[0] == 200
    assert around.staff.users.users["ben"].role is Role.VIEWER
    before = around.staff.users.users["ben"]
    assert (await around.post("/users/ben", act="password", password="another password"))[0] == 200
    after = around.staff.users.users["ben"]
    assert (after.password_hash != before.password_hash, after.generation) == (True, before.generation + 1)
    assert (await around.post("/users/ben", act="log_out"))[0] == 200
    assert around.staff.users.users["ben"].generation == after.generation + 1
    assert (await around.post("/users/ben", act="remove"))[0] == 200
    assert "ben" not in around.staff.users.users


@pytest.mark.parametrize("act", ["", "promote"])
async def test_an_unknown_act_changes_nothing(around: Around, act: str) -> None:
    assert (await around.post("/users/ben", act=act))[0] == 400


@pytest.mark.parametrize("name", ["ada", "ADA", "%20Ada"])
async def test_nobody_removes_themselves(around: Around, name: str) -> None:
    around.staff.users.users["ben"] = replace(around.staff.users.users["ben"], role=Role.ADMIN)
    status, page = await around.post(f"/users/{name}", act="remove")
    assert (status, "cannot remove yourself" in page, "ada" in around.staff.users.users) == (400, True, True)


async def test_the_last_admin_is_not_made_less(around: Around) -> None:
    status, page = await around.post("/users/ada", act="role", role="agent")
    assert (status, "ada is the last admin" in page) == (400, True)


async def test_the_log_says_which_admin_it_was(around: Around) -> None:
    around.staff.audit.acts.clear()
    await around.post("/users", name="cleo", role="viewer", password="a long password")
    await around.post("/users/ben", act="role", role="viewer")
    await around.post("/users/ben", act="password", password="another password")
    await around.post("/users/ben", act="log_out")
    await around.post("/users/ben/tokens", label="a board", role="viewer")
    (id_,) = around.staff.users.tokens
    await around.post("/users/ben", act="remove_token", token=id_)
    await around.post("/users/ben", act="remove")
    assert [act.by for act in around.staff.audit.acts] == ["ada"] * 7


async def test_the_page_says_that_programs_stay_in(around: Around) -> None:
    assert "Programs stay in" not in await (await around.client.get("/users")).text()
    _, page = await around.post("/users/ben/tokens", label="a board", role="viewer")
    assert page.count("Programs stay in") == 1


async def test_a_token_is_shown_once_and_can_be_removed(around: Around) -> None:
    _, page = await around.post("/users/ben/tokens", label="a board", role="viewer")
    shown = page.partition("Bearer ")[2].partition("<")[0]
    assert await around.staff.sign_in.by_token(shown) is not None
    again = await (await around.client.get("/users")).text()
    assert (shown in again, "a board" in again) == (False, True)
    (id_,) = around.staff.users.tokens
    assert (await around.post("/users/ben", act="remove_token", token=id_))[0] == 200
    assert await around.staff.sign_in.by_token(shown) is None
