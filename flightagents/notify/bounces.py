"""Where bounces arrive, from the setting FLIGHTAGENTS_BOUNCES. It needs a mailbox of its own.

Every mail in it is marked as read, also those that are no bounces; of a person's staff get a task.
"""

from pathlib import Path

from pydantic import SecretStr

from flightagents.errors import SettingsError
from flightagents.notify.bounces_imap import ImapFolder
from flightagents.notify.bounces_maildir import Maildir
from flightagents.ports import BounceSource
from flightagents.settings.bounces import place_of

_FORM = "FLIGHTAGENTS_BOUNCES has to be maildir:/path or imaps://user:password@host/folder"


def bounce_source(setting: SecretStr) -> BounceSource:
    """Open what the setting names. Raises SettingsError, which does not repeat it: it has a password."""
    try:
        place = place_of(setting)
    except ValueError as exc:
        raise SettingsError(f"{_FORM}: {exc}") from None
    return Maildir(place) if isinstance(place, Path) else ImapFolder(place)
