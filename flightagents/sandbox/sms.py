"""SMS as Twilio keeps them: what was accepted, what each would cost, and how Twilio refuses the rest."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST_BODY = 1600

# GSM 03.38: the basic alphabet takes one septet a character, the extension two. Anything else makes the
# whole message UCS-2.
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€\f")
_GSM_ONE, _GSM_MANY = 160, 153
_UCS2_ONE, _UCS2_MANY = 70, 67

# Twilio's documented test numbers, which answer so with test credentials. Number -> code.
MAGIC_RECIPIENTS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_SENDERS = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}

# Code -> HTTP status and text.
ERRORS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21212: (400, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID."),
    21408: (400, "Permission to send an SMS has not been enabled for the region of the 'To' number."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number is not a valid, SMS-capable number of your account."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number is not currently reachable via SMS."),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


@dataclass(frozen=True, slots=True)
class Sms:
    """One accepted SMS."""

    number: int
    """Counted from 1."""
    sid: str
    account: str
    to: str
    sender: str
    body: str
    status: str
    validity_period: int | None
    """Seconds after which Twilio gives up."""
    status_callback: str | None
    received_at: datetime
    """As people are shown it."""
    created_at: datetime | None = None
    """As Twilio says it, where that is another clock's: whoever asks for messages knows real time."""

    @property
    def segments(self) -> int:
        """How many parts it is billed as."""
        return segments(self.body)

    def as_json(self) -> dict[str, Any]:
        """Write it as Twilio's Messages resource."""
        uri = f"/2010-04-01/Accounts/{self.account}/Messages/{self.sid}"
        stamp = format_datetime(self.received_at.astimezone(UTC))
        service = self.sender if self.sender.startswith("MG") else None
        return {
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime((self.created_at or self.received_at).astimezone(UTC)),
            "date_sent": None if self.status == "queued" else stamp,
            "date_updated": stamp,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": None if service else self.sender,
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": str(self.segments),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


def segments(body: str) -> int:
    """Count the parts of an SMS: GSM-7 if every character allows it, else UCS-2."""
    if all(character in _GSM_BASIC or character in _GSM_EXTENSION for character in body):
        length = sum(2 if character in _GSM_EXTENSION else 1 for character in body)
        one, many = _GSM_ONE, _GSM_MANY
    else:
        length = len(body.encode("utf-16-be")) // 2
        one, many = _UCS2_ONE, _UCS2_MANY
    return 1 if length <= one else -(-length // many)


def refusal_of(to: str, sender: str, body: str) -> int | None:
    """Return the code that Twilio would refuse an SMS with, if it would."""
    missing = [code for value, code in ((to, 21604), (sender, 21603), (body, 21602)) if not value]
    if missing:
        return missing[0]
    if len(body) > _LONGEST_BODY:
        return 21617
    magic = MAGIC_SENDERS.get(sender) or MAGIC_RECIPIENTS.get(to)
    return magic or (None if _E164.fullmatch(to) else 21211)
