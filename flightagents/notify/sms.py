"""Sends SMS through Twilio, with one of five outcomes each.

Twilio knows no idempotency key: what was posted and not answered may have been sent. So it is asked: its list
of messages to that number is the evidence.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Accepted, Envelope, Found, Misconfigured, Outcome, Retry, Uncertain
from flightagents.errors import SettingsError
from flightagents.notify.looking_up import settled
from flightagents.notify.twilio_answers import outcome_of
from flightagents.notify.twilio_transport import (
    BadCertificateError,
    NoAnswerError,
    NotSentError,
    TooManyRequestsError,
    Transport,
)

API = "https://api.twilio.com"

SHORTEST_VALIDITY, LONGEST_VALIDITY = 10, 36_000
"""Seconds. Twilio takes 1 to 36,000 and warns of less than 5; its default, 10 h, outlives most flights."""

CLOCKS_DIFFER = timedelta(seconds=30)
"""How far Twilio's clock may lag behind the database's, which stamped `wire_at`."""

_NOT_FOUND = 404
_MOST_LISTED = 200
"""Messages to one number that a look-up reads: a day of them, and more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait for Twilio. Together below the lease on a row (60 s)."""

    connect: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=30)


class SmsChannel:
    """SMS by Twilio."""

    channel = Channel.SMS

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        account_sid: str,
        auth_token: SecretStr,
        from_: str = "",
        messaging_service_sid: str = "",
        url: str = API,
        public_url: str = "",
        grace: timedelta = timedelta(seconds=30),
        patience: Patience | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the session as it is; who made it closes it. Raises SettingsError without a sender.

        `public_url`: where Twilio reaches our web server; with it each message is reported on when it has
        arrived, or not. `grace`: how long after a post Twilio's list may not show it. `now` is real time.
        """
        if not (from_ or messaging_service_sid):
            raise SettingsError(
                "SMS need a sender: set FLIGHTAGENTS_TWILIO_FROM or _TWILIO_MESSAGING_SERVICE_SID"
            )
        patience = patience or Patience()
        # Without an environment of its own the SDK would take TWILIO_EDGE and TWILIO_REGION from ours, and
        # bend the configured address.
        client = Client(
            account_sid,
            auth_token.get_secret_value(),
            http_client=Transport(session, connect=patience.connect, total=patience.total),
            environment={"TWILIO_EDGE": ""},
        )
        client.api.base_url = url.rstrip("/")
        if url.rstrip("/") != API:
            client.messaging.base_url = url.rstrip("/")
        self._client = client
        self._messages = client.api.v2010.account.messages
        # Not both: with a number beside it Twilio takes that, and the service chooses none per country.
        service = {"messaging_service_sid": messaging_service_sid}
        self._sender = service if messaging_service_sid else {"from_": from_}
        self._public_url = public_url.rstrip("/")
        self._grace = grace
        self._now = now

    async def send(self, envelope: Envelope, on_wire: Callable[[], Awaitable[None]]) -> Outcome:
        """Send one SMS. What `on_wire` raises passes through, and then nothing was sent."""
        await on_wire()
        try:
            created = await self._messages.create_async(
                to=envelope.address,
                body=envelope.message.text,
                validity_period=_validity(envelope.valid_for),
                **self._sender,
                **self._callback(envelope.row),
            )
        except TooManyRequestsError as busy:
            return Retry("Twilio says too many requests (HTTP 429)", busy.after)
        except NotSentError:
            return Retry("no connection to Twilio")
        except BadCertificateError:
            return Misconfigured("Twilio's certificate is not valid for us: check FLIGHTAGENTS_TWILIO_URL")
        except NoAnswerError:
            return Uncertain("posted to Twilio, and no answer came")
        except (TwilioRestException, TwilioServiceException) as refused:
            return outcome_of(refused.status, refused.code)
        return self._accepted(created)

    async def trouble(self) -> Misconfigured | Retry | None:
        """Ask for the newest message: give what is wrong with that. It costs nothing."""
        try:
            await self._messages.list_async(limit=1)
        except BadCertificateError:
            return Misconfigured("Twilio's certificate is not valid for us: check FLIGHTAGENTS_TWILIO_URL")
        except TwilioException as refused:
            status = _status_of_page(refused)
            outcome = outcome_of(status, None) if status else None
            return outcome if isinstance(outcome, Misconfigured) else Retry("Twilio fails")
        except (NotSentError, NoAnswerError, TooManyRequestsError):
            return Retry("Twilio cannot be reached")
        return None

    async def sender_trouble(self) -> str | None:
        """Ask whether the account has the sender: say what is wrong with it. Only of numbers can it be told.

        Not part of `trouble`: a number may be used that belongs to the account in another way.
        """
        sender = self._sender.get("from_", "")
        try:
            if service := self._sender.get("messaging_service_sid"):
                await self._client.messaging.v1.services(service).fetch_async()
            elif sender.startswith("+"):
                numbers = self._client.api.v2010.account.incoming_phone_numbers
                if not await numbers.list_async(phone_number=sender, limit=1):
                    return "FLIGHTAGENTS_TWILIO_FROM is no number of this account"
        except TwilioRestException as refused:
            if refused.status == _NOT_FOUND:
                return "FLIGHTAGENTS_TWILIO_MESSAGING_SERVICE_SID is no service of this account"
            return f"Twilio does not tell whether the sender is ours (HTTP {refused.status})"
        except (TwilioException, NotSentError, NoAnswerError, BadCertificateError, TooManyRequestsError):
            return "Twilio does not tell whether the sender is ours"
        return None

    def close(self) -> None:
        """Keep nothing open: the session belongs to whoever made it."""

    async def find(self, envelope: Envelope) -> Accepted | Found:
        """Look for the message in Twilio's list; that it is missing counts only when the grace is over."""
        if envelope.wire_at is None:
            return Found.CANNOT_TELL
        asked_at = self._now()
        try:
            # Not by DateSent: what still waits at Twilio has none.
            listed = await self._messages.list_async(to=envelope.address, limit=_MOST_LISTED)
        except (TwilioException, NotSentError, NoAnswerError, BadCertificateError, TooManyRequestsError):
            return Found.NOT_YET  # there is evidence, out of reach for a moment
        since = envelope.wire_at - CLOCKS_DIFFER
        recent = [message for message in listed if _created(message) >= since]
        ours = next((message for message in recent if _same(message, envelope)), None)
        if ours is not None:
            return self._accepted(ours)
        if len(recent) == _MOST_LISTED:
            return Found.CANNOT_TELL  # it may stand further down
        return settled(Found.NO, envelope, asked_at, self._grace)

    def _accepted(self, message: MessageInstance) -> Accepted:
        return Accepted(message.sid, receipt_promised=bool(self._public_url))

    def _callback(self, row: str) -> dict[str, str]:
        """Ask for reports, which name the row: they may come before we know Twilio's own id."""
        if not self._public_url:
            return {}
        return {"status_callback": f"{self._public_url}/twilio/status?row={quote(row, safe='')}"}


def _status_of_page(refused: TwilioException) -> int | None:
    """Give the HTTP status of a list that was refused: the SDK puts the answer beside its words."""
    answer = refused.args[1] if len(refused.args) > 1 else None
    return getattr(answer, "status_code", None)


def _validity(valid_for: timedelta) -> int:
    return min(max(int(valid_for.total_seconds()), SHORTEST_VALIDITY), LONGEST_VALIDITY)


def _created(message: MessageInstance) -> datetime:
    """Give when Twilio took it; one without a date counts as new, since it may be ours."""
    created = message.date_created
    return created if isinstance(created, datetime) else datetime.max.replace(tzinfo=UTC)


def _same(message: MessageInstance, envelope: Envelope) -> bool:
    """Compare the words. A trial account's texts begin with words of Twilio's."""
    return (message.body or "").rstrip().endswith(envelope.message.text.rstrip())
