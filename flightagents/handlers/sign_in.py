"""Who comes in: by name and password, by a session begun before, by a token, or through a trusted proxy.

Logins are counted by name and by where they come from, for all workers, before they are checked, and taken
back once somebody has come in: beyond a few, nothing is checked any more until they have aged. What is
counted is hashed, and says neither. A name is counted with its generation: an admin's new password lets in.
Whoever logs out ends that session for all workers, whoever else has its cookie.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.acts import About, Act, Did, Thing
from flightagents.domain.users import Principal, Role, User, user_name
from flightagents.handlers.login_queue import LoginQueue
from flightagents.handlers.passwords import Passwords, is_secret, parts_of
from flightagents.ports import Attempts, Audit, Once, Tokens, Users

MOST_OF_ONE = 5
"""Failures of a name from one address."""
MOST_OF_ADDRESS = 30
"""Failures from one address, whatever the name: an office shares one."""
MOST_OF_NAME = 100
"""Failures of one name, wherever they come from: a guesser with many addresses."""
FRESH = timedelta(seconds=5)
"""Real time for which a worker believes what it read of a user or session: then who is locked out is out."""

MOST_KNOWN = 1024
"""Users and sessions that a worker remembers: the names come from outside."""


class Refusal(StrEnum):
    """Why somebody does not come in."""

    WRONG = "wrong"
    TOO_MANY = "too_many"
    """Of this name."""
    TOO_MANY_HERE = "too_many_here"
    """From this address."""
    BUSY = "busy"
    """Too many are being checked at this moment."""


@dataclass(frozen=True, slots=True)
class _Limit:
    key: str
    most: int
    refusal: Refusal
    why: str


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
        ended: Once,
        audit: Audit,
        clock: Clock,
        proxied_role: Role = Role.VIEWER,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._attempts = attempts
        self._passwords = passwords
        self._ended = ended
        self._audit = audit
        self._clock = clock
        self._key = key
        self._proxied_role = proxied_role
        self._seconds = seconds
        self._queue = LoginQueue()
        self._known: dict[str, _Known] = {}
        self._going_on: dict[str, float] = {}
        """Sessions that nobody has ended, and until when that is believed."""

    async def by_password(self, name: str, password: str, address: str) -> Principal | Refusal:
        """Check a login that comes from an address."""
        found = await self.check(name, password, address)
        if isinstance(found, Principal):
            await self._note(found.name, Did.LOGGED_IN)
        return found

    async def check(self, name: str, password: str, address: str) -> Principal | Refusal:
        """Check a password as for a login, and count it as one."""
        with self._queue.place(address) as is_free:
            return await self._checked(name.strip().lower(), password, address) if is_free else Refusal.BUSY

    async def _checked(self, name: str, password: str, address: str) -> Principal | Refusal:
        user = await self._users.get(name)
        limits = self._limits(name, user.generation if user else 0, address)
        refused = await self._counted(limits, user)
        if refused is not None:
            return refused
        if not await self._passwords.fits(password, user.password_hash if user else None) or user is None:
            return Refusal.WRONG
        one, *others = (limit.key for limit in limits)
        await self._attempts.forgive(one)
        await self._attempts.take_back(others)
        return _principal(user)

    def _limits(self, name: str, generation: int, address: str) -> Sequence[_Limit]:
        one, place, whoever = (
            self._key(each) for each in (f"{name}|{generation}|{address}", address, f"{name}|{generation}")
        )
        return (
            _Limit(one, MOST_OF_ONE, Refusal.TOO_MANY, "too often from one place"),
            _Limit(place, MOST_OF_ADDRESS, Refusal.TOO_MANY_HERE, "too many names from one place"),
            _Limit(whoever, MOST_OF_NAME, Refusal.TOO_MANY, "too often, from many places"),
        )

    async def _counted(self, limits: Sequence[_Limit], user: User | None) -> Refusal | None:
        """Count a login; what one limit refuses weighs on no other.

        Only the first that a limit refuses is logged, and only of a user that there is: a guesser cannot
        fill the log.
        """
        for position, limit in enumerate(limits):
            count = await self._attempts.note(limit.key)
            if count > limit.most:
                await self._attempts.take_back([before.key for before in limits[:position]])
                if user is not None and count == limit.most + 1:
                    await self._note(user.name, Did.REFUSED_LOGIN, limit.why)
                return limit.refusal
        return None

    async def _note(self, name: str, did: Did, detail: str = "") -> None:
        act = Act(at=self._clock.now(), by=name, did=did, about=About(Thing.USER, name), detail=detail)
        await self._audit.write([act])

    async def by_session(self, name: str, generation: int, id_: str) -> Principal | None:
        """Find the user of a session; None where it was ended since."""
        user = await self._user(name)
        if user is None or user.generation != generation:
            user = await self._read(name)  # a password may be newer than what we know
        if user is None or user.generation != generation or await self._has_ended(id_):
            return None
        return _principal(user)

    async def end_session(self, name: str, id_: str) -> None:
        """Log somebody out, who goes on in other sessions."""
        self._going_on.pop(id_, None)
        if await self._ended.note(_ended(id_)):
            await self._note(name, Did.LOGGED_OUT)

    async def _has_ended(self, id_: str) -> bool:
        if self._going_on.get(id_, float("-inf")) >= self._seconds():
            return False
        if await self._ended.done(_ended(id_)):
            return True
        if len(self._going_on) >= MOST_KNOWN:
            self._going_on.clear()
        self._going_on[id_] = self._seconds() + FRESH.total_seconds()
        return False

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
        return known.user if known and known.until >= self._seconds() else await self._read(name)

    async def _read(self, name: str) -> User | None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        user = await self._users.get(name)
        self._known[name] = _Known(user, self._seconds() + FRESH.total_seconds())
        return user


def _ended(session: str) -> str:
    return f"session|{session}"


def _principal(user: User) -> Principal:
    return Principal(user.name, user.role, user.generation)
