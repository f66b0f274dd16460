"""The pages of travellers over HTTP: the flight, the end of emails, and what nobody is let see."""

import asyncio
import io
import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from string import Formatter
from typing import Any
from urllib.parse import urljoin

import pytest

from flightagents.domain.bookings import Channel, SegmentStatus
from flightagents.domain.caution import Caution
from flightagents.domain.page import SHOWN, FlightPage, Standing
from flightagents.domain.replies import Answer
from flightagents.domain.said import CONNECTIONS, FOR_STAFF, Said
from flightagents.domain.tasks import TaskKind
from flightagents.notify import gsm7
from flightagents.web import views
from flightagents.web.words import LANGUAGES, words_accepted
from tests.support.agency import BA117, LINKS, Agency
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.pages import ANNA_BOTH, EMAILS, PAGE, fallbacks, read, text_of, told
from tests.support.rows import row
from tests.support.travellers import booking, segment
from tests.support.website import PHONE, Website

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


# The flight


async def test_a_page_tells_how_the_flight_stands_and_how_it_came_to_that() -> None:
    site = await told(gate="A1")
    await site.agency.shows(row(delay=90, departure={"gate": "B32"}))
    await site.agency.delivers()
    async with site.open() as client:
        text = await read(client)
    assert "BA117 LHR → JFK Sun 22 Nov ! Late: expected to leave at 16:05 , not at 14:35" in text
    assert "Planned departure 14:35 (LHR) Expected departure 16:05 (LHR) Expected arrival 19:05 (JFK)" in text
    assert "Gate B32" in text
    story = text.partition("What happened")[2]
    positions = [
        story.index(line)
        for line in (
            "12:02 We told you by email: gate B32",
            "12:02 Gate B32 , not A1",
            "12:01 We told you by email and SMS: expected to leave at 16:05",
            "12:01 Late: expected to leave at 16:05",
        )
    ]
    assert positions == sorted(positions)
    assert f"Call {PHONE}" in text
    assert "Acme Travel" in text


async def test_nothing_on_a_page_says_who_the_traveller_is() -> None:
    site = await told(vip=True, client="Big Bank")
    async with site.open() as client:
        whole = [
            await (await client.get(PAGE)).text(),
            await (await client.get(EMAILS)).text(),
            await (await client.post(EMAILS, data=ONE_CLICK)).text(),
        ]
    for secret in ("Anna", "Müller", ANNA, ANNAS_PHONE, "0123", "ABC123", "Big Bank", "@"):
        assert not any(secret in page.partition("</style>")[2] for page in whole), secret


async def test_a_codeshare_is_shown_under_the_number_on_the_ticket() -> None:
    agency = Agency()
    marketed = replace(ANNA_BOTH, segments=(segment("AA6171"),))
    await agency.books(marketed)
    for late in (None, 90):
        await agency.shows(row(delay=late), row("AA6171", operated_by="BA117", delay=late))
    await agency.delivers()
    async with Website(agency).open() as client:
        text = await read(client)
    assert "AA6171 LHR → JFK" in text
    assert "Operated as BA117" in text


async def test_old_news_are_never_called_on_time() -> None:
    site = await told(minutes=0)
    site.agency.clock.move(timedelta(minutes=31))
    await site.agency.books(replace(ANNA_BOTH, name="Anna M."))
    await site.agency.is_late(90)
    await site.agency.is_late(0)
    await site.agency.delivers()
    async with site.open() as client:
        fresh = await read(client)
        site.agency.clock.move(timedelta(minutes=31))
        old = await read(client)
        site.pages.seen[BA117] = site.agency.clock.now()
        seen_again = await read(client)
    assert "✓ On time: leaves at 14:35" in fresh
    assert "! Last news at 12:34" in old
    assert "On time:" not in old
    assert "✓ On time: leaves at 14:35" in seen_again


async def test_times_of_another_day_and_another_place_say_so() -> None:
    site = await told(minutes=10 * 60)
    async with site.open() as client:
        text = await read(client)
    assert "Expected departure Mon 23 Nov 00:35 (LHR)" in text
    assert "Expected arrival Mon 23 Nov 03:35 (JFK)" in text


async def test_an_airport_without_a_zone_shows_its_own_clock_and_looks_in_utc() -> None:
    agency = Agency()
    await agency.books(ANNA_BOTH)
    for late in (None, 90):
        await agency.shows(row(route="XQZ-JFK", delay=late))
    await agency.delivers()
    async with Website(agency).open() as client:
        text = await read(client, f"/f/{LINKS.token(ANNA_BOTH.id, 'BA117|2026-11-22|XQZ|JFK')}")
    assert "expected to leave at 16:05 , not at 14:35" in text
    assert "Last news at 12:01 UTC" in text


async def test_what_the_feed_calls_a_gate_is_text() -> None:
    evil = '<script>alert(1)</script>"{0}'
    site = await told(gate=evil)
    await site.agency.shows(row(delay=90, departure={"gate": "<b onclick='x'>{time}"}))
    await site.agency.delivers()
    async with site.open() as client:
        page = (await (await client.get(PAGE)).text()).lower()
    assert "<script" not in page
    assert "<b onclick" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;{0}" in page
    assert "&lt;b onclick=&#39;x&#39;&gt;{time}" in page


async def test_an_agencys_name_is_text() -> None:
    site = await told()
    named = Website(site.agency, name="<i>Acme</i> & Sons", phone='"><b>')
    async with named.open() as client:
        page = await (await client.get(PAGE)).text()
    assert "&lt;i&gt;Acme&lt;/i&gt; &amp; Sons" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-AT", "Verspätet: Abflug voraussichtlich um 16:05 statt 14:35"),
        ("fr", "En retard : départ prévu à 16:05 au lieu de 14:35"),
        ("es-MX", "Con retraso: salida prevista 16:05 en vez de 14:35"),
        ("pt-BR", "Atrasado: partida prevista 16:05 em vez de 14:35"),
        ("ja", "Late: expected to leave at 16:05 , not at 14:35"),
    ],
)
async def test_a_page_speaks_the_travellers_language(language: str, words: str) -> None:
    site = await told(language=language)
    async with site.open() as client:
        response = await client.get(PAGE, headers={"Accept-Language": "en"})
        assert words in await text_of(response)
        primary = language[:2] if language[:2] in LANGUAGES else "en"
        assert f'<html lang="{primary}">' in await response.text()


async def test_a_page_that_nobody_has_translated_is_counted() -> None:
    site = await told(language="ja")
    before, english = fallbacks("ja"), fallbacks("en")
    async with site.open() as client:
        for path in (PAGE, EMAILS):
            await read(client, path)
    assert fallbacks("ja") == before + 2
    assert fallbacks("en") == english


@pytest.mark.parametrize("public", ["https://agency.example", "https://agency.example/alerts"])
async def test_links_lead_on_wherever_the_pages_are_published(public: str) -> None:
    site = await told()
    async with site.open() as client:
        pages = {path: await (await client.get(path)).text() for path in (PAGE, EMAILS)}
    found = re.findall(r'href="(?!tel:)([^"]*)"', pages[PAGE])
    assert {urljoin(public + PAGE, link) for link in found} == {public + PAGE, public + EMAILS}
    for page in pages.values():
        assert not re.search(r'(href|action|src)="/', page)


async def test_a_page_runs_no_script_and_leaves_no_trace() -> None:
    site = await told()
    async with site.open() as client:
        for path in (PAGE, EMAILS, "/f/unknown"):
            response = await client.get(path)
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "noindex" in response.headers["X-Robots-Tag"]
            assert "Set-Cookie" not in response.headers
            page = await response.text()
            assert "<script" not in page
            assert " style=" not in page
            assert not re.search(r"(src|href)=\"https?:", page)


# Tokens


@pytest.mark.parametrize("token", ["x", "A" * 23, "A" * 25, "A" * 23 + "!", "..%2f..%2fetc", "A" * 10_000])
async def test_what_is_no_token_costs_no_query(token: str) -> None:
    site = await told()
    async with site.open() as client:
        for path in (f"/f/{token}", f"/u/{token}"):
            assert (await client.get(path)).status in (400, 404)  # 400: aiohttp's own, for a line too long
    assert site.pages.asked == []


async def test_an_unknown_token_is_told_whom_to_call_in_the_readers_language() -> None:
    site = await told()
    async with site.open() as client:
        headers = {"Accept-Language": "ja,de-CH;q=0.8,en;q=0.5"}
        response = await client.get(f"/f/{'A' * 24}", headers=headers)
        assert response.status == 404
        text = await text_of(response)
    assert "Diese Seite gibt es nicht" in text
    assert f"{PHONE} anrufen" in text


async def test_a_token_that_stands_in_a_row_but_was_not_made_for_it_opens_nothing() -> None:
    site = await told()
    for kept in site.agency.ledger.kept.values():
        kept.row = replace(kept.row, link="A" * 24)
    async with site.open() as client:
        assert (await client.get(f"/f/{'A' * 24}")).status == 404


async def test_a_forgotten_persons_page_is_gone() -> None:
    site = await told()
    await site.agency.worker.forget("ABC123")
    async with site.open() as client:
        assert (await client.get(PAGE)).status == 404
        assert (await client.get(EMAILS)).status == 404
        assert (await client.post(EMAILS, data=ONE_CLICK)).status == 404


async def test_whoever_was_rebooked_still_sees_the_flight() -> None:
    site = await told()
    gone = replace(ANNA_BOTH, segments=(segment(status=SegmentStatus.REBOOKED),))
    await site.agency.bookings.save([gone])
    async with site.open() as client:
        assert "BA117 LHR → JFK" in await read(client)


async def test_a_database_that_does_not_answer_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_token: str) -> FlightPage | None:
        await asyncio.Event().wait()
        return None

    site = await told()
    site.site = replace(site.site, show_flight=never)
    monkeypatch.setattr(views, "PATIENCE_SECONDS", 0.01)
    async with site.open() as client:
        response = await client.get(PAGE)
        assert response.status == 503
        assert "Not available right now" in await text_of(response)


# No more emails


async def gets_emails(site: Website) -> bool:
    return (await site.agency.bookings.get([ANNA_BOTH.id]))[ANNA_BOTH.id].allows(Channel.EMAIL)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_following_the_link_changes_nothing(method: str) -> None:
    """Mail scanners open every link, some with the query that they found."""
    site = await told()
    async with site.open() as client:
        for path in (EMAILS, f"{EMAILS}?List-Unsubscribe=One-Click&confirm=end"):
            assert (await client.request(method, path)).status == 200
    assert await gets_emails(site)
    assert site.agency.tasks.all == []


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
async def test_one_click_of_a_mail_program_ends_emails_at_once(encoding: str) -> None:
    site = await told()
    form: Any = ONE_CLICK
    if encoding == "multipart":
        body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
        form = body
    types = {"multipart": {"Content-Type": "multipart/form-data; boundary=b"}, "urlencoded": {}}
    async with site.open() as client:
        response = await client.post(EMAILS, data=form, headers=types[encoding], allow_redirects=False)
        assert response.status == 200
        assert "Set-Cookie" not in response.headers
    (booked,) = await site.agency.bookings.everyone()
    assert booked.consents[Channel.EMAIL].revoked_by == "one-click"
    assert booked.allows(Channel.SMS)
    assert len(site.agency.tasks.of_kind(TaskKind.CONSENT_WITHDRAWN)) == 1
    await site.agency.is_late(300)
    await site.agency.delivers()
    assert len(site.agency.email.texts) == 1


async def test_a_person_is_asked_and_may_have_emails_again() -> None:
    site = await told()
    async with site.open() as client:
        assert "No more emails about your flights?" in await read(client, EMAILS)
        ended = await text_of(await client.post(EMAILS, data={"confirm": "end"}))
        assert "You will get no more emails about your flights" in ended
        assert not await gets_emails(site)
        assert "You will get no more emails" in await read(client, EMAILS)
        assert "No more emails about my flights" not in await read(client)
        again = await text_of(await client.post(EMAILS, data={"confirm": "resume"}))
        assert "No more emails about your flights?" in again
    assert await gets_emails(site)
    assert await site.agency.bookings.undecided() != []


async def test_a_link_alone_is_no_first_consent() -> None:
    site = await told(channels=(Channel.EMAIL, Channel.SMS))
    await site.agency.bookings.save([replace(ANNA_BOTH, consents={})])
    async with site.open() as client:
        await client.post(EMAILS, data={"confirm": "resume"})
    assert not await gets_emails(site)


@pytest.mark.parametrize("form", [{}, {"confirm": "yes"}, {"List-Unsubscribe": "one"}])
async def test_a_post_that_says_nothing_of_it_changes_nothing(form: dict[str, str]) -> None:
    site = await told()
    async with site.open() as client:
        assert (await client.post(EMAILS, data=form)).status == 400
    assert await gets_emails(site)


MULTIPART = "multipart/form-data; boundary=b"
PART = b"--b\r\nContent-Disposition: form-data; name=x\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (MULTIPART, b""),
        (MULTIPART, b"no boundary"),
        ("multipart/form-data", b"--b\r\n"),
        (MULTIPART, PART + b"\r\nno end"),
        (MULTIPART, b"--b\r\nno header\r\n\r\nOne-Click\r\n--b--\r\n"),
        (MULTIPART, PART + b"Content-Transfer-Encoding: none\r\n\r\nx\r\n--b--\r\n"),
        (MULTIPART, PART + b"Content-Type: text/plain; charset=none\r\n\r\nx\r\n--b--\r\n"),
        ("application/x-www-form-urlencoded", b"confirm=\xff"),
    ],
)
async def test_a_form_that_cannot_be_read_changes_nothing_and_is_answered(kind: str, body: bytes) -> None:
    site = await told()
    async with site.open() as client:
        response = await client.post(EMAILS, data=body, headers={"Content-Type": kind})
        assert response.status == 400
        assert "No more emails about your flights?" in await text_of(response)
    assert await gets_emails(site)


async def test_every_booking_of_the_address_is_meant() -> None:
    site = await told()
    other = booking(reference="XYZ789")
    await site.agency.books(other)
    async with site.open() as client:
        await client.post(EMAILS, data=ONE_CLICK)
    assert [each.allows(Channel.EMAIL) for each in await site.agency.bookings.everyone()] == [False, False]


async def test_a_body_of_megabytes_is_not_read() -> None:
    site = await told()
    async with site.open() as client:
        types = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await client.post(EMAILS, data=io.BytesIO(b"confirm=" + b"x" * 1_500_000), headers=types)
        assert response.status == 413


# Words


def _texts(language: str) -> dict[str, str]:
    text = files("flightagents.web").joinpath("templates", f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text), ""))


def _flat(table: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        found += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_blanks(language: str) -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    wanted, texts = _texts("en"), _texts(language)
    assert set(texts) == set(wanted)
    assert {name: blanks(text) for name, text in texts.items()} == {
        name: blanks(text) for name, text in wanted.items()
    }


def test_there_is_a_text_for_everything_that_can_be_told() -> None:
    texts = _texts("en")
    travellers = set(Said) - FOR_STAFF - CONNECTIONS
    assert {f"standing.{each}.{part}" for each in Standing for part in ("headline", "advice")} <= set(texts)
    assert {f"happened.{each}" for each in SHOWN} <= set(texts)
    assert {f"wrote.{each}" for each in Caution if each is not Caution.CONNECTION_SAFE_AS_OF} <= set(texts)
    assert {f"wrote.{each}" for each in travellers} | {"wrote.connection"} <= set(texts)
    assert {f"sms.{each}" for each in Answer} <= set(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_by_sms_is_one_segment_and_loses_nothing(language: str) -> None:
    for name, text in _texts(language).items():
        if name.startswith("sms."):
            written = gsm7.transliterate(f"{'A' * 40}: {text.format(phone='+442079460000')}")
            assert gsm7.fits(written), name
            assert not re.search(r"\b(CANCEL|END|QUIT)\b", written)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH, fr;q=0.9", "de"),
        ("ja, fr;q=0.3, es;q=0.7", "es"),
        ("fr;q=0, pt", "pt"),
        ("fr;q=x", "en"),
        ("*", "en"),
        (",;q=,-", "en"),
        ("DE-de", "de"),
    ],
)
def test_a_browsers_favourite_language_is_taken(header: str, language: str) -> None:
    assert words_accepted(header).language == language


# Colours


def _palettes() -> list[dict[str, str]]:
    style = files("flightagents.web").joinpath("templates", "style.css").read_text(encoding="utf-8")
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    return [dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in (light, dark)]


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", _palettes(), ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "sheet"), ("soft", "sheet"), ("link", "sheet"), ("sheet", "link")]
    + [(f"{tone}-ink", tone) for tone in ("good", "late", "bad")],
)
def test_every_text_stands_out_from_its_ground(palette: dict[str, str], ink: str, ground: str) -> None:
    """WCAG AA: 4.5 to 1."""
    one, other = sorted((_luminance(palette[ink]), _luminance(palette[ground])), reverse=True)
    assert (one + 0.05) / (other + 0.05) >= 4.5
