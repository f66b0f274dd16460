"""Where bounces arrive, from the setting FLIGHTAGENTS_BOUNCES. It needs a mailbox of its own.

Every mail in it is marked as read, also those that are no bounces; of a person's staff get a task.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from flightagents.errors import SettingsError
from flightagents.notify.bounces_imap import Account, ImapFolder
from flightagents.notify.bounces_maildir import Maildir
from flightagents.ports import BounceSource

_FORM = "FLIGHTAGENTS_BOUNCES has to be maildir:/path or imaps://user:password@host/folder"
_PORTS = {"imap": 143, "imaps": 993}
_HERE = ("localhost", "127.0.0.1", "::1")


def bounce_source(setting: SecretStr) -> BounceSource:
    """Open what the setting names. Raises SettingsError, which does not repeat it: it has a password."""
    kind, _, rest = setting.get_secret_value().strip().partition(":")
    if kind == "maildir":
        if not rest.startswith("/"):
            raise SettingsError(f"{_FORM}: the path of a maildir begins with /")
        return Maildir(Path(rest))
    if kind in _PORTS:
        return ImapFolder(_account(setting.get_secret_value().strip()))
    raise SettingsError(_FORM)


def _account(address: str) -> Account:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:  # not chained: its text may hold the address
        raise SettingsError(f"{_FORM}: host or port cannot be read") from None
    if not (parts.hostname and parts.username and parts.password):
        raise SettingsError(
            f"{_FORM}: user, password or host is missing; write / : @ in a password as %2F %3A %40"
        )
    if parts.query or parts.fragment:
        raise SettingsError(f"{_FORM}: write ? and # in a password as %3F and %23")
    tls = parts.scheme == "imaps"
    if not tls and parts.hostname not in _HERE:
        raise SettingsError(f"{_FORM}: imap, without TLS, is for localhost alone")
    account = Account(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=tls,
        user=unquote(parts.username),
        password=SecretStr(unquote(parts.password)),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )
    if not _is_plain(account.user + account.password.get_secret_value() + account.folder):
        raise SettingsError(f"{_FORM}: user, password and folder have to be printable ASCII")
    return account


def _is_plain(text: str) -> bool:
    """IMAP has other ways for other letters, which servers do not agree on."""
    return text.isascii() and text.isprintable()
