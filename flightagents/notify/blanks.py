"""What of a message is one recipient's own: blanks in what all share, filled in for each of them.

Rendering costs a millisecond, filling in some microseconds; hundreds on a flight hear the same news at once.
"""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex
from typing import NamedTuple

from flightagents.domain.notifications import Notice
from flightagents.notify.wording import one_line

OWN = ("name", "reference", "page", "unsubscribe")
"""The fields of a notice that say nothing of the flight."""

Own = dict[str, str]
"""A recipient's words by field."""


def own_words(notice: Notice) -> Own:
    """Take the recipient's own words out of a notice, a line each."""
    return {field: one_line(getattr(notice, field)) for field in OWN}


class Form(NamedTuple):
    """A text with blanks: every other piece names the field that goes there."""

    pieces: tuple[str, ...]

    def filled(self, own: Own, write: Callable[[str], str] = str) -> str:
        """Fill it in; `write` makes a word fit for the text. What is filled in is never looked at again."""
        return "".join(write(own[piece]) if number % 2 else piece for number, piece in enumerate(self.pieces))

    def as_html(self, own: Own) -> str:
        """Fill in a form that is HTML."""
        return self.filled(own, html.escape)


class Blanks:
    """Marks for the blanks. They are drawn by lot: no name and no agency can contain one."""

    def __init__(self) -> None:
        lot = token_hex(16)
        self._marks = {field: f"x{lot}{field}x" for field in OWN}
        self._mark = re.compile(f"x{lot}({'|'.join(OWN)})x")

    def shared(self, notice: Notice, own: Own) -> Notice:
        """Give what recipients of the same news share: a mark wherever there is something to fill in."""
        marked = {field: own[field] and mark for field, mark in self._marks.items()}
        return replace(
            notice,
            name=marked["name"],
            reference=marked["reference"],
            page=marked["page"],
            unsubscribe=marked["unsubscribe"],
        )

    def form(self, text: str) -> Form:
        """Find the blanks of a text that was written from a shared notice."""
        return Form(tuple(self._mark.split(text)))
