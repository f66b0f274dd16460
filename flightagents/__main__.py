"""`flightagents ...` and `python -m flightagents ...`: Faust's command line with our commands in it."""

import os
import sys

import structlog

from flightagents import logs
from flightagents.errors import ConfigurationError
from flightagents.settings import LogFormat, log_format

WRONG_SETTING = 2
"""The exit code: starting again does not help."""


def main() -> None:
    """Run a command. A wrong setting is one line on standard error, and exit code 2."""
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    as_json = log_format() is LogFormat.JSON
    if as_json:
        logs.take_over()
    try:
        from flightagents.app import app  # noqa: PLC0415 - reads the settings, which may be wrong
    except ConfigurationError as exc:
        if as_json:
            structlog.get_logger(__name__).critical("a setting is wrong", reason=str(exc))
        else:
            sys.stderr.write(f"flightagents: {exc}\n")
        sys.exit(WRONG_SETTING)
    app.main()


if __name__ == "__main__":
    main()
