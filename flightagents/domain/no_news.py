"""Whether a traveller hears that we do not see their flight any more: only who waits for another time, once.

needs_update (alerting.py) decides on what the feed says; this on its silence.
"""

from datetime import datetime, timedelta

from flightagents.domain.alerting import Current, Decision, Told
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.times import at_latest

SCREENS_SHOW = timedelta(hours=6)
"""Longer before departure no screen at the airport says more than we do."""


def no_news(told: Told, current: Current, now: datetime) -> Decision:
    """Decide whether to say so of a flight of which sight is lost; `told` is all that the person heard."""
    believed = at_latest(told.expected or current.base)
    if not current.state.open or current.state.has_left:
        return Decision(tell=False, reason=Reason.DEPARTED)
    if not told.put_off:
        return Decision(tell=False, reason=Reason.LOST_SIGHT)
    if told.no_news:
        return Decision(tell=False, reason=Reason.DUPLICATE)
    if believed <= now:
        return Decision(tell=False, reason=Reason.EXPIRED)
    return Decision(tell=True, reason=Reason.NEWS, said=Said.NO_NEWS, not_before=believed - SCREENS_SHOW)
