"""Users: the agency's staff who log in, the programs that act for them, and what each of them may."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class Role(StrEnum):
    """What somebody may do. Each may also do what those before it may."""

    VIEWER = "viewer"
    """Sees flights and counts; no name, address, number or text of a traveller."""
    AGENT = "agent"
    """Sees travellers, and acts for them."""
    ADMIN = "admin"
    """Decides who may do what, which rules hold, and what is replayed."""

    def includes(self, other: "Role") -> bool:
        """Tell whether this role may do what the other may."""
        roles = list(Role)
        return roles.index(self) >= roles.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may log in, known by a name in lower case.

    Without a password they come through a proxy that has checked who they are. `generation` begins anywhere,
    so that a later user of the same name has another, and grows with each new password or role, and when they
    are logged out: what was signed for an older one holds no more.
    """

    name: str
    role: Role
    password_hash: str | None
    created_at: datetime
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """Lets a program in. `id` is public; of its secret only a hash is kept. It ends with its owner."""

    id: str
    secret_hash: str
    owner: str
    label: str
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user or a program of theirs, with the role that holds for this request."""

    name: str
    role: Role
    generation: int = 0
    program: str = ""
    """The label of the token that a program came with; empty for a person."""

    @property
    def signed(self) -> str:
        """Give the name that their acts are logged under."""
        return f"{self.name} ({self.program})" if self.program else self.name


def user_name(text: str) -> str:
    """Read a user's name: lower case, 1 to 64 letters, digits, dots, dashes. Raises ValueError."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{text!r} is no name for a user: write up to 64 letters, digits, dots, dashes or an address"
        )
    return name
