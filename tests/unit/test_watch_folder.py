"""The watched folder: files are imported as they arrive, and each is put away with a report."""

import pytest
import structlog

from flightagents.domain.acts import Did
from flightagents.domain.tasks import TaskKind
from flightagents.handlers.import_bookings import ImportBookings, Limits
from flightagents.handlers.watch_folder import MOST_REPORTED, WatchFolder
from flightagents.ports import Shelf
from flightagents.settings import ConsentBasis
from tests.support.agency import Agency
from tests.support.booking_folder import FakeFolder

HEADER = "reference,email,consent_email,flights"
ANNA = "ABC123,anna@example.com,yes,BA117 2026-11-22 LHR-JFK"


def people(count: int) -> list[str]:
    return [f"R{n},traveller{n}@example.com,yes,BA117 2026-11-22 LHR-JFK" for n in range(count)]


class Office:
    """An agency with a folder."""

    def __init__(self) -> None:
        self.agency, self.folder = Agency(), FakeFolder()
        take_bookings = self.agency.worker.take_bookings
        self.watch = WatchFolder(
            folder=self.folder,
            import_bookings=ImportBookings(
                take_bookings, self.agency.audit, self.agency.clock, ConsentBasis.EXPLICIT
            ),
            tasks=self.agency.tasks,
            clock=self.agency.clock,
            limits=Limits(100_000, 2_000),
        )

    async def gets(self, *lines: str, name: str = "export.csv") -> None:
        """Let a file arrive and stand still."""
        self.folder.files[name] = "\n".join(lines).encode()
        await self.watch()
        await self.watch()

    async def references(self) -> list[str]:
        return sorted(each.reference for each in await self.agency.bookings.everyone())

    def report(self, shelf: Shelf, name: str = "export.csv") -> list[str]:
        return self.folder.reports[f"{shelf}/{name}.report.txt"].splitlines()


async def test_a_file_is_imported_and_its_refused_lines_are_reported() -> None:
    office = Office()
    await office.gets(HEADER + ",seat", ANNA + " | BA118 2026-11-12,1A", "XYZ789,,yes,BA117 2026-11-22,1B")
    assert await office.references() == ["ABC123"]
    assert office.report(Shelf.IMPORTED) == [
        "1 line imported, 1 refused",
        "flights whose date is past, nobody is told of them: 1",
        "column ignored: seat",
        "line 3 refused: neither email nor phone: nobody could be told",
    ]
    assert [(act.by, act.did, act.detail) for act in office.agency.audit.acts] == [
        ("the watched folder", Did.IMPORTED, "1 lines, 1 refused")
    ]


async def test_a_file_that_is_still_written_is_left_alone() -> None:
    office = Office()
    office.folder.files["export.csv"] = HEADER.encode()
    await office.watch()
    assert list(office.folder.files) == ["export.csv"]


async def test_no_address_stands_in_a_report_or_log_though_the_columns_have_moved() -> None:
    office = Office()
    with structlog.testing.capture_logs() as lines:
        await office.gets(
            "reference,flights,email", "ABC123,anna@example.com,BA117", "X,+44 20 7946 0000,a@b.example"
        )
    text = "\n".join(office.report(Shelf.IMPORTED)) + str(lines)
    assert "line 2 refused: " in text
    assert "example" not in text
    assert "7946" not in text
    assert [line["event"] for line in lines] == ["a file of bookings"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,email\nAnna,anna@example.com", "no column reference"),
        (HEADER.encode() + b"\n\xff", "is not UTF-8"),
        (b"x" * 100_001, "more than 0 MB; split the file"),
        (HEADER.encode() + b"\n" * 2_001, "2001 lines, at most 2000"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_with_the_reason(content: bytes, words: str) -> None:
    office = Office()
    office.folder.files["export.csv"] = content
    await office.watch()
    await office.watch()
    (line,) = office.report(Shelf.REFUSED)
    assert line.startswith("refused: export.csv: ")
    assert words in line
    assert await office.references() == []


async def test_a_file_that_would_send_many_messages_is_held_and_staff_are_asked() -> None:
    office = Office()
    await office.agency.is_late(90)
    await office.gets(HEADER, *people(21))
    assert await office.references() == []
    assert office.agency.rows == []
    assert list(office.folder.shelves[Shelf.HELD]) == ["export.csv"]
    assert office.report(Shelf.HELD) == [
        "held: it would send 21 messages at once, more than 20; import it by hand if that is right",
        "BA117|2026-11-22|LHR|JFK  later  email  21",
    ]
    (task,) = office.agency.tasks.of_kind(TaskKind.IMPORT_HELD)
    assert "export.csv would send 21 messages at once" in task.summary
    assert (task.flight, task.booking) == (None, None)


async def test_twenty_messages_are_sent_unasked() -> None:
    office = Office()
    await office.agency.is_late(90)
    await office.gets(HEADER, *people(20))
    assert len(office.agency.rows) == 20


async def test_the_same_file_held_another_day_is_another_task() -> None:
    office = Office()
    await office.agency.is_late(90)
    for _ in range(2):
        await office.gets(HEADER, *people(21))
    assert len(office.agency.tasks.of_kind(TaskKind.IMPORT_HELD)) == 2


async def test_what_a_dead_worker_took_is_imported_by_the_next_and_tells_nobody_twice() -> None:
    office = Office()
    await office.agency.is_late(90)
    office.folder.files["export.csv"] = f"{HEADER}\n{ANNA}".encode()
    await office.folder.look()
    (file,) = await office.folder.look()
    taken = await office.folder.take(file)
    assert taken is not None
    content = await office.folder.read(taken, 1000)
    assert content is not None
    await office.watch._import_bookings(content, taken.name, "a worker")  # and dies
    await office.watch()
    assert list(office.folder.taking) == [taken.held_as], "it may be at work still"
    office.folder.its_worker_dies()
    await office.watch()
    await office.agency.delivers()
    assert office.report(Shelf.IMPORTED) == ["1 line imported, 0 refused"]
    assert office.agency.told == ["later 16:05 not 14:35 (BA117)"]


async def test_one_file_after_the_other_and_a_bad_one_stops_nobody() -> None:
    office = Office()
    office.folder.files["a.csv"] = b"\xff"
    await office.gets(HEADER, ANNA, name="b.csv")
    assert list(office.folder.shelves[Shelf.REFUSED]) == ["a.csv"]
    assert list(office.folder.shelves[Shelf.IMPORTED]) == ["b.csv"]


async def test_a_report_is_no_longer_than_somebody_reads() -> None:
    office = Office()
    await office.gets(HEADER, *["x"] * (MOST_REPORTED + 5))
    assert office.report(Shelf.IMPORTED)[-1] == "and 5 more"
    assert len(office.report(Shelf.IMPORTED)) == MOST_REPORTED + 2
