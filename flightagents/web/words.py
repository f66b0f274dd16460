"""The words of the pages: a file for each language, and whose language is which.

A text is one of ours and may hold markup; what is filled in is escaped.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from flightagents import metrics
from flightagents.languages import ENGLISH, answer_in

LANGUAGES = (ENGLISH, "de", "fr", "es", "pt")
LOCALES = {ENGLISH: "en_GB"}
"""Babel's locale for a language of ours, where another than the language's own is meant."""
_MOST_RANGES = 20
"""Languages of a header that are looked at; browsers send a handful."""


class Words:
    """The texts of one language."""

    def __init__(self, language: str, texts: Mapping[str, Any]) -> None:
        self.language = language
        self.locale = LOCALES.get(language, language)
        self.texts = texts

    def __call__(self, name: str, /, **values: object) -> Markup:
        """Give the text that a dotted name stands for, filled in. Raises KeyError where there is none."""
        found: Any = self.texts
        for part in name.split("."):
            found = found[part]
        return Markup(found).format(**values)  # noqa: S704 - our own texts; `format` escapes the values


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str) -> Words:
    """Read the file of one of LANGUAGES."""
    text = files("flightagents.web").joinpath("templates", f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))


def words_for(tag: str) -> Words:
    """Give the words for a BCP 47 tag: those of "pt-BR" are in pt; of what nobody has translated, English.

    The latter is counted, as it is for messages.
    """
    language, missing = answer_in(tag, LANGUAGES.__contains__)
    if missing is not None:
        metrics.LANGUAGE_FALLBACKS.labels(language=missing).inc()
    return words(language)


def words_accepted(header: str) -> Words:
    """Give the words that an Accept-Language header likes best, of those that we have; else English."""
    ranges = []
    for place, each in enumerate(header.split(",")[:_MOST_RANGES]):
        tag, _, weight = each.partition(";")
        primary = tag.strip().partition("-")[0].lower()
        if primary in LANGUAGES and (quality := _quality(weight)) > 0:
            ranges.append((-quality, place, primary))
    return words(min(ranges)[2] if ranges else ENGLISH)


def _quality(weight: str) -> float:
    """Read "q=0.8"; 1 where there is none, 0 for what is no weight."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
