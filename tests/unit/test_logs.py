"""Warnings and errors are counted by the name of their event, and by nothing that they say."""

import json
import logging
import logging.config
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from flightagents.domain.vital_signs import Noticed
from flightagents.logs import NEWEST, NOTICED, REMEMBERED, NoticedEvents, configure
from flightagents.settings import LogFormat
from tests.support.rows import NOON

SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        self.time += SECOND
        return self.time


@pytest.fixture
def real_lines() -> Iterator[logging.Handler]:
    """Log as a worker does; afterwards as before."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logging.config.dictConfig(configure(LogFormat.JSON))
    yield root.handlers[0]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def test_events_are_counted_with_their_first_and_last_time() -> None:
    noticed = NoticedEvents(Clock())
    for event, level in (("one", "warning"), ("two", "error"), ("one", "warning"), ("three", "info")):
        line = {"event": event, "level": level, "address": "anna@example.com"}
        assert noticed(None, level, line) is line
    assert noticed.newest() == [
        Noticed("one", "warning", 2, NOON + SECOND, NOON + 3 * SECOND),
        Noticed("two", "error", 1, NOON + 2 * SECOND, NOON + 2 * SECOND),
    ]


def test_however_many_events_there_are_only_some_are_kept() -> None:
    noticed = NoticedEvents(Clock())
    for number in range(REMEMBERED + 50):
        noticed(None, "error", {"event": f"event {number}", "level": "error"})
    newest = [each.event for each in noticed.newest()]
    assert newest == [f"event {REMEMBERED + 49 - number}" for number in range(NEWEST)]
    noticed(None, "error", {"event": "event 0", "level": "error"})
    assert noticed.newest()[0].count == 1, "it was forgotten"


@pytest.mark.usefixtures("real_lines")
def test_the_words_of_a_library_and_of_an_exception_are_not_kept() -> None:
    logging.getLogger("a.library").warning("it failed for %s", "anna@example.com")
    try:
        int("anna@example.com")
    except ValueError:
        structlog.get_logger("ours").exception("it broke on purpose", address="anna@example.com")
    found = {each.event: each.level for each in NOTICED.newest()}
    assert found["a line of a.library"] == "warning"
    assert found["it broke on purpose"] == "error"
    assert "anna" not in repr(NOTICED.newest())


@pytest.mark.usefixtures("real_lines")
def test_what_is_on_its_way_is_named_by_whatever_logs_meanwhile(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
    with bound_contextvars(correlation="BA117|2026-11-22|LHR|JFK|BA117|7", notification="3f2a"):
        structlog.get_logger("ours").info("it is tried again")
        logging.getLogger("a.library").warning("no answer")
    structlog.get_logger("ours").info("something else")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("notification")) for line in lines] == [
        ("it is tried again", "3f2a"),
        ("no answer", "3f2a"),
        ("something else", None),
    ]
