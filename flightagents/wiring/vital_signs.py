"""What a worker tells of itself, and what tells how the whole system is."""

import hmac
import importlib.metadata
import os
import resource
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from flightagents.domain.bookings import Channel
from flightagents.domain.health import Budget
from flightagents.domain.notifications import State
from flightagents.domain.vital_signs import ChannelSigns, ChannelState, Identity, Stream
from flightagents.handlers.health import LookAtHealth
from flightagents.handlers.readiness import CheckReadiness
from flightagents.handlers.vital_signs import Process, TellVitalSigns
from flightagents.logs import NOTICED
from flightagents.metrics import NOTIFICATIONS
from flightagents.pulse import PULSE
from flightagents.store.call_plans import MongoCallPlans
from flightagents.store.gauges import MongoGauges
from flightagents.store.polls import MongoPolls
from flightagents.store.workers import MongoWorkers
from flightagents.wiring.desk import Desk
from flightagents.wiring.sight import report_sight_of
from flightagents.wiring.world import Ground, World

_STATM = Path("/proc/self/statm")
_PAGE = resource.getpagesize()


class StreamSigns(Protocol):
    """How this worker stands to Kafka."""

    @property
    def recovered(self) -> bool:
        """Whether the table was read."""

    @property
    def assigned(self) -> bool:
        """Whether Kafka has given us our share."""

    async def __call__(self) -> Stream:
        """Read everything."""


@dataclass(frozen=True, slots=True)
class VitalOrgans:
    """What tells how this worker is."""

    tell: TellVitalSigns
    readiness: CheckReadiness


def wire_vital_signs(
    world: World, desk: Desk, stream: StreamSigns, broker_answers: Callable[[], Awaitable[bool]]
) -> VitalOrgans:
    """Build them."""
    gauges = MongoGauges(world.database)

    async def recovered() -> bool:
        return stream.recovered

    async def assigned() -> bool:
        return stream.assigned

    async def mongodb_answers() -> bool:
        return bool(await gauges.now())

    return VitalOrgans(
        tell=TellVitalSigns(
            MongoWorkers(world.database),
            world.worker,
            identity_of(world),
            stream=stream,
            channels=lambda: channel_signs_of(desk),
            noticed=NOTICED.newest,
            process=process,
            pulse=PULSE,
            clock=world.clock,
        ),
        readiness=CheckReadiness(
            {
                "recovered": recovered,
                "assigned": assigned,
                "mongodb": mongodb_answers,
                "broker": broker_answers,
            }
        ),
    )


def wire_health(world: Ground) -> LookAtHealth:
    """Build what looks at the health of the system; for a worker, and for the command line."""
    return LookAtHealth(
        MongoWorkers(world.database),
        MongoPolls(world.database),
        MongoGauges(world.database),
        world.clock,
        plans=MongoCallPlans(world.database),
        sight=report_sight_of(world),
        poll_interval=world.clock.real(timedelta(seconds=world.settings.poll_interval)),
        budget=budget_of(world),
    )


def budget_of(world: Ground) -> Budget:
    """Tell what the plan allows, on a simulated day as well: it plans by it, whoever answers."""
    plan = world.settings.aviationstack_plan
    return Budget(plan.value, plan.limits.monthly_calls)


def identity_of(world: World) -> Identity:
    """Tell what stays the same for as long as the process lives."""
    settings, second = world.settings, timedelta(seconds=1)
    return Identity(
        version=importlib.metadata.version("flightagents"),
        host=socket.gethostname(),
        pid=os.getpid(),
        web=f"http://{_reached_at(settings.web_host)}:{settings.web_port}",
        delivery=settings.delivery.value,
        speed=world.clock.business(second) / second,
        polls=settings.aviationstack_key is not None,
        key=hmac.digest(world.secret, b"whether workers sign alike", "sha256").hex()[:8],
    )


def _reached_at(bound_to: str) -> str:
    """What binds to every address of a machine is reached by the machine's name."""
    return socket.gethostname() if bound_to in ("0.0.0.0", "::") else bound_to  # noqa: S104 - compared only


def channel_signs_of(desk: Desk) -> list[ChannelSigns]:
    """Tell of each channel whether anything can leave on it here."""
    stopped = desk.deliver.stopped()
    found = []
    for channel in Channel:
        if channel not in desk.channels:
            found.append(ChannelSigns(channel, ChannelState.NOT_SET))
        elif channel in stopped:
            found.append(ChannelSigns(channel, ChannelState.STOPPED, stopped[channel]))
        else:
            found.append(ChannelSigns(channel, ChannelState.WORKS))
    return found


def process() -> Process:
    """Ask the operating system, and the counters of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Process(memory(), usage.ru_utime + usage.ru_stime, _accepted())


def memory() -> int:
    """Give the bytes in memory now, as Linux tells it; elsewhere the most that ever was, in its own unit."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _accepted() -> int:
    samples = (sample for metric in NOTIFICATIONS.collect() for sample in metric.samples)
    return int(
        sum(
            sample.value
            for sample in samples
            if sample.name.endswith("_total") and sample.labels["state"] == State.ACCEPTED.value
        )
    )
