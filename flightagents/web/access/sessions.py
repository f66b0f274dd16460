"""Sessions and forms: what a browser shows again, signed so that nobody can make it up.

A session says who logged in and under which generation of their password. It is no secret from its owner,
and holds none. A form's token is bound to its session: another site cannot know it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "flightagents_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""Its name behind TLS: browsers take such a one from this very host alone, by TLS alone."""
LASTS = timedelta(hours=12)
"""A working day: whoever stays logged in overnight logs in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who logged in; `nonce` tells it from others of theirs, and makes its form tokens its own."""

    user: str
    generation: int
    nonce: str


class Sessions:
    """Signs and reads them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._signer = URLSafeTimedSerializer(
            secret, salt="flightagents.session", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def begin(self, response: web.StreamResponse, user: str, generation: int, *, secure: bool) -> None:
        """Set the cookie of a new session."""
        text = str(self._signer.dumps([user, generation, secrets.token_urlsafe(12)]))
        response.set_cookie(
            SECURE_COOKIE if secure else COOKIE,
            text,
            max_age=int(LASTS.total_seconds()),
            path="/",
            httponly=True,
            secure=secure,
            samesite="Lax",  # a link in an alert's email leads in
        )

    def end(self, response: web.StreamResponse) -> None:
        """Take the cookie away, whichever it is."""
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
        response.del_cookie(SECURE_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")

    def read(self, cookies: Mapping[str, str], *, secure: bool) -> Session | None:
        """Read the cookie; None where there is none, or it is too old or not ours.

        `secure`: the browser came by TLS, where anybody on the way may have set the other one.
        """
        cookie = cookies.get(SECURE_COOKIE) or ("" if secure else cookies.get(COOKIE, ""))
        try:
            found = self._signer.loads(cookie, max_age=int(LASTS.total_seconds()))
        except BadSignature:
            return None
        match found:
            case [str(user), int(generation), str(nonce)]:
                return Session(user, generation, nonce)
        return None

    def form_token(self, whose: str) -> str:
        """Give the token of the forms of a session, or of whom a proxy names."""
        return hmac.digest(self._secret, f"form|{whose}".encode(), "sha256").hex()
