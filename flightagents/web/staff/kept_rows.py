"""Rows as they were last written: of a list of hundreds a second later, all but a few are the same."""

from collections.abc import Callable, Hashable

MOST = 2_000
"""Rows that a worker keeps, about 2 kB each; the one that was written first leaves first."""


class KeptRows:
    """The HTML of rows, each with all that it shows."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[object, str]] = {}

    def html(self, key: Hashable, shown: object, write: Callable[[], str]) -> str:
        """Give the row of a key; it is written only where what it shows differs from the last time."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] == shown:
            return kept[1]
        html = write()
        if kept is None and len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = shown, html
        return html
