"""Writes any text with the letters that every PDF reader has: Latin-1, without a font of ours in the file.

A letter beyond is written as it sounds (Łukasz is Lukasz, 張三 is ZhangSan), and one that sounds like nothing
by its number, as [U+202E]. Whoever needs the letters themselves has the JSON.
"""

import unicodedata
from functools import lru_cache

from anyascii import anyascii

_MARKS = frozenset({"Mn", "Mc", "Me"})


def latin(text: str, *, longest: int | None = None) -> str:
    """Write a text, at most `longest` letters of it, on one line."""
    return _cut(" ".join(lines(text).split()), longest)


def lines(text: str, *, longest: int | None = None) -> str:
    """Write a text of several lines."""
    composed = unicodedata.normalize("NFC", text)
    return _cut("".join(map(_letter, composed)), longest)


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 4]} ..."


@lru_cache(maxsize=4096)  # letters
def _letter(letter: str) -> str:
    if letter == "\n" or (letter.isprintable() and ord(letter) < 0x100):  # noqa: PLR2004 - Latin-1
        return letter
    kind = unicodedata.category(letter)
    if letter.isspace() or kind == "Cc":
        return " "
    sounds = anyascii(letter)
    # A mark that no letter before it could take along says nothing by itself.
    return sounds if sounds or kind in _MARKS else f"[U+{ord(letter):04X}]"
