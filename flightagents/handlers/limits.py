"""How much one address hears within an hour."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.notifications import Notification
from flightagents.domain.said import Said
from flightagents.handlers.verdicts import Send, Verdict, Wait
from flightagents.ports import Outbox

CAN_BE_SPARED = frozenset({Said.LATER, Said.GATE, Said.TERMINAL, Said.NO_NEWS})
"""What the next message, the page or the screens at the airport say as well. Nothing else is ever limited."""
HOURLY = 6
"""Such messages to one address: a flight that creeps from gate to gate makes four or five in its last hour,
and whoever books for a group has several flights at one address; beyond that people stop reading them. What
is beyond waits, and goes later if it is still true."""
HOUR = timedelta(hours=1)
_HEARD_ENOUGH = Wait("the address has heard enough within the hour", timedelta(minutes=5))


class AddressLimit:
    """Lets what can be spared wait, where an address has heard enough of it in an hour of business time."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    async def __call__(
        self, rows: Sequence[Notification], verdicts: Mapping[str, Verdict]
    ) -> dict[str, Verdict]:
        """Give the verdicts on some rows, each of an address, with the limit applied; in one query."""
        spared = [row for row in rows if row.said in CAN_BE_SPARED and isinstance(verdicts[row.id], Send)]
        if not spared:
            return dict(verdicts)
        keys = sorted({row.address_key for row in spared if row.address_key is not None})
        window, ids = self._clock.real(HOUR), [row.id for row in spared]
        heard = await self._outbox.heard(keys, window, CAN_BE_SPARED, apart_from=ids)
        wait = replace(_HEARD_ENOUGH, real=self._clock.real(_HEARD_ENOUGH.real))
        limited = dict(verdicts)
        for row in sorted(spared, key=lambda row: row.created_at):
            key = row.address_key or ""
            heard[key] = heard.get(key, 0) + 1
            if heard[key] > HOURLY:
                limited[row.id] = wait
        return limited
