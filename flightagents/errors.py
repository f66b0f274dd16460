"""Every error of ours. Each branch means one action.

FlightagentsError
├── ConfigurationError      stop and say which setting to change; trying again cannot help
│   ├── SettingsError       a setting is missing or has the wrong shape
│   ├── TopicMismatchError  a topic is not as the settings ask
│   ├── AccessError         Kafka or MongoDB answers, but the way in is set wrong; `what` and `advice` apart
│   │   ├── LoginRefusedError          it refuses our user name, password or mechanism
│   │   ├── UntrustedCertificateError  its certificate comes from nobody whom we trust, or is out of date
│   │   ├── HostNameError              its certificate is for another host name
│   │   ├── OurCertificateError        it refuses our certificate, or wants one
│   │   └── SecurityMismatchError      one side encrypts or wants a login, and the other does not
│   └── FeedRefusedError    AviationStack refuses our key, plan, scheme or parameter
├── BookingFileError        refuse this file; the text says how to write it
├── CursorError             refuse this request: no list of ours gave this cursor
├── RuleRefusedError        refuse this rule for staff; it says of each field how to write it
├── RuleConflictError       show the rule as it is now: somebody else has changed it meanwhile
├── WriteRefusedError       end: MongoDB refuses what we write, and a person has to look
├── UnreadableError         dead-letter this one thing; its neighbours go on
│   ├── UnreadableRowError      a row of the feed that is no flight, or an impossible one
│   └── UnreadableRecordError   a message on our topic that is not ours
├── TooSlowError            tell what was found so far: a question took longer than it may
└── RecoverableError        wait and try again
    ├── BrokerOutageError       Kafka does not answer, or does not take what a command publishes
    ├── DatabaseOutageError     MongoDB does not answer, or has no primary
    ├── HistoryOutageError      MongoDB went away while the history was read
    ├── MailboxOutageError      the mailbox of the bounces cannot be read
    ├── FeedOutageError         AviationStack is down, slow, or answers nonsense
    ├── FeedRateLimitError      asked too fast; wait `retry_after`
    ├── FeedMonthSpentError     no calls left until the month turns; by our own count CallsCountedOutError
    ├── LeaseLostError          another worker polls; this run publishes nothing
    └── StartingError           a page was asked for before the worker was wired
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta


class FlightagentsError(Exception):
    """Root of the tree above."""


class ConfigurationError(FlightagentsError):
    """Stop: a person has to change something, and the text says what."""


class SettingsError(ConfigurationError):
    """A setting is missing or has the wrong shape. Its text is a line for each of `mistakes`."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class TopicMismatchError(ConfigurationError):
    """A topic exists, but not as the settings ask for it."""


class AccessError(ConfigurationError):
    """A server answers, but does not let us in, or we do not trust it; neither text holds a secret."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what}: {advice}")
        self.what = what
        self.advice = advice


class LoginRefusedError(AccessError):
    """A server refuses our user name, password or mechanism."""


class UntrustedCertificateError(AccessError):
    """A server's certificate comes from no authority that we trust, or is out of date."""


class HostNameError(AccessError):
    """A server's certificate is for another host name than the one that we use."""


class OurCertificateError(AccessError):
    """A server refuses our certificate, or wants one and we have none."""


class SecurityMismatchError(AccessError):
    """One side encrypts or wants a login, and the other does not."""


class FeedRefusedError(ConfigurationError):
    """AviationStack refuses our key, plan, scheme or parameter; `code` is its word for it.

    With `query_only` the refusal is about this one query: leave that for a while, and go on with the others.
    """

    def __init__(self, code: str, advice: str, *, query_only: bool = False) -> None:
        super().__init__(f"AviationStack refused the call ({code}): {advice}")
        self.code = code
        self.advice = advice
        self.query_only = query_only


class BookingFileError(FlightagentsError):
    """A file of bookings that cannot be read at all; a bad line alone is only reported."""


class CursorError(FlightagentsError):
    """A place in a list that no list of ours gave, or one in another order: begin at its first page."""

    def __init__(self) -> None:
        super().__init__("this is no cursor of this list in this order: begin at its first page")


class RuleRefusedError(FlightagentsError):
    """A rule for staff that is written wrong: `fields` says of each field what is, and no wrong address."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {wrong}" for field, wrong in fields.items()))
        self.fields = dict(fields)


class RuleConflictError(FlightagentsError):
    """Another version of a rule is in force than the one that was seen, or none."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the rule {name} has been changed meanwhile: look at it as it is now")
        self.name = name


class WriteRefusedError(FlightagentsError):
    """MongoDB refused documents of a bulk write. It names codes alone: pymongo's text holds the documents."""

    def __init__(self, codes: Iterable[int]) -> None:
        named = ", ".join(str(code) for code in sorted(codes))
        super().__init__(f"MongoDB refused documents of a bulk write; its error codes: {named}")


class UnreadableError(FlightagentsError):
    """Dead-letter this one thing; `reason` is a short name that is counted."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class UnreadableRowError(UnreadableError):
    """A row of the feed that names no flight, or holds impossible values."""


class UnreadableRecordError(UnreadableError):
    """A message on one of our topics that we did not write."""


class TooSlowError(FlightagentsError):
    """A question to the database took longer than whoever asked allows; what has come is true, and part."""


class RecoverableError(FlightagentsError):
    """Wait and try again."""


class BrokerOutageError(RecoverableError):
    """Kafka does not answer, or does not take what a command publishes; a worker tries again by itself."""


class DatabaseOutageError(RecoverableError):
    """MongoDB does not answer, or has no primary; a worker tries again by itself."""


class HistoryOutageError(RecoverableError):
    """MongoDB went away while the history of flights was read; what has come is part of it."""


class MailboxOutageError(RecoverableError):
    """The mailbox of the bounces cannot be read; the text names no address."""


class FeedOutageError(RecoverableError):
    """AviationStack is down, slow, or answers something that is not its format."""


class FeedRateLimitError(RecoverableError):
    """Asked too fast. Not before `retry_after` again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"AviationStack says we ask too fast; waiting {retry_after.total_seconds():.0f} s")
        self.retry_after = retry_after


class FeedMonthSpentError(RecoverableError):
    """The calls of this month are spent, as AviationStack says."""


class CallsCountedOutError(FeedMonthSpentError):
    """The calls of this month are spent by our own count: none was made."""


class LeaseLostError(RecoverableError):
    """Another worker holds the poller's lease now."""


class StartingError(RecoverableError):
    """A page was asked for before the worker was wired: the web server starts first."""
