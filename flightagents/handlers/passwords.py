"""Passwords and the secrets of tokens: how they are hashed, checked and made.

A password is hashed with argon2id, which takes its time and 64 MiB (RFC 9106's second choice, the library's
default), so in a thread and few at a time: a flood of logins must not stop the worker. A token's secret is
random and long, and a plain hash is enough for it.
"""

import asyncio
import hashlib
import hmac
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
"""Characters of a password. NIST SP 800-63B: length counts; rules about signs do not help."""
AT_ONCE = 2
TOKEN_BYTES = 32


class Passwords:
    """Hashes and checks, off the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, password: str) -> str:
        """Hash a password. Raises ValueError where it is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the one. Without a stored hash it takes as long, and is not."""
        if len(password) > LONGEST:
            return False
        async with self._turns:
            return await asyncio.to_thread(self._verify, password, stored)

    def _verify(self, password: str, stored: str | None) -> bool:
        try:
            self._hasher.verify(stored or _nobodys(self._hasher), password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


@lru_cache(maxsize=4)
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe())


def new_token() -> tuple[str, str, str]:
    """Make a token: what the program shows, its public part, the hash of its secret."""
    public, secret = secrets.token_hex(6), secrets.token_urlsafe(TOKEN_BYTES)
    return f"fa_{public}_{secret}", public, hash_of(secret)


def parts_of(token: str) -> tuple[str, str] | None:
    """Give the public part and the secret of what a program shows; None where it is no token."""
    kind, _, rest = token.partition("_")
    public, _, secret = rest.partition("_")
    return (public, secret) if kind == "fa" and public and secret and token.isascii() else None


def hash_of(secret: str) -> str:
    """Hash a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, stored: str) -> bool:
    """Compare a secret with a stored hash, in a time that tells nothing."""
    return hmac.compare_digest(hash_of(secret), stored)
