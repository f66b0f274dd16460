"""A worker as in production, which can also ask the sandbox's mailbox what arrived.

`python -m flightagents.sandbox.worker worker -l info`: plain SMTP cannot be asked, so that a message whose
worker died may arrive twice; here there is evidence, and it arrives once.
"""

import os
from datetime import timedelta
from functools import partial

from flightagents.app import app
from flightagents.domain.bookings import Channel
from flightagents.handlers.pace import Pace
from flightagents.sandbox.mailbox_lookup import MAILBOX_URL, MailboxPageLookup
from flightagents.wiring import Sending, wire

LEASE = timedelta(seconds=10)
"""Short, so that a killed worker's messages go on while somebody watches."""
PACE = Pace(timedelta(seconds=1), timedelta(seconds=5), grace=timedelta(seconds=1))


def sending() -> Sending:
    """Send with evidence, and without long waits."""
    lookup = MailboxPageLookup(os.environ[MAILBOX_URL])
    return Sending({Channel.EMAIL: PACE, Channel.SMS: PACE}, LEASE, lookup)


if __name__ == "__main__":
    app.wire = partial(wire, sending=sending())
    # Faust would make a name of this file's path, the wrong way round, and look for commands there.
    app.conf.origin = "flightagents.agents"
    os.environ.setdefault("FAUST_LOOP", "uvloop")
    app.main()
