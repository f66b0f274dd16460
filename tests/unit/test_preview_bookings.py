"""What a file of bookings would do, shown before it does."""

import pytest

from flightagents.domain.acts import Did
from flightagents.domain.booking_preview import BookingPreview, Standing
from flightagents.domain.bookings import Match
from flightagents.errors import BookingFileError
from flightagents.handlers.import_bookings import UPLOAD, ImportBookings, Imported, Limits
from flightagents.handlers.preview_bookings import PreviewBookings
from flightagents.settings import ConsentBasis
from tests.support.agency import Agency

HEADER = "reference,name,email,consent_email,seat,flights"
ANNA = "ABC123,Anna,anna@example.com,yes,1A,BA117 2026-11-22 LHR-JFK"
BEN = "XYZ789,Ben,ben@example.com,yes,1B,BA117 2026-11-22 | BA9 2026-11-22"


class Office:
    """An agency with a page for uploads."""

    def __init__(self) -> None:
        self.agency = Agency()
        worker = self.agency.worker
        self.imports = ImportBookings(
            worker.take_bookings, self.agency.audit, self.agency.clock, ConsentBasis.EXPLICIT
        )
        self._preview = PreviewBookings(self.imports, worker.take_bookings)

    async def preview(self, *lines: str, limits: Limits = UPLOAD) -> BookingPreview:
        return await self._preview("\n".join(lines).encode(), "file.csv", limits)

    async def imports_it(self, *lines: str) -> Imported:
        return await self.imports("\n".join(lines).encode(), "file.csv", "ben")


def names(preview: BookingPreview, standing: Standing) -> list[str]:
    return [each.booking.reference for each in preview.of(standing)]


async def test_bookings_are_new_changed_or_unchanged() -> None:
    office = Office()
    await office.imports_it(HEADER, ANNA, BEN)
    preview = await office.preview(
        HEADER,
        ANNA,
        BEN.replace("Ben", "Benjamin"),
        "NEW001,Carl,carl@example.com,,,BA9 2026-11-22",
        "BAD,,,,,",
    )
    assert names(preview, Standing.UNCHANGED) == ["ABC123"]
    assert names(preview, Standing.CHANGED) == ["XYZ789"]
    assert names(preview, Standing.NEW) == ["NEW001"]
    assert [each.line for each in preview.refused] == [5]
    assert preview.ignored_columns == ("seat",)


async def test_it_says_what_the_feed_knows_of_each_flight_and_what_would_be_sent() -> None:
    office = Office()
    await office.agency.is_late(90)
    preview = await office.preview(HEADER, ANNA, BEN)
    (anna, ben) = preview.bookings
    assert [(each.match, each.flights) for each in anna.segments] == [
        (Match.SEEN, ("BA117|2026-11-22|LHR|JFK",))
    ]
    assert [(each.segment.designator, each.match) for each in ben.segments] == [
        ("BA117", Match.SEEN),
        ("BA9", Match.NOT_YET),
    ]
    assert len(preview.would_send) == 2


async def test_a_preview_writes_nothing_and_asking_again_gives_the_same() -> None:
    office = Office()
    await office.agency.is_late(90)
    first = await office.preview(HEADER, ANNA)
    again = await office.preview(HEADER, ANNA)
    assert (first.digest, first.bookings) == (again.digest, again.bookings)
    assert [row.id for row in first.would_send] == [row.id for row in again.would_send]
    assert await office.agency.bookings.everyone() == []
    assert office.agency.rows == []


async def test_whoever_was_told_counts_no_more() -> None:
    office = Office()
    await office.agency.is_late(90)
    await office.imports_it(HEADER, ANNA)
    await office.agency.delivers()
    assert (await office.preview(HEADER, ANNA.replace("Anna", "Anne"))).would_send == ()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(10, 1000), "file.csv: more than 0 MB; split the file"),
        (Limits(10_000, 1), "file.csv: 2 lines, at most 1; split the file"),
    ],
)
async def test_a_file_that_is_too_large_is_refused_before_it_is_read(limits: Limits, words: str) -> None:
    with pytest.raises(BookingFileError) as refused:
        await Office().preview(HEADER, ANNA, BEN, limits=limits)
    assert str(refused.value) == words


async def test_a_file_without_a_header_is_refused() -> None:
    with pytest.raises(BookingFileError, match="names no column reference"):
        await Office().preview("Anna,anna@example.com")


async def test_many_messages_are_held_back_unless_somebody_wants_them() -> None:
    office = Office()
    await office.agency.is_late(90)
    people = [f"R{n},x,t{n}@example.com,yes,,BA117 2026-11-22" for n in range(21)]
    content = "\n".join([HEADER, *people]).encode()
    held = await office.imports(content, "file.csv", "ben")
    assert (held.held, len(held.would_send), held.booked) == (True, 21, [])
    assert await office.agency.bookings.everyone() == []
    done = await office.imports(content, "file.csv", "ben", anyway=True)
    assert (done.held, len(done.booked)) == (False, 21)
    assert len(office.agency.rows) == 21
    assert [(act.by, act.did, act.detail) for act in office.agency.audit.acts] == [
        ("ben", Did.IMPORTED, "21 lines, 0 refused")
    ]


async def test_a_flight_of_a_date_that_is_past_is_said_to_be_and_the_others_of_its_booking_are_kept() -> None:
    office = Office()
    line = "NEW001,Carl,carl@example.com,,,BA8 2026-11-20|BA9 2026-11-21|BA9 2026-11-29"
    preview = await office.preview(HEADER, line)
    assert [each.match for each in preview.bookings[0].segments] == [Match.PAST, Match.NOT_YET, Match.NOT_YET]
    assert preview.past == 1  # of the 21st it is still daylight somewhere
    imported = await office.imports_it(HEADER, line)
    assert ([each.match for each in imported.booked], imported.past) == (
        [Match.PAST, Match.NOT_YET, Match.NOT_YET],
        1,
    )
