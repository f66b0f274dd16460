"""An email's headers survive what names, ids and addresses do to them, and mail programs can read them."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from flightagents.notify.headers import ROW_HEADER, TOKEN_HEADERS, policy
from flightagents.notify.letter import Mailbox, domain_of, write
from flightagents.notify.smtp_connection import xtext
from tests.support.messages import ANNA, letter

LONG = f"<{'a' * 120}@agency.example>"
SENDER = Mailbox.sender("alerts@agency.example", "Acme Travel")


def written(name: str, value: str) -> str:
    mail = EmailMessage(policy=policy())
    mail[name] = value
    return mail.as_bytes().decode("ascii").split("\r\n\r\n")[0] + "\r\n"


@pytest.mark.parametrize("name", TOKEN_HEADERS)
def test_a_long_token_is_neither_encoded_nor_broken(name: str) -> None:
    assert written(name, LONG) == f"{name}: {LONG}\r\n"


@pytest.mark.parametrize("name", TOKEN_HEADERS)
def test_tokens_fold_at_spaces_only(name: str) -> None:
    tokens = [LONG, "<b@agency.example>", LONG, "<c@agency.example>", "<d@agency.example>"]
    folded = written(name, " ".join(tokens))
    assert folded.split() == [f"{name}:", *tokens]
    first, *others = folded.removesuffix("\r\n").split("\r\n")
    assert first == f"{name}: {LONG}"
    assert others == [" <b@agency.example>", f" {LONG}", " <c@agency.example> <d@agency.example>"]


def test_python_alone_would_encode_them() -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["References"] = LONG
    assert b"=?utf-8?" in mail.as_bytes()


def read(
    envelope_differs: dict[str, str], recipient: str = ANNA, name: str = "", sender: Mailbox = SENDER
) -> EmailMessage:
    raw = write(letter(**envelope_differs), sender, Mailbox.parse(recipient, name))
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def test_an_email_has_text_and_html_of_the_same_news() -> None:
    mail = read({})
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


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


def test_a_comma_in_the_agency_s_name_makes_no_second_sender() -> None:
    mail = read({}, sender=Mailbox.sender('"Smith, Söhne & Co." <alerts@agency.example>'))
    (address,) = mail["From"].addresses
    assert (address.display_name, address.addr_spec) == ("Smith Söhne & Co.", "alerts@agency.example")


def test_the_name_in_the_setting_wins_over_the_agency_s() -> None:
    assert Mailbox.sender("Alerts <a@agency.example>", "Acme").name == "Alerts"
    assert Mailbox.sender("<a@agency.example>", "Acme").name == "Acme"
    assert Mailbox.sender("a@agency.example", "Acme").name == "Acme"
    assert domain_of("Alerts <a@Agency.Example>") == "agency.example"


@pytest.mark.parametrize(
    ("text", "coded"), [("a1b2", "a1b2"), ("a+b=c d", "a+2Bb+3Dc+20d"), ("ü", "+C3+BC"), ("~!", "~!")]
)
def test_xtext(text: str, coded: str) -> None:
    assert xtext(text) == coded
