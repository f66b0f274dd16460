"""The gate: what nobody sees or does without a login, and what no other site can make a browser do."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from encodings import _cache as encodings_cache
from ipaddress import ip_network

import pytest
from aiohttp import web
from multidict import CIMultiDict
from prometheus_client import REGISTRY
from yarl import URL

from flightagents.domain.users import Role
from flightagents.web.access import gate
from flightagents.web.access.doors import Doors
from flightagents.web.access.gate import FORM_FIELD, FORM_HEADER, VISITOR
from flightagents.web.access.login import COOKIE as LOGIN_COOKIE
from flightagents.web.access.sessions import COOKIE, SECURE_COOKIE
from flightagents.web.mount import mount
from tests.support.agency import Agency
from tests.support.users import PASSWORD, Staff
from tests.support.website import PUBLIC_URL, Client, Website, form_token, log_in, own_origin, serve

MEBIBYTE = 1024 * 1024


class Probes:
    """Pages of each kind; `done` is what was let through to change something."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def mount(self, doors: Doors) -> None:
        doors.add("GET", "/probe", self.read, Role.VIEWER)
        doors.add("GET", "/probe/agents", self.read, Role.AGENT)
        doors.add("POST", "/probe", self.write, Role.AGENT)
        doors.add("POST", "/probe/parts", self.write, Role.AGENT, in_parts=True)
        doors.add("POST", "/probe/large", self.write, Role.AGENT, most_bytes=3 * MEBIBYTE)
        # As Faust adds its pages: nobody has said who may see them.
        doors.application.router.add_get("/theirs", self.read)
        doors.application.router.add_post("/theirs", self.write)

    async def read(self, request: web.Request) -> web.Response:
        visitor = request[VISITOR]
        return web.json_response({"who": visitor.principal.signed, "form": visitor.form_token})

    async def write(self, request: web.Request) -> web.Response:
        self.done.append(request[VISITOR].principal.signed)
        return web.Response(text="done")


class Around:
    """A site with probes, and a browser."""

    def __init__(self, site: Website, client: Client, probes: Probes) -> None:
        self.site = site
        self.staff: Staff = site.staff
        self.client = client
        self.probes = probes

    async def form(self) -> str:
        """Log in as an agent, and give the token of our forms."""
        await log_in(self.client)
        return str((await (await self.client.get("/probe")).json())["form"])

    async def post(self, path: str = "/probe", headers: Mapping[str, str] | None = None, **data: str) -> int:
        answer = await self.client.post(path, data=data, headers=headers)
        return answer.status


@pytest.fixture
async def around() -> AsyncIterator[Around]:
    async with opened() as found:
        yield found


@asynccontextmanager
async def opened() -> AsyncIterator[Around]:
    site, probes = Website(Agency()), Probes()
    application = web.Application()
    probes.mount(mount(application, lambda: site.site))
    async with serve(application) as client:
        yield Around(site, client, probes)


@pytest.mark.parametrize("path", ["/probe", "/theirs"])
async def test_nobody_sees_a_page_without_logging_in(around: Around, path: str) -> None:
    answer = await around.client.get(path)
    assert (answer.status, "who" in await answer.text()) == (401, False)


async def test_a_browser_is_led_to_the_login_and_back(around: Around) -> None:
    answer = await around.client.get("/probe?a=1", headers={"Accept": "text/html"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/probe?a%3D1")
    page = await (await around.client.get(answer.headers["Location"])).text()
    answer = await around.client.post(
        answer.headers["Location"],
        data={"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)},
        headers={"Origin": own_origin(around.client)},
        allow_redirects=False,
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/probe?a=1")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "x"])
async def test_a_login_leads_nowhere_else(around: Around, elsewhere: str) -> None:
    page = await (await around.client.get("/login")).text()
    answer = await around.client.post(
        "/login",
        params={"next": elsewhere},
        data={"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)},
        headers={"Origin": own_origin(around.client)},
        allow_redirects=False,
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "address",
    [
        "https:/evil.example",
        "http://[",
        "javascript:/x",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "",
    ],
)
def test_nor_does_a_form_that_was_taken(around: Around, address: str) -> None:
    assert around.site.site.frame.go_to(address).headers["Location"] == "/"


async def test_the_cookie_of_a_session_is_for_the_server_alone(around: Around) -> None:
    page = await (await around.client.get("/login")).text()
    answer = await around.client.post(
        "/login",
        data={"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)},
        headers={"Origin": own_origin(around.client)},
        allow_redirects=False,
    )
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert PASSWORD not in cookie.value


async def test_behind_tls_the_cookie_goes_nowhere_else() -> None:
    async with opened() as around:
        trusting(around, "127.0.0.0/8", header="")
        page = await (await around.client.get("/login", headers={"X-Forwarded-Proto": "https"})).text()
        answer = await around.client.post(
            "/login",
            data={"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)},
            headers={
                "Origin": own_origin(around.client).replace("http:", "https:"),
                "X-Forwarded-Proto": "https",
                # The test's browser keeps no secure cookie for plain HTTP.
                "Cookie": _cookie(around),
            },
            allow_redirects=False,
        )
        assert answer.status == 303
        cookie = answer.cookies[SECURE_COOKIE]
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
        by_tls = {"X-Forwarded-Proto": "https"}
        around.client.session.cookie_jar.clear()
        for name, status in ((SECURE_COOKIE, 200), (COOKIE, 401)):  # the other anybody may have set
            headers = {**by_tls, "Cookie": f"{name}={cookie.value}"}
            assert (await around.client.get("/probe", headers=headers)).status == status


def _cookie(around: Around) -> str:
    jar = around.client.session.cookie_jar
    return "; ".join(f"{each.key}={each.value}" for each in jar if each.value)


async def test_where_our_own_address_is_one_of_tls_the_cookie_is_secure_from_the_form_on(
    around: Around,
) -> None:
    host = PUBLIC_URL.removeprefix("https://")
    naming(around, host)
    answer = await around.client.get("/login", headers={"Host": host})
    assert answer.cookies[LOGIN_COOKIE]["secure"] is True
    answer = await around.client.get("/login")
    assert answer.cookies[LOGIN_COOKIE]["secure"] == ""


async def test_a_browser_that_came_by_tls_comes_so_again(around: Around) -> None:
    for url, said in ((PUBLIC_URL, True), ("http://alerts.office", False), ("", False)):
        around.site.public_url(url)
        for path in ("/login", "/static/staff.css", "/healthz"):
            answer = await around.client.get(path)
            assert ("Strict-Transport-Security" in answer.headers) is said


async def test_logging_out_ends_the_session(around: Around) -> None:
    token = await around.form()
    origin = {"Origin": own_origin(around.client)}
    assert await around.post("/logout", origin, **{FORM_FIELD: token}) == 200  # the login page
    assert (await around.client.get("/probe")).status == 401


async def test_logging_out_ends_it_for_whoever_has_copied_the_cookie_and_no_other(around: Around) -> None:
    await around.form()
    other = _cookie(around)
    token = await around.form()
    copied = _cookie(around)
    await around.post("/logout", {"Origin": own_origin(around.client)}, **{FORM_FIELD: token})
    around.client.session.cookie_jar.clear()
    for cookie, status in ((copied, 401), (other, 200)):
        assert (await around.client.get("/probe", headers={"Cookie": cookie})).status == status


async def test_who_is_told_another_name_for_us_gets_neither_login_nor_page(around: Around) -> None:
    naming(around, "flights.office")
    token = await around.form()
    for host in ("evil.example", "evil.example:6066", "127.0.0.1.evil.example", "localhost.", ""):
        headers = {"Host": host, "Origin": f"http://{host}"}
        for path in ("/login", "/probe"):
            answer = await around.client.get(path, headers=headers)
            assert (answer.status, "FLIGHTAGENTS_WEB_ALLOWED_HOSTS" in await answer.text()) == (421, True)
            form = {"name": "ben", "password": PASSWORD, FORM_FIELD: token}
            assert await around.post(path, headers, **form) == 421
    assert around.probes.done == []


async def test_names_of_ours_and_addresses_are_answered(around: Around) -> None:
    naming(around, "flights.office")
    await around.form()
    for host in ("flights.office", "FLIGHTS.office.:6066", "10.0.0.7:6066", "[2001:db8::1]:6066", "[::1]"):
        headers = {"Host": host, "Cookie": _cookie(around)}
        assert (await around.client.get("/probe", headers=headers)).status == 200


async def test_what_no_browser_could_be_tricked_into_needs_no_name(around: Around) -> None:
    shown = await around.staff.keep.give_token("ada", "a board", Role.AGENT, by="ada")
    for path in ("/metrics", "/healthz", "/probe"):
        headers = {"Host": "worker:6066", "Authorization": f"Bearer {shown}"}
        assert (await around.client.get(path, headers=headers)).status == 200


def naming(around: Around, *names: str) -> None:
    access = replace(around.site.site.access, hosts=frozenset(names))
    around.site.site = replace(around.site.site, access=access)


async def test_a_viewer_may_not_act_nor_see_what_agents_see(around: Around) -> None:
    await log_in(around.client, "vera")
    assert (await around.client.get("/probe")).status == 200
    assert (await around.client.get("/probe/agents")).status == 403
    token = (await (await around.client.get("/probe")).json())["form"]
    assert await around.post(headers={"Origin": own_origin(around.client)}, **{FORM_FIELD: token}) == 403
    assert around.probes.done == []


async def test_what_nobody_has_said_anything_about_only_an_admin_changes(around: Around) -> None:
    token = await around.form()
    origin = {"Origin": own_origin(around.client)}
    assert await around.post("/theirs", origin, **{FORM_FIELD: token}) == 403
    await log_in(around.client, "ada")
    token = (await (await around.client.get("/probe")).json())["form"]
    assert await around.post("/theirs", origin, **{FORM_FIELD: token}) == 200


async def test_a_form_of_ours_is_taken(around: Around) -> None:
    token = await around.form()
    assert await around.post(headers={"Origin": own_origin(around.client)}, **{FORM_FIELD: token}) == 200
    assert around.probes.done == ["ben"]


async def test_a_script_of_ours_may_send_the_token_as_a_header(around: Around) -> None:
    token = await around.form()
    assert await around.post(headers={"Origin": own_origin(around.client), FORM_HEADER: token}) == 200


async def test_our_public_address_is_our_own_too(around: Around) -> None:
    token = await around.form()
    assert await around.post(headers={"Origin": PUBLIC_URL}, **{FORM_FIELD: token}) == 200


@pytest.mark.parametrize(
    "origin",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "http://127.0.0.1@evil.example"},
        {"Origin": "http://["},
        {"Referer": "https://evil.example/probe"},
        {},
    ],
)
async def test_what_another_site_sends_is_refused_even_with_the_token(
    around: Around, origin: dict[str, str]
) -> None:
    token = await around.form()
    assert await around.post(headers=origin, **{FORM_FIELD: token}) == 403
    assert around.probes.done == []


@pytest.mark.parametrize("token", ["", "0" * 64, "not a token", "ü"])
async def test_without_the_token_of_this_session_nothing_is_taken(around: Around, token: str) -> None:
    await around.form()
    assert await around.post(headers={"Origin": own_origin(around.client)}, **{FORM_FIELD: token}) == 403
    assert around.probes.done == []


async def test_the_token_of_another_session_is_none_of_this(around: Around) -> None:
    other = await around.form()
    await around.form()
    assert await around.post(headers={"Origin": own_origin(around.client)}, **{FORM_FIELD: other}) == 403


async def test_a_cookie_that_somebody_made_up_is_no_session(around: Around) -> None:
    await around.form()
    signed = _cookie(around).partition("=")[2]
    half = len(signed) // 2
    forged = signed[:half] + ("A" if signed[half] != "A" else "B") + signed[half + 1 :]
    for wrong in (forged, "W10.x.y", "", "x" * 5000):
        around.client.session.cookie_jar.clear()
        answer = await around.client.get("/probe", headers={"Cookie": f"{COOKIE}={wrong}"})
        assert answer.status == 401


async def test_a_login_form_from_another_site_is_refused(around: Around) -> None:
    page = await (await around.client.get("/login")).text()
    data = {"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)}
    forged = await around.client.post("/login", data=data, headers={"Origin": "https://evil.example"})
    assert forged.status == 403
    around.client.session.cookie_jar.clear()
    without_cookie = await around.client.post(
        "/login", data=data, headers={"Origin": own_origin(around.client)}
    )
    assert without_cookie.status == 403
    assert (await around.client.get("/probe")).status == 401


async def test_too_many_failed_logins_are_told_to_wait(around: Around) -> None:
    for status in [403] * 5 + [429]:
        page = await (await around.client.get("/login")).text()
        answer = await around.client.post(
            "/login",
            data={"name": "ben", "password": "a wrong password", FORM_FIELD: form_token(page)},
            headers={"Origin": own_origin(around.client)},
        )
        assert answer.status == status


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("too_many_here", "failed from where you are"),
        ("busy", "Please try again"),
        ("too_many", "ask an admin"),
    ],
)
async def test_each_refusal_beyond_a_wrong_password_has_its_words(
    around: Around, monkeypatch: pytest.MonkeyPatch, refused: str, said: str
) -> None:
    async def by_password(name: str, password: str, address: str) -> str:
        del name, password, address
        return refused

    monkeypatch.setattr(around.staff.sign_in, "by_password", by_password)
    page = await (await around.client.get("/login")).text()
    answer = await around.client.post(
        "/login",
        data={"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)},
        headers={"Origin": own_origin(around.client)},
    )
    assert (answer.status, said in await answer.text()) == (429, True)


async def test_nobody_sees_the_key_that_signs(around: Around) -> None:
    site = around.site.site
    assert repr(site.access.secret) not in f"{site.access!r}"
    assert repr(site.frame.secret) not in f"{site.frame!r}"


async def test_a_program_comes_with_a_token_and_needs_no_form(around: Around) -> None:
    shown = await around.staff.keep.give_token("ada", "a board", Role.AGENT, by="ada")
    assert await around.post(headers={"Authorization": f"Bearer {shown}"}) == 200
    assert around.probes.done == ["ada (a board)"]


async def test_a_wrong_token_does_not_fall_back_to_the_session(around: Around) -> None:
    await around.form()
    answer = await around.client.get("/probe", headers={"Authorization": "Bearer fa_0_0"})
    assert answer.status == 401


def trusting(around: Around, network: str, header: str = "X-Forwarded-User") -> None:
    access = replace(around.site.site.access, proxies=(ip_network(network),), user_header=header)
    around.site.site = replace(around.site.site, access=access)


async def test_a_trusted_proxy_says_who_has_logged_in(around: Around) -> None:
    trusting(around, "127.0.0.0/8")
    answer = await around.client.get("/probe", headers={"X-Forwarded-User": "ben"})
    seen = await answer.json()
    assert seen["who"] == "ben"
    named = {"X-Forwarded-User": "ben", "Origin": own_origin(around.client)}
    assert await around.post(headers=named) == 403
    assert await around.post(headers=named, **{FORM_FIELD: seen["form"]}) == 200
    assert (
        await around.post(headers={**named, "Origin": "https://evil.example"}, **{FORM_FIELD: seen["form"]})
        == 403
    )


async def test_anybody_else_may_claim_what_they_like(around: Around) -> None:
    trusting(around, "10.0.0.0/8")
    answer = await around.client.get("/probe", headers={"X-Forwarded-User": "ada"})
    assert answer.status == 401


@pytest.mark.parametrize("named", [["ada", "vera"], ["vera", "ada"], ["ada", "ada"], [""]])
async def test_a_proxy_that_lets_a_second_name_through_is_not_believed(
    around: Around, named: list[str]
) -> None:
    trusting(around, "127.0.0.0/8")
    headers = CIMultiDict([("X-Forwarded-User", name) for name in named])
    assert (await around.client.get("/probe", headers=headers)).status == 401


async def test_the_cookie_is_secure_where_the_browser_came_by_tls_though_no_proxy_says_so(
    around: Around,
) -> None:
    page = await (await around.client.get("/login")).text()
    answer = await around.client.post(
        "/login",
        data={"name": "ben", "password": PASSWORD, FORM_FIELD: form_token(page)},
        headers={"Origin": PUBLIC_URL},
        allow_redirects=False,
    )
    assert (answer.status, answer.cookies[SECURE_COOKIE]["secure"]) == (303, True)
    cookie = f"{SECURE_COOKIE}={answer.cookies[SECURE_COOKIE].value}"
    assert (await around.client.get("/probe", headers={"Cookie": cookie})).status == 200


async def test_of_several_words_about_tls_the_proxys_own_counts(around: Around) -> None:
    trusting(around, "127.0.0.0/8")
    for said, secure in (
        (["https"], True),
        (["http", "https"], True),
        (["http, HTTPS"], True),
        (["https", "http"], False),
        (["https, http"], False),
        (["javascript"], False),
        ([""], False),
    ):
        headers = CIMultiDict([("X-Forwarded-Proto", each) for each in said])
        answer = await around.client.get("/login", headers=headers)
        assert (answer.cookies[LOGIN_COOKIE]["secure"] is True) is secure


@pytest.mark.parametrize(
    ("forwarded", "counted_for"),
    [
        (["203.0.113.9", "198.51.100.4"], "198.51.100.4"),
        (["203.0.113.9, 198.51.100.4, 127.0.0.1"], "198.51.100.4"),
        (["198.51.100.4:5678"], "198.51.100.4"),
        (["[::ffff:198.51.100.4]:80"], "198.51.100.4"),
        (["[2001:db8:1:2:3::4]:80"], "2001:db8:1:2::/64"),
        (["2001:db8:1:2:5::6"], "2001:db8:1:2::/64"),
        (["198.51.100.4, not an address"], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
async def test_for_whom_a_proxy_asks_cannot_be_varied_by_them(
    around: Around, forwarded: list[str], counted_for: str
) -> None:
    trusting(around, "127.0.0.0/8", header="")
    page = await (await around.client.get("/login")).text()
    headers = CIMultiDict([("X-Forwarded-For", each) for each in forwarded])
    headers["Origin"] = own_origin(around.client)
    data = {"name": "ben", "password": "wrong", FORM_FIELD: form_token(page)}
    await around.client.post("/login", data=data, headers=headers)
    assert f"key of {counted_for}" in around.staff.attempts.counts


async def test_behind_a_proxy_failures_count_for_whom_it_asks(around: Around) -> None:
    trusting(around, "127.0.0.0/8", header="")
    page = await (await around.client.get("/login")).text()
    await around.client.post(
        "/login",
        data={"name": "ben", "password": "wrong", FORM_FIELD: form_token(page)},
        headers={"Origin": own_origin(around.client), "X-Forwarded-For": "203.0.113.9, 198.51.100.4"},
    )
    assert "key of 198.51.100.4" in around.staff.attempts.counts


async def test_a_body_that_is_too_large_is_refused(around: Around) -> None:
    token = await around.form()
    headers = {"Origin": own_origin(around.client), FORM_HEADER: token}

    async def sent(path: str, size: int) -> int:
        answer = await around.client.post(path, data=io.BytesIO(b"x" * size), headers=headers)
        return answer.status

    assert await sent("/probe", 2 * MEBIBYTE) == 413
    assert await sent("/probe/large", 2 * MEBIBYTE) == 200
    assert await sent("/probe/large", 4 * MEBIBYTE) == 413


async def test_a_body_that_never_ends_is_not_waited_for(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.05)
    await around.form()

    async def endless() -> AsyncIterator[bytes]:
        yield b"form_token="
        await asyncio.Event().wait()

    headers = {"Origin": own_origin(around.client), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await around.client.post("/probe", data=endless(), headers=headers)
    assert answer.status == 408


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--y\r\n"),
        ("application/x-www-form-urlencoded", b"form_token=\xff"),
        ("application/x-www-form-urlencoded; charset=us-ascii", b"form_token=\xff"),
        ("application/x-www-form-urlencoded", b"form_token=%ED%A0%80"),
    ],
)
async def test_a_form_that_cannot_be_read_is_no_form_of_ours(around: Around, kind: str, body: bytes) -> None:
    await around.form()
    headers = {"Origin": own_origin(around.client), "Content-Type": kind}
    answer = await around.client.post("/probe/parts", data=io.BytesIO(body), headers=headers)
    assert answer.status == 403


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/login", "/u/a-token", "/twilio/inbound", "/twilio/status", "/probe"])
@pytest.mark.parametrize(
    "kind",
    [
        f"{FORM}; charset=punycode",
        f"{FORM}; Charset = 'idna'",
        f'{FORM};charset="unicode_escape"',
        f"{FORM}; charset=utf-8; charset=punycode",
        f"{FORM}; charset*=punycode''utf-8",
        f"{FORM}; a={'b' * 300}",
        "text/plain; charset=klingon",
    ],
)
async def test_no_sender_chooses_how_a_body_is_decoded(around: Around, path: str, kind: str) -> None:
    for codec in ("klingon", "punycode"):
        encodings_cache.pop(codec, None)
    answer = await around.client.post(path, data=b"a=b", headers={"Content-Type": kind})
    assert answer.status == 415
    assert not {"klingon", "punycode"} & encodings_cache.keys()


async def test_what_is_packed_is_not_unpacked(around: Around) -> None:
    for path in ("/login", "/u/a-token", "/twilio/status", "/probe", "/api/v1/bookings"):
        for packed in ("gzip", "deflate", "br", "GZIP, identity"):
            headers = {"Content-Type": FORM, "Content-Encoding": packed}
            assert (await around.client.post(path, data=b"x", headers=headers)).status == 415


@pytest.mark.parametrize("path", ["/login", "/twilio/inbound", "/probe", "/tasks/take"])
async def test_a_form_in_parts_is_taken_only_where_it_has_to_be(around: Around, path: str) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await around.client.post(path, data=parts("a", "b"), headers=kind)).status == 415


def parts(name: str, value: str, *heads: str) -> bytes:
    lines = ["--x", f'Content-Disposition: form-data; name="{name}"', *heads, "", value, "--x--", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("heads", "status"),
    [
        ((), 200),
        (("Content-Type: text/plain; charset=UTF-8",), 200),
        (("Content-Type: text/plain; charset=punycode",), 403),
        (("content-type: text/plain;CHARSET*0*=punycode''a",), 403),
    ],
)
async def test_nor_how_a_part_of_it_is_decoded(around: Around, heads: tuple[str, ...], status: int) -> None:
    token = await around.form()
    headers = {"Origin": own_origin(around.client), "Content-Type": "multipart/form-data; boundary=x"}
    answer = await around.client.post("/probe/parts", data=parts(FORM_FIELD, token, *heads), headers=headers)
    assert answer.status == status


async def test_a_form_of_more_parts_than_anybody_has_is_none(around: Around) -> None:
    token = await around.form()
    many = parts("a", "b").removesuffix(b"--x--\r\n") * 1000 + parts(FORM_FIELD, token)
    headers = {"Origin": own_origin(around.client), "Content-Type": "multipart/form-data; boundary=x"}
    assert (await around.client.post("/probe/parts", data=many, headers=headers)).status == 403


async def test_a_form_of_more_fields_than_anybody_has_is_refused(around: Around) -> None:
    body = "&".join(f"a{number}=" for number in range(1001))
    answer = await around.client.post("/login", data=body, headers={"Content-Type": FORM})
    assert answer.status == 413


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/take",
        "/now/take",
        "/messages/hold",
        "/rules/save",
        "/dead-letters/dismiss",
        "/travellers/upload",
    ],
)
async def test_a_programs_form_that_cannot_be_read_is_refused(around: Around, path: str) -> None:
    shown = await around.staff.keep.give_token("ada", "a board", Role.ADMIN, by="ada")
    headers = {"Authorization": f"Bearer {shown}", "Content-Type": FORM}
    answer = await around.client.post(path, data=b"a=\xff", headers=headers)
    assert answer.status == 400


@pytest.mark.parametrize("path", ["/login", "/probe", "/theirs", "/static/staff.css", "/nowhere"])
async def test_every_answer_forbids_what_is_not_ours(around: Around, path: str) -> None:
    await around.form()
    answer = await around.client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/static/../mount.py", "/static/..%2fmount.py", "/static/%2e%2e%2fmount.py", "/static/"]
)
async def test_no_path_leads_out_of_the_static_files(around: Around, path: str) -> None:
    answer = await around.client.get(URL(path, encoded=True))
    assert answer.status == 404


async def test_a_static_file_is_kept_under_its_own_hash_alone(around: Around) -> None:
    page = await (await around.client.get("/login")).text()
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await around.client.get(address)
    assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True)
    assert answer.headers["Content-Type"] == "text/css"
    other = await around.client.get("/static/staff.css?another")
    assert other.headers["Cache-Control"] == "no-cache"


async def test_what_is_not_there_is_said_as_the_reader_reads(around: Around) -> None:
    page = await around.client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status, "There is nothing here" in await page.text()) == (404, True)
    answer = await around.client.get("/nowhere")
    assert (answer.status, await answer.json()) == (404, {"error": "404: Not Found"})


def _counted(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("flightagents_http_requests_total", labels) or 0.0


@pytest.mark.parametrize(
    ("method", "path", "counted_as"),
    [
        ("GET", "/static/staff.css?anything", ("GET", "/static/{name}", 200)),
        ("GET", "/probe", ("GET", "/probe", 401)),
        ("GET", "/a/secret/address", ("GET", "unknown", 404)),
        ("PROPFIND", "/login", ("other", "unknown", 405)),
    ],
)
async def test_requests_are_counted_by_route_and_never_by_address(
    around: Around, method: str, path: str, counted_as: tuple[str, str, int]
) -> None:
    before = _counted(*counted_as)
    await around.client.request(method, path)
    assert _counted(*counted_as) == before + 1
