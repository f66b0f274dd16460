"""Where bounces arrive, as the setting BOUNCES names it: a maildir, or a folder of a mail server.

What is refused is not repeated: it has a password.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import SecretStr

_PORTS = {"imap": 143, "imaps": 993}
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A folder of a mail server, and how to enter."""

    host: str
    port: int
    tls: bool
    user: str
    password: SecretStr
    folder: str


def place_of(setting: SecretStr) -> Path | Account:
    """Read where the maildir is, or the account. Raises ValueError."""
    text = setting.get_secret_value().strip()
    kind, _, rest = text.partition(":")
    if kind == "maildir":
        if not rest.startswith("/"):
            raise ValueError("the path of a maildir begins with /")
        return Path(rest)
    if kind not in _PORTS:
        raise ValueError("it begins with none of maildir:, imaps:// and imap://")
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS[kind]
    except ValueError:
        raise ValueError("host or port cannot be read") from None
    return _account(parts, port)


def _account(parts: SplitResult, port: int) -> Account:
    if not (parts.hostname and parts.username and parts.password):
        raise ValueError("user, password or host is missing; write / : @ in a password as %2F %3A %40")
    if parts.query or parts.fragment:
        raise ValueError("write ? and # in a password as %3F and %23")
    tls = parts.scheme == "imaps"
    if not tls and parts.hostname not in _HERE:
        raise ValueError("imap, without TLS, is for localhost alone")
    account = Account(
        host=parts.hostname,
        port=port,
        tls=tls,
        user=unquote(parts.username),
        password=SecretStr(unquote(parts.password)),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )
    if not _is_plain(account.user + account.password.get_secret_value() + account.folder):
        raise ValueError("user, password and folder have to be printable ASCII")
    return account


def _is_plain(text: str) -> bool:
    """IMAP has other ways for other letters, which servers do not agree on."""
    return text.isascii() and text.isprintable()
