"""The words for dead letters: what a replay would do, and what came of one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from flightagents.records import DeadLetter, DeadLetterSource
from flightagents.web.staff.mending import Mended
from flightagents.web.staff.times import count
from flightagents.web.staff.words import KINDS

EFFECTS: Mapping[str, str] = {
    "speaks": "It is compared with what is known of its flight, and what differs is news.",
    "older": "A newer run has brought its flight: it is archived and changes nothing.",
    "beside": "Another row of its run speaks for the flight: it is archived and changes nothing.",
    "known": "It is archived already: it changes nothing.",
    "decides": "It is a change: it is decided on, unless it is known.",
}
OUTCOMES: Mapping[str, str] = {
    "replayed": "replayed",
    "dismissed": "dismissed",
    "unreadable": "cannot be read yet",
    "ended": "replayed or dismissed before",
    "unknown": "not there",
}
STATES: Mapping[str, str] = {"new": "late", "replayed": "good", "dismissed": ""}
"""The colours of the states."""


def summed_up(done: Sequence[Mended], none: str = "Nothing was marked: mark a letter first.") -> str:
    """Say it: "12 replayed; 3 cannot be read yet (no airport, bad time)"."""
    outcomes = Counter(str(each.outcome) for each in done if each.outcome is not None)
    parts = [
        f"{number:,} {OUTCOMES[outcome]}{_reasons(done) if outcome == 'unreadable' else ''}"
        for outcome, number in sorted(outcomes.items(), key=lambda each: list(OUTCOMES).index(each[0]))
    ]
    return f"{count(len(done), 'letter')}: {'; '.join(parts)}." if parts else none


def _reasons(done: Sequence[Mended]) -> str:
    named = sorted({spaced(each.problem.reason) for each in done if each.problem is not None})
    return f" ({', '.join(named)})" if named else ""


def spaced(reason: str) -> str:
    """Write a reason as words."""
    return reason.replace("_", " ")


def source(letter: DeadLetter) -> str:
    """Say shortly where a letter comes from."""
    place = letter.place
    match letter.source:
        case DeadLetterSource.FEED:
            return f"the feed, run {place.get('run', '?')}"
        case DeadLetterSource.TOPIC:
            return f"{place.get('topic', 'a topic')}, offset {place.get('offset', '?')}"
        case DeadLetterSource.ARCHIVE:
            return "the archive"


def letter_address(key: str) -> str:
    """Give the address of a letter; its id holds what a path must not."""
    return f"/dead-letters/{quote(key, safe='')}"


FILTERS: dict[str, Callable[..., object]] = {
    "spaced": spaced,
    "letter_source": source,
    "letter_address": letter_address,
    "effect": EFFECTS.__getitem__,
    "letter_tone": STATES.__getitem__,
    "kind_name": KINDS.__getitem__,
}
