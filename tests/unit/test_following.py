"""A message can be followed through the log: from the record that brought its news until it has ended."""

from collections.abc import Iterable, MutableMapping
from datetime import timedelta
from typing import Any

import structlog

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Rejected
from tests.support.agency import BA117, Agency
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import row
from tests.support.travellers import booking

Lines = Iterable[MutableMapping[str, Any]]


def named(lines: Lines, event: str) -> list[MutableMapping[str, Any]]:
    return [line for line in lines if line["event"] == event]


async def test_one_id_leads_from_the_change_to_the_message() -> None:
    agency = Agency()
    await agency.books(booking())
    await agency.is_late(None)
    with structlog.testing.capture_logs() as lines:
        await agency.is_late(45)
        await agency.delivers()
    (changed,), (decided,), (notified,) = (named(lines, word) for word in ("changed", "decided", "notified"))
    assert changed["correlation"] == agency.row.record == f"{BA117}|BA117|2"
    assert changed["kind"] == "delayed"
    assert decided["correlation"] == notified["correlation"] == changed["correlation"]
    assert decided["notification"] == notified["notification"] == agency.row.id
    assert (decided["told"], notified["state"]) == ("yes", "accepted")


async def test_the_other_channel_of_a_message_that_was_refused_has_the_same_id() -> None:
    agency = Agency()
    agency.clock.move(timedelta(hours=-4))  # too early for an SMS
    await agency.at_rest(booking(phone=ANNAS_PHONE))
    agency.email.outcomes = [Rejected("RCPT 550 5.1.1")]
    with structlog.testing.capture_logs() as lines:
        await agency.is_late(45)
        await agency.delivers()
    (refused,), (instead,) = (
        named(lines, "a provider refused it"),
        named(lines, "telling it on another channel"),
    )
    (ended,) = named(lines, "not notified")
    (notified,) = named(lines, "notified")
    assert notified["channel"] == Channel.SMS
    assert {each["correlation"] for each in (refused, instead, ended, notified)} == {f"{BA117}|BA117|2"}
    assert instead["instead"] == refused["notification"] == ended["notification"]
    assert notified["notification"] == instead["notification"]
    assert [word for word in (ANNA, ANNAS_PHONE, "Anna", "Müller", "ABC123") if word in repr(lines)] == []


async def test_a_flight_that_is_as_planned_has_no_line() -> None:
    agency = Agency()
    with structlog.testing.capture_logs() as lines:
        await agency.shows(row(), row("BA119", status="cancelled"))
    (line,) = named(lines, "changed")
    assert line["flight"].startswith("BA119")
