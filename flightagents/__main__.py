"""`flightagents ...` and `python -m flightagents ...`: Faust's command line with our commands in it."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import structlog

from flightagents import logs
from flightagents.errors import ConfigurationError, SettingsError
from flightagents.handlers.doctor import Finding, Verdict, written
from flightagents.settings import LogFormat, log_format

WRONG_SETTING = 2
"""The exit code: starting again does not help."""


def main() -> None:
    """Run a command. Each wrong setting is one line on standard error, and the exit code is 2."""
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    as_json = log_format() is LogFormat.JSON
    if as_json:
        logs.take_over()
    try:
        from flightagents.app import app  # noqa: PLC0415 - reads the settings, which may be wrong
    except SettingsError as exc:
        if "doctor" in sys.argv[1:]:
            _examine(exc)
        _tell(exc.mistakes, as_json=as_json)
    except ConfigurationError as exc:
        _tell([str(exc)], as_json=as_json)
    app.main()


def _tell(mistakes: Sequence[str], *, as_json: bool) -> NoReturn:
    for mistake in mistakes:
        if as_json:
            structlog.get_logger(__name__).critical("a setting is wrong", reason=mistake)
        else:
            sys.stderr.write(f"flightagents: {mistake}\n")
    sys.exit(WRONG_SETTING)


def _examine(wrong: SettingsError) -> NoReturn:
    """Say it as the doctor does, whom wrong settings keep from looking at anything else."""
    do = "Correct it in the environment or in .env; the rest is looked at once all settings can be read."
    for mistake in wrong.mistakes:
        finding = Finding("settings", Verdict.FAILED, mistake, do)
        sys.stdout.write(f"{written(finding, as_json='--json' in sys.argv)}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
