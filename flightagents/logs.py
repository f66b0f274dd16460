"""Log lines: structlog for ours and everybody else's, readable on a console or as JSON, one object a line."""

import logging
from typing import Any

import structlog

from flightagents.settings import LogFormat

_BEFORE: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def configure(log_format: LogFormat) -> dict[str, Any]:
    """Set structlog up; give the logging configuration for Faust, whose `-l` sets the level.

    Tracebacks are plain text in both forms: structlog's pretty ones print local variables, and those of an
    HTTP client hold the key.
    """
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
        "root": {"handlers": ["default"], "level": logging.INFO},
    }
