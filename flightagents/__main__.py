"""`flightagents ...` and `python -m flightagents ...`."""

from faust.cli.base import cli

from flightagents.cli import replay


def main() -> None:
    """Run Faust's command line with our commands in it."""
    cli()


__all__ = ["main", "replay"]

if __name__ == "__main__":
    main()
