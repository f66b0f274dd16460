"""What staff read: every kind of change has words, in an email and in an SMS of one segment."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind
from flightagents.domain.notifications import Message, StaffNotice
from flightagents.handlers.staff_words import STATE_WORDS, notice_of
from flightagents.notify import gsm7
from flightagents.notify.staff import COLOURS, StaffRenderer
from tests.support.rows import NOON, row
from tests.support.staff import story

ACME = StaffRenderer(agency_name="Acme Travel", mail_domain="agency.example")
PATIENCE = timedelta(minutes=10)


def told(*rows: dict[str, Any], travellers: int = 12, patience: timedelta = PATIENCE) -> StaffNotice:
    return notice_of(story(*rows)[-1], travellers, patience)


def written(staff: StaffNotice, channel: Channel = Channel.EMAIL) -> Message:
    return ACME.render(staff, channel, row="row-1", now=NOON)


LATE = told(row(), row(delay=40), row(delay=125))
CANCELLED = told(row(), row(status="cancelled"))


def at(gate: str) -> dict[str, Any]:
    return row(departure={"gate": gate})


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ((row(), row(status="cancelled")), "cancelled (unconfirmed)"),
        ((row(status="cancelled"),), "cancelled (unconfirmed)"),
        ((row(), row(status="cancelled"), row(status="cancelled")), "cancelled"),
        ((row(), row(status="cancelled"), row()), "on again (unconfirmed)"),
        ((row(), row(status="diverted")), "diverted (unconfirmed)"),
        ((row(), row(delay=40)), "delayed 40 min, expected 15:15"),
        ((row(), row(delay=600)), "delayed 600 min, expected 00:35 on Mon 23 Nov"),
        ((row(), row(delay=100), row(delay=40)), "earlier than last said, expected 15:15"),
        ((row(), row(delay=40), row(delay=0)), "on time again, expected 14:35"),
        ((at("A1"), at("B2")), "gate B2, was A1"),
        ((row(), row(status="incident")), "with an incident"),
        ((row(), row(took_off="14:50", status="active")), "departed"),
        ((row(arrival={"baggage": None}), row(arrival={"baggage": "7"})), "belt 7"),
    ],
)
def test_the_title_says_it_all(rows: tuple[dict[str, Any], ...], title: str) -> None:
    assert told(*rows).title == f"BA117 LHR-JFK Sun 22 Nov {title}: 12 travellers"


def test_a_flight_that_moved_to_another_day_is_named_as_it_is_now() -> None:
    moved = replace(
        story(row())[0],
        kind=Kind.MOVED_TO,
        before={"flight": ""},
        after={"flight": "BA117|2026-11-23|LHR|JFK"},
    )
    title = notice_of(moved, 1, PATIENCE).title
    assert title == "BA117 LHR-JFK Sun 22 Nov flies as BA117 LHR-JFK Mon 23 Nov now: 1 traveller"


def test_every_kind_has_words() -> None:
    assert set(STATE_WORDS) == set(Kind)


@pytest.mark.parametrize(
    ("rows", "patience", "line"),
    [
        (
            (row(status="cancelled"),),
            PATIENCE,
            "Unconfirmed: travellers are told at the second look or in 10 minutes.",
        ),
        ((row(status="cancelled"),), timedelta(), "Unconfirmed: travellers are told at once."),
        ((row(status="diverted"),), PATIENCE, "Unconfirmed: travellers are told at the second look."),
    ],
)
def test_what_is_unconfirmed_says_when_travellers_hear_of_it(
    rows: tuple[dict[str, Any], ...], patience: timedelta, line: str
) -> None:
    assert line in told(*rows, patience=patience).lines


def test_lines_tell_what_was_said_and_what_else_the_feed_may_mean() -> None:
    assert LATE.lines == (
        "Last said: 15:15 (LHR time).",
        "First scheduled to leave at 14:35 (LHR time).",
        "12 travellers of ours on it.",
    )
    ambiguous = told(row(), row(departs="17:35", arrives="20:35", delay=200))
    assert "The feed can also be read as 20:55; travellers are told the earlier time." in ambiguous.lines


def test_who_else_sells_it_is_told() -> None:
    shared: Change = replace(story(row())[0], marketed_as=("AA6143", "IB4217"))
    assert "Also sold as AA6143, IB4217." in notice_of(shared, 0, PATIENCE).lines


# As messages


def test_an_email_begins_with_how_grave_it_is() -> None:
    message = written(CANCELLED)
    assert message.subject == "[major] BA117 LHR-JFK Sun 22 Nov cancelled (unconfirmed): 12 travellers"
    assert message.message_id == "<row-1@agency.example>"
    assert message.references == "<staff.BA117.2026-11-22.LHR.JFK@agency.example>"
    assert message.date == datetime(2026, 11, 22, 12, tzinfo=NOON.tzinfo)
    assert message.unsubscribe == ""
    assert message.text == (
        "Major: BA117 LHR-JFK Sun 22 Nov cancelled (unconfirmed): 12 travellers\n"
        "\n"
        "- Unconfirmed: travellers are told at the second look or in 10 minutes.\n"
        "- First scheduled to leave at 14:35 (LHR time).\n"
        "- 12 travellers of ours on it.\n"
        "\n"
        "Acme Travel\n"
        "You get this automatic email by a staff rule: flightagents rules list\n"
    )


def test_an_email_leads_to_the_page_of_the_rules_where_there_is_one() -> None:
    renderer = StaffRenderer(public_url="https://desk.example/")
    message = renderer.render(CANCELLED, Channel.EMAIL, row="row-1", now=NOON)
    assert message.text.endswith("by a staff rule: https://desk.example/rules\n")
    assert message.html is not None
    assert 'href="https://desk.example/rules"' in message.html


def test_the_html_says_the_same_in_the_dark_too_and_escapes_the_feed() -> None:
    page = written(replace(CANCELLED, lines=("Gate <b>A&B</b>",))).html or ""
    assert COLOURS["major"] in page
    assert "prefers-color-scheme: dark" in page
    assert "Gate &lt;b&gt;A&amp;B&lt;/b&gt;" in page
    assert "<h1" in page
    assert CANCELLED.title in page


def test_rendered_again_it_is_the_same_message() -> None:
    assert written(LATE) == written(LATE)


def test_a_digest_of_many_flights_stands_in_no_thread() -> None:
    digest = StaffNotice(title="2 flights", lines=("BA1 late", "BA2 late"), flights=("a", "b"))
    assert written(digest).references == ""


def test_a_line_break_in_a_place_does_not_break_a_subject() -> None:
    broken = replace(CANCELLED, title="BA117\r\nBcc: x")
    assert written(broken).subject == "[major] BA117 Bcc: x"


def test_an_sms_tells_as_much_as_one_segment_holds() -> None:
    assert written(CANCELLED, Channel.SMS).text == (
        "MAJOR: BA117 LHR-JFK Sun 22 Nov cancelled (unconfirmed): 12 travellers. "
        "Unconfirmed: travellers are told at the second look or in 10 minutes."
    )


@pytest.mark.parametrize("title", ["BA117 " + "x" * 300, "Łódź → 日本 gate “A1”", "[" * 200, "BA117 late"])
def test_an_sms_is_always_one_segment(title: str) -> None:
    staff = StaffNotice(title=title, lines=("and more " * 30, "short"), severity="info")
    text = written(staff, Channel.SMS).text
    assert gsm7.fits(text)
    assert text.startswith("INFO: ")


def test_every_severity_has_a_colour() -> None:
    assert set(COLOURS) == {"critical", "major", "minor", "info"}
