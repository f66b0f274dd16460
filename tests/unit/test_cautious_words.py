"""What a text must not say: on time or safe where nobody knows it, departures to people in the air."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.caution import Caution, caution
from flightagents.domain.notifications import Message, Notice
from flightagents.domain.said import Said
from flightagents.notify.dates import STYLES
from flightagents.notify.render import Renderer
from tests.support.messages import NOON, ONWARD, cautious, notice

LANGUAGES = sorted(STYLES)
EVERY = list(product(LANGUAGES, Channel))
ACME = Renderer(agency_name="Acme Travel", agency_phone="+1 202 555 0100")
NAMELESS = Renderer()
PROMISES = re.compile(
    r"\bon time\b|\bpünktlich|à l'heure|\ben hora\b|\ba su hora\b|no horário|"
    r"\bis safe\b|ist wieder sicher|est de nouveau assurée|vuelve a ser segura|está de novo segura",
    re.IGNORECASE,
)
CHECKS_IN = re.compile(
    r"check.?in|checken|enregistrez|go by|richten Sie|à retenir|válida|que vale", re.IGNORECASE
)
TICKETS = re.compile(r"ticket|billet|bilhete", re.IGNORECASE)
IF = {"en": "If ", "de": "Stehen ", "fr": "Si ", "es": "Si ", "pt": "Se "}
THEN = {"en": "If not, ", "de": "Wenn nicht, ", "fr": "Sinon, ", "es": "Si no, ", "pt": "Se não, "}


def written(each: Notice, channel: Channel, renderer: Renderer = ACME) -> Message:
    return renderer.render(each, channel, row="row-1", now=NOON)


def words(each: Notice, channel: Channel) -> str:
    """Give all that a recipient reads, whether or not the agency's name takes room."""
    messages = [written(each, channel, renderer) for renderer in (ACME, NAMELESS)]
    return "\n".join(text for message in messages for text in (message.text, message.subject))


def sms(said: Said, **differs: Any) -> str:  # noqa: ANN401 - any field of a notice
    return written(notice(said, **differs), Channel.SMS).text


def test_a_notice_is_told_with_caution_only_where_it_must_be() -> None:
    for each in Caution:
        assert {caution(one) for one in cautious(each)} == {each}
    for said in Said:
        assert caution(notice(said)) is None
    assert caution(notice(Said.LATER, overdue=True, as_of=NOON, was_diverted=True)) is None


# No longer diverted


def test_whoever_sits_in_the_aircraft_is_not_told_when_to_leave() -> None:
    assert sms(Said.REINSTATED, was_diverted=True) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov no longer shows as diverted: landing at JFK as planned. "
        "Our last message no longer holds. Questions: +1 202 555 0100"
    )


@pytest.mark.parametrize(("language", "channel"), EVERY)
def test_a_withdrawn_diversion_names_no_departure(language: str, channel: Channel) -> None:
    for each in cautious(Caution.DIVERSION_WITHDRAWN, language=language, gate="B42", gate_from="A1"):
        text = words(each, channel)
        assert "B42" not in text
        assert "14:35" not in text
        assert "16:40" not in text
        assert not CHECKS_IN.search(text)
        assert not re.search(r"ON again|DOCH|RÉTABLI|OPERAR", text)
        assert ("12:00" in text) is (each.as_of is not None)


# Overdue


def test_a_time_that_has_passed_sends_them_to_the_gate() -> None:
    before: dict[str, Any] = {"old": notice().new, "new": notice().old, "overdue": True}
    assert sms(Said.ALL_CLEAR, **before) == sms(Said.EARLIER, **before)
    assert sms(Said.ALL_CLEAR, **before) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov: its time is 14:35, not 16:40 (LHR time), "
        "and no take-off is reported. Go to the gate now. Questions: +1 202 555 0100"
    )
    assert "Sun 22 Nov is ON again: its time is 14:35, not 16:40 (LHR time)" in sms(Said.REINSTATED, **before)
    same = before | {"old": before["new"]}
    assert "its time is 14:35 (LHR time), and no take-off" in sms(Said.REINSTATED, **same)


@pytest.mark.parametrize(("language", "channel"), EVERY)
def test_an_overdue_flight_is_not_called_on_time_and_nobody_is_to_check_in(
    language: str, channel: Channel
) -> None:
    gate = {
        "en": "to the gate now",
        "de": "zum Gate",
        "fr": "à la porte",
        "es": "ya a la puerta",
        "pt": " para o port",
    }
    for each in cautious(Caution.OVERDUE, language=language):
        text = words(each, channel)
        assert not PROMISES.search(text)
        assert not CHECKS_IN.search(text)
        assert gate[language] in text


# Seen too long ago

AS_OF = [Caution.ALL_CLEAR_AS_OF, Caution.REINSTATED_AS_OF, Caution.CONNECTION_SAFE_AS_OF]


@pytest.mark.parametrize("which", AS_OF)
@pytest.mark.parametrize(("language", "channel"), EVERY)
def test_what_was_seen_long_ago_is_told_with_its_time(
    language: str, channel: Channel, which: Caution
) -> None:
    (each,) = cautious(which, language=language)
    text = words(each, channel)
    assert not PROMISES.search(text)
    assert ("07:00" if each.onward else "12:00") in text


def test_the_all_clear_of_an_hour_ago_is_no_all_clear() -> None:
    assert sms(Said.ALL_CLEAR, old=notice().new, new=notice().old, as_of=NOON) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov: at 12:00 it was expected to leave 14:35 again, not 16:40 "
        "(LHR time); no news since. Plan for 14:35, check the screens."
    )


def test_a_look_on_another_day_says_so_and_one_without_a_zone_is_in_utc() -> None:
    eve = notice(Said.ALL_CLEAR, as_of=NOON - timedelta(days=1))
    assert "at 12:00 on Sat 21 Nov it was expected" in written(eve, Channel.SMS).text
    assert "At 12:00 on Saturday 21 November the airline expected" in written(eve, Channel.EMAIL).text
    nowhere = replace(
        eve, zone=None, as_of=NOON, old=eve.old.replace(tzinfo=None), new=eve.new.replace(tzinfo=None)
    )
    for language in LANGUAGES:
        assert "12:00 UTC" in words(replace(nowhere, language=language), Channel.EMAIL)
    assert "UTC Uhr" not in words(replace(nowhere, language="de"), Channel.EMAIL)


# One ticket or two: unknown


@pytest.mark.parametrize("diverted", [True, False])
@pytest.mark.parametrize("said", [Said.CONNECTION_AT_RISK, Said.CONNECTION_MISSED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_knows_the_tickets_neither_one_nor_two_is_asserted(
    language: str, said: Said, *, diverted: bool
) -> None:
    each = notice(said, language=language, onward=replace(ONWARD, protected=None, diverted=diverted))
    for renderer in (ACME, NAMELESS):
        assert not TICKETS.search(written(each, Channel.SMS, renderer).text)
        text = written(each, Channel.EMAIL, renderer).text
        about = next(line for line in text.splitlines() if line.startswith("- ") and TICKETS.search(line))
        assert about.startswith(f"- {IF[language]}")
        assert THEN[language] in text
    assert "555 0100" in written(each, Channel.SMS).text


# What must not break over two lines


def test_a_number_to_call_stays_on_one_line_of_an_email() -> None:
    email = written(notice(Said.CANCELLED), Channel.EMAIL)
    assert "call us: +1\u00a0202\u00a0555\u00a00100" in (email.html or "")
    assert "call us: +1 202 555 0100" in email.text
    assert "\u00a0" not in (written(notice(Said.CANCELLED), Channel.EMAIL, NAMELESS).html or "")


def test_a_length_of_time_stays_on_one_line_of_an_email() -> None:
    email = written(notice(), Channel.EMAIL)
    assert "2\u00a0h\u00a05\u00a0min later" in (email.html or "")
    assert "2 h 5 min later" in email.text
    early = notice(
        Said.CONNECTION_AT_RISK, onward=replace(ONWARD, leaves=datetime(2026, 11, 23, 2, 45, tzinfo=UTC))
    )
    assert "2\u00a0h</td>" in (written(early, Channel.EMAIL).html or "")
