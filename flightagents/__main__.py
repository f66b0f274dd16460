"""`flightagents ...` and `python -m flightagents ...`: Faust's command line with our commands in it."""

import os
import sys
from typing import NoReturn

from flightagents import logs
from flightagents.handlers.doctor import Finding, Verdict, written
from flightagents.refused_start import RefusedStartError
from flightagents.settings import LogFormat, log_format


def main() -> None:
    """Run a command. Each wrong setting is one line on standard error, and the exit code is 2."""
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    if log_format() is LogFormat.JSON:
        logs.take_over()
    try:
        from flightagents.app import app  # noqa: PLC0415 - reads the settings, which may be wrong
    except RefusedStartError as exc:
        if "doctor" in sys.argv[1:]:
            _examine(exc)
        exc.show()
        sys.exit(exc.exit_code)
    app.main()


def _examine(wrong: RefusedStartError) -> NoReturn:
    """Say it as the doctor does, whom wrong settings keep from looking at anything else."""
    do = "Correct it in the environment or in .env; the rest is looked at once all settings can be read."
    for mistake in wrong.mistakes:
        finding = Finding("settings", Verdict.FAILED, mistake, do)
        sys.stdout.write(f"{written(finding, as_json='--json' in sys.argv)}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
