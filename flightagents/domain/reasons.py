"""Why a person is told or not told, and each reason in words for staff and for docs/alerting.md."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a person is told, or not told."""

    NEWS = "news"
    WAITS_FOR_SECOND_LOOK = "waits_for_second_look"
    DUPLICATE = "duplicate"
    NOT_MATERIAL = "not_material"
    RATE_LIMIT = "rate_limit"
    DEPARTED = "departed"
    EXPIRED = "expired"
    NO_CONSENT = "no_consent"
    NOT_WANTED = "not_wanted"
    """The person has taken this channel out of the booking since."""
    SUPERSEDED = "superseded"
    NOT_BOOKED = "not_booked"
    QUIET_HOURS = "quiet_hours"
    STAFF_FIRST = "staff_first"
    """The client's policy: staff may act before the traveller hears."""
    INHIBITED = "inhibited"
    """A graver fact is known: a cancelled flight has no delay, gate or connection to tell of."""
    REBOOKED = "rebooked"
    """The person flies another flight now: staff alone hear of this one."""
    FALLBACK = "fallback"
    """The other channel has failed."""
    RESENT = "resent"
    """Staff have asked for it."""
    SHADOW = "shadow"
    """Decided and shown; nothing is sent."""
    NO_RULE = "no_rule"
    """The staff rule that it was for is gone."""
    MOVED = "moved"
    """The flight is another one now, and the person hears of that one."""
    NO_CHANNEL = "no_channel"
    """No channel that the person has carries this kind of message."""
    TASK_TAKEN = "task_taken"
    """Somebody has taken the task in hand that it was to alarm about."""
    AMBIGUOUS = "ambiguous"
    """The booking's number means several flights that day: staff look."""
    LOST_SIGHT = "lost_sight"
    """Nobody knows how the flight stands: that disturbs nobody who was not told of another time."""


MEANING = {
    Reason.NEWS: "differs enough from what the person was told last",
    Reason.WAITS_FOR_SECOND_LOOK: "one look is not enough: it waits for another, or until the wait is over",
    Reason.DUPLICATE: "the person knows it already",
    Reason.NOT_MATERIAL: "too little differs from what the person knows",
    Reason.RATE_LIMIT: "the person has had as many messages of this kind as one may get",
    Reason.DEPARTED: "the flight has left: nothing before departure helps any more",
    Reason.EXPIRED: "it came too late to be of use",
    Reason.NO_CONSENT: "there is no leave to write to this address, or it was taken back",
    Reason.NOT_WANTED: "the booking does not name this channel any more",
    Reason.SUPERSEDED: "newer news of the same flight took its place before it was sent",
    Reason.NOT_BOOKED: "the person is not on this flight any more",
    Reason.QUIET_HOURS: "it is night where the person is; decided anew when the night is over",
    Reason.STAFF_FIRST: "the client wants staff to act first; decided anew when their time is over",
    Reason.INHIBITED: "a graver fact is known, a cancellation mostly, that makes this one void",
    Reason.REBOOKED: "the person flies another flight now; staff alone hear of this one",
    Reason.FALLBACK: "the other channel has failed, or cannot be used for now",
    Reason.RESENT: "staff sent it by this channel, or once more",
    Reason.SHADOW: "shadow mode: decided and written, and nothing is sent",
    Reason.NO_RULE: "the staff rule that it was for is gone",
    Reason.MOVED: "it was retimed over midnight: the person hears of the flight that it became, or was",
    Reason.NO_CHANNEL: "none of the person's channels carries this kind of message",
    Reason.TASK_TAKEN: "somebody has taken the task that it was to alarm about, or it is done",
    Reason.AMBIGUOUS: "the number means several flights that day; staff have a task to find out which",
    Reason.LOST_SIGHT: "nobody sees the flight for now, of which only whoever was told of another time hears",
}
