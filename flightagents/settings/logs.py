"""How log lines look: read before all else, so that a wrong setting is told in that form."""

from pydantic import Field, ValidationError

from flightagents.settings.base import Group
from flightagents.settings.choices import LogFormat


class LogSettings(Group):
    """How log lines look."""

    log_format: LogFormat = Field(LogFormat.CONSOLE, description="console or json")


def log_format() -> LogFormat:
    """Give the form that is asked for; where it cannot be read, which is told of later, lines for people."""
    try:
        return LogSettings().log_format
    except (ValidationError, OSError, UnicodeDecodeError):
        return LogFormat.CONSOLE
