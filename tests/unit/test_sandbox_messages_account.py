"""What the demo's account calls lost or twice, and what it does not."""

from datetime import datetime
from typing import Any

import pytest

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.sandbox.messages_account import Differences, Row, compare
from flightagents.sandbox.sms import Sms
from flightagents.store.ledger_rows import document
from tests.support.ledger_rows import notification
from tests.support.rows import NOON

ANNA, DESK = "+12025550101", "+12025550102"
PHONES = {"ABC123|anna@example.com": ANNA}


def row(id_: str, text: str, **differs: Any) -> Row:  # noqa: ANN401 - any of its fields
    message = Message(subject="", text=text)
    written = notification(id_, channel=Channel.SMS, message=message, **differs)
    return {**document(written), "_id": id_}


def alert(id_: str, text: str, rule: str = "gates") -> Row:
    return row(id_, text, said=Said.STAFF_ALERT, booking=None, rule=rule, address_key="desk", notice=None)


def sms(to: str, body: str, at: datetime = NOON) -> Sms:
    return Sms(1, "SM1", "AC1", to, "+12025550199", body, "sent", None, None, at)


def account(ledger: list[Row], *received: Sms) -> Differences:
    return compare([], list(received), ledger, PHONES)


def test_what_arrived_once_is_right_and_else_it_is_lost_or_twice() -> None:
    ledger = [row("one", "late")]
    assert account(ledger, sms(ANNA, "late")) == Differences([], [])
    assert account(ledger) == Differences(["an SMS"], [])
    assert account(ledger, sms(ANNA, "late"), sms(ANNA, "late")) == Differences([], ["an SMS"])
    assert account(ledger, sms(DESK, "late")) == Differences(["an SMS"], ["an SMS"]), "of somebody else"


def test_the_sms_of_a_staff_rule_is_known_by_its_words() -> None:
    ledger = [alert("one", "gate B2"), row("two", "late")]
    travellers = sms(ANNA, "late")
    assert account(ledger, sms(DESK, "gate B2"), travellers) == Differences([], [])
    assert account(ledger, travellers) == Differences(["an SMS"], [])
    twice = account(ledger, sms(DESK, "gate B2"), sms(DESK, "gate B2"), travellers)
    assert twice == Differences([], ["an SMS"])


@pytest.mark.parametrize(
    ("reason", "twice"), [(Reason.RESENT, []), (Reason.NEWS, ["2 rows of BA117|2026-11-22|LHR|JFK on sms"])]
)
def test_what_staff_send_again_is_wanted_twice(reason: Reason, twice: list[str]) -> None:
    ledger = [row("one", "late"), row("two", "late", reason=reason)]
    assert account(ledger, sms(ANNA, "late"), sms(ANNA, "late")) == Differences([], twice)
    assert account(ledger, sms(ANNA, "late")).lost == ["an SMS"], "it has to arrive all the same"
