"""Whether words that somebody typed name something: case, accents and punctuation do not matter."""

import unicodedata
from collections.abc import Iterator, Sequence

_LEAST_OF_A_WORD = 4
"""Letters from which on the beginning of a word will do: "San" would find hundreds."""


def plain(text: str) -> str:
    """Write Zürich as " zurich ": letters and digits alone, between spaces."""
    return f" {' '.join(''.join(_letters(text)).split())} "


def _letters(text: str) -> Iterator[str]:
    for letter in unicodedata.normalize("NFKD", text.casefold()):
        if not unicodedata.combining(letter):
            yield letter if letter.isalnum() else " "


def asked(text: str) -> Sequence[str]:
    """Give what a name, written plain, has to hold to be meant by a text; nothing where it has no words."""
    return [f" {word}" if len(word) >= _LEAST_OF_A_WORD else f" {word} " for word in plain(text).split()]
