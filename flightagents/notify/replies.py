"""Tells a person's mail from a machine's, and which of our emails it answers.

Nothing of what somebody wrote is taken from it, and no address. Where it is not clear whose it is, it is a
person's: staff see one mail too many, and no traveller waits in vain.
"""

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr
from hashlib import sha256

from flightagents.domain.delivery import Reply

SENT_ANEW = re.compile(r"\.\d+$")
"""Ends the left side of a Message-ID whose letter was written a second time, in other words."""

_LEFT_SIDE = re.compile(r"<([\w.=+-]{1,100})@", re.ASCII)
"""Of a Message-ID; those of ours are a row's id."""
_MOST_ROWS = 10
_MACHINES = frozenset({"mailer-daemon", "postmaster"})
_BY_THE_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_ONLY_MACHINES = ("List-Id", "X-Autoreply", "X-Autorespond")


def reply_in(mail: Message, raw: bytes) -> Reply | None:
    """Read a mail as a person's; None where a machine wrote it (RFC 3834, and what came before it)."""
    if not _is_a_persons(mail):
        return None
    named = _one_line(mail, "Message-ID").encode("utf-8", "replace") or raw
    rows = tuple(dict.fromkeys(_rows(mail)))[:_MOST_ROWS]
    return Reply(sha256(named).hexdigest(), rows)


def _is_a_persons(mail: Message) -> bool:
    sender = parseaddr(_one_line(mail, "From"))[1]
    submitted = _one_line(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        bool(sender)
        and sender.partition("@")[0].lower() not in _MACHINES
        and _one_line(mail, "Return-Path") != "<>"
        and submitted in ("", "no")
        and _one_line(mail, "Precedence").lower() not in _BY_THE_BULK
        and not any(name in mail for name in _ONLY_MACHINES)
        and mail.get_content_type() != "multipart/report"
    )


def _rows(mail: Message) -> Iterator[str]:
    """Give what it names as answered: at once, and then the thread, the newest first."""
    thread = _LEFT_SIDE.findall(_one_line(mail, "References"))
    for left in (*_LEFT_SIDE.findall(_one_line(mail, "In-Reply-To")), *reversed(thread)):
        yield SENT_ANEW.sub("", left)


def _one_line(mail: Message, name: str) -> str:
    return " ".join(str(mail.get(name, "")).split())
