"""What Twilio's refusals mean for us: the part that matters of https://www.twilio.com/docs/api/errors.

Twilio's own words stay here: they repeat the number.
"""

from http import HTTPStatus

from flightagents.domain.delivery import Misconfigured, Outcome, Rejected, Retry, Uncertain

_LOGIN = "check FLIGHTAGENTS_TWILIO_ACCOUNT_SID and _AUTH_TOKEN"
_SENDER = "check FLIGHTAGENTS_TWILIO_FROM"
_SERVICE = "check FLIGHTAGENTS_TWILIO_MESSAGING_SERVICE_SID"

OPTED_OUT = 21610

RECIPIENT_CODES = {
    21211: "the number is not a valid phone number",
    21214: "the number cannot be reached",
    21217: "the number is not a valid phone number",
    21408: "the account may not send to that country",
    21608: "a trial account sends to verified numbers only",
    21610: "the recipient has opted out",
    21612: "the number is not reachable by SMS",
    21614: "the number is no mobile number",
    21635: "the number is a landline",
}
"""About this one recipient: the channel goes on."""

OUR_CODES = {
    20003: f"Twilio refused the login: {_LOGIN}",
    20005: "the Twilio account is suspended or closed",
    20404: f"Twilio does not know the account: {_LOGIN}, and _URL",
    21212: f"the sender is not a valid number: {_SENDER}",
    21609: "Twilio does not take the address for its reports: check FLIGHTAGENTS_PUBLIC_URL",
    21603: f"no sender is set: {_SENDER}",
    21606: f"the sender is not ours, or cannot send SMS: {_SENDER}",
    21659: f"the sender is not a number of Twilio's: {_SENDER}",
    21660: f"the sender belongs to another account: {_SENDER}",
    21661: f"the sender cannot send SMS: {_SENDER}",
    21701: f"the messaging service does not exist: {_SERVICE}",
    21703: f"the messaging service has no sender: {_SERVICE}",
    21704: f"the messaging service has no sender: {_SERVICE}",
}
"""About us: nothing gets through until a person changes something."""

BUSY_CODES = {
    20429: "Twilio says too many requests",
    21611: "the sender's queue at Twilio is full",
    63038: "the account's daily limit at Twilio is reached",
}
"""Not taken, and may be taken later, whatever the HTTP status."""

OUR_STATUSES = {
    401: OUR_CODES[20003],
    403: f"Twilio forbids it: {_LOGIN}",
    404: OUR_CODES[20404],
}


def outcome_of(status: int, code: int | None) -> Outcome:
    """Say what a refusal means: HTTP status, and Twilio's code where the answer held one."""
    if code in BUSY_CODES:
        return Retry(f"{BUSY_CODES[code]} ({code})")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Uncertain(f"Twilio failed (HTTP {status}), and may have sent it")
    ours = OUR_CODES.get(code or 0) or (None if code in RECIPIENT_CODES else OUR_STATUSES.get(status))
    if ours is None and status < HTTPStatus.BAD_REQUEST:
        ours = "no API answers there: check FLIGHTAGENTS_TWILIO_URL"
    if ours is not None:
        return Misconfigured(f"{ours} ({code or f'HTTP {status}'})")
    reason = f"{RECIPIENT_CODES.get(code or 0, 'Twilio refused it')} ({code or f'HTTP {status}'})"
    return Rejected(reason, opted_out=code == OPTED_OUT)
