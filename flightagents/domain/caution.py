"""Where a notice may not be told as its kind usually is: it would say more than anybody knows."""

from enum import StrEnum

from flightagents.domain.notifications import Notice
from flightagents.domain.said import Said


class Caution(StrEnum):
    """Each has texts of its own in place of those of the kind."""

    DIVERSION_WITHDRAWN = "diversion_withdrawn"
    """On again, but they sit in the aircraft: no departure, and nothing to go to."""
    OVERDUE = "overdue"
    """The departure that it names has passed: it is not on time, and nobody has time to check in."""
    ALL_CLEAR_AS_OF = "all_clear_as_of"
    REINSTATED_AS_OF = "reinstated_as_of"
    CONNECTION_SAFE_AS_OF = "connection_safe_as_of"
    """The last news are too old to speak of now."""


CALLS_EARLIER = frozenset({Said.ALL_CLEAR, Said.EARLIER, Said.REINSTATED})
"""What sends people to a departure before the one that they believe in.

That it is later is no news where that time has passed as well (alerting.py).
"""
_AS_OF = {
    Said.ALL_CLEAR: Caution.ALL_CLEAR_AS_OF,
    Said.REINSTATED: Caution.REINSTATED_AS_OF,
    Said.CONNECTION_SAFE: Caution.CONNECTION_SAFE_AS_OF,
}
REASSURES = frozenset(_AS_OF)
"""What is only worth as much as the look that it comes from is recent."""


def caution(notice: Notice) -> Caution | None:
    """Tell which caution a notice needs; None where its kind's own texts are true."""
    if notice.said is Said.REINSTATED and notice.was_diverted:
        return Caution.DIVERSION_WITHDRAWN
    if notice.said in CALLS_EARLIER and notice.overdue:
        return Caution.OVERDUE
    return _AS_OF.get(notice.said) if notice.as_of is not None else None
