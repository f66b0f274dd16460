"""How much is sent: a second to a provider, an hour to one address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from flightagents.clock import Clock
from flightagents.domain.alerting import Said
from flightagents.domain.notifications import Notification
from flightagents.handlers.verdicts import Send, Verdict, Wait
from flightagents.ports import Outbox

CAN_BE_SPARED = frozenset({Said.LATER, Said.GATE, Said.TERMINAL})
"""What the next message, the page or the screens at the airport say as well. Nothing else is ever limited."""
HOURLY = 6
"""Such messages to one address: a flight that creeps from gate to gate makes four or five in its last hour,
and whoever books for a group has several flights at one address; beyond that people stop reading them. What
is beyond waits, and goes later if it is still true."""
HOUR = timedelta(hours=1)
_HEARD_ENOUGH = Wait("the address has heard enough within the hour", timedelta(minutes=5))

WORTH_A_CLAIM = 0.25
"""Seconds of sending that a claim has to be worth: a claim costs the same for one row as for a hundred."""


class Bucket:
    """What may be handed to a provider: so many a second, after a pause one second's worth at once."""

    def __init__(self, per_second: float, ticks: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second)
        self._left = self._most
        self._ticks = ticks
        self._seen_at = ticks()

    def take(self, wanted: int) -> int:
        """Give how many of these may be sent now; none until it is worth a claim."""
        now = self._ticks()
        self._left = min(self._most, self._left + (now - self._seen_at) * self._per_second)
        self._seen_at = now
        if self._left < min(wanted, max(1.0, self._per_second * WORTH_A_CLAIM)):
            return 0
        taken = min(wanted, int(self._left))
        self._left -= taken
        return taken

    def give_back(self, unused: int) -> None:
        """Count these as not sent."""
        self._left = min(self._most, self._left + unused)


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
