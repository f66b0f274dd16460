"""Bounces in a maildir that a mail server on this machine, or a shared disk, delivers to."""

import asyncio
from pathlib import Path

from flightagents.errors import MailboxOutageError

LONGEST = 256 * 1024
"""Bytes of a mail that are read: a report and the headers of a letter fit many times."""
AT_ONCE = 100
_SEEN = ":2,S"
"""How a maildir marks a mail as read."""


class Maildir:
    """Reads `new`, where each mail is a whole file; what is done moves to `cur` as read, and stays there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> list[tuple[str, bytes]]:
        """Give some mails that nobody has read, by the name of their file. Raises MailboxOutageError."""
        return await asyncio.to_thread(self._read)

    async def done(self, key: str) -> None:
        """Mark a mail as read; one that is gone already is no error. Raises MailboxOutageError."""
        await asyncio.to_thread(self._done, key)

    def close(self) -> None:
        """Keep nothing open."""

    def _read(self) -> list[tuple[str, bytes]]:
        try:
            names = sorted(path.name for path in (self._path / "new").iterdir() if path.is_file())[:AT_ONCE]
            mails = [(name, self._first_bytes(name)) for name in names]
        except OSError as exc:
            raise MailboxOutageError(f"cannot read `new` of the maildir: {exc.strerror}") from None
        return [(name, mail) for name, mail in mails if mail is not None]

    def _first_bytes(self, name: str) -> bytes | None:
        """Another reader may have taken it meanwhile."""
        try:
            with (self._path / "new" / name).open("rb") as file:
                return file.read(LONGEST)
        except FileNotFoundError:
            return None

    def _done(self, key: str) -> None:
        try:
            (self._path / "cur").mkdir(exist_ok=True)
            (self._path / "new" / key).rename(self._path / "cur" / f"{key.partition(':')[0]}{_SEEN}")
        except FileNotFoundError:
            return
        except OSError as exc:
            raise MailboxOutageError(f"cannot move mails to `cur` of the maildir: {exc.strerror}") from None
