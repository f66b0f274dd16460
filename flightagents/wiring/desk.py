"""What deals with people: decides, writes down, delivers. For a worker and for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass

from flightagents.airports import country
from flightagents.domain.bookings import Channel
from flightagents.handlers.audience import Audience
from flightagents.handlers.book import TakeBookings
from flightagents.handlers.caveats import Caveats
from flightagents.handlers.connections import Connections
from flightagents.handlers.consents import KeepOptOuts, WithdrawConsent
from flightagents.handlers.decide import Decide
from flightagents.handlers.deliver import Deliver
from flightagents.handlers.edit_booking import EditBooking
from flightagents.handlers.explain import Explain
from flightagents.handlers.fallback import Fallback
from flightagents.handlers.flight_people import FlightPeople
from flightagents.handlers.forget_notes import ForgetNotes
from flightagents.handlers.forget_people import ForgetPeople
from flightagents.handlers.hand_over import HandOver
from flightagents.handlers.holds import LookAtHolds
from flightagents.handlers.import_bookings import ImportBookings
from flightagents.handlers.in_the_air import InTheAir
from flightagents.handlers.itineraries import Itineraries
from flightagents.handlers.limits import AddressLimit
from flightagents.handlers.links import Links
from flightagents.handlers.lost_flights import LostFlights
from flightagents.handlers.one_person import OnePerson
from flightagents.handlers.preview_bookings import PreviewBookings
from flightagents.handlers.receipts import ReadBounces, TakeReceipt
from flightagents.handlers.recheck import Recheck
from flightagents.handlers.reconcile import Reconcile
from flightagents.handlers.resend import Resend
from flightagents.handlers.rows import Rows
from flightagents.handlers.sample import SendSample
from flightagents.handlers.settle import Settle
from flightagents.handlers.staff import AlertStaff
from flightagents.handlers.staff_recheck import RecheckStaff
from flightagents.handlers.tasks_rebook import RebookTasks
from flightagents.handlers.waiting import LookAtWaiting
from flightagents.ports import DeliveryChannel
from flightagents.settings import DeliveryMode
from flightagents.store.archive import MongoArchive
from flightagents.store.audit import MongoAudit
from flightagents.store.bookings import MongoBookings
from flightagents.store.flights import MongoFlights
from flightagents.store.handling import MongoHandlings
from flightagents.store.ledger import MongoLedger
from flightagents.store.opt_outs import MongoOptOuts
from flightagents.store.outbox import MongoOutbox
from flightagents.store.pages import MongoPages
from flightagents.store.receipts import MongoReceipts
from flightagents.store.rules import MongoStaffRows, MongoStaffRules
from flightagents.store.sights import MongoSights
from flightagents.store.silences import MongoSilences
from flightagents.store.tasks import MongoTasks
from flightagents.store.waiting import MongoWaiting
from flightagents.wiring.manner import manner_of, minimum_times, office_of
from flightagents.wiring.sending import (
    SENDING,
    Sending,
    bounces_of,
    channels_of,
    rates_of,
    renderer_of,
    reported_of,
    staff_renderer_of,
)
from flightagents.wiring.world import World, worker_name, zone_of


@dataclass(frozen=True, slots=True)
class Desk:
    """What deals with people, in a worker and on the command line."""

    bookings: MongoBookings
    audience: Audience
    ledger: MongoLedger
    tasks: MongoTasks
    withdraw: WithdrawConsent
    rebooking: RebookTasks
    alert_staff: AlertStaff
    decide: Decide
    take_bookings: TakeBookings
    import_bookings: ImportBookings
    preview_bookings: PreviewBookings
    edit_booking: EditBooking
    forget_people: ForgetPeople
    settle: Settle
    look_at_waiting: LookAtWaiting
    look_at_holds: LookAtHolds
    resend: Resend
    take_receipt: TakeReceipt
    read_bounces: ReadBounces | None
    deliver: Deliver
    explain: Explain
    send_sample: SendSample
    channels: Mapping[Channel, DeliveryChannel]

    def close(self) -> None:
        """Close what the channels keep open."""
        for channel in self.channels.values():
            channel.close()
        if self.read_bounces is not None:
            self.read_bounces.close()


def wire_desk(world: World, sending: Sending = SENDING) -> Desk:
    """Build what decides and delivers."""
    settings, database, clock = world.settings, world.database, world.clock
    bookings, ledger = MongoBookings(database), MongoLedger(database)
    outbox, tasks = MongoOutbox(database, sending.lease), MongoTasks(database)
    audience = Audience(MongoFlights(database), bookings, MongoArchive(database), zone_of)
    channels = channels_of(settings, world.session, sending)
    links = Links(world.secret, settings.public_url)
    rows = Rows(world.address_keys, links)
    manner = manner_of(settings)
    connections = Connections(
        itineraries=Itineraries(
            bookings, audience, InTheAir(MongoArchive(database)), minimum_times(settings), country
        ),
        ledger=ledger,
        tasks=tasks,
        rows=rows,
        clock=clock,
        manner=manner,
    )
    staff_rules, office = MongoStaffRules(database), office_of(settings)
    staff = RecheckStaff(
        rules=staff_rules,
        flights=MongoFlights(database),
        rows=MongoStaffRows(database),
        ledger=ledger,
        tasks=tasks,
        address_key=world.address_keys,
        clock=clock,
        office=office,
    )
    silences, sights = MongoSilences(database), MongoSights(database)
    one_person = OnePerson(rows, manner.holding, manner.patience)
    decide = Decide(
        audience=audience,
        ledger=ledger,
        silences=silences,
        rows=rows,
        one_person=one_person,
        connections=connections,
        lost_sight=LostFlights(sights, MongoPages(database).seen_at),
        clock=clock,
        manner=manner,
    )
    receipts = MongoReceipts(database)
    opt_outs = MongoOptOuts(database)
    withdraw = WithdrawConsent(bookings, opt_outs, tasks, world.address_keys, clock)
    fallback = Fallback(
        bookings, ledger, tasks, rows, audience, channels=list(channels), clock=clock, holding=manner.holding
    )
    deliver = Deliver(
        outbox=outbox,
        recheck=Recheck(
            bookings=bookings,
            audience=audience,
            decide=decide,
            one_person=one_person,
            rows=rows,
            staff=staff,
            connections=connections,
            limit=AddressLimit(outbox, clock),
            caveats=Caveats(sights, MongoPages(database).seen_at, clock),
            held=MongoHandlings(database),
            clock=clock,
        ),
        reconcile=Reconcile(
            outbox=outbox,
            bookings=bookings,
            staff=staff,
            channels=channels,
            paces=sending.paces,
            clock=clock,
        ),
        hand_over=HandOver(
            withdraw=withdraw,
            outbox=outbox,
            renderer=renderer_of(settings),
            staff_renderer=staff_renderer_of(settings),
            channels=channels,
            paces=sending.paces,
            clock=clock,
            shadow=settings.delivery is DeliveryMode.SHADOW,
        ),
        rates=rates_of(settings, database, channels),
        at_once=2 * settings.smtp_connections,
        clock=clock,
        owner=worker_name(),
    )
    take_bookings = TakeBookings(
        bookings, audience, decide, KeepOptOuts(bookings, opt_outs, world.address_keys), clock
    )
    import_bookings = ImportBookings(take_bookings, MongoAudit(database), clock, settings.consent_basis)
    return Desk(
        withdraw=withdraw,
        bookings=bookings,
        audience=audience,
        ledger=ledger,
        tasks=tasks,
        rebooking=RebookTasks(tasks, audience, clock),
        alert_staff=AlertStaff(
            rules=staff_rules,
            ledger=ledger,
            audience=audience,
            address_key=world.address_keys,
            clock=clock,
            office=office,
        ),
        decide=decide,
        take_bookings=take_bookings,
        import_bookings=import_bookings,
        preview_bookings=PreviewBookings(import_bookings, take_bookings),
        edit_booking=EditBooking(bookings, audience, take_bookings, clock, settings.consent_basis),
        forget_people=ForgetPeople(
            bookings,
            ledger,
            tasks,
            ForgetNotes(MongoFlights(database), MongoHandlings(database)),
            world.address_keys,
        ),
        settle=Settle(ledger, receipts, fallback, decide, reported=reported_of(settings)),
        look_at_waiting=LookAtWaiting(
            MongoWaiting(database),
            clock,
            down=deliver.down if settings.delivery is DeliveryMode.LIVE else None,
        ),
        look_at_holds=LookAtHolds(
            handlings=MongoHandlings(database),
            flights=MongoFlights(database),
            waiting=MongoWaiting(database),
            tasks=tasks,
            audit=MongoAudit(database),
            clock=clock,
        ),
        resend=Resend(
            bookings=bookings,
            audience=audience,
            ledger=ledger,
            decide=decide,
            one_person=one_person,
            rows=rows,
            held=MongoHandlings(database),
            channels=list(channels),
            clock=clock,
        ),
        take_receipt=TakeReceipt(receipts),
        read_bounces=bounces_of(settings, receipts, tasks, clock),
        deliver=deliver,
        explain=Explain(ledger, silences, FlightPeople(MongoFlights(database), bookings), rows.person_key),
        send_sample=SendSample(channels, renderer_of(settings), clock),
        channels=channels,
    )
