"""Every kind of news has words on every channel: the right times, what to do, and an SMS of one segment."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message
from flightagents.domain.said import CONNECTIONS, FOR_STAFF, Said
from flightagents.notify import gsm7
from flightagents.notify.render import Renderer
from flightagents.notify.wording import duration
from tests.support.messages import NOON, ONWARD, notice

PHONE = "+44 20 7946 0018"
ACME = Renderer(agency_name="Acme Travel", agency_phone=PHONE, mail_domain="agency.example")
NOBODY = Renderer()
TRAVELLERS = [said for said in Said if said not in FOR_STAFF]
PAGE = "https://agency.example/f/0123456789abcdefghijklmn"


def text_of(
    said: Said = Said.LATER,
    renderer: Renderer = ACME,
    **differs: Any,  # noqa: ANN401 - any field of a notice
) -> str:
    return renderer.render(notice(said, **differs), Channel.SMS, row="row-1", now=NOON).text


def email_of(
    said: Said = Said.LATER,
    renderer: Renderer = ACME,
    **differs: Any,  # noqa: ANN401 - any field of a notice
) -> Message:
    return renderer.render(notice(said, **differs), Channel.EMAIL, row="row-1", now=NOON)


def at(hour: int, minute: int, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


# The model texts


def test_later() -> None:
    assert text_of() == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov is delayed: now expected to leave 16:40, not 14:35 "
        "(LHR time). May move earlier again: check in as usual."
    )


def test_earlier() -> None:
    assert text_of(Said.EARLIER, old=at(16, 40), new=at(15, 10)) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov leaves EARLIER: 15:10, not 16:40 (LHR time). "
        "Plan for 15:10. Questions: +44 20 7946 0018"
    )


def test_all_clear() -> None:
    assert text_of(Said.ALL_CLEAR, old=at(16, 40), new=at(14, 35)) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov is ON TIME again: expected to leave 14:35, not 16:40 "
        "(LHR time). Plan for 14:35. Questions: +44 20 7946 0018"
    )


def test_cancelled() -> None:
    assert text_of(Said.CANCELLED) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov shows CANCELLED. Don't set off yet. "
        "Your options: call +44 20 7946 0018."
    )


def test_reinstated() -> None:
    assert text_of(Said.REINSTATED, new=at(14, 35)) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov is ON again: expected to leave 14:35 (LHR time). "
        "Our last message no longer holds. Plan for 14:35."
    )
    assert "is ON again: expected to leave 16:40, not 14:35 (LHR time)" in text_of(Said.REINSTATED)


def test_diverted() -> None:
    assert text_of(Said.DIVERTED) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov shows DIVERTED: it may not land where planned. "
        "For connections and pick-up call us: +44 20 7946 0018."
    )


def test_gate_and_terminal() -> None:
    assert "now gate B42, not A1, leaves 16:40 (LHR time)" in text_of(Said.GATE, gate="B42", gate_from="A1")
    moved = text_of(Said.TERMINAL, terminal="Terminal 5", terminal_from="3")
    assert "now terminal 5, not 3, leaves 16:40 (LHR time)" in moved
    assert "the gate has changed" in text_of(Said.GATE)
    assert "now gate B42, leaves" in text_of(Said.GATE, gate="Gate B42")


def test_a_connection_at_risk() -> None:
    assert text_of(Said.CONNECTION_AT_RISK) == (
        "Acme Travel: Your connection at JFK Sun 22 Nov may be too short: BA117 now expected 19:45, "
        "AA2443 leaves 20:30 (JFK time). Ask crew or transfer desk."
    )
    assert text_of(Said.CONNECTION_AT_RISK, onward=replace(ONWARD, protected=False)) == (
        "Acme Travel: JFK Sun 22 Nov connection may be too short: BA117 now expected 19:45, "
        "AA2443 leaves 20:30 (JFK time). Call us at once: +44 20 7946 0018."
    )


def test_a_connection_missed() -> None:
    late = replace(ONWARD, arrives=at(2, 0, day=23))
    assert text_of(Said.CONNECTION_MISSED, onward=late) == (
        "Acme Travel: JFK Sun 22 Nov connection likely missed: BA117 now expected 21:00, "
        "AA2443 leaves 20:30 (JFK time). Ask the crew or transfer desk."
    )
    email = email_of(Said.CONNECTION_MISSED, onward=late)
    assert email.subject == "BA117 to AA2443 at JFK Sun 22 Nov: connection likely missed"
    assert (
        "Your connection at JFK is likely missed: the airline now expects BA117 at 21:00, and AA2443 "
        "leaves at 20:30 (JFK time)."
    ) in email.text
    assert "Time to change" not in email.text


def test_a_connection_missed_for_a_diverted_flight_is_told_without_its_arrival() -> None:
    diverted = replace(ONWARD, diverted=True)
    assert text_of(Said.CONNECTION_MISSED, onward=diverted) == (
        "Acme Travel: BA117 shows DIVERTED, so your connection at JFK on Sun 22 Nov is likely missed: "
        "AA2443 leaves 20:30 (JFK time). Stay with the airline's staff."
    )
    assert text_of(Said.CONNECTION_MISSED, onward=replace(diverted, protected=False)) == (
        "Acme Travel: BA117 shows DIVERTED: JFK Sun 22 Nov connection likely missed, AA2443 leaves 20:30. "
        "Separate tickets, so call us at once: +44 20 7946 0018."
    )
    email = email_of(Said.CONNECTION_MISSED, onward=diverted)
    assert email.subject == "BA117 shows DIVERTED: connection to AA2443 at JFK Sun 22 Nov likely missed"
    assert (
        "Your connection at JFK is likely missed: BA117 shows as diverted, and AA2443 leaves at 20:30 "
        "(JFK time)."
    ) in email.text
    assert "Arrival at JFK: not known\n" in email.text
    assert "Onward flight: AA2443, JFK to BOS, leaves Sun 22 Nov 20:30 (JFK)\n" in email.text
    assert "Time to change" not in email.text


def test_a_connection_safe_again() -> None:
    assert text_of(Said.CONNECTION_SAFE) == (
        "Acme Travel: Your connection at JFK on Sun 22 Nov is safe again: BA117 is now expected 19:45, "
        "AA2443 leaves 20:30 (JFK time). Carry on as planned."
    )


def test_whoever_flies_on_one_ticket_stays_with_the_airline_and_others_call() -> None:
    for said in (Said.CONNECTION_AT_RISK, Said.CONNECTION_MISSED):
        one = email_of(said).text
        assert "Stay with the airline: both flights are on one ticket" in one
        assert "at once" not in one
        two = email_of(said, onward=replace(ONWARD, protected=False)).text
        assert "Stay with the airline" not in two
        assert "call us at once: +44 20 7946 0018" in two


def test_a_connection_is_told_at_the_clock_of_the_airport_where_they_change() -> None:
    text = email_of(Said.CONNECTION_AT_RISK).text
    assert "BA117 is now expected at 19:45, AA2443 leaves at 20:30 (JFK time)" in text
    assert "Expected at JFK: Sun 22 Nov 19:45 (JFK)\n" in text
    assert "Onward flight: AA2443, JFK to BOS, leaves Sun 22 Nov 20:30 (JFK)\n" in text
    assert "Time to change: 45 min\n" in text


def test_an_arrival_on_another_day_than_the_onward_flight_says_so() -> None:
    overnight = replace(ONWARD, leaves=at(11, 30, day=23))
    text = text_of(Said.CONNECTION_SAFE, onward=overnight)
    assert (
        "at JFK on Mon 23 Nov is safe again: BA117 is now expected Sun 22 Nov 19:45, AA2443 leaves 06:30"
        in text
    )


def test_a_connection_at_an_airport_without_a_zone_is_shown_as_it_is() -> None:
    naive = replace(
        ONWARD,
        zone=None,
        leaves=ONWARD.leaves.replace(tzinfo=None),
        arrives=ONWARD.arrives.replace(tzinfo=None),
    )
    text = email_of(Said.CONNECTION_AT_RISK, onward=naive).text
    assert "BA117 is now expected at 00:45, AA2443 leaves at 01:30 (JFK time)" in text
    assert "Time to change: 45 min" in text
    half = replace(ONWARD, arrives=ONWARD.arrives.replace(tzinfo=None))
    assert "Time to change" not in email_of(Said.CONNECTION_AT_RISK, onward=half).text


def test_what_is_no_traveller_s_or_lacks_its_onward_flight_is_refused() -> None:
    for said in FOR_STAFF:
        with pytest.raises(ValueError, match=said):
            text_of(said)
    with pytest.raises(ValueError, match="connection_safe"):
        email_of(Said.CONNECTION_SAFE, onward=None)


# Times


def test_a_time_on_another_day_says_so() -> None:
    assert "now expected to leave Mon 23 Nov 01:10, not 14:35" in text_of(new=at(1, 10, day=23))
    later_still = text_of(old=at(1, 10, day=23), new=at(3, 20, day=23))
    assert (
        "BA117 LHR-JFK Sun 22 Nov is delayed: now expected to leave Mon 23 Nov 03:20, not Mon 23 Nov 01:10"
        in later_still
    )


def test_the_day_is_the_airport_s_not_utc_s() -> None:
    tokyo: dict[str, Any] = {"departure": "HND", "zone": "Asia/Tokyo", "flight": "NH110|2026-11-23|HND|JFK"}
    text = text_of(old=at(16, 0), new=at(17, 30), designator="NH110", **tokyo)
    assert "NH110 HND-JFK Mon 23 Nov is delayed: now expected to leave 02:30, not 01:00 (HND time)" in text


def test_a_time_of_an_airport_without_a_zone_is_shown_as_it_is() -> None:
    naive: dict[str, Any] = {
        "old": at(14, 35).replace(tzinfo=None),
        "new": at(16, 40).replace(tzinfo=None),
        "zone": None,
    }
    assert "now expected to leave 16:40, not 14:35 (LHR time)" in text_of(**naive)
    assert "2 h 5 min later" in email_of(**naive).text


def test_without_the_flight_s_identity_the_day_is_that_of_the_old_time() -> None:
    text = text_of(flight="", old=at(23, 50), new=at(0, 40, day=23))
    assert "BA117 LHR-JFK Sun 22 Nov is delayed: now expected to leave Mon 23 Nov 00:40, not 23:50" in text


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (55, "55 min"), (60, "1 h"), (125, "2 h 5 min"), (1500, "25 h"), (59.7, "1 h")],
)
def test_durations_are_not_rounded_to_hours(minutes: float, words: str) -> None:
    assert duration(timedelta(minutes=minutes)) == words


# One segment


@given(
    name=st.text(max_size=120),
    phone=st.text(max_size=30),
    gate=st.text(max_size=30),
    said=st.sampled_from(TRAVELLERS),
)
def test_an_sms_is_one_segment_whatever_stands_in_the_settings(
    name: str, phone: str, gate: str, said: Said
) -> None:
    text = text_of(said, Renderer(agency_name=name, agency_phone=phone), gate=gate, gate_from=gate)
    assert gsm7.fits(text)
    assert all(word in text for word in ("BA117", "Sun 22 Nov", "JFK" if said in CONNECTIONS else "LHR-JFK"))


def test_the_page_s_address_stands_where_it_fits_beside_what_to_do() -> None:
    earlier: dict[str, Any] = {"said": Said.EARLIER, "old": at(16, 40), "new": at(15, 10)}
    assert text_of(**earlier, page=PAGE) == (
        "Acme Travel: BA117 LHR-JFK Sun 22 Nov leaves EARLIER: 15:10, not 16:40 (LHR time). "
        f"Plan for 15:10. {PAGE}"
    )
    too_long = PAGE + "x" * 40
    assert text_of(**earlier, page=too_long) == text_of(**earlier)
    assert text_of(**earlier, page="https://agency.example/→") == text_of(**earlier)


# Without settings


@pytest.mark.parametrize("said", TRAVELLERS)
def test_without_name_and_phone_the_texts_still_read_well(said: Said) -> None:
    email = email_of(said, NOBODY)
    assert email.html is not None
    visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", email.html, flags=re.DOTALL)
    for text in (text_of(said, NOBODY), email.text, email.subject, visible):
        assert not re.search(r"None|Undefined|\{|\}| [.,:;]|\(\)|: *$|\bcall +\.", text)
        assert "us: ." not in text
    whole = "Your connection at JFK" if said in CONNECTIONS else "BA117 LHR-JFK Sun 22 Nov"
    assert text_of(said, NOBODY).startswith(whole)
    assert "\n\n\n" not in email.text


def test_without_a_phone_the_cancelled_are_told_whom_to_ask() -> None:
    assert text_of(Said.CANCELLED, Renderer(agency_name="Acme")).endswith("Contact us for your options.")
    assert text_of(Said.CANCELLED, NOBODY).endswith("Ask your travel agent for your options.")


# Email


def test_an_email_says_it_all() -> None:
    email = email_of(operated_as="AA6143")
    assert email.subject == "BA117 LHR-JFK Sun 22 Nov is delayed: now expected to leave 16:40, not 14:35"
    assert email.text == (
        "Hello Anna Müller,\n"
        "\n"
        "BA117 is delayed: the airline now expects it to leave at 16:40, not at 14:35 (LHR time).\n"
        "\n"
        "What to do\n"
        "- Check in as usual: the time may move earlier again.\n"
        "- Before you set off, look at the airport's screens or the airline's page once more.\n"
        "\n"
        "Your flight\n"
        "Flight: BA117, LHR to JFK, Sunday 22 November\n"
        "Operated by: AA as AA6143\n"
        "New time: Sun 22 Nov 16:40 (LHR), 2 h 5 min later\n"
        "Old time: Sun 22 Nov 14:35 (LHR)\n"
        "Booking: ABC123\n"
        "\n"
        "Acme Travel\n"
        "+44 20 7946 0018\n"
        "\n"
        "You get this automatic email because you are booked on this flight with Acme Travel. It passes on "
        "what the airline and the airport report; their screens and staff have the last word.\n"
    )


@pytest.mark.parametrize("said", TRAVELLERS)
def test_text_and_html_say_the_same(said: Said) -> None:
    email = email_of(said, operated_as="AA6143", gate="B42", gate_from="A1", terminal="5", terminal_from="3")
    assert email.html is not None
    visible = " ".join(re.sub(r"<[^>]+>", " ", email.html).replace("&#39;", "'").split())
    for line in email.text.splitlines():
        for part in line.removeprefix("- ").removesuffix(".").split(": "):
            assert part in visible


def test_operated_by_is_for_emails_only() -> None:
    assert "AA6143" not in text_of(operated_as="AA6143")
    assert "Operated by" not in email_of(operated_as=None).text
    assert "Operated by" not in email_of(operated_as="BA117").text


@pytest.mark.parametrize("channel", Channel)
def test_a_diversion_names_no_other_airport_and_says_call_us(channel: Channel) -> None:
    message = ACME.render(notice(Said.DIVERTED), channel, row="row-1", now=NOON)
    assert "call us: +44 20 7946 0018" in message.text
    assert set(re.findall(r"\b[A-Z]{3}\b", message.text)) - {"ABC"} <= {"LHR", "JFK"}


def test_html_is_escaped() -> None:
    evil = "<script>alert(1)</script> & Co"
    email = email_of(renderer=Renderer(agency_name=evil, agency_phone='"><b>'), name=evil, reference="<i>")
    assert email.html is not None
    assert "<script" not in email.html
    assert "<b>" not in email.html
    assert "<i>" not in email.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in email.html
    assert evil in email.text


def test_the_number_to_call_is_a_link() -> None:
    assert 'href="tel:+442079460018"' in (email_of().html or "")


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("+1 (800) 555-0100 ext. 12345", "+18005550100"),
        ("Tel. 020 7946 0018", "02079460018"),
        ("0800-ACME", "0800"),
    ],
)
def test_a_link_dials_what_a_telephone_can(phone: str, dialled: str) -> None:
    assert f'href="tel:{dialled}"' in (email_of(renderer=Renderer(agency_phone=phone)).html or "")


def test_what_nobody_can_dial_is_no_link() -> None:
    assert "tel:" not in (email_of(renderer=Renderer(agency_phone="see our page")).html or "")


def test_an_email_leads_to_the_page_and_out_of_the_list() -> None:
    out = PAGE.replace("/f/", "/u/")
    email = email_of(page=PAGE, unsubscribe=out)
    assert f"\n\nFollow your flight: {PAGE}\n\nAcme Travel\n" in email.text
    assert email.text.endswith(f"\n\nUnsubscribe from these emails: {out}\n")
    assert f'href="{PAGE}"' in (email.html or "")
    assert f'href="{out}"' in (email.html or "")
    assert email.unsubscribe == out
    without = email_of()
    assert "http" not in without.text + (without.html or "")
    assert without.unsubscribe == ""


def test_a_name_of_two_lines_is_one() -> None:
    assert email_of(name="Anna\r\nBcc: x\x00\u202e").text.startswith("Hello Anna Bcc: x,\n")
    assert email_of(name="").text.startswith("Hello,\n")


# What is frozen


def test_an_email_has_the_row_s_message_id_and_the_time_it_was_written() -> None:
    email = email_of()
    assert email.message_id == "<row-1@agency.example>"
    assert email.date == NOON
    assert email.references == "<flight.BA117.2026-11-22.LHR.JFK@agency.example>"


def test_emails_of_a_flight_share_a_thread_whatever_the_number_on_the_ticket() -> None:
    assert email_of().references == email_of(Said.CANCELLED, designator="AA6143").references
    assert email_of(flight="").references == email_of().references


def test_an_sms_is_words_alone() -> None:
    message = ACME.render(notice(), Channel.SMS, row="row-1", now=NOON)
    assert message == Message(text=message.text)
