"""What the pages of messages call."""

from collections.abc import Sequence
from typing import Protocol

from flightagents.domain.bookings import Channel
from flightagents.domain.message_file import ListedMessage, MessageFile
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.pages import Page
from flightagents.web.staff.acts import Acted
from flightagents.web.staff.asked import FindFlights


class ShowMessages(Protocol):
    """Finds rows of the ledger."""

    async def find(
        self,
        query: MessageQuery,
        *,
        sees_people: bool,
        limit: int = 50,
        after: str | None = None,
        before: str | None = None,
    ) -> Page[ListedMessage]:
        """Give a page of rows, newest first. Raises CursorError."""

    async def one(self, message: str, *, sees_people: bool) -> MessageFile | None:
        """Give one row; None where there is none."""


class Resent(Protocol):
    """How sending again ended."""

    @property
    def end(self) -> str:
        """How, in a word."""

    @property
    def row(self) -> str | None:
        """The row that is sent, or stands in the way."""

    @property
    def done(self) -> bool:
        """Whether it will be sent."""

    @property
    def may_be_confirmed(self) -> bool:
        """Whether asking with `again` may send it all the same."""

    @property
    def words(self) -> str:
        """How it ended, in words."""


class MessageActs(Protocol):
    """What staff do about messages."""

    async def hold_messages(self, messages: Sequence[str], who: str) -> Sequence[Acted]:
        """Hold messages that wait."""

    async def release_messages(self, messages: Sequence[str], who: str) -> Sequence[Acted]:
        """Let them go, to be judged anew."""

    async def replay_messages(self, messages: Sequence[str], who: str) -> Sequence[Acted]:
        """Try messages again that were given up, or refused by the provider."""

    async def resend_message(
        self, message: str, channel: Channel, who: str, *, again: bool = False
    ) -> Resent:
        """Send the news of a message by a channel; `again`: also where it was told there, once confirmed."""


class MessageCalls(Protocol):
    """What the pages call."""

    @property
    def show(self) -> ShowMessages:
        """Find rows."""

    @property
    def acts(self) -> MessageActs:
        """Do something about them."""

    @property
    def flights(self) -> FindFlights:
        """Find the flight that somebody means."""
