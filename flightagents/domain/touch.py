"""What was touched in the database since somebody last looked there."""

from typing import NamedTuple


class Touch(NamedTuple):
    """The collections, and the flights that all of it was about; None: any flight."""

    collections: frozenset[str]
    flights: frozenset[str] | None
