"""The texts on disk: a folder a language, a file a kind of news or a caution, a block a part of a message.

`mail.txt` and `mail.html` hold the form and no words; `en/common.txt` holds the words that all emails share.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, TemplateNotFound, select_autoescape

from flightagents.languages import answer_in

_LENGTH = re.compile(r"\b\d+ h \d+ min\b|\b\d+ (?:h|min)\b")
"""2 h 5 min, which must not stand on two lines."""


class Texts:
    """The texts of one language. `missing`: the language that was asked for, where these stand in for it."""

    def __init__(self, language: str, missing: str | None = None) -> None:
        self.language = language
        self.missing = missing

    def lines(self, name: str, block: str, words: Mapping[str, object]) -> list[str]:
        """Give the lines of a block of a kind of news, or of a caution."""
        return _block(f"{self.language}/{name}.txt", block, words)

    def line(self, name: str, block: str, words: Mapping[str, object]) -> str:
        """Give a block of a kind of news, or of a caution, as one line."""
        return " ".join(self.lines(name, block, words))

    def common(self, block: str, words: Mapping[str, object]) -> list[str]:
        """Give the lines of a block that all messages share."""
        return _block(f"{self.language}/common.txt", block, words)

    def phrase(self, block: str, words: Mapping[str, object]) -> str:
        """Give a block that all messages share as one line."""
        return " ".join(self.common(block, words))


@lru_cache(maxsize=1024)  # spellings of tags
def texts(language: str) -> Texts:
    """Give the texts for a BCP 47 tag: those of "pt-BR" are in pt; of what nobody has translated, English."""
    return Texts(*answer_in(language, lambda primary: _exists(f"{primary}/common.txt")))


def mail(form: str, words: Mapping[str, object]) -> str:
    """Fill in `mail.txt` or `mail.html`; the latter escapes every word."""
    return _environment().get_template(form).render(words)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flightagents.notify"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    # Jinja's own `capitalize` makes the other letters small.
    environment.filters["capital"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["unbroken"] = _unbroken
    return environment


def _unbroken(text: str, phone: str = "") -> str:
    """Keep a length of time, and a number to call, on one line of HTML."""
    text = text.replace(phone, phone.replace(" ", "\u00a0")) if phone else text
    return _LENGTH.sub(lambda found: found[0].replace(" ", "\u00a0"), text)


def _exists(name: str) -> bool:
    try:
        _environment().get_template(name)
    except TemplateNotFound:
        return False
    return True


def _block(name: str, block: str, words: Mapping[str, object]) -> list[str]:
    template: Template = _environment().get_template(name)
    text = "".join(template.blocks[block](template.new_context(dict(words))))
    return [line.strip(" \n") for line in text.split("\n") if line.strip(" \n")]
