"""What `BookingFolder` promises, held by the fake and by a folder on disk."""

import os
from pathlib import Path

import pytest
import structlog

from flightagents.ports import BookingFolder, Shelf, Taken
from flightagents.store.booking_folder import ABANDONED_AFTER, LONGEST_NAME, DiskFolder
from tests.support.booking_folder import FakeFolder


class Site:
    """A folder, and the program that writes into it."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self.now = 1_800_000_000.0
        self.fake = FakeFolder()
        self.folder: BookingFolder = self.fake if root is None else DiskFolder(root, lambda: self.now)

    def write(self, name: str, content: bytes) -> None:
        if self.root is None:
            self.fake.files[name] = content
        else:
            (self.root / name).write_bytes(content)

    def worker_dies(self) -> None:
        self.now += ABANDONED_AFTER.total_seconds()
        self.fake.its_worker_dies()

    def on(self, shelf: Shelf) -> dict[str, bytes]:
        if self.root is None:
            return self.fake.shelves[shelf]
        return {path.name: path.read_bytes() for path in (self.root / shelf).glob("*.csv")}

    def report(self, shelf: Shelf, name: str) -> str:
        if self.root is None:
            return self.fake.reports[f"{shelf}/{name}.report.txt"]
        return (self.root / shelf / f"{name}.report.txt").read_text(encoding="utf-8")

    async def takes(self) -> Taken:
        await self.folder.look()
        (file,) = await self.folder.look()
        taken = await self.folder.take(file)
        assert taken is not None
        return taken


@pytest.fixture(params=["fake", "disk"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return Site(None if request.param == "fake" else tmp_path)


@pytest.fixture
def disk(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def test_a_file_is_given_once_it_stood_still_between_two_looks(site: Site) -> None:
    site.write("a.csv", b"1")
    assert await site.folder.look() == []
    site.write("a.csv", b"12")
    assert await site.folder.look() == []
    assert await site.folder.look() == ["a.csv"]


async def test_one_takes_it_and_the_other_comes_too_late(site: Site) -> None:
    site.write("a.csv", b"1")
    taken = await site.takes()
    assert taken.name == "a.csv"
    assert await site.folder.take("a.csv") is None
    assert await site.folder.look() == []


async def test_a_taken_file_is_read_up_to_a_limit(site: Site) -> None:
    site.write("a.csv", b"12345")
    taken = await site.takes()
    assert await site.folder.read(taken, 3) == b"123"
    assert await site.folder.read(taken, 30) == b"12345"


async def test_it_is_put_away_with_its_report_and_overwrites_nothing(site: Site) -> None:
    for content in (b"1", b"22", b"333"):
        site.write("a.csv", content)
        await site.folder.put(await site.takes(), Shelf.IMPORTED, f"{len(content)} read")
    assert site.on(Shelf.IMPORTED) == {"a.csv": b"1", "a-2.csv": b"22", "a-3.csv": b"333"}
    assert site.report(Shelf.IMPORTED, "a-2.csv") == "2 read"
    assert site.on(Shelf.REFUSED) == {}


async def test_what_a_dead_worker_left_is_taken_again_by_one(site: Site) -> None:
    site.write("a.csv", b"1")
    gone = await site.takes()
    site.worker_dies()
    (left,) = await site.folder.look()
    again = await site.folder.take(left)
    assert again is not None
    assert again.name == "a.csv"
    assert await site.folder.take(left) is None
    assert await site.folder.look() == []
    assert await site.folder.read(gone, 10) is None
    assert await site.folder.put(gone, Shelf.IMPORTED, "") is None
    assert await site.folder.put(again, Shelf.HELD, "waits") == "a.csv"
    assert site.on(Shelf.IMPORTED) == {}


# The disk alone


def root_of(site: Site) -> Path:
    assert site.root is not None
    return site.root


async def test_only_plain_files_of_the_right_name_are_given(
    disk: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root, elsewhere = root_of(disk), tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    elsewhere.write_bytes(b"secret")
    (root / "link.csv").symlink_to(elsewhere)
    (root / "folder.csv").mkdir()
    os.mkfifo(root / "pipe.csv")
    for name in (".hidden.csv", "a.csv.part", "b.txt", "empty.csv"):
        (root / name).write_bytes(b"" if name == "empty.csv" else b"1")
    disk.write("UPPER.CSV", b"1")
    with structlog.testing.capture_logs() as lines:
        assert await disk.folder.look() == []
        assert await disk.folder.look() == ["UPPER.CSV"]
    assert sorted(str(line["file"]) for line in lines) == ["folder.csv", "link.csv", "pipe.csv"], "once each"


async def test_a_link_that_takes_the_place_of_a_file_is_not_followed(
    disk: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root, elsewhere = root_of(disk), tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    elsewhere.write_bytes(b"secret")
    disk.write("a.csv", b"1")
    await disk.folder.look()
    await disk.folder.look()
    (root / "a.csv").unlink()
    (root / "a.csv").symlink_to(elsewhere)
    taken = await disk.folder.take("a.csv")
    assert taken is not None
    assert await disk.folder.read(taken, 10) is None


@pytest.mark.parametrize(
    "name", ["a/../b.csv", "a\nb\x1b[2J.csv", "x" * 251 + ".csv", "é" * 125 + ".csv", "a~b~c.csv"]
)
async def test_a_name_does_no_harm(disk: Site, name: str) -> None:
    root = root_of(disk)
    (root / name.replace("/", "\\")).write_bytes(b"1")
    taken = await disk.takes()
    put = await disk.folder.put(taken, Shelf.REFUSED, "why")
    assert put is not None
    assert put.isprintable()
    assert len(put.encode()) <= LONGEST_NAME + len(".csv")
    assert (root / "refused" / put).read_bytes() == b"1"
    assert disk.report(Shelf.REFUSED, put) == "why"


async def test_a_name_of_bytes_that_are_no_text_is_taken_too(disk: Site) -> None:
    (root_of(disk) / os.fsdecode(b"caf\xe9.csv")).write_bytes(b"1")
    taken = await disk.takes()
    assert taken.name == "caf_.csv"


async def test_a_file_of_the_shelf_without_a_report_is_not_overwritten(disk: Site) -> None:
    disk.write("a.csv", b"2")
    taken = await disk.takes()
    (root_of(disk) / "imported" / "a.csv").write_bytes(b"1")
    assert await disk.folder.put(taken, Shelf.IMPORTED, "") == "a-2.csv"
    assert disk.on(Shelf.IMPORTED) == {"a.csv": b"1", "a-2.csv": b"2"}


async def test_a_folder_that_is_not_there_is_told_once_and_looked_for_again(tmp_path: Path) -> None:
    site = Site(tmp_path / "share")
    with structlog.testing.capture_logs() as lines:
        assert [await site.folder.look() for _ in range(3)] == [[], [], []]
    assert len(lines) == 1
    (tmp_path / "share").mkdir()
    site.write("a.csv", b"1")
    assert (await site.takes()).name == "a.csv"


async def test_two_workers_share_a_folder(disk: Site) -> None:
    other = DiskFolder(root_of(disk), lambda: disk.now)
    disk.write("a.csv", b"1")
    for folder in (disk.folder, other):
        await folder.look()
        assert await folder.look() == ["a.csv"]
    taken = [await folder.take("a.csv") for folder in (disk.folder, other)]
    assert [each is not None for each in taken] == [True, False]
