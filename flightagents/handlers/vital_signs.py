"""What a worker tells of itself every few seconds, so that the page of any worker shows them all.

Before it batches/vital_signs.py reads how the worker stands to Kafka; after it health.py reads what all told.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog

from flightagents.clock import Clock
from flightagents.domain.vital_signs import (
    ChannelSigns,
    Identity,
    Measure,
    Noticed,
    Owned,
    Rates,
    Stream,
    VitalSigns,
)
from flightagents.ports import Workers
from flightagents.pulse import Durations
from flightagents.records import CHANGE_TOPIC, FLIGHT_TOPIC

INTERVAL = timedelta(seconds=5)
"""Real time between two signs."""
A_MINUTE = timedelta(minutes=1)
LOOKS = int(A_MINUTE / INTERVAL)
"""In a minute."""

Lags = Mapping[tuple[str, int], int | None]
"""By topic and partition, at a look."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Process:
    """What the operating system and this process count: bytes, seconds, messages, since the start."""

    memory: int
    cpu: float
    accepted: int
    """Notifications that a provider accepted."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was counted a while ago, to compare with."""

    ticks: float
    records: int
    changes: int
    messages: int


class TellVitalSigns:
    """Gathers a worker's signs and stores them."""

    def __init__(
        self,
        workers: Workers,
        name: str,
        identity: Identity,
        *,
        stream: Callable[[], Awaitable[Stream]],
        channels: Callable[[], Sequence[ChannelSigns]],
        noticed: Callable[[], Sequence[Noticed]],
        process: Callable[[], Process],
        pulse: Mapping[Measure, Durations],
        clock: Clock,
        ticks: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now` is the machine's own real time, not business time."""
        self._workers = workers
        self._name = name
        self._identity = identity
        self._stream = stream
        self._channels = channels
        self._noticed = noticed
        self._process = process
        self._pulse = pulse
        self._clock = clock
        self._ticks = ticks
        self._now = now
        self._looks: deque[_Look] = deque(maxlen=LOOKS)
        self._lags: deque[Lags] = deque(maxlen=2 * LOOKS)
        self._still: dict[tuple[str, int], tuple[int, datetime]] = {}
        self._skew: timedelta | None = None

    async def __call__(self) -> None:
        """Tell them once."""
        signs = await self.gather()
        began, asked_at = self._ticks(), self._now()
        seen_at = await self._workers.tell(self._name, signs)
        took = timedelta(seconds=self._ticks() - began)
        self._pulse[Measure.MONGODB_WRITE].note(took)
        self._skew = asked_at + took / 2 - seen_at

    async def again_and_again(self) -> None:
        """Tell them until it is cancelled; from before the table is read, which Faust's timers wait for."""
        while True:
            try:
                await self()
            except Exception:  # noqa: BLE001 - the outermost loop of this
                _log.exception("vital signs could not be told; it is tried again")
            await asyncio.sleep(INTERVAL.total_seconds())

    async def stop(self) -> None:
        """Say that this worker ends in order."""
        await self._workers.stop(self._name)

    async def gather(self) -> VitalSigns:
        """Look at everything; costs well below a millisecond besides asking the broker."""
        stream, process = await self._stream(), self._process()
        look = _Look(
            self._ticks(),
            stream.handed.get(FLIGHT_TOPIC, 0),
            stream.handed.get(CHANGE_TOPIC, 0),
            process.accepted,
        )
        before = self._looks[0] if self._looks else look
        self._looks.append(look)
        self._lags.append({_place(each): each.lag for each in stream.owned})
        latencies = {measure: durations.lately() for measure, durations in self._pulse.items()}
        return VitalSigns(
            identity=self._identity,
            stream=replace(stream, owned=self._compared(stream.owned)),
            business_now=self._clock.now(),
            rates=_rates(before, look),
            latencies={measure: latency for measure, latency in latencies.items() if latency},
            channels=self._channels(),
            noticed=self._noticed(),
            memory=process.memory,
            cpu=process.cpu,
            skew=self._skew.total_seconds() if self._skew is not None else None,
        )

    def _compared(self, owned: Sequence[Owned]) -> list[Owned]:
        """Tell of each partition its least lag of the last two minutes, and since when it stands still."""
        known, self._still = self._still, {}
        lags = list(self._lags)
        found = []
        for each in owned:
            place = _place(each)
            committed, since = known.get(place, (None, self._now()))
            if each.committed != committed or not each.lag:
                since = self._now()
            self._still[place] = each.committed, since
            still = since if each.lag and each.committed == committed else None
            found.append(
                replace(
                    each,
                    least_lag=_least(lags[-LOOKS:], place),
                    least_lag_before=_least(lags[:-LOOKS], place),
                    still_since=still,
                )
            )
        return found


def _least(looks: Sequence[Lags], place: tuple[str, int]) -> int | None:
    return min((lag for look in looks if (lag := look.get(place)) is not None), default=None)


def _place(each: Owned) -> tuple[str, int]:
    return each.topic, each.partition


def _rates(before: _Look, now: _Look) -> Rates:
    seconds = now.ticks - before.ticks
    if seconds <= 0:
        return Rates()
    return Rates(
        (now.records - before.records) / seconds,
        (now.changes - before.changes) / seconds,
        (now.messages - before.messages) / seconds,
    )
