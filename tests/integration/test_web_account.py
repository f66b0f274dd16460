"""/account: somebody sets another password of their own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import pytest

from flightagents.domain.acts import Did
from flightagents.domain.users import Role
from flightagents.handlers.sign_in import FRESH, MOST_OF_ONE
from flightagents.web.access.gate import FORM_FIELD
from tests.support.agency import Agency
from tests.support.users import PASSWORD
from tests.support.website import Client, Website, form_token, log_in, own_origin

NEW = "another password"


class Around:
    """A site, and Vera's browser."""

    def __init__(self, site: Website, client: Client) -> None:
        self.site = site
        self.staff = site.staff
        self.client = client

    async def change(
        self, password: str = PASSWORD, new: str = NEW, again: str | None = None
    ) -> tuple[int, str]:
        token = form_token(await (await self.client.get("/account")).text())
        form = {"password": password, "new": new, "again": new if again is None else again, FORM_FIELD: token}
        answer = await self.client.post("/account", data=form, headers={"Origin": own_origin(self.client)})
        return answer.status, await answer.text()

    @property
    def hash(self) -> str | None:
        return self.staff.users.users["vera"].password_hash


@pytest.fixture
async def around() -> AsyncIterator[Around]:
    site = Website(Agency())
    async with site.open() as client:
        await log_in(client, "vera")
        yield Around(site, client)


async def test_the_name_in_the_head_of_every_page_leads_there(around: Around) -> None:
    page = await (await around.client.get("/system")).text()
    assert '<a href="/account" title="viewer">vera</a>' in page


async def test_a_new_password_ends_every_other_login_and_leaves_this_one(around: Around) -> None:
    other = "; ".join(f"{each.key}={each.value}" for each in around.client.session.cookie_jar)
    await log_in(around.client, "vera")
    status, page = await around.change()
    assert (status, "Your password is changed." in page) == (200, True)
    around.staff.seconds += FRESH.total_seconds() + 1
    assert (await around.client.get("/account")).status == 200
    around.client.session.cookie_jar.clear()
    assert (await around.client.get("/account", headers={"Cookie": other})).status == 401
    await log_in(around.client, "vera", NEW)


async def test_the_log_says_that_and_no_password(around: Around) -> None:
    around.staff.audit.acts.clear()
    await around.change()
    (act,) = around.staff.audit.acts
    assert (act.by, act.did, act.about.id, act.detail) == ("vera", Did.CHANGED, "vera", "another password")


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"password": "wrong"}, 403, "not the password that you have now"),
        ({"password": ""}, 403, "not the password that you have now"),
        ({"again": "yet another one"}, 400, "not the same both times"),
        ({"new": "short"}, 400, "12 to 256 characters"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    around: Around, form: dict[str, str], status: int, said: str
) -> None:
    before = around.hash
    answered, page = await around.change(**form)
    assert (answered, said in page, around.hash == before) == (status, True, True)
    assert not any(value and value in page for name, value in form.items() if name != "again")


async def test_whoever_sits_down_at_an_open_page_cannot_guess_the_password(around: Around) -> None:
    for status in [403] * MOST_OF_ONE + [429]:
        assert (await around.change("wrong"))[0] == status
    assert (await around.change())[0] == 429


async def test_it_is_for_those_who_logged_in_here(around: Around) -> None:
    shown = await around.staff.keep.give_token("vera", "a board", Role.VIEWER, by="ada")
    program = {"Authorization": f"Bearer {shown}"}
    access = replace(
        around.site.site.access, proxies=(ip_network("127.0.0.0/8"),), user_header="X-Forwarded-User"
    )
    around.site.site = replace(around.site.site, access=access)
    for headers in (program, {"X-Forwarded-User": "vera"}):
        assert (await around.client.get("/account", headers=headers)).status == 403
        page = await (await around.client.get("/system", headers=headers)).text()
        assert ("vera" in page, "/account" in page) == (True, False)
    form = {"password": PASSWORD, "new": NEW, "again": NEW}
    assert (await around.client.post("/account", headers=program, data=form)).status == 403
