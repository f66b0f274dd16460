"""What the pages of travellers call."""

from flightagents.handlers.consents import GiveConsent
from flightagents.handlers.show_travellers import ShowTravellers
from flightagents.handlers.traveller_acts import TravellerActs
from flightagents.handlers.upload_bookings import UploadBookings
from flightagents.store.archive import MongoArchive
from flightagents.store.audit import MongoAudit
from flightagents.store.flight_search import MongoFlightSearch
from flightagents.store.opt_outs import MongoOptOuts
from flightagents.store.people_search import MongoPeopleSearch
from flightagents.store.sights import MongoSights
from flightagents.store.traveller_file import MongoTravellerFiles
from flightagents.store.uploads import MongoUploads
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.wiring.desk import Desk
from flightagents.wiring.world import World


def traveller_acts_of(world: World, desk: Desk) -> TravellerActs:
    """Build what staff do to bookings, on a page, by a program or on the command line."""
    database, clock, keys = world.database, world.clock, world.address_keys
    return TravellerActs(
        search=MongoPeopleSearch(database),
        bookings=desk.bookings,
        edit_booking=desk.edit_booking,
        forget_people=desk.forget_people,
        withdraw=desk.withdraw,
        give=GiveConsent(desk.bookings, MongoOptOuts(database), keys, clock),
        audit=MongoAudit(database),
        key=keys,
        clock=clock,
    )


def travellers_of(world: World, desk: Desk) -> TravellersDesk:
    """Build it."""
    database, clock, keys = world.database, world.clock, world.address_keys
    return TravellersDesk(
        show=ShowTravellers(
            search=MongoPeopleSearch(database),
            bookings=desk.bookings,
            audience=desk.audience,
            flights=MongoFlightSearch(database),
            archive=MongoArchive(database),
            sights=MongoSights(database),
            files=MongoTravellerFiles(database),
            audit=MongoAudit(database),
            key=keys,
            clock=clock,
        ),
        acts=traveller_acts_of(world, desk),
        uploads=UploadBookings(
            uploads=MongoUploads(database),
            import_bookings=desk.import_bookings,
            preview_bookings=desk.preview_bookings,
        ),
        watches_folder=world.settings.bookings_folder is not None,
    )
