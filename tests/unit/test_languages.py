"""Every kind of news is written in every language of ours, and what nobody has translated in English."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

import flightagents.notify
from flightagents.domain.bookings import Channel
from flightagents.domain.caution import Caution
from flightagents.domain.notifications import Message, Notice, Onward
from flightagents.domain.said import CONNECTIONS, FOR_STAFF, Said
from flightagents.notify.dates import STYLES, Moment
from flightagents.notify.render import Renderer
from flightagents.sandbox.sms import segments
from tests.support.messages import NOON, ONWARD, cautious, notice

TRAVELLERS = [said for said in Said if said not in FOR_STAFF]
LANGUAGES = sorted(STYLES)
EVERY = list(product(LANGUAGES, [*TRAVELLERS, *Caution]))
"""The kinds of news, and those that are told with caution."""
PHONE = "+1 202 555 0100"
PAGE = "https://agency.example/f/0123456789abcdefghijklmn"
ACME = Renderer(agency_name="Acme Travel", agency_phone=PHONE)
TEMPLATES = Path(flightagents.notify.__file__).parent / "templates"

OPT_OUT = re.compile(
    r"\b(stop|stopall|unsubscribe|cancel|end|quit|arret|arrêt|stopp|ende|baja|parar|sair|cancelar|fin|alto)\b",
    re.IGNORECASE,
)
"""What carriers take as an opt-out, in English always and in the languages that we write."""
REPLY = re.compile(
    r"\b(reply|answer|respond\w*|text (us|back)|antwort\w*|répon\w*|repon\w*|contest\w*)\b", re.IGNORECASE
)


def written(
    said: Said,
    language: str,
    channel: Channel,
    renderer: Renderer = ACME,
    **differs: Any,  # noqa: ANN401 - any field of a notice
) -> Message:
    return renderer.render(notice(said, language=language, **differs), channel, row="row-1", now=NOON)


def onwards(said: Said, onward: Onward) -> list[Onward]:
    """Give a connection on one ticket, on two, on who knows; a missed one also after a diverted flight."""
    diversions = (False, True) if said is Said.CONNECTION_MISSED else (False,)
    return [
        replace(onward, protected=protected, diverted=diverted)
        for protected, diverted in product((True, False, None), diversions)
    ]


def variants(said: Said | Caution, **differs: Any) -> list[Notice]:  # noqa: ANN401 - any field of a notice
    """Give a notice in the forms that its texts tell apart."""
    if isinstance(said, Caution):
        careful = cautious(said, **differs)
        return [*careful, *(replace(each, old=each.new, new=each.old) for each in careful)]
    usual = notice(said, **differs)
    if said in CONNECTIONS:
        return [replace(usual, onward=onward) for onward in onwards(said, ONWARD)]
    earlier = replace(usual, old=usual.new, new=usual.old)
    moved = replace(usual, gate="B42", gate_from="A1", terminal="5", terminal_from="3")
    return [usual, earlier, replace(moved, operated_as="AA6143")]


@pytest.mark.parametrize(("language", "said"), EVERY)
def test_every_kind_has_its_words_on_every_channel(language: str, said: Said | Caution) -> None:
    for renderer, channel in product((ACME, Renderer(agency_name="Acme"), Renderer()), Channel):
        for each in variants(said, language=language, page=PAGE, unsubscribe=PAGE):
            message = renderer.render(each, channel, row="row-1", now=NOON)
            visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", message.html or "", flags=re.DOTALL)
            for text in (message.text, message.subject, visible):
                assert not re.search(r"None|Undefined|[{}|]| [.,]|\(\)|\.\.", text.replace(PAGE, ""))
            assert "BA117" in message.text
            if channel is Channel.EMAIL:
                assert f'<html lang="{language}">' in (message.html or "")
                assert "BA117" in message.subject


def test_each_folder_has_all_kinds_and_a_way_to_write_dates() -> None:
    folders = {folder.name: folder for folder in TEMPLATES.iterdir() if folder.is_dir()}
    assert sorted(folders) == LANGUAGES
    for folder in folders.values():
        assert {path.stem for path in folder.iterdir()} == {*TRAVELLERS, *Caution, "common"}


@pytest.mark.parametrize("said", TRAVELLERS)
def test_no_two_languages_say_it_with_the_same_words(said: Said) -> None:
    for channel in Channel:
        texts = {written(said, language, channel).text for language in LANGUAGES}
        assert len(texts) == len(LANGUAGES)


# SMS

LONG_NAMES = [
    "Acme Travel",
    "Worldwide Corporate Travel Management Ltd",
    "Reisebüro Hohenlohe-Waldenburg-Schillingsfürst GmbH & Co. KG",
    "São João Viagens → Turismo “Łódź”",
    "€" * 40,
    "日本旅行",
    "",
]
PHONES = [PHONE, "+1 (800) 555-0100 ext. 12345", ""]
LONG: dict[str, Any] = {
    "designator": "BAW1178A",
    "departure": "EGLL",
    "arrival": "KJFK",
    "flight": "BAW1178A|2026-09-23|EGLL|KJFK",
    "old": datetime(2026, 9, 24, 23, 35, tzinfo=UTC),
    "new": datetime(2026, 9, 30, 21, 40, tzinfo=UTC),
    "gate": "A12,A14",
    "gate_from": "B42-B44",
    "terminal": "International",
    "terminal_from": "Domestic 2",
}
LONG_ONWARD = replace(
    ONWARD,
    designator="DLH9402B",
    departure="KJFK",
    leaves=datetime(2026, 9, 30, 10, 0, tzinfo=UTC),
    arrives=datetime(2026, 9, 24, 9, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(("language", "said"), EVERY)
def test_an_sms_is_one_segment_whatever_the_names(language: str, said: Said | Caution) -> None:
    connects = said in CONNECTIONS or said is Caution.CONNECTION_SAFE_AS_OF
    day = STYLES[language].short_day(date(2026, 9, 30 if connects else 23)).replace("é", "[eé]")
    long = {**LONG, "language": language}
    if isinstance(said, Caution):
        notices = cautious(said, **long, onward=LONG_ONWARD if connects else None)
    else:
        connections = onwards(said, LONG_ONWARD) if connects else [None]
        notices = [notice(said, **long, onward=onward) for onward in connections]
    for name, phone, each, page in product(LONG_NAMES, PHONES, notices, (PAGE, "")):
        renderer = Renderer(agency_name=name, agency_phone=phone)
        text = renderer.render(replace(each, page=page), Channel.SMS, row="row-1", now=NOON).text
        assert segments(text) == 1, text
        assert text.isprintable()
        assert "BAW1178A" in text
        assert re.search(day, text)


@pytest.mark.parametrize(("language", "said"), EVERY)
def test_names_of_an_ordinary_day_fit_and_one_still_knows_who_writes(
    language: str, said: Said | Caution
) -> None:
    """Those of the day that the sandbox shows: an airline's number of four digits, codes of three letters.

    A connection has two flights and two times; for that alone the end of a long name may go.
    """
    agency = "Worldwide Corporate Travel Management Lt"
    assert len(agency) == 40
    renderer = Renderer(agency_name=agency, agency_phone=PHONE)
    for each in variants(said, language=language, designator="BA6141", flight="BA6141|2026-11-22|LHR|JFK"):
        text = renderer.render(each, Channel.SMS, row="row-1", now=NOON).text
        assert text.startswith(agency[:24] if each.onward else f"{agency}: "), text
        assert segments(text) == 1


@pytest.mark.parametrize(("language", "said"), EVERY)
def test_nobody_is_asked_to_answer(language: str, said: Said | Caution) -> None:
    for renderer in (ACME, Renderer(agency_name="Acme"), Renderer()):
        for each in variants(said, language=language):
            sms = renderer.render(each, Channel.SMS, row="row-1", now=NOON).text
            assert not OPT_OUT.search(sms)
            email = renderer.render(each, Channel.EMAIL, row="row-1", now=NOON)
            for text in (sms, email.text, email.subject):
                assert not REPLY.search(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_on_disk_asks_for_an_answer(language: str) -> None:
    """The shorter wordings too, which the names of a test may never reach."""
    for path in (TEMPLATES / language).iterdir():
        words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text())
        assert not REPLY.search(words), path.name
        sms = re.search(r"\{% block sms %\}(.*?)\{% endblock %\}", path.read_text(), re.DOTALL)
        if sms:
            assert not OPT_OUT.search(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", sms[1])), path.name


@pytest.mark.parametrize(
    ("language", "whom"),
    [
        ("de", "rufen Sie uns unter +1 202 555 0100 an"),
        ("fr", "appelez-nous au +1 202 555 0100"),
        ("es", "llamenos al +1 202 555 0100"),
        ("pt", "ligue para +1 202 555 0100"),
    ],
)
def test_the_cancelled_are_told_what_to_do(language: str, whom: str) -> None:
    assert whom in written(Said.CANCELLED, language, Channel.SMS).text
    assert "202" not in written(Said.CANCELLED, language, Channel.SMS, Renderer()).text


# A connection after a diverted flight

EXPECTS = re.compile(
    r"\b(expect\w*|erwart\w*|voraussichtlich\w*|atten(d|du|due)|prévue?|estimée?|prev[eéê]|previst[ao]s?)\b",
    re.IGNORECASE,
)
"""How a text says when the airline expects a flight, which is what nobody knows of a diverted one."""
ARRIVES = "19:45"
"""When `ONWARD` has the flight before expected."""
DIVERTED = [
    ("en", "DIVERTED", "Stay with the airline's staff", "all us at once: +1 202 555 0100"),
    ("de", "UMGELEITET", "Bleiben Sie beim Personal", "ufen Sie uns sofort unter +1 202 555 0100 an"),
    ("fr", "DÉROUTÉ", "Restez auprès du personnel", "ppelez-nous tout de suite au +1 202 555 0100"),
    ("es", "DESVIADO", "Quédese con el personal", "lámenos ahora mismo al +1 202 555 0100"),
    ("pt", "DESVIADO", "Fique junto à equipe", "igue já para +1 202 555 0100"),
]
"""Of each language the word for it, whom those on one ticket stay with, and whom the others call."""


def missed(language: str, channel: Channel, *, protected: bool, diverted: bool = True) -> Message:
    onward = replace(ONWARD, protected=protected, diverted=diverted)
    return written(Said.CONNECTION_MISSED, language, channel, onward=onward)


def plain(text: str) -> str:
    """Leave out the accents that an SMS may not have."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def test_the_words_for_a_diverted_flight_are_there_for_each_language() -> None:
    assert sorted(language for language, *_ in DIVERTED) == LANGUAGES


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_diverted_flight_is_not_said_to_be_expected_at_any_time(language: str, *, protected: bool) -> None:
    for channel in Channel:
        usual = missed(language, channel, protected=protected, diverted=False)
        diverted = missed(language, channel, protected=protected)
        assert EXPECTS.search(usual.text)
        assert ARRIVES in usual.text
        for text in (diverted.text, diverted.subject, diverted.html or ""):
            assert not EXPECTS.search(text)
            assert ARRIVES not in text
            assert "45 min" not in text


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize(("language", "word", "stay", "call"), DIVERTED)
def test_a_diverted_flight_s_connection_is_for_the_airline_s_staff_or_for_us(
    language: str, word: str, stay: str, call: str, *, protected: bool
) -> None:
    do, leave = (stay, call) if protected else (call, stay)
    sms = missed(language, Channel.SMS, protected=protected).text
    email = missed(language, Channel.EMAIL, protected=protected)
    assert segments(sms) == 1
    assert word in email.subject
    for text, said in ((sms, word), (email.text, word.lower())):
        assert plain(said) in plain(text)
        assert plain(do) in plain(text)
        assert plain(leave) not in plain(text)
        assert all(each in text for each in ("BA117", "AA2443", "20:30", "JFK"))


# Dates


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("en", "Sun 22 Nov", "Sunday 22 November"),
        ("de", "So 22. Nov", "Sonntag, 22. November"),
        ("fr", "dim 22 nov", "dimanche 22 novembre"),
        ("es", "dom 22 nov", "domingo 22 de noviembre"),
        ("pt", "dom 22 nov", "domingo, 22 de novembro"),
    ],
)
def test_days_are_written_as_the_language_writes_them(language: str, short: str, long: str) -> None:
    style, day = STYLES[language], date(2026, 11, 22)
    assert (style.short_day(day), style.long_day(day)) == (short, long)
    email = written(Said.LATER, language, Channel.EMAIL)
    assert f"{short} 16:40 (LHR)" in email.text
    assert long in email.text
    assert short in email.subject


def test_the_first_of_a_month_is_an_ordinal_in_french_and_written_out_in_portuguese() -> None:
    first = date(2026, 11, 1)
    assert STYLES["pt"].short_day(first) == "dom 1 nov"
    assert STYLES["pt"].long_day(first) == "domingo, 1º de novembro"
    assert STYLES["fr"].short_day(first) == "dim 1er nov"
    assert STYLES["fr"].long_day(first) == "dimanche 1er novembre"
    assert STYLES["es"].long_day(first) == "domingo 1 de noviembre"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_day_of_a_year_has_a_full_stop_that_ends_a_sentence_or_an_odd_space(language: str) -> None:
    for month, day in product(range(1, 13), range(1, 8)):
        written_day = STYLES[language].short_day(date(2026, month, day))
        assert not re.search(r"[^\W\d]\.|[^\S ]", written_day)


@pytest.mark.parametrize(
    ("language", "long"),
    [
        ("en", "01:10 on Monday 23 November"),
        ("de", "01:10 Uhr am Montag, 23. November"),
        ("fr", "01:10 le lundi 23 novembre"),
        ("es", "01:10 del lunes 23 de noviembre"),
        ("pt", "01:10 de segunda-feira, 23 de novembro"),
    ],
)
def test_a_time_on_another_day_names_it(language: str, long: str) -> None:
    moment = Moment.of(datetime(2026, 11, 23, 1, 10), date(2026, 11, 22), STYLES[language])  # noqa: DTZ001 - a wall clock
    assert moment.long == long
    assert str(moment) == f"{STYLES[language].short_day(date(2026, 11, 23))} 01:10"
    assert (
        long
        in written(Said.LATER, language, Channel.EMAIL, new=datetime(2026, 11, 23, 1, 10, tzinfo=UTC)).text
    )


def test_french_never_begins_a_line_with_a_colon() -> None:
    for said in TRAVELLERS:
        email = written(said, "fr", Channel.EMAIL, page=PAGE, unsubscribe=PAGE)
        for text in (email.text, email.subject):
            assert not re.search(r"(?<![\u00a0\d])[:;?!](?!//)", re.sub(r"https:\S+", "", text))


# What nobody has translated


def counted(language: str) -> float:
    name = "flightagents_language_fallbacks_total"
    return REGISTRY.get_sample_value(name, {"language": language}) or 0.0


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("is", "is"),
        ("zh-Hant-TW", "zh"),
        ("haw-US", "haw"),
        ("qzz", "unknown"),
        ("", "unknown"),
        ("../mail", "unknown"),
        ("x" * 500, "unknown"),
    ],
)
@pytest.mark.parametrize("channel", Channel)
def test_it_is_answered_in_english_and_each_message_is_counted(
    language: str, label: str, channel: Channel
) -> None:
    before = counted(label)
    first, second = (written(Said.LATER, language, channel) for _ in range(2))
    assert first == second == written(Said.LATER, "en", channel)
    assert counted(label) == before + 2


@pytest.mark.parametrize(
    ("language", "folder"),
    [("pt-BR", "pt"), ("pt_PT", "pt"), ("de-AT", "de"), ("DE", "de"), ("en_US", "en"), ("fr-CA", "fr")],
)
def test_a_region_is_answered_in_its_language_and_not_counted(language: str, folder: str) -> None:
    before = {each: counted(each) for each in (folder, "unknown")}
    assert written(Said.LATER, language, Channel.SMS) == written(Said.LATER, folder, Channel.SMS)
    assert {each: counted(each) for each in before} == before
