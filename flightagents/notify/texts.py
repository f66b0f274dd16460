"""The texts on disk: a folder a language, a file a kind of news, a block in it for each part of a message.

`mail.txt` and `mail.html` hold the form and no words; `en/common.txt` holds the words that all emails share.
"""

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, TemplateNotFound, select_autoescape

from flightagents.domain.alerting import Said

ENGLISH = "en"


class Texts:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def lines(self, said: Said, block: str, words: Mapping[str, object]) -> list[str]:
        """Give the lines of a block of a kind of news."""
        return _block(f"{self.language}/{said}.txt", block, words)

    def line(self, said: Said, block: str, words: Mapping[str, object]) -> str:
        """Give a block of a kind of news as one line."""
        return " ".join(self.lines(said, block, words))

    def common(self, block: str, words: Mapping[str, object]) -> list[str]:
        """Give the lines of a block that all emails share."""
        return _block(f"{self.language}/common.txt", block, words)


def texts(language: str) -> Texts:
    """Give the texts for a BCP 47 tag: those of "pt-BR" are in pt; of what nobody has translated, English."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return Texts(primary if primary.isalpha() and _exists(f"{primary}/common.txt") else ENGLISH)


def mail(form: str, words: Mapping[str, object]) -> str:
    """Fill in `mail.txt` or `mail.html`; the latter escapes every word."""
    return _environment().get_template(form).render(words)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("flightagents.notify"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@lru_cache(maxsize=256)
def _exists(name: str) -> bool:
    try:
        _environment().get_template(name)
    except TemplateNotFound:
        return False
    return True


def _block(name: str, block: str, words: Mapping[str, object]) -> list[str]:
    template: Template = _environment().get_template(name)
    text = "".join(template.blocks[block](template.new_context(dict(words))))
    return [line.strip() for line in text.splitlines() if line.strip()]
