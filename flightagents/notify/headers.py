"""Writes an email's headers: tokens as they are, and text so that it is read as it was written.

A token is an id or the address of a page, which no mail program may meet encoded. Python's header classes
turn one that is longer than a line into an RFC 2047 encoded word, which breaks threading (References) and
one-click unsubscribe. And in a subject of several lines that is not ASCII they lose spaces (Python 3.11).
"""

from email.header import Header
from functools import lru_cache

ROW_HEADER = "X-Flightagents-Row"
"""Carries the ledger row's id, so that a mailbox can be asked for it."""

LINE = 78
"""Letters of a line that is folded (RFC 5322, 2.1.1). A longer token makes a longer line: 998 are allowed."""

_ENCODED_WORD = 75
"""Letters of one at most (RFC 2047, 2)."""


def of_tokens(name: str, text: str) -> str:
    """Write a header of tokens. It folds at spaces only, and the first token stays on its first line.

    What is not ASCII is left out: ours are, whatever an airport's code may be.
    """
    return _folded(name, text.encode("ascii", "ignore").decode("ascii").split())


@lru_cache(maxsize=1024)  # subjects, which recipients share
def of_text(name: str, text: str) -> str:
    """Write a header that people read, of one line of text; what is not ASCII becomes encoded words."""
    return _folded(name, _words(name, text) or text.split())


@lru_cache(maxsize=64)  # our own sender's, above all
def of_person(name: str, person: str, address: str) -> str:
    """Write a header of one address with the name of whoever it belongs to, which has no quotes in it."""
    return _folded(name, [*(_words(name, person) or f'"{person}"'.split()), f"<{address}>"])


def _words(name: str, text: str) -> list[str]:
    """Give a text as encoded words; none where it can stand as it is."""
    if text.isascii() and "=?" not in text:
        return []
    return Header(text, "utf-8", maxlinelen=_ENCODED_WORD, header_name=name).encode().split()


def _folded(name: str, tokens: list[str]) -> str:
    lines = [f"{name}:"]
    for count, token in enumerate(tokens):
        if count and len(lines[-1]) + 1 + len(token) > LINE:
            lines.append("")
        lines[-1] += f" {token}"
    return "\r\n".join(lines) + "\r\n"
