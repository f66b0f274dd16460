"""In which of our languages somebody is answered, and what is counted where that is not their own."""

import re
from collections.abc import Callable
from typing import NamedTuple

from babel import localedata

ENGLISH = "en"
UNKNOWN = "unknown"
_PRIMARY = re.compile(r"[a-z]{2,3}")


class Answer(NamedTuple):
    """The language that is written, and the one that was asked for where English stands in for it."""

    language: str
    missing: str | None = None


def answer_in(tag: str, written: Callable[[str], bool]) -> Answer:
    """Choose for a BCP 47 tag: "pt-BR" is answered in pt; `written` tells what somebody has translated.

    What is missing is a language that exists, or `unknown`: a metric can have it as a label.
    """
    primary = tag.replace("_", "-").partition("-")[0].lower()
    if not _PRIMARY.fullmatch(primary):
        return Answer(ENGLISH, UNKNOWN)
    if written(primary):
        return Answer(primary)
    return Answer(ENGLISH, primary if localedata.exists(primary) else UNKNOWN)
