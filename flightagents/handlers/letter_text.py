"""A dead letter's original and place as a person may read them: nothing in it acts on page or terminal."""

import unicodedata

import msgspec

from flightagents.records import MOST_LEVELS, DeadLetter, DeadLetterSource

_ACTING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode's categories of what is not seen, turns the line about, or is half a character."""


def shown_text(letter: DeadLetter) -> str:
    """Give the original: JSON indented, else as it is; what cannot be seen is written as its code."""
    text = letter.raw
    if _levels(text) <= MOST_LEVELS:  # indenting what is nested deeper makes it a thousand times as long
        try:
            text = msgspec.json.format(text, indent=2)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            text = letter.raw
    return "".join(_visible(each) for each in text)


def shown_place(letter: DeadLetter) -> str:
    """Say where a letter comes from."""
    place = letter.place
    if letter.source is DeadLetterSource.FEED and {"query", "offset", "row"} <= place.keys():
        row = f"row {place['row']} of the page at offset {place['offset']}"
        words = f"run {place.get('run')}, query {place['query']}, {row}"
    else:
        words = ", ".join(f"{name} {value}" for name, value in place.items())
    return "".join(_visible(each) for each in words)


def _levels(text: str) -> int:
    """Count levels of nesting; brackets within strings count too, which only makes it careful."""
    level = deepest = 0
    for each in text:
        if each in "[{":
            level += 1
            deepest = max(deepest, level)
        elif each in "]}":
            level -= 1
    return deepest


def _visible(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _ACTING:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - of JSON and Python
