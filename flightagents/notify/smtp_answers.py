"""What a mail server's answer means for us. Which step it came at matters as much as its number.

The server's own words stay here: they repeat addresses. What goes on is the step, the code, the enhanced code
(RFC 3463) and words of ours.
"""

import re
import ssl
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import aiosmtplib

from flightagents.domain.delivery import Accepted, Misconfigured, Outcome, Rejected, Retry, Uncertain

SLOW_DOWN = timedelta(seconds=30)
"""How long a server is left alone that said 421: it is overloaded, or on its way down."""

CLOSING = 421
GO_AHEAD = 354
"""The answer to DATA: now the letter."""
_DONE, _LATER, _NEVER = 2, 4, 5
"""The first digit of a code (RFC 5321, 4.2.1)."""


class Step(StrEnum):
    """Where in the dialogue a server was when it answered, or did not."""

    CONNECT = "connecting"
    LOGIN = "AUTH"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    DATA = "DATA"
    CONTENT = "the end of DATA"


_BEGINS = r"^(?:5\.7\.\d{1,3} )?(?:<[^<>]*>[:.]* ?)?(?:SMTP; |TenantAttribution; )?"
"""What may stand before a server's own verdict: an enhanced code of its policy, and whom it was about.

The words of another server, which it quotes, come later: "host mx.example said: Relay access denied".
"""
OURS = (
    (
        re.compile(
            _BEGINS + r"(?:(?:mail )?relay(?:ing)?(?: access)? (?:is )?"
            r"(?:denied|prohibited|not (?:permitted|allowed))"
            r"|unable to relay|we do not relay|invalid credentials for relay"
            r"|sorry, that domain isn't in my list of allowed rcpthosts)",
            re.IGNORECASE,
        ),
        "the server does not relay for us: log in, or ask its operator",
    ),
    (
        re.compile(_BEGINS + r"(?:smtp )?authentication (?:is )?required", re.IGNORECASE),
        "the server wants a login or TLS first",
    ),
    (
        re.compile(_BEGINS + r"sender address rejected:", re.IGNORECASE),
        "the server does not take FLIGHTAGENTS_MAIL_FROM as a sender",
    ),
    (
        re.compile(_BEGINS + r"(?:client host|helo command) rejected:", re.IGNORECASE),
        "the server does not let this machine send",
    ),
)
"""Refusals at RCPT that are about us: Postfix waits for RCPT even if it dislikes client or sender, and begins
with what it dislikes. Anything else said of a recipient is about that recipient, whatever the words."""
WANTS_LOGIN = frozenset({530, 534, 535, 538})
"""RFC 4954, 6."""
OUR_SENDER = frozenset({"5.7.60"})
"""Exchange, at the end of DATA: this login may not send as this sender."""

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_QUEUED = re.compile(r"(?:queued as|\bid=|\bstored as)\s*<?([\w.+/-]{1,64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a mail server, and the step that it answers."""

    step: Step
    code: int
    text: str

    def __str__(self) -> str:
        """Write "RCPT 550 5.1.1": nothing of it is personal."""
        return f"{self.step} {self.code} {self.enhanced}".rstrip()

    @property
    def enhanced(self) -> str:
        """Give the enhanced code (RFC 3463), or nothing."""
        found = _ENHANCED.search(self.text)
        return found[1] if found else ""

    @property
    def closing(self) -> bool:
        """Whether the server ends the connection with it."""
        return self.code == CLOSING


def outcome_of(answer: Answer) -> Outcome:
    """Say what an answer means that is not the one we hoped for, or the last."""
    kind = answer.code // 100
    if answer.step is Step.CONTENT and kind == _DONE:
        queued = _QUEUED.search(answer.text)
        return Accepted(queued[1] if queued else None)
    if answer.closing:
        return Retry(f"the mail server is busy ({answer})", SLOW_DOWN)
    if kind == _LATER:
        return Retry(f"the mail server says later ({answer})")
    if kind != _NEVER and answer.step is Step.CONTENT:
        return Uncertain(f"the mail server answered something odd ({answer})")
    return _refused(answer)


def _refused(answer: Answer) -> Outcome:
    if answer.step in (Step.CONNECT, Step.LOGIN, Step.SENDER):
        return Misconfigured(f"{_ADVICE[answer.step]} ({answer})")
    if answer.code in WANTS_LOGIN:
        return Misconfigured(f"the server wants a login or TLS first ({answer})")
    if answer.enhanced in OUR_SENDER:
        return Misconfigured(f"the server does not take FLIGHTAGENTS_MAIL_FROM as a sender ({answer})")
    if answer.step is Step.RECIPIENT:
        for pattern, meaning in OURS:
            if pattern.search(answer.text):
                return Misconfigured(f"{meaning} ({answer})")
    return Rejected(f"the mail server refused it ({answer})")


_ADVICE = {
    Step.CONNECT: "the mail server does not serve us: check FLIGHTAGENTS_SMTP_HOST and _PORT",
    Step.LOGIN: "the mail server refused the login: check FLIGHTAGENTS_SMTP_USERNAME and _PASSWORD",
    Step.SENDER: "the mail server refused the sender: check FLIGHTAGENTS_MAIL_FROM",
}


def answer_in(error: aiosmtplib.SMTPException) -> Answer | None:
    """Give the server's answer that an error of the library holds, if it holds one."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return None
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            step = Step.LOGIN
        case aiosmtplib.SMTPSenderRefused():
            step = Step.SENDER
        case aiosmtplib.SMTPRecipientRefused():
            step = Step.RECIPIENT
        case aiosmtplib.SMTPDataError():
            step = Step.DATA
        case _:
            step = Step.CONNECT
    return Answer(step, error.code, error.message)


def outcome_before_wire(error: Exception) -> Outcome:
    """Say what a failure means that came before any byte of the letter left."""
    trouble = _tls_trouble(error)
    if trouble is not None:
        return trouble
    if isinstance(error, aiosmtplib.SMTPException):
        answer = answer_in(error)
        if answer is not None:
            # -1 is the library's mark for what is no SMTP at all.
            return outcome_of(answer) if answer.code > 0 else Retry("the mail server answers nonsense")
        if not isinstance(error, OSError):
            # No STARTTLS, no AUTH, or no way to log in that both know: the library has no class of its own.
            return Misconfigured(
                "the mail server lacks what the settings ask for: check FLIGHTAGENTS_SMTP_TLS and _USERNAME"
            )
    if isinstance(error, TimeoutError):
        return Retry("the mail server took too long")
    return Retry("no connection to the mail server")


def _tls_trouble(error: Exception) -> Outcome | None:
    """Find the ssl error: raw after STARTTLS, the cause of a connect error with TLS from the first byte."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__
    if cause is None:
        return None
    if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Retry("the mail server ended the connection while TLS was agreed on")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Misconfigured(f"the mail server's certificate is not valid for us: {cause.verify_message}")
    return Misconfigured("no TLS with the mail server: check FLIGHTAGENTS_SMTP_TLS and _PORT")
