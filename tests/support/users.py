"""Users, tokens and failed logins in memory, and passwords that are hashed fast."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from argon2 import PasswordHasher

from flightagents.domain.users import ApiToken, Role, User
from flightagents.handlers.keep_users import KeepUsers
from flightagents.handlers.passwords import Passwords
from flightagents.handlers.sign_in import SignIn
from tests.support.consents import FakeOnce
from tests.support.fakes import SetClock
from tests.support.handling import FakeAudit

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a password of tests"


class FakeUsers:
    """Users by name."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.tokens: dict[str, ApiToken] = {}

    async def get(self, name: str) -> User | None:
        return self.users.get(name)

    async def all(self) -> list[User]:
        return [self.users[name] for name in sorted(self.users)]

    async def add(self, user: User) -> bool:
        if user.name in self.users:
            return False
        self.users[user.name] = user
        return True

    async def change(self, name: str, *, password_hash: str | None = None, role: Role | None = None) -> bool:
        known = self.users.get(name)
        if known is None:
            return False
        self.users[name] = replace(
            known,
            password_hash=password_hash or known.password_hash,
            role=role or known.role,
            generation=known.generation + 1,
        )
        return True

    async def remove(self, name: str) -> bool:
        self.tokens = {key: each for key, each in self.tokens.items() if each.owner != name}
        return self.users.pop(name, None) is not None


class FakeTokens:
    """Tokens of fake users."""

    def __init__(self, users: FakeUsers) -> None:
        self._users = users

    async def get(self, id_: str) -> ApiToken | None:
        return self._users.tokens.get(id_)

    async def of(self, owner: str) -> list[ApiToken]:
        theirs = (token for token in self._users.tokens.values() if token.owner == owner)
        return sorted(theirs, key=lambda token: token.created_at)

    async def add(self, token: ApiToken) -> None:
        self._users.tokens[token.id] = token

    async def remove(self, id_: str) -> bool:
        return self._users.tokens.pop(id_, None) is not None


class FakeAttempts:
    """Counts; a test lets time pass by `age`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    async def note(self, key: str) -> int:
        self.counts[key] += 1
        return self.counts[key]

    async def take_back(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.counts[key] = max(self.counts[key] - 1, 0)

    async def forgive(self, key: str) -> None:
        del self.counts[key]

    def age(self) -> None:
        self.counts.clear()


class Staff:
    """Ada is an admin, Ben an agent, Vera a viewer; all have the same password."""

    def __init__(self, *, proxied_role: Role = Role.VIEWER) -> None:
        self.users = FakeUsers()
        self.tokens = FakeTokens(self.users)
        self.attempts = FakeAttempts()
        self.seconds = 0.0
        passwords = Passwords(QUICK)
        self.ended = FakeOnce()
        self.audit = FakeAudit()
        self.keep = KeepUsers(self.users, self.tokens, passwords, self.audit, SetClock())
        self.sign_in = SignIn(
            self.users,
            self.tokens,
            self.attempts,
            passwords,
            lambda text: f"key of {text}",
            ended=self.ended,
            audit=self.audit,
            clock=SetClock(),
            proxied_role=proxied_role,
            seconds=lambda: self.seconds,
        )
        hashed = QUICK.hash(PASSWORD)
        for name, role in (("ada", Role.ADMIN), ("ben", Role.AGENT), ("vera", Role.VIEWER)):
            self.users.users[name] = User(
                name=name,
                role=role,
                password_hash=hashed,
                created_at=SetClock().now(),
                generation=1,
            )
