"""Log lines: structlog for ours and everybody else's, readable on a console or as JSON, one object a line.

Warnings and errors are counted by the name of their event as well, for the vital signs.
"""

import logging
import logging.config
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import stamina.instrumentation
import structlog
from stamina.instrumentation import RetryDetails

from flightagents.domain.vital_signs import OF_LIBRARY, Noticed
from flightagents.settings import LogFormat

NEWEST = 20
"""Events that are shown."""
REMEMBERED = 200
"""Events that are counted: ours are constants, about a hundred."""


class NoticedEvents:
    """A processor that counts warnings and errors by the name of their event, and nothing of what they say.

    The line of a library is counted under its logger: its words may hold anything.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._noticed: dict[tuple[str, str], Noticed] = {}

    def __call__(self, _logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        """Count it where it is a warning or worse, and pass it on as it is."""
        level = event.get("level", "")
        if level in ("warning", "error", "critical"):
            foreign = event.get("_record")
            self._count(OF_LIBRARY + foreign.name if foreign is not None else str(event["event"]), level)
        return event

    def newest(self) -> list[Noticed]:
        """Give the events that came last, the newest first."""
        return sorted(self._noticed.values(), key=lambda each: each.last, reverse=True)[:NEWEST]

    def _count(self, event: str, level: str) -> None:
        now = self._now()
        known = self._noticed.get((event, level), Noticed(event, level, 0, now, now))
        self._noticed[event, level] = replace(known, count=known.count + 1, last=now)
        if len(self._noticed) > REMEMBERED:
            del self._noticed[min(self._noticed, key=lambda each: self._noticed[each].last)]


NOTICED = NoticedEvents()
"""This process's own."""

_BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    NOTICED,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]

_TALKATIVE = ("pymongo", "motor", "aiokafka", "aiosmtplib", "aiohttp")
"""At DEBUG they log commands and answers, with the names and addresses of travellers in them."""

_log = structlog.get_logger(__name__)


def configure(log_format: LogFormat) -> dict[str, Any]:
    """Set structlog up; give the logging configuration for Faust, whose `-l` sets the level.

    No line shows what was being said to whom: tracebacks are plain text in both forms (structlog's pretty
    ones print local variables, and those of an HTTP client hold the key), a retry is told without its
    arguments, and libraries keep to INFO whatever `-l` asks for.
    """
    stamina.instrumentation.set_on_retry_hooks([_tell_retry])
    structlog.configure(
        processors=[*_BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    as_json = log_format is LogFormat.JSON
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _BEFORE,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    handler = {"class": "logging.StreamHandler", "formatter": "ours"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter},
        "handlers": {"default": handler},
        "loggers": {name: {"level": logging.INFO} for name in _TALKATIVE},
        "root": {"handlers": ["default"], "level": logging.INFO},
    }


def take_over() -> None:
    """Log as JSON from now on, before Faust does: also warnings, and what ends the process or a thread."""
    logging.config.dictConfig(configure(LogFormat.JSON))
    logging.captureWarnings(True)
    sys.excepthook = _tell_end
    threading.excepthook = _tell_end_of_thread


def _tell_end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    _log.critical("the program ends", exc_info=(kind, error, traceback))


def _tell_end_of_thread(end: threading.ExceptHookArgs) -> None:
    if end.exc_value is not None:
        thread = end.thread.name if end.thread else None
        _log.error("a thread ends", thread=thread, exc_info=end.exc_value)


def _tell_retry(details: RetryDetails) -> None:
    """Stamina's own hook logs the arguments as well: bookings, addresses, whole messages."""
    _log.warning(
        "failed; it is tried again",
        callable=details.name,
        wait=round(details.wait_for, 2),
        error=type(details.caused_by).__name__,
    )
