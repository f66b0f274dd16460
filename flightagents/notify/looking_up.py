"""When a provider's "not there" may be believed."""

from datetime import datetime, timedelta

from flightagents.domain.delivery import Envelope, Found


def settled(
    found: Found, envelope: Envelope, asked_at: datetime, grace: timedelta, *, receipt_may_come: bool = False
) -> Found:
    """Turn NO into NOT_YET where the last bytes left less than `grace` before; all in real time.

    A message that was sent again counts from the last time: the first being long ago says nothing of it.
    `receipt_may_come`: a report moves the row itself; where nobody can tell, it is given that long to come.
    """
    left_at = envelope.last_wire_at or envelope.wire_at
    waits = found is Found.NO or (found is Found.CANNOT_TELL and receipt_may_come)
    if not waits or grace <= timedelta():
        return found
    if left_at is None:
        return Found.CANNOT_TELL
    return found if asked_at - left_at >= grace else Found.NOT_YET
