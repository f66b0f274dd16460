"""Senders are killed while messages are on their way, and providers fail: each arrives as often as promised.

A short run of what `make chaos` does at length (tests/chaos/messages.py).
"""

from pathlib import Path

import pytest

from tests.chaos.messages import Witness, prove
from tests.support.postfix import skip_without_postfix

SEED = 20261122


@pytest.mark.mongodb
def test_with_evidence_messages_arrive_exactly_once(mongodb: str, tmp_path: Path) -> None:
    proof = prove(Witness.MAILBOX, mongodb, tmp_path, seed=SEED, people=100, kills=3, senders=1)
    assert proof.wrong() == [], proof.lines()
    assert proof.sum.maybe_twice == set()
    assert any("found at the provider" in line for row in proof.ledger for line in row["trace"])
    assert proof.drawn.keys() >= {"mail LOST", "mail NO_ANSWER", "SMS ERROR_AFTER"}


@pytest.mark.mongodb
def test_without_evidence_emails_arrive_and_those_that_may_be_there_twice_are_known(
    mongodb: str, tmp_path: Path
) -> None:
    proof = prove(Witness.NONE, mongodb, tmp_path, seed=SEED, people=60, kills=1, senders=1)
    assert proof.wrong() == [], proof.lines()
    assert proof.sum.maybe_twice == proof.sum.unanswered != set()


@pytest.mark.mongodb
@pytest.mark.postfix
def test_what_postfix_reports_is_delivered(mongodb: str, tmp_path: Path) -> None:
    skip_without_postfix()
    proof = prove(Witness.POSTFIX, mongodb, tmp_path, seed=SEED, people=60, kills=1, senders=1)
    assert proof.wrong() == [], proof.lines()
