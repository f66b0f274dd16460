"""Whatever we have a name for has words too."""

from collections.abc import Container
from enum import StrEnum

import pytest

from flightagents.domain import changes, reasons
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.bookings import Channel
from flightagents.domain.flight import Status
from flightagents.domain.notifications import State
from flightagents.domain.passenger_rules import CALLED, Rule
from flightagents.domain.said import Said
from flightagents.domain.tasks import TaskKind, TaskState
from flightagents.domain.vital_signs import ChannelState
from flightagents.web.staff import change_words, ledger_words, log_words, system_words, words
from tests.support.rows import NOON


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (Channel, ledger_words.CHANNELS),
        (ChannelState, system_words.CHANNELS),
        (changes.Kind, words.KINDS),
        (changes.Reason, change_words.REASONS),
        (Rule, CALLED),
        (Said, ledger_words.SAID),
        (State, ledger_words.STATES),
        (Status, words.STATUSES),
        (TaskKind, ledger_words.TASKS),
        (TaskState, ledger_words.TASK_STATES),
    ],
)
def test_each_has_words(kind: type[StrEnum], table: Container[StrEnum]) -> None:
    assert [each for each in kind if each not in table] == []


def test_each_reason_is_said_shortly() -> None:
    assert not [each for each in reasons.Reason if "_" in words.why(each)]


@pytest.mark.parametrize("thing", Thing)
@pytest.mark.parametrize("did", Did)
def test_each_act_is_said(did: Did, thing: Thing) -> None:
    detail = "until 2026-11-22T13:00Z" if did is Did.SNOOZED else "by sms"
    act = Act(at=NOON, by="ben", did=did, about=About(thing, "x"), detail=detail)
    said = f"{log_words.did(act)} {log_words.thing(act.about)} {log_words.more(act, 'Europe/London')}"
    assert "_" not in said
    assert ("Sun 22 Nov 13:00" in said) is (did is Did.SNOOZED)
    assert ("by SMS" in said) is (did is not Did.SNOOZED)


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        ("decided: no_consent", "decided: there is no leave to write to this address, or it was taken back"),
        (
            "suppressed: quiet_hours",
            "not sent: it is night where the person is; decided anew when the night is over",
        ),
        ("receipt: relayed: 250 ok", "receipt: passed on: 250 ok"),
        ("receipt: failed: 550: no such user", "receipt: refused: 550: no such user"),
        ("receipt: delivered: delivered", "receipt: delivered"),
        ("accepted: 250 queued: as 7", "sent: 250 queued: as 7"),
        ("held by staff", "held by staff"),
        ("decided", "decided"),
    ],
)
def test_what_happened_to_a_message_is_said(trace: str, said: str) -> None:
    assert ledger_words.event(trace) == said
