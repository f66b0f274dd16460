"""How people are found: the words that a booking is found by, and what somebody who looks for one typed.

A word has a letter before it that says what it is of: n a name, e an email address, r a reference, p a phone
number, and s a phone number from its end, so that the local number's last digits are a beginning too.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flightagents.domain.bookings import Booking

LONGEST = 100
"""Characters of what is typed."""
MOST_WORDS = 6
SHORTEST = 2
"""Characters without which nobody is looked for: one letter is the beginning of a tenth of all names."""
SHORTEST_NUMBER = 4
"""Digits of the end of a number that somebody remembers."""
WHOLE_NUMBER = 7
"""Digits of a number that can be dialled, at least."""
_NO_LETTERS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[\d\s+()./-]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
"""What Unicode does not take apart."""

Alternatives = tuple[str, ...]
"""Beginnings of words, any of which will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleQuery:
    """Which bookings; what is empty asks for nothing.

    With `travels_from` those that still fly on that day or later, who is through first at the top; else all,
    the latest travel at the top.
    """

    text: str = ""
    travels_from: date | None = None


def words_of(booking: Booking) -> list[str]:
    """Give the words that a booking is found by."""
    number = _digits(booking.phone or "")
    return sorted(
        {
            *(f"n:{word}" for word in _spelled(booking.name)),
            *(f"r:{word}" for word in _words(booking.reference.casefold())),
            *([f"e:{booking.email.lower()}"] if booking.email else []),
            *([f"p:{number}", f"s:{number[::-1]}"] if number else []),
        }
    )


def read(text: str) -> list[Alternatives] | None:
    """Say which beginnings a booking needs to have among its words, all of them; none for no text.

    Reads an email address, a phone number (international, or its last four digits or more), a reference, or
    words of a name, each in part. None for what nobody is found by.
    """
    text = text.strip()
    if not text:
        return []
    if len(text) > LONGEST or not text.isprintable():
        return None
    text = unicodedata.normalize("NFC", text)
    if "@" in text:
        return [(f"e:{text.lower()}",)]
    if _NUMBER.fullmatch(text):
        return _number(text)
    typed = [word for word in _NO_LETTERS.split(text) if word][:MOST_WORDS]
    if max(map(len, typed), default=0) < SHORTEST:
        return None
    found = [(*(f"n:{each}" for each in sorted(_spelled(word))), f"r:{_folded(word)}") for word in typed]
    return [(*found[0], f"e:{text.lower()}")] if len(found) == 1 else found


def _number(text: str) -> list[Alternatives] | None:
    """A whole number may begin as it is dialled, with 00 from abroad or with 0 at home: we keep neither."""
    digits = _digits(text)
    if len(digits) < SHORTEST_NUMBER:
        return [(f"r:{digits}",)] if len(digits) >= SHORTEST else None
    abroad, home = digits, digits
    if len(digits) >= WHOLE_NUMBER:
        abroad, home = digits.removeprefix("00"), digits.removeprefix("0")
    return [(f"p:{abroad}", f"s:{digits[::-1]}", f"s:{home[::-1]}", f"r:{digits}")]


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isascii() and each.isdigit())


def _spelled(name: str) -> set[str]:
    """Give a name's words without accents; those with an umlaut also as they are spelled without one."""
    lower = unicodedata.normalize("NFC", name).casefold()
    return {word for each in (lower, lower.translate(_GERMAN)) for word in _words(each)}


def _words(text: str) -> Iterable[str]:
    return (word for word in _NO_LETTERS.split(_folded(text)) if word)


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(each for each in apart if not unicodedata.combining(each))
