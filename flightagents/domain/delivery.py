"""A message on its way: its envelope, how a send ends, and what providers report later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from flightagents.domain.notifications import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message on its way: to whom, from which row, and when its first bytes may have left (real time)."""

    row: str
    address: str
    message: Message
    valid_for: timedelta
    wire_at: datetime | None = None
    last_wire_at: datetime | None = None
    """Where it was sent more than once; a look-up counts from here whether it asks too early."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it, and promised a receipt or not."""

    provider_id: str | None = None
    receipt_promised: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider will never take it: a bad address, an opt-out."""

    reason: str
    opted_out: bool = False
    """They have told the provider, and not us, that they want no more."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The provider did not take it, and may later."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Bytes left, and no answer came."""

    reason: str


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Our credentials, TLS or sender are wrong: the channel stops, and no attempt is burned."""

    reason: str


Outcome = Accepted | Rejected | Retry | Uncertain | Misconfigured


class Found(StrEnum):
    """What a provider says that does not show a message; one that has it says Accepted."""

    NO = "no"
    NOT_YET = "not_yet"
    """It would not show it so soon: ask again."""
    CANNOT_TELL = "cannot_tell"


class Receipt(NamedTuple):
    """What a provider reports of a row later: delivered, or refused after all, and its own reason."""

    row: str
    delivered: bool
    detail: str
    relayed: bool = False
    """Handed to a server that sends no receipts: told, and none will come."""


class Reply(NamedTuple):
    """A person's mail that came where bounces arrive; `mail` names it, the same each time that it is read.

    `rows` are those that it may answer, the likeliest first: what it names as answered is perhaps not ours.
    """

    mail: str
    rows: tuple[str, ...]


class NoReceipt(StrEnum):
    """Why a mail that came where bounces arrive settles nothing, and nobody has to read it."""

    OTHER_MAIL = "other_mail"
    """A vacation answer, or one of a list: neither a report on a delivery nor a person's."""
    UNREADABLE = "unreadable"
    DELAYED = "delayed"
    """The server still tries."""
    NOT_OURS = "not_ours"
    """It names no row of ours."""
