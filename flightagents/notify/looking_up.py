"""When a provider's "not there" may be believed."""

from datetime import datetime, timedelta

from flightagents.domain.notifications import Envelope, Found


def settled(found: Found, envelope: Envelope, asked_at: datetime, grace: timedelta) -> Found:
    """Turn NO into NOT_YET where the last bytes left less than `grace` before; all in real time.

    A message that was sent again counts from the last time: the first being long ago says nothing of it.
    """
    left_at = envelope.last_wire_at or envelope.wire_at
    if found is not Found.NO or grace <= timedelta():
        return found
    if left_at is None:
        return Found.CANNOT_TELL
    return Found.NO if asked_at - left_at >= grace else Found.NOT_YET
