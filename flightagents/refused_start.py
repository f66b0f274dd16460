"""A wrong setting ends whatever command line read it: a line for each on standard error, and exit code 2.

app.py raises it where it reads the settings; click, which `faust -A flightagents.app` runs in, shows it by
itself, and __main__.py does for `flightagents`.
"""

import sys
from typing import IO, Any

import click
import structlog

from flightagents import logs
from flightagents.errors import SettingsError
from flightagents.settings import LogFormat, log_format

WRONG_SETTING = 2
"""The exit code: starting again does not help."""

_log = structlog.get_logger(__name__)


class RefusedStartError(SettingsError, click.ClickException):
    """What click shows instead of a traceback."""

    exit_code = WRONG_SETTING

    def show(self, file: IO[Any] | None = None) -> None:
        """Say what is wrong, in the form that the log has."""
        as_json = log_format() is LogFormat.JSON
        if as_json:
            logs.take_over()
        for mistake in self.mistakes:
            if as_json:
                _log.critical("a setting is wrong", reason=mistake)
            else:
                print(f"flightagents: {mistake}", file=file or sys.stderr)
