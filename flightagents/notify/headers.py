"""Email headers that hold tokens: ids and addresses of pages, which no mail program may meet encoded.

Python's own header classes turn a token that is longer than a line into an RFC 2047 encoded word. That breaks
threading (References) and one-click unsubscribe.
"""

from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import lru_cache
from typing import cast

ROW_HEADER = "X-Flightagents-Row"
"""Carries the ledger row's id, so that a mailbox can be asked for it."""

TOKEN_HEADERS = (
    "Message-ID",
    "References",
    "In-Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    ROW_HEADER,
)


class TokenHeader(UnstructuredHeader):
    """Folds at spaces only; a longer token makes a longer line (RFC 5322 allows 998 letters)."""

    name: str
    max_count = 1

    def fold(self, *, policy: "EmailPolicy[EmailMessage]") -> str:
        """Write the header; its first token stays on its first line."""
        line_length = policy.max_line_length or 78
        lines = [f"{self.name}:"]
        for count, token in enumerate(str(self).split()):
            if count and len(lines[-1]) + 1 + len(token) > line_length:
                lines.append("")
            lines[-1] += f" {token}"
        return policy.linesep.join(lines) + policy.linesep


@lru_cache(maxsize=1)
def policy() -> "EmailPolicy[EmailMessage]":
    """Give the rules that our emails are written by: 7 bit, whatever the servers on their way offer."""
    registry = HeaderRegistry()
    for name in TOKEN_HEADERS:
        # The registry mixes BaseHeader into what it is given.
        registry.map_to_type(name, cast("type[BaseHeader]", TokenHeader))
    return SMTP.clone(header_factory=registry, cte_type="7bit")
