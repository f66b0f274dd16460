"""An email's headers survive what names, ids and addresses do to them, and mail programs can read them."""

import email
import email.policy
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.domain.notifications import Message
from flightagents.notify import headers
from flightagents.notify.headers import LINE, ROW_HEADER
from flightagents.notify.letter import Mailbox, domain_of, write
from flightagents.notify.smtp_connection import xtext
from tests.support.messages import ANNA, NOON, letter

LONG = f"<{'a' * 120}@agency.example>"
SENDER = Mailbox.ours("alerts@agency.example", "Acme Travel")
UNSUBSCRIBE = f"https://agency.example/u/{'a' * 120}"


def test_a_long_token_is_neither_encoded_nor_broken() -> None:
    assert headers.of_tokens("References", LONG) == f"References: {LONG}\r\n"


def test_tokens_fold_at_spaces_only() -> None:
    tokens = [LONG, "<b@agency.example>", LONG, "<c@agency.example>", "<d@agency.example>"]
    folded = headers.of_tokens("References", " ".join(tokens))
    assert folded.split() == ["References:", *tokens]
    first, *others = folded.removesuffix("\r\n").split("\r\n")
    assert first == f"References: {LONG}"
    assert others == [" <b@agency.example>", f" {LONG}", " <c@agency.example> <d@agency.example>"]


def test_python_alone_would_encode_them() -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["References"] = LONG
    assert b"=?utf-8?" in mail.as_bytes()


def read(
    envelope_differs: dict[str, Any], recipient: str = ANNA, name: str = "", sender: Mailbox = SENDER
) -> EmailMessage:
    raw = write(letter(**envelope_differs), sender, Mailbox.parse(recipient, name))
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def test_an_email_has_text_and_html_of_the_same_news() -> None:
    mail = read({})
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def bodies(text: str, html: str | None = "<p>x</p>") -> list[str]:
    """Give the bodies of a letter as a mail program reads them."""
    envelope = letter(message=Message(text=text, html=html, subject="s", message_id="<i@x>", date=NOON))
    raw = write(envelope, SENDER, Mailbox.parse(ANNA))
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert all(len(line) <= LINE for line in raw.split(b"\r\n"))
    mail = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.SMTP)
    assert mail.defects == []
    parts = mail.iter_parts() if mail.is_multipart() else [mail]
    return [part.get_content().replace("\r\n", "\n") for part in parts]


@pytest.mark.parametrize(
    "text",
    [
        "BA117 now expected 16:40 - früher möglich.\n.\nFrom here\n",
        "trailing spaces  \nand tabs\t\n",
        "x" * 500 + "\n" + "é" * 500 + "\n",
        "=_" + "0" * 32 + "\n--=_x--\n",
        "日本語 \U0001f6eb\n\n\n",
        "\n",
    ],
)
def test_a_body_arrives_as_it_was_written(text: str) -> None:
    assert bodies(text) == [text, "<p>x</p>\n"]
    assert bodies(text, None) == [text]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=300))
def test_whatever_is_written_can_be_read(text: str) -> None:
    ended = text.removesuffix("\n") + "\n"
    assert bodies(text, text) == [ended, ended]


def test_one_click_ends_these_emails() -> None:
    raw = write(letter(message=with_unsubscribe(UNSUBSCRIBE)), SENDER, Mailbox.parse(ANNA)).decode("ascii")
    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE}>\r\n" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_without_an_address_for_it_there_is_no_such_header() -> None:
    assert b"List-Unsubscribe" not in write(letter(), SENDER, Mailbox.parse(ANNA))


def test_an_address_to_unsubscribe_at_starts_no_header() -> None:
    evil = f"{UNSUBSCRIBE}\r\nBcc: ben@example.com"
    mail = read({"message": with_unsubscribe(evil)})
    assert mail["Bcc"] is None


def with_unsubscribe(address: str) -> Message:
    return replace(letter().message, unsubscribe=address)


def test_a_long_subject_is_folded_and_read_whole() -> None:
    for subject in (
        "BA117 " * 40 + "end",
        "Flüge nach Zürich ü " * 12 + "Ende",
        "日本" * 60,
        "Not =?utf-8?q?coded?=",
    ):
        mail = read({"message": replace(letter().message, subject=subject)})
        assert mail["Subject"] == subject


def test_the_same_envelope_is_the_same_to_the_byte() -> None:
    recipient = Mailbox.parse(ANNA)
    assert write(letter(), SENDER, recipient) == write(letter(), SENDER, recipient)


def test_the_row_can_be_asked_for() -> None:
    assert read({"row": "f" * 64})[ROW_HEADER] == "f" * 64


@pytest.mark.parametrize(
    "name",
    [
        "Müller, Anna",
        "Anna <ben@example.com>",
        'Anna "A" Müller; ben@example.com',
        "Anna\r\nBcc: ben@example.com",
        "Anna\x00Müller\u2028",
        "Ångström-Østergård, Åsa-Märta Elisabeth von und zu Hohenlohe-Waldenburg-Schillingsfürst",
        "山田 太郎、" * 12,
        "",
    ],
)
def test_whatever_the_name_there_is_one_recipient(name: str) -> None:
    mail = read({}, name=name)
    (address,) = mail["To"].addresses
    assert address.addr_spec == ANNA
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].addr_spec == "alerts@agency.example"


@pytest.mark.parametrize(
    "name", ["Ångström-Østergård Åsa-Märta von Schillingsfürst und Übersee", "山田 太郎" * 12]
)
def test_a_long_name_is_read_as_it_was_written(name: str) -> None:
    raw = write(letter(), SENDER, Mailbox.parse(ANNA, name))
    # By the older parser: the newer one of Python 3.11 puts spaces between encoded words.
    to = email.message_from_bytes(raw)["To"]
    assert str(make_header(decode_header(to))) == f"{Mailbox.parse(ANNA, name).name} <{ANNA}>"


def test_a_comma_in_the_agency_s_name_makes_no_second_sender() -> None:
    mail = read({}, sender=Mailbox.ours('"Smith, Söhne & Co." <alerts@agency.example>'))
    (address,) = mail["From"].addresses
    assert (address.display_name, address.addr_spec) == ("Smith Söhne & Co.", "alerts@agency.example")


def test_answers_go_to_the_sender_unless_another_address_is_given() -> None:
    assert read({})["Reply-To"] is None
    raw = write(letter(), SENDER, Mailbox.parse(ANNA), Mailbox.ours("help@agency.example"))
    assert b"\r\nReply-To: help@agency.example\r\n" in raw


def test_the_name_in_the_setting_wins_over_the_agency_s() -> None:
    assert Mailbox.ours("Alerts <a@agency.example>", "Acme").name == "Alerts"
    assert Mailbox.ours("<a@agency.example>", "Acme").name == "Acme"
    assert Mailbox.ours("a@agency.example", "Acme").name == "Acme"
    assert domain_of("Alerts <a@Agency.Example>") == "agency.example"


@pytest.mark.parametrize(
    ("text", "coded"), [("a1b2", "a1b2"), ("a+b=c d", "a+2Bb+3Dc+20d"), ("ü", "+C3+BC"), ("~!", "~!")]
)
def test_xtext(text: str, coded: str) -> None:
    assert xtext(text) == coded
