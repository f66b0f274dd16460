"""Where the AviationStack server's pages come from: the story of a day, or a folder of recorded answers."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from flightagents.errors import ConfigurationError
from flightagents.sandbox.feed_story import FeedStory
from flightagents.sandbox.filters import day_asked_for, filtered
from flightagents.sandbox.row_story import FeedRow

# A page begins up to so many rows early: pages overlap, and now and then miss rows between them.
_SLIP = 3


@dataclass(frozen=True, slots=True)
class Page:
    """The body of an answer, and the rows in it."""

    body: bytes
    rows: tuple[FeedRow, ...]


class Pages(Protocol):
    """Makes the answer to one request."""

    def page(self, query: Mapping[str, str], limit: int, offset: int, now: datetime) -> Page:
        """Answer; may raise RefusedParameterError."""
        ...


class StoryPages:
    """Pages of a simulated day."""

    def __init__(self, story: FeedStory) -> None:
        self._story = story

    def page(self, query: Mapping[str, str], limit: int, offset: int, now: datetime) -> Page:
        """Cut a page out of the rows that the feed shows now."""
        rows = filtered(self._story.rows(now, day_asked_for(query)), query)
        slip = zlib.crc32(f"{offset}|{now:%H:%M}".encode()) % _SLIP if offset else 0
        shown = rows[offset - slip : offset - slip + limit] if offset < len(rows) else []
        pagination = {"limit": limit, "offset": offset, "count": len(shown), "total": len(rows)}
        data = b",".join(row.encoded for row in shown)
        head = json.dumps({"pagination": pagination})[:-1].encode()
        return Page(head + b', "data": [' + data + b"]}", tuple(shown))


class RecordedPages:
    """Recorded answers, one after the other: each request for a first page brings the next file.

    In the order of `sequence.json` if there is one, else by name; the last one stays. Later pages are empty:
    nobody recorded them.
    """

    def __init__(self, folder: Path) -> None:
        self._files = _files(folder)
        self._next = 0
        if not self._files:
            raise ConfigurationError(f"no recorded answers (*.json) in {folder}")

    def page(self, query: Mapping[str, str], limit: int, offset: int, now: datetime) -> Page:
        """Serve a file as it is, but for a total that promises no page that nobody has."""
        del query, now
        if offset:
            pagination = {"limit": limit, "offset": offset, "count": 0, "total": 0}
            return Page(json.dumps({"pagination": pagination, "data": []}).encode(), ())
        body = self._files[min(self._next, len(self._files) - 1)].read_bytes()
        self._next += 1
        try:
            answer = json.loads(body)
        except ValueError:
            return Page(body, ())
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            return Page(body, ())
        if isinstance(answer.get("pagination"), dict):
            answer["pagination"]["total"] = len(answer["data"])
            body = json.dumps(answer).encode()
        return Page(body, tuple(_recorded(row) for row in answer["data"] if isinstance(row, dict)))


def _files(folder: Path) -> list[Path]:
    sequence = folder / "sequence.json"
    if sequence.is_file():
        return [folder / entry["file"] for entry in json.loads(sequence.read_bytes())]
    return sorted(folder.glob("*.json"))


def _recorded(row: dict[str, Any]) -> FeedRow:
    designator = (row.get("flight") or {}).get("iata")
    return FeedRow(None, designator, str(row.get("flight_date")), row, json.dumps(row).encode())
