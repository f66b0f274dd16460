"""The alphabet of an SMS. One letter outside of it turns the text into UCS-2, at 70 letters a segment."""

import unicodedata
from functools import lru_cache

import gsm0338

SEGMENT = 160
"""Septets of an SMS that is one segment (GSM 03.38)."""

_CODEC = gsm0338.Codec()

# What NFKD does not take apart. U+202F and U+00A0 come from Babel and from copied names; the others from
# word processors.
_INSTEAD = str.maketrans(
    {
        "\u00a0": " ",
        "\u2007": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2026": "...",
        "\u2022": "-",
        "\u00b7": "-",
        "\u2190": "<-",
        "\u2192": "->",
        "\u00d7": "x",
        "\u00a9": "(c)",
        "\u00ae": "(R)",
        "\u0110": "D",
        "\u0111": "d",
        "\u0131": "i",
        "\u0141": "L",
        "\u0142": "l",
        "\u0152": "OE",
        "\u0153": "oe",
        "\u1e9e": "SS",
        "\u00d0": "D",
        "\u00f0": "d",
        "\u00de": "Th",
        "\u00fe": "th",
        "`": "'",
        "\u00b4": "'",
        "\t": " ",
    }
)


def septets(text: str) -> int | None:
    """Count what a text takes of a segment (the euro sign and brackets take two); None if it is not GSM-7."""
    costs = [_cost(letter) for letter in text]
    return sum(costs) if all(costs) else None


@lru_cache(maxsize=4096)  # letters
def _cost(letter: str) -> int:
    """Give a letter's septets; 0 for one that is not in the alphabet."""
    try:
        encoded, _ = _CODEC.encode(letter)
    except UnicodeEncodeError:
        return 0
    return len(encoded)


def fits(text: str) -> bool:
    """Tell whether a text is one segment."""
    length = septets(text)
    return length is not None and length <= SEGMENT


def transliterate(text: str) -> str:
    """Write a text with the alphabet alone: accents fall where they must, other scripts are left out."""
    return "".join(_plain(letter) for letter in text.translate(_INSTEAD))


@lru_cache(maxsize=4096)  # letters
def _plain(letter: str) -> str:
    if _cost(letter):
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if _cost(part))


def cut(text: str, room: int) -> str:
    """Shorten a GSM-7 text to so many septets, with a full stop where something is missing."""
    if (septets(text) or 0) <= room:
        return text
    while text and (septets(text) or 0) > room - 1:
        text = text[:-1]
    return f"{text.rstrip()}." if text else ""
