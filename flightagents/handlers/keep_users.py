"""Keeps the users and their tokens: what an operator does on the command line, and an admin on the page."""

import secrets

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.users import ApiToken, Role, User, user_name
from flightagents.handlers.passwords import Passwords, new_token
from flightagents.ports import Audit, Tokens, Users

LONGEST_LABEL = 64
GENERATION_BITS = 48
"""Of the random number that a user's generations begin with: no session of somebody removed fits another."""


class KeepUsers:
    """Adds, changes and removes. What is refused is a ValueError that says why.

    Each `by` is the name of whoever does it, and goes into the log.
    """

    def __init__(
        self, users: Users, tokens: Tokens, passwords: Passwords, audit: Audit, clock: Clock
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._passwords = passwords
        self._audit = audit
        self._clock = clock

    async def add(self, name: str, role: Role, password: str | None, *, by: str) -> User:
        """Add a user; without a password they come in through a trusted proxy alone."""
        user = User(
            name=user_name(name),
            role=role,
            password_hash=await self._passwords.hashed(password) if password is not None else None,
            created_at=self._clock.now(),
            generation=secrets.randbits(GENERATION_BITS),
        )
        if not await self._users.add(user):
            raise ValueError(f"there is a user {user.name} already")
        await self._note(by, Did.ADDED, About(Thing.USER, user.name), f"as {role}")
        return user

    async def set_password(self, name: str, password: str, *, by: str) -> None:
        """Set another password; whoever is logged in under that name is logged out."""
        await self._change(name, password_hash=await self._passwords.hashed(password))
        await self._note(by, Did.CHANGED, _about(name), "another password")

    async def set_role(self, name: str, role: Role, *, by: str) -> None:
        """Set another role; they log in again."""
        if role is not Role.ADMIN:
            await self._not_the_last_admin(name)
        await self._change(name, role=role)
        await self._note(by, Did.CHANGED, _about(name), f"to {role}")

    async def log_out(self, name: str, *, by: str) -> None:
        """End every session of a user."""
        await self._change(name)
        await self._note(by, Did.LOGGED_OUT, _about(name))

    async def _change(self, name: str, *, password_hash: str | None = None, role: Role | None = None) -> None:
        if not await self._users.change(user_name(name), password_hash=password_hash, role=role):
            raise ValueError(f"there is no user {name}")

    async def remove(self, name: str, *, by: str) -> None:
        """Remove a user, with all tokens."""
        await self._not_the_last_admin(name)
        if not await self._users.remove(user_name(name)):
            raise ValueError(f"there is no user {name}")
        await self._note(by, Did.REMOVED, _about(name))

    async def _not_the_last_admin(self, name: str) -> None:
        admins = [user.name for user in await self._users.all() if user.role is Role.ADMIN]
        if admins == [user_name(name)]:
            raise ValueError(f"{admins[0]} is the last admin: make somebody else one before")

    async def all(self) -> list[User]:
        """Give all users, by name."""
        return await self._users.all()

    async def colleagues(self) -> list[str]:
        """Name those who may be given work: a viewer could not act on it."""
        return [user.name for user in await self.all() if user.role.includes(Role.AGENT)]

    async def give_token(self, owner: str, label: str, role: Role, *, by: str) -> str:
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
        await self._note(by, Did.ADDED, About(Thing.TOKEN, public), f"{label}, for {user.name} as {role}")
        return shown

    async def tokens_of(self, owner: str) -> list[ApiToken]:
        """Give a user's tokens, oldest first."""
        return await self._tokens.of(user_name(owner))

    async def remove_token(self, id_: str, *, by: str) -> None:
        """Remove a token: the program is out within seconds."""
        if not await self._tokens.remove(id_):
            raise ValueError(f"there is no token {id_}")
        await self._note(by, Did.REMOVED, About(Thing.TOKEN, id_))

    async def _note(self, by: str, did: Did, about: About, detail: str = "") -> None:
        await self._audit.write([Act(at=self._clock.now(), by=by, did=did, about=about, detail=detail)])


def _about(name: str) -> About:
    return About(Thing.USER, user_name(name))
