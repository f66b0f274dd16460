"""Who comes in: by name and password, by a session begun before, by a token, or through a trusted proxy.

Failed logins are counted by name and by where they come from, for all workers: beyond a few, nothing is
checked any more until they have aged. What is counted is hashed, and says neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from time import monotonic

from flightagents.domain.users import Principal, Role, User, user_name
from flightagents.handlers.passwords import Passwords, is_secret, parts_of
from flightagents.ports import Attempts, Tokens, Users

MOST_OF_ONE = 5
"""Failures of a name from one address."""
MOST_OF_ADDRESS = 30
"""Failures from one address, whatever the name: an office shares one."""
MOST_OF_NAME = 100
"""Failures of one name, wherever they come from: a guesser with many addresses."""
FRESH = timedelta(seconds=5)
"""Real time for which a worker believes what it read of a user: somebody locked out is out after that."""

MOST_KNOWN = 1024
"""Users that a worker remembers: the names come from outside."""


class Refusal(StrEnum):
    """Why somebody does not come in."""

    WRONG = "wrong"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class _Known:
    user: User | None
    until: float


class SignIn:
    """Tells who somebody is."""

    def __init__(
        self,
        users: Users,
        tokens: Tokens,
        attempts: Attempts,
        passwords: Passwords,
        key: Callable[[str], str],
        *,
        proxied_role: Role = Role.VIEWER,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._attempts = attempts
        self._passwords = passwords
        self._key = key
        self._proxied_role = proxied_role
        self._seconds = seconds
        self._known: dict[str, _Known] = {}

    async def by_password(self, name: str, password: str, address: str) -> Principal | Refusal:
        """Check a login that comes from an address."""
        name = name.strip().lower()
        one, place, whoever = (self._key(each) for each in (f"{name}|{address}", address, name))
        failed = await self._attempts.failed([one, place, whoever])
        limits = {one: MOST_OF_ONE, place: MOST_OF_ADDRESS, whoever: MOST_OF_NAME}
        if any(failed.get(key, 0) >= most for key, most in limits.items()):
            return Refusal.TOO_MANY
        user = await self._users.get(name)
        if user is None or not await self._passwords.fits(password, user.password_hash):
            if user is None:
                await self._passwords.fits(password, None)  # as slow as for a user that there is
            await self._attempts.note([one, place, whoever])
            return Refusal.WRONG
        await self._attempts.forgive([one])
        return _principal(user)

    async def by_session(self, name: str, generation: int) -> Principal | None:
        """Find the user of a session; None where it was ended since."""
        user = await self._user(name)
        return _principal(user) if user is not None and user.generation == generation else None

    async def by_token(self, token: str) -> Principal | None:
        """Find whom a program acts for; its role never exceeds theirs."""
        parts = parts_of(token)
        found = await self._tokens.get(parts[0]) if parts else None
        if parts is None or found is None or not is_secret(parts[1], found.secret_hash):
            return None
        owner = await self._user(found.owner)
        if owner is None:
            return None
        role = found.role if owner.role.includes(found.role) else owner.role
        return Principal(owner.name, role, owner.generation, program=found.label)

    async def by_proxy(self, name: str) -> Principal | None:
        """Find whom a trusted proxy names; who has no account here has the role for such."""
        try:
            known_as = user_name(name)
        except ValueError:
            return None
        user = await self._user(known_as)
        return _principal(user) if user else Principal(known_as, self._proxied_role)

    async def _user(self, name: str) -> User | None:
        known = self._known.get(name)
        if known is None or known.until < self._seconds():
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = _Known(await self._users.get(name), self._seconds() + FRESH.total_seconds())
            self._known[name] = known
        return known.user


def _principal(user: User) -> Principal:
    return Principal(user.name, user.role, user.generation)
