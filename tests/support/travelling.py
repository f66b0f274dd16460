"""The pages of travellers on an agency in memory, and what they are made of beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flightagents.domain.booking_preview import Upload
from flightagents.domain.notifications import Notification, Silence
from flightagents.domain.tasks import Task
from flightagents.handlers.consents import GiveConsent
from flightagents.handlers.edit_booking import EditBooking
from flightagents.handlers.import_bookings import ImportBookings
from flightagents.handlers.preview_bookings import PreviewBookings
from flightagents.handlers.show_travellers import ShowTravellers
from flightagents.handlers.traveller_acts import TravellerActs
from flightagents.handlers.upload_bookings import UploadBookings
from flightagents.settings import ConsentBasis
from flightagents.web.staff.traveller_desk import TravellersDesk
from tests.support.agency import Agency, address_key
from tests.support.desk import FakeLedger
from tests.support.searches import FakeFlightSearch, FakePeopleSearch
from tests.support.silences import FakeSilences
from tests.support.tasks import FakeTasks


class FakeTravellerFiles:
    """Looks through the fakes of ledger, silences and tasks."""

    def __init__(self, ledger: FakeLedger, silences: FakeSilences, tasks: FakeTasks) -> None:
        self._ledger = ledger
        self._silences = silences
        self._tasks = tasks

    async def rows(self, booking: str, limit: int) -> list[Notification]:
        theirs = [row for row in self._ledger.rows if row.booking == booking]
        found = sorted(theirs, key=lambda row: row.created_at, reverse=True)[:limit]
        return [
            replace(row, message=replace(row.message, html=None)) if row.message else row for row in found
        ]

    async def silences(
        self, person: str, flights: Sequence[str], limit: int
    ) -> list[tuple[datetime, Silence]]:
        found = [each for flight in flights for each in await self._silences.of_flight(flight)]
        theirs = [(at, each) for at, each in found if each.person == person]
        return sorted(theirs, key=lambda each: each[0], reverse=True)[:limit]

    async def tasks(self, booking: str, limit: int) -> list[Task]:
        theirs = [task for task in self._tasks.all if booking in (task.booking, *task.also)]
        return sorted(theirs, key=lambda task: task.created_at, reverse=True)[:limit]


def _plain(row: Notification) -> Notification:
    return replace(row, message=replace(row.message, html=None)) if row.message else row


class FakeUploads:
    """Files by user and digest."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Upload] = {}

    async def keep(self, user: str, digest: str, upload: Upload) -> None:
        self.kept[user, digest] = upload

    async def find(self, user: str, digest: str) -> Upload | None:
        return self.kept.get((user, digest))


def travellers_of(agency: Agency, *, watches_folder: bool = False) -> TravellersDesk:
    """Build what the pages call, of an agency's fakes."""
    worker, search = agency.worker, FakePeopleSearch(agency.bookings, address_key)
    take, basis = worker.take_bookings, ConsentBasis.EXPLICIT
    imports = ImportBookings(take, agency.audit, agency.clock, basis)
    return TravellersDesk(
        show=ShowTravellers(
            search=search,
            bookings=agency.bookings,
            audience=worker.audience,
            flights=FakeFlightSearch(agency.flights),
            archive=agency.archive,
            sights=agency.sights,
            files=FakeTravellerFiles(agency.ledger, agency.silences, agency.tasks),
            audit=agency.audit,
            key=address_key,
            clock=agency.clock,
        ),
        acts=TravellerActs(
            search=search,
            bookings=agency.bookings,
            edit_booking=EditBooking(agency.bookings, worker.audience, take, agency.clock, basis),
            forget_people=worker.forget,
            withdraw=worker.withdraw,
            give=GiveConsent(agency.bookings, agency.opt_outs, address_key, agency.clock),
            audit=agency.audit,
            key=address_key,
            clock=agency.clock,
        ),
        uploads=UploadBookings(
            uploads=FakeUploads(),
            import_bookings=imports,
            preview_bookings=PreviewBookings(imports, take),
        ),
        watches_folder=watches_folder,
    )
