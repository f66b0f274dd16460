"""Reads the mails that come back: reports on deliveries (RFC 3464), among whatever else arrives there.

Only two things are taken from a report: which row it is about, and its codes. Its free text and its addresses
are somebody's, and stay in it. What is no report may be a person's answer (replies.py).
"""

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from flightagents.domain.delivery import NoReceipt, Receipt, Reply
from flightagents.notify.headers import ROW_HEADER
from flightagents.notify.replies import SENT_ANEW, reply_in

_STATUS = "message/delivery-status"
_ORIGINAL = ("text/rfc822-headers", "message/rfc822")
_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ROW = re.compile(r"[\w.=@+-]{1,100}", re.ASCII)
"""Ids of ours have 32 digits and letters; an envelope id has at most 100 signs (RFC 3461, 4.4)."""
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_DEEPEST = 5
"""Parts within parts that we look into: gateways wrap a report once, to put their own words below."""


class _Action(StrEnum):
    """What became of a letter, the best for us first: it may have had several recipients behind one."""

    DELIVERED = "delivered"
    EXPANDED = "expanded"
    RELAYED = "relayed"
    DELAYED = "delayed"
    FAILED = "failed"


def read(mail: bytes) -> Receipt | Reply | NoReceipt:
    """Read a mail as a report about a row, or a person's answer. Never raises, whatever the bytes are."""
    try:
        return _read(message_from_bytes(mail), mail)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # Python's parser promises never to fail on foreign bytes, and does now and then.
        return NoReceipt.UNREADABLE


def _read(mail: Message, raw: bytes) -> Receipt | Reply | NoReceipt:
    parts = list(_parts(mail))
    report = next((part for part in parts if part.get_content_type() == _STATUS), None)
    if report is None:
        return reply_in(mail, raw) or NoReceipt.OTHER_MAIL
    blocks = _blocks(report)
    actions = {action: block for block in reversed(blocks) if (action := _action(block))}
    if not actions:
        return NoReceipt.UNREADABLE
    row = _row(blocks, parts)
    if row is None:
        return NoReceipt.NOT_OURS
    action = next(action for action in _Action if action in actions)
    if action is _Action.DELAYED:
        return NoReceipt.DELAYED
    return Receipt(
        row,
        delivered=action is _Action.DELIVERED,
        detail=_detail(action, actions[action]),
        # Behind a list nobody reports any more, unless it fails.
        relayed=action in (_Action.RELAYED, _Action.EXPANDED),
    )


def _parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """Walk the parts, but not into mails that are quoted: a forwarded bounce is somebody's letter."""
    if mail.get_content_maintype() != "multipart":
        yield mail
    elif depth < _DEEPEST and isinstance(mail.get_payload(), list):
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _blocks(report: Message) -> list[Message]:
    """Give the blocks of fields: the first is about the letter, each other about a recipient."""
    payload = report.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _action(block: Message) -> _Action | None:
    word = _field(block, "Action").split(maxsplit=1)
    try:
        return _Action(word[0].lower()) if word else None
    except ValueError:
        return None


def _detail(action: _Action, block: Message) -> str:
    code = _CODE.match(_field(block, "Status"))
    return f"{action} {code[0]}" if code else action.value


def _row(blocks: Iterable[Message], parts: Iterable[Message]) -> str | None:
    """Find which row it is about: by the id that we gave the envelope, else by what came back."""
    given = [_from_xtext(_field(block, "Original-Envelope-Id")) for block in blocks]
    for letter in _letters(parts):
        given.append(_field(letter, ROW_HEADER))
        given.append(_field(letter, "Message-ID").strip("<>").partition("@")[0])
    return next((SENT_ANEW.sub("", row) for row in given if _ROW.fullmatch(row)), None)


def _letters(parts: Iterable[Message]) -> Iterator[Message]:
    """Give the headers of the letter that came back, as a whole or by themselves."""
    for part in parts:
        if part.get_content_type() not in _ORIGINAL:
            continue
        payload = part.get_payload(0) if part.is_multipart() else None
        if isinstance(payload, Message):
            yield payload
        else:
            words = part.get_payload(decode=True)
            yield message_from_bytes(words if isinstance(words, bytes) else b"")


def _field(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip()


def _from_xtext(text: str) -> str:
    """Read a parameter of SMTP (RFC 3461, 4)."""
    return _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)
