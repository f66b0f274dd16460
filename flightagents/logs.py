"""Log lines: structlog for ours and everybody else's, readable on a console or as JSON, one object a line."""

import logging
from typing import Any

import stamina.instrumentation
import structlog
from stamina.instrumentation import RetryDetails

from flightagents.settings import LogFormat

_BEFORE: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
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


def _tell_retry(details: RetryDetails) -> None:
    """Stamina's own hook logs the arguments as well: bookings, addresses, whole messages."""
    _log.warning(
        "failed; it is tried again",
        callable=details.name,
        wait=round(details.wait_for, 2),
        error=type(details.caused_by).__name__,
    )
