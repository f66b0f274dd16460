"""A watched folder in memory; the one on disk passes the same contract tests."""

from flightagents.ports import Shelf, Taken


class FakeFolder:
    """Files by name. What was there at the last look, and has not changed, stands still."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.taking: dict[str, bytes] = {}
        self.left: set[str] = set()
        self.shelves: dict[Shelf, dict[str, bytes]] = {shelf: {} for shelf in Shelf}
        self.reports: dict[str, str] = {}
        self._seen: dict[str, bytes] = {}
        self._tokens = 0

    async def look(self) -> list[str]:
        before, self._seen = self._seen, dict(self.files)
        still = [name for name, content in self.files.items() if before.get(name) == content]
        return [*sorted(self.left), *sorted(still)]

    async def take(self, file: str) -> Taken | None:
        source = self.taking if file in self.left else self.files
        if file not in source:
            return None
        self.left.discard(file)
        name = file.rpartition("~")[2]
        self._tokens += 1
        held_as = f"{self._tokens}~{name}"
        self.taking[held_as] = source.pop(file)
        return Taken(name, held_as)

    async def read(self, taken: Taken, most: int) -> bytes | None:
        content = self.taking.get(taken.held_as)
        return None if content is None else content[:most]

    async def put(self, taken: Taken, shelf: Shelf, report: str) -> str | None:
        if taken.held_as not in self.taking:
            return None
        stem, name, number = taken.name.removesuffix(".csv"), taken.name, 1
        while name in self.shelves[shelf]:
            number += 1
            name = f"{stem}-{number}.csv"
        self.shelves[shelf][name] = self.taking.pop(taken.held_as)
        self.reports[f"{shelf}/{name}.report.txt"] = report
        return name

    def its_worker_dies(self) -> None:
        """Let what is being taken count as left behind."""
        self.left |= set(self.taking)
