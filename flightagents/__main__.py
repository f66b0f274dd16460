"""`flightagents ...` and `python -m flightagents ...`: Faust's command line with our commands in it."""

import os
import sys

from flightagents.errors import ConfigurationError, SettingsError
from flightagents.handlers.doctor import Finding, Verdict, written


def main() -> None:
    """Run a command. Each wrong setting is one line on standard error, and the exit code is 2."""
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    try:
        from flightagents.app import app  # noqa: PLC0415 - reads the settings, which may be wrong
    except SettingsError as exc:
        if "doctor" in sys.argv[1:]:
            _examine(exc)
        sys.stderr.writelines(f"flightagents: {mistake}\n" for mistake in exc.mistakes)
        sys.exit(2)
    except ConfigurationError as exc:
        sys.exit(f"flightagents: {exc}")
    app.main()


def _examine(wrong: SettingsError) -> None:
    """Say it as the doctor does, whom wrong settings keep from looking at anything else."""
    do = "Correct it in the environment or in .env; the rest is looked at once all settings can be read."
    for mistake in wrong.mistakes:
        finding = Finding("settings", Verdict.FAILED, mistake, do)
        sys.stdout.write(f"{written(finding, as_json='--json' in sys.argv)}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
