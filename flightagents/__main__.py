"""`flightagents ...` and `python -m flightagents ...`: Faust's command line with our commands in it."""

import os
import sys

from flightagents.errors import ConfigurationError


def main() -> None:
    """Run a command. A wrong setting is one line on standard error, and exit code 2."""
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    try:
        from flightagents.app import app  # noqa: PLC0415 - reads the settings, which may be wrong
    except ConfigurationError as exc:
        sys.exit(f"flightagents: {exc}")
    app.main()


if __name__ == "__main__":
    main()
