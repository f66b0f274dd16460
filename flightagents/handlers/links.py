"""The address of a traveller's page about a flight: unguessable, and nothing personal in it.

A token is a keyed hash of booking and flight. The ledger's rows carry it, so it leads back to them, and to
nothing once they are erased.
"""

import base64
import hmac

_BYTES = 18
"""144 bits: nobody guesses one, and it fits the line of an email."""


class Links:
    """Makes tokens and addresses. Without a public address there are tokens and no addresses."""

    def __init__(self, key: bytes, public_url: str | None) -> None:
        self._key = key
        self._public_url = (public_url or "").rstrip("/")

    def token(self, booking: str, flight: str) -> str:
        """Give the token of a booking's page about a flight: 24 letters, digits, - and _."""
        text = f"page\n{booking}\n{flight}".encode()
        return base64.urlsafe_b64encode(hmac.digest(self._key, text, "sha256")[:_BYTES]).decode()

    def is_of(self, token: str, booking: str, flight: str) -> bool:
        """Tell whether a token was made here for this page."""
        return hmac.compare_digest(token, self.token(booking, flight))

    def page(self, token: str) -> str:
        """Give the page's address."""
        return f"{self._public_url}/f/{token}" if self._public_url else ""

    def unsubscribe(self, token: str) -> str:
        """Give the address that ends emails by one click (RFC 8058), and asks a person who opens it."""
        return f"{self._public_url}/u/{token}" if self._public_url else ""
