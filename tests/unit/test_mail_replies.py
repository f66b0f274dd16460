"""Of the mails that are no reports, a person's are for staff, and a machine's for nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightagents.domain.delivery import NoReceipt, Reply
from flightagents.notify.dsn import read

ROW = "0123456789abcdef0123456789abcdef"
FLIGHT = "<flight.BA117.2026-11-22.LHR.JFK@agency.example>"
ANSWERED = f"In-Reply-To: <{ROW}@agency.example>\nReferences: {FLIGHT} <{ROW}@agency.example>\n"


def mail(*headers: str, message_id: str = "<1@example.com>") -> bytes:
    named = f"Message-ID: {message_id}\n" if message_id else ""
    head = f"From: Anna <anna@example.com>\nTo: alerts@agency.example\nSubject: Re: BA117\n{named}"
    return (head + "".join(headers) + "\nWhere do I go?\n").encode()


def answered(raw: bytes) -> tuple[str, ...]:
    found = read(raw)
    assert isinstance(found, Reply)
    return found.rows


def test_an_answer_names_the_row_that_it_answers_first() -> None:
    assert answered(mail(ANSWERED)) == (ROW, "flight.BA117.2026-11-22.LHR.JFK")


@pytest.mark.parametrize(
    "headers",
    [
        f"In-Reply-To: <{ROW}.2@agency.example>\n",
        f"References: {FLIGHT}\n <{ROW}@agency.example>\n",
        f"In-Reply-To: garbage <{ROW}@agency.example> (of Sunday)\n",
    ],
)
def test_however_a_mail_program_says_it_the_row_is_found(headers: str) -> None:
    assert answered(mail(headers))[0] == ROW


@pytest.mark.parametrize("headers", ["", "In-Reply-To: <>\n", "References: two words\n"])
def test_a_mail_that_answers_none_of_ours_is_a_persons_all_the_same(headers: str) -> None:
    assert answered(mail(headers)) == ()


def test_what_is_named_without_end_is_cut() -> None:
    many = " ".join(f"<{number}@agency.example>" for number in range(1000))
    assert answered(mail(f"References: {many}\n")) == tuple(str(number) for number in range(999, 989, -1))


@pytest.mark.parametrize("headers", ["Auto-Submitted: no\n", "Precedence: first-class\n"])
def test_a_header_that_says_a_person_wrote_it_is_believed(headers: str) -> None:
    assert answered(mail(headers, ANSWERED))[0] == ROW


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: Auto-Generated; type=x\n",
        "Precedence: bulk\n",
        "Precedence: List\n",
        "Precedence: junk\n",
        "Precedence: auto_reply\n",
        "List-Id: <news.example.com>\n",
        "X-Autoreply: yes\n",
        "X-Autorespond: away\n",
        "Return-Path: <>\n",
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n',
    ],
)
def test_what_a_machine_wrote_is_for_nobody(headers: str) -> None:
    assert read(mail(headers, ANSWERED)) is NoReceipt.OTHER_MAIL


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mail.example", "Postmaster <postmaster@mail.example>", ""])
def test_what_a_mail_server_wrote_is_for_nobody(sender: str) -> None:
    raw = mail(ANSWERED).replace(b"Anna <anna@example.com>", sender.encode())
    assert read(raw) is NoReceipt.OTHER_MAIL


def test_a_mail_has_the_same_name_each_time_and_another_one_another() -> None:
    for one, other in (
        (mail(message_id="<1@example.com>"), mail(message_id="<2@example.com>")),
        (mail(message_id=""), mail(ANSWERED, message_id="")),
    ):
        names = [found.mail for raw in (one, one, other) if isinstance(found := read(raw), Reply)]
        assert names[0] == names[1] != names[2]
        assert "@" not in names[0]


@given(st.binary(max_size=60))
def test_no_bytes_in_its_headers_can_break_it(noise: bytes) -> None:
    found = read(b"From: anna@example.com\nIn-Reply-To: " + noise + b"\n\n")
    assert isinstance(found, Reply | NoReceipt)
