"""Which messages were lost, and which came twice: the ledger against what the mailbox and Twilio received."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flightagents.domain.notifications import TOLD, State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import BESIDE
from flightagents.sandbox.mailbox import Mail
from flightagents.sandbox.sms import Sms
from flightagents.store.ledger_rows import read_notice

Row = Mapping[str, Any]
"""A document of `notifications`."""


@dataclass(frozen=True, slots=True)
class Differences:
    """In words; empty where all is right."""

    lost: list[str]
    twice: list[str]


def compare(
    mails: Sequence[Mail], texts: Sequence[Sms], ledger: Sequence[Row], phones: Mapping[str, str | None]
) -> Differences:
    """Compare all that was received with all rows; `phones` gives the number of each booking."""
    arrived = Counter(mail.row for mail in mails)
    lost = [f"email of row {row['_id']}" for row in _accepted(ledger, "email") if row["_id"] not in arrived]
    twice = [f"email of row {row}: {count} times" for row, count in arrived.items() if count > 1]
    # An SMS carries no row's id: number and words tell which it is. Of staff no booking tells the number.
    told = [row for row in ledger if row["channel"] == "sms" and row["state"] in TOLD]
    to_staff = {row["message"]["text"] for row in told if row["booking"] is None and row["message"]}
    received: Counter[tuple[str | None, str]] = Counter(
        (None if sms.body in to_staff else sms.to, sms.body) for sms in texts
    )
    lost += ["an SMS"] * (_texts(_accepted(ledger, "sms"), phones) - received).total()
    twice += ["an SMS"] * (received - _texts(told, phones)).total()
    return Differences(lost, twice + _rows_twice(ledger))


def _about(row: Row) -> str:
    if row["rule"] is not None:
        return str(row["_id"])
    if row["said"] not in BESIDE:
        return ""
    notice = read_notice(row["notice"])
    return f"{row['said']} {notice.onward.round if notice.onward else 1}"


def _accepted(ledger: Sequence[Row], channel: str) -> Iterable[Row]:
    taken = (State.ACCEPTED.value, State.DELIVERED.value)
    return (row for row in ledger if row["channel"] == channel and row["state"] in taken)


def _texts(rows: Iterable[Row], phones: Mapping[str, str | None]) -> Counter[tuple[str | None, str]]:
    return Counter((phones.get(row["booking"]), row["message"]["text"]) for row in rows if row["message"])


def _rows_twice(ledger: Sequence[Row]) -> list[str]:
    """One change goes to a recipient on a channel once, unless staff send it again.

    Connections and staff rules are news of their own.
    """
    told = Counter(
        (row["flight"], row["ordinal"], row["channel"], row["address_key"], _about(row))
        for row in ledger
        if row["state"] in TOLD and row["reason"] != Reason.RESENT
    )
    return [f"{count} rows of {key[0]} on {key[2]}" for key, count in told.items() if count > 1]
