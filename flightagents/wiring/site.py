"""What the public pages call: a traveller's page, unsubscribing, Twilio's reports and replies."""

from flightagents import metrics
from flightagents.handlers.bearers import Bearers
from flightagents.handlers.consents import GiveConsent
from flightagents.handlers.links import Links
from flightagents.handlers.mend_letters import MendLetters
from flightagents.handlers.page import ShowFlight
from flightagents.handlers.replies import TakeReply
from flightagents.handlers.subscriptions import Subscriptions
from flightagents.notify import gsm7
from flightagents.settings import DeliveryMode
from flightagents.store.flights import MongoFlights
from flightagents.store.once import MongoOnce
from flightagents.store.opt_outs import MongoOptOuts
from flightagents.store.pages import MongoPages
from flightagents.store.sights import MongoSights
from flightagents.store.touched import Touched
from flightagents.web.site import Agency, Site
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Live
from flightagents.wiring.access import access_of
from flightagents.wiring.desk import Desk
from flightagents.wiring.letters import wire_letters
from flightagents.wiring.manner import manner_of
from flightagents.wiring.staff_pages import office_of as staff_pages_of
from flightagents.wiring.world import World

WATCHED = frozenset(
    {
        "flights",
        "flight_changes",
        "notifications",
        "silences",
        "tasks",
        "handling",
        "audit",
        "bookings",
        "dead_letters",
        "workers",
        "polls",
        "leases",
        "ranked_punctuality",
    }
)
"""The collections that live lists are made of."""


def wire_site(world: World, desk: Desk, mend: MendLetters | None = None) -> Site:
    """Build what the pages call; without a worker's way to mend letters it brings its own."""
    settings, database, clock = world.settings, world.database, world.clock
    bookings, flights, pages = desk.bookings, MongoFlights(database), MongoPages(database)
    opt_outs, keys = MongoOptOuts(database), world.address_keys
    bearers = Bearers(pages, bookings, Links(world.secret, settings.public_url))
    withdraw = desk.withdraw
    give = GiveConsent(bookings, opt_outs, keys, clock)
    token = settings.twilio_auth_token
    office = staff_pages_of(world, desk, mend or wire_letters(world))
    return Site(
        agency=Agency(settings.agency_name.strip(), settings.agency_phone.strip()),
        public_url=(settings.public_url or "").rstrip("/"),
        twilio_token=token.get_secret_value() if token else "",
        show_flight=ShowFlight(
            bearers,
            desk.audience,
            flights,
            pages,
            MongoSights(database),
            clock=clock,
            patience=manner_of(settings).patience,
        ),
        subscriptions=Subscriptions(bearers, withdraw, give),
        take_reply=TakeReply(
            bookings=bookings,
            withdraw=withdraw,
            give=give,
            tasks=desk.tasks,
            once=MongoOnce(database),
            address_key=keys,
            clock=clock,
            answers=settings.delivery is DeliveryMode.LIVE,
        ),
        take_receipt=desk.take_receipt,
        one_segment=lambda text: gsm7.cut(gsm7.transliterate(text), gsm7.SEGMENT),
        access=access_of(world),
        frame=Frame(
            agency=settings.agency_name.strip(),
            zone=settings.agency_timezone,
            clock=clock,
            mode=settings.delivery.value,
            secret=world.secret,
            airlines=lambda: world.airlines.airlines,
        ),
        office=office,
        live=Live(
            Touched(database, WATCHED),
            count=metrics.LIVE_VIEWERS.set,
            heard=office.hear,
            anew=office.look_anew,
        ),
    )
