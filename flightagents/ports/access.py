"""Who may come in: users, the tokens of their programs, and who tried in vain."""

from collections.abc import Sequence
from typing import Protocol

from flightagents.domain.users import ApiToken, Role, User


class Users(Protocol):
    """The agency's staff who log in."""

    async def get(self, name: str) -> User | None:
        """Give a user."""

    async def all(self) -> list[User]:
        """Give all users, by name."""

    async def add(self, user: User) -> bool:
        """Add a user; False where there is one of that name."""

    async def change(self, name: str, *, password_hash: str | None = None, role: Role | None = None) -> bool:
        """Set what is given and end what was signed before; False where there is none of that name."""

    async def remove(self, name: str) -> bool:
        """Remove a user, with all tokens; False where there is none of that name."""


class Tokens(Protocol):
    """The tokens of programs."""

    async def get(self, id_: str) -> ApiToken | None:
        """Give a token by its public part."""

    async def of(self, owner: str) -> list[ApiToken]:
        """Give a user's tokens, oldest first."""

    async def add(self, token: ApiToken) -> None:
        """Add a token."""

    async def remove(self, id_: str) -> bool:
        """Remove a token; False where there is none."""


class Attempts(Protocol):
    """Logins that were tried a short while ago, in real time, by keys that name nobody in the clear."""

    async def note(self, key: str) -> int:
        """Count one more, and give how many that makes, of those that still weigh: no two get the same."""

    async def take_back(self, keys: Sequence[str]) -> None:
        """Count one less for each of these keys."""

    async def forgive(self, key: str) -> None:
        """Forget those of a key: somebody has come in."""
