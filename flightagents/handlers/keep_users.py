"""Keeps the users and their tokens: what an operator does on the command line, and an admin on the page."""

from flightagents.clock import Clock
from flightagents.domain.users import ApiToken, Role, User, user_name
from flightagents.handlers.passwords import Passwords, new_token
from flightagents.ports import Tokens, Users

LONGEST_LABEL = 64


class KeepUsers:
    """Adds, changes and removes. What is refused is a ValueError that says why."""

    def __init__(self, users: Users, tokens: Tokens, passwords: Passwords, clock: Clock) -> None:
        self._users = users
        self._tokens = tokens
        self._passwords = passwords
        self._clock = clock

    async def add(self, name: str, role: Role, password: str | None) -> User:
        """Add a user; without a password they come in through a trusted proxy alone."""
        user = User(
            name=user_name(name),
            role=role,
            password_hash=await self._passwords.hashed(password) if password is not None else None,
            created_at=self._clock.now(),
        )
        if not await self._users.add(user):
            raise ValueError(f"there is a user {user.name} already")
        return user

    async def set_password(self, name: str, password: str) -> None:
        """Set another password; whoever is logged in under that name is logged out."""
        await self._change(name, password_hash=await self._passwords.hashed(password))

    async def set_role(self, name: str, role: Role) -> None:
        """Set another role; they log in again."""
        await self._change(name, role=role)

    async def log_out(self, name: str) -> None:
        """End every session of a user."""
        await self._change(name)

    async def _change(self, name: str, *, password_hash: str | None = None, role: Role | None = None) -> None:
        if not await self._users.change(user_name(name), password_hash=password_hash, role=role):
            raise ValueError(f"there is no user {name}")

    async def remove(self, name: str) -> None:
        """Remove a user, with all tokens."""
        if not await self._users.remove(user_name(name)):
            raise ValueError(f"there is no user {name}")

    async def all(self) -> list[User]:
        """Give all users, by name."""
        return await self._users.all()

    async def give_token(self, owner: str, label: str, role: Role) -> str:
        """Make a token for a program of a user's, and give what the program has to show: nobody can again."""
        label = label.strip()
        user = await self._users.get(user_name(owner))
        if user is None:
            raise ValueError(f"there is no user {owner}")
        if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
            raise ValueError(f"name the program, with 1 to {LONGEST_LABEL} characters")
        if not user.role.includes(role):
            raise ValueError(f"{owner} is {user.role}, so a program of theirs cannot be {role}")
        shown, public, secret_hash = new_token()
        await self._tokens.add(
            ApiToken(
                id=public,
                secret_hash=secret_hash,
                owner=user.name,
                label=label,
                role=role,
                created_at=self._clock.now(),
            )
        )
        return shown

    async def tokens_of(self, owner: str) -> list[ApiToken]:
        """Give a user's tokens, oldest first."""
        return await self._tokens.of(user_name(owner))

    async def remove_token(self, id_: str) -> None:
        """Remove a token: the program is out within seconds."""
        if not await self._tokens.remove(id_):
            raise ValueError(f"there is no token {id_}")
