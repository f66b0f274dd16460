"""Our commands beside Faust's `worker`. Importing a file here adds its command to Faust's."""

from flightagents.cli import replay

__all__ = ["replay"]
