"""How fresh watched flights are, in memory."""

from collections.abc import Collection, Sequence

from flightagents.domain.sights import KeptSight


class FakeSights:
    """The last by key."""

    def __init__(self) -> None:
        self.kept: dict[str, KeptSight] = {}
        self.writes = 0

    async def all(self) -> dict[str, KeptSight]:
        return dict(self.kept)

    async def of(self, keys: Collection[str]) -> dict[str, KeptSight]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    async def keep(self, changed: Sequence[KeptSight], gone: Collection[str]) -> None:
        self.writes += len(changed) + len(gone)
        self.kept |= {each.key: each for each in changed}
        for key in gone:
            self.kept.pop(key, None)
