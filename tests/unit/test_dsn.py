"""A mail that came back says which row it is about and what became of it, and nothing of a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.domain.delivery import NoReceipt, Receipt, Reply
from flightagents.notify.dsn import read

ROW = "0123456789abcdef0123456789abcdef"

READ_BY_A_PERSON = (
    b'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
    b"--b\nContent-Type: message/disposition-notification\n\nDisposition: manual; displayed\n\n--b--\n"
)
ENVELOPE = f"Original-Envelope-Id: {ROW}\n"


def report(
    *recipients: str, envelope: str = ENVELOPE, letter: str = "", original: str = "text/rfc822-headers"
) -> bytes:
    """A report as Postfix writes it; a recipient is "action status"."""
    blocks = ""
    for recipient in recipients:
        action, _, status = recipient.partition(" ")
        blocks += (
            "Final-Recipient: rfc822; anna@example.com\n"
            "Original-Recipient: rfc822;anna@example.com\n"
            f"Action: {action}\nStatus: {status}\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <anna@example.com>: no such user\n\n"
        )
    return (
        "From: MAILER-DAEMON@mail.example (Mail Delivery System)\n"
        "To: alerts@agency.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nanna@example.com has no mailbox here.\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mail.example\n{envelope}\n{blocks}"
        f"--b\nContent-Type: {original}\n\n{letter}Subject: BA117\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("says", "receipt"),
    [
        ("failed 5.1.1", Receipt(ROW, delivered=False, detail="failed 5.1.1")),
        ("Failed 4.4.7 (it took too long)", Receipt(ROW, delivered=False, detail="failed 4.4.7")),
        ("failed", Receipt(ROW, delivered=False, detail="failed")),
        ("failed see anna@example.com", Receipt(ROW, delivered=False, detail="failed")),
        ("delivered 2.0.0", Receipt(ROW, delivered=True, detail="delivered 2.0.0")),
        ("relayed 2.0.0", Receipt(ROW, delivered=False, detail="relayed 2.0.0", relayed=True)),
        ("expanded 2.0.0", Receipt(ROW, delivered=False, detail="expanded 2.0.0", relayed=True)),
        ("delayed 4.4.1", NoReceipt.DELAYED),
        ("exploded 5.0.0", NoReceipt.UNREADABLE),
    ],
)
def test_each_action_has_its_meaning(says: str, receipt: Receipt | NoReceipt) -> None:
    assert read(report(says)) == receipt


def test_whom_one_of_several_mailboxes_got_it_is_told() -> None:
    assert read(report("failed 5.2.2", "delivered 2.0.0")) == Receipt(
        ROW, delivered=True, detail="delivered 2.0.0"
    )
    assert read(report("failed 5.2.2", "delayed 4.4.1")) is NoReceipt.DELAYED


def test_the_envelopes_id_is_read_as_smtp_writes_it() -> None:
    found = read(report("delivered 2.0.0", envelope="Original-Envelope-Id: row+2B1+3D2\n"))
    assert found == Receipt("row+1=2", delivered=True, detail="delivered 2.0.0")


@pytest.mark.parametrize(
    "original", ["text/rfc822-headers", "message/rfc822", "text/rfc822-headers; charset=x"]
)
@pytest.mark.parametrize(
    "letter",
    [
        f"X-Flightagents-Row: {ROW}\n",
        f"Message-ID:\n <{ROW}@agency.example>\n",
        f"Message-ID: <{ROW}.2@agency.example>\n",
    ],
)
def test_without_an_envelope_id_the_returned_letter_names_the_row(original: str, letter: str) -> None:
    found = read(report("failed 5.1.1", envelope="", letter=letter, original=original))
    assert found == Receipt(ROW, delivered=False, detail="failed 5.1.1")


@pytest.mark.parametrize(
    "given_by",
    [
        {"envelope": ""},
        {"envelope": "Original-Envelope-Id: $where = 1\n"},
        {"envelope": f"Original-Envelope-Id: {'x' * 101}\n"},
        {"envelope": "", "letter": "Message-ID: <two words@elsewhere.example>\n"},
        {"envelope": "", "letter": "Message-ID: garbage\x00\n"},
    ],
)
def test_a_bounce_that_names_no_row_is_not_ours(given_by: dict[str, str]) -> None:
    assert read(report("failed 5.1.1", **given_by)) is NoReceipt.NOT_OURS


def test_a_gateway_may_put_its_words_around_a_report() -> None:
    inner = report("failed 5.1.1").split(b"MIME-Version: 1.0\n", 1)[1]
    wrapped = (
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="outer"\n\n--outer\n'
        + inner
        + b"\n--outer\nContent-Type: text/plain\n\nThis mail was scanned.\n--outer--\n"
    )
    assert read(wrapped) == Receipt(ROW, delivered=False, detail="failed 5.1.1")


def test_a_bounce_that_a_person_forwards_is_a_letter() -> None:
    forwarded = (
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="outer"\n\n--outer\n'
        b"Content-Type: message/rfc822\n\n" + report("failed 5.1.1") + b"\n--outer--\n"
    )
    assert read(forwarded) is NoReceipt.OTHER_MAIL


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: Out of office\nAuto-Submitted: auto-replied\n\nI am at the beach.\n",
        b"",
        b"\xff\xfe\x00garbage",
        f"Subject: Re: your flight\n\n> X-Flightagents-Row: {ROW}\n> Action: failed\n".encode(),
        READ_BY_A_PERSON,
    ],
)
def test_other_mail_is_let_be(mail: bytes) -> None:
    assert read(mail) is NoReceipt.OTHER_MAIL


def test_a_report_in_foreign_letters_is_read_like_any_other() -> None:
    mail = report("failed 5.1.1").replace(b"Undelivered", b"Unzustellbar: \xe4\xf6\xfc")
    mail = mail.replace(b"text/plain", b"text/plain; charset=no-such-charset")
    assert read(mail) == Receipt(ROW, delivered=False, detail="failed 5.1.1")


def test_a_mail_that_was_cut_within_the_letter_still_says_what_became_of_it() -> None:
    mail = report("failed 5.1.1", original="message/rfc822")
    mail = mail[: mail.index(b"Subject: BA117")]
    assert read(mail) == Receipt(ROW, delivered=False, detail="failed 5.1.1")


def test_parts_within_parts_without_end_are_no_trouble() -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(5_000)
    )
    assert read(deep) in (NoReceipt.OTHER_MAIL, NoReceipt.UNREADABLE)


@given(st.binary(max_size=400))
def test_no_bytes_can_break_it(noise: bytes) -> None:
    assert isinstance(read(noise), NoReceipt | Reply)
    assert isinstance(read(b"Content-Type: message/delivery-status\n\n" + noise), NoReceipt)


@given(st.binary(max_size=30), st.integers(min_value=0))
def test_a_broken_report_is_still_no_failure(noise: bytes, place: int) -> None:
    mail = report("failed 5.1.1", letter=f"Message-ID: <{ROW}@agency.example>\n")
    place %= len(mail)
    found = read(mail[:place] + noise + mail[place:])
    assert isinstance(found, NoReceipt | Reply | Receipt)
    assert not isinstance(found, Receipt) or "@" not in found.detail
