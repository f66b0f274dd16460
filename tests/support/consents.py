"""Opt-outs, and what was done once, in memory; MongoDB's pass the same contract tests."""

from collections.abc import Sequence

from flightagents.domain.bookings import Channel
from flightagents.domain.consents import OptOut


class FakeOptOuts:
    """Opt-outs by channel and address key."""

    def __init__(self) -> None:
        self.standing: dict[tuple[Channel, str], OptOut] = {}

    async def add(self, opt_out: OptOut) -> OptOut:
        return self.standing.setdefault((opt_out.channel, opt_out.address_key), opt_out)

    async def remove(self, channel: Channel, address_key: str) -> bool:
        return self.standing.pop((channel, address_key), None) is not None

    async def of(self, address_keys: Sequence[str]) -> list[OptOut]:
        return [each for _, each in sorted(self.standing.items()) if each.address_key in address_keys]


class FakeOnce:
    """Names."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    async def done(self, name: str) -> bool:
        return name in self.names

    async def note(self, name: str) -> bool:
        new = name not in self.names
        self.names.add(name)
        return new
