"""A whole desk in memory: what the feed shows goes in, what people were sent comes out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flightagents.airports import country
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.changes import Change
from flightagents.domain.connections import MinimumTimes
from flightagents.domain.flight import FlightState
from flightagents.domain.notifications import Notification, State
from flightagents.domain.tracking import advance
from flightagents.handlers.alert import AlertOnChanges
from flightagents.handlers.audience import Audience
from flightagents.handlers.book import Booked, TakeBookings
from flightagents.handlers.caveats import Caveats
from flightagents.handlers.connections import Connections
from flightagents.handlers.consents import KeepOptOuts, WithdrawConsent
from flightagents.handlers.decide import USUAL, Decide, Manner
from flightagents.handlers.deliver import Deliver
from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.fallback import Fallback
from flightagents.handlers.forget_notes import ForgetNotes
from flightagents.handlers.forget_people import ForgetPeople
from flightagents.handlers.hand_over import HandOver
from flightagents.handlers.holds import LookAtHolds
from flightagents.handlers.in_the_air import InTheAir
from flightagents.handlers.itineraries import Itineraries
from flightagents.handlers.limits import AddressLimit
from flightagents.handlers.links import Links
from flightagents.handlers.lost_flights import LostFlights
from flightagents.handlers.now import ShowNow
from flightagents.handlers.now_travellers import LookAtTravellers
from flightagents.handlers.one_person import OnePerson
from flightagents.handlers.ours import Ours
from flightagents.handlers.receipts import TakeReceipt
from flightagents.handlers.recheck import Recheck
from flightagents.handlers.reconcile import Reconcile
from flightagents.handlers.resend import Resend
from flightagents.handlers.rows import Rows
from flightagents.handlers.settle import Settle
from flightagents.handlers.tasks_rebook import RebookTasks
from flightagents.records import CHANGE_TOPIC, encode
from tests.support.consents import FakeOptOuts
from tests.support.desk import LEASE, PACE, FakeBookings, FakeChannel, FakeLedger, FakeRenderer
from tests.support.fakes import FakeArchive, FakeFlights, FakePublisher, Journal, SetClock, messages
from tests.support.handling import FakeAudit, FakeHandlings, FakeToldOfConnections
from tests.support.judges import FakeJudge, FakeStaffRenderer, Ticks
from tests.support.rates import FakeRate
from tests.support.rows import AIRPORTS, MINUTE, row, run_of
from tests.support.searches import FakeChangeSearch, FakeFlightSearch, FakeMessageSearch
from tests.support.sights import FakeSights
from tests.support.silences import FakeSilences
from tests.support.tasks import FakeTasks

BA117 = "BA117|2026-11-22|LHR|JFK"
SECOND = timedelta(seconds=1)
LINKS = Links(b"a key of tests", "https://alerts.agency.example")


class Worker:
    """What one worker does for people. Several share bookings, ledger and channels."""

    def __init__(self, agency: "Agency", name: str) -> None:
        self.audience = Audience(agency.flights, agency.bookings, agency.archive, zone_of)
        self.rows = Rows(address_key, LINKS)
        self.connections = Connections(
            itineraries=Itineraries(
                agency.bookings, self.audience, InTheAir(agency.archive), agency.minimums, country
            ),
            ledger=agency.ledger,
            tasks=agency.tasks,
            rows=self.rows,
            clock=agency.clock,
            manner=agency.manner,
        )
        self.one_person = OnePerson(self.rows, agency.manner.holding, agency.manner.patience)
        self.decide = Decide(
            audience=self.audience,
            ledger=agency.ledger,
            silences=agency.silences,
            rows=self.rows,
            one_person=self.one_person,
            connections=self.connections,
            lost_sight=LostFlights(agency.sights, agency.seen_at),
            clock=agency.clock,
            manner=agency.manner,
        )
        self.rebooking = RebookTasks(agency.tasks, self.audience, agency.clock)
        self.alert = AlertOnChanges(
            agency.flights, self.decide, agency.publisher, agency.clock, also=[self.rebooking.on_changes]
        )
        self.withdraw = WithdrawConsent(
            agency.bookings, agency.opt_outs, agency.tasks, address_key, agency.clock
        )
        self.keep_opt_outs = KeepOptOuts(agency.bookings, agency.opt_outs, address_key)
        self.take_bookings = TakeBookings(
            agency.bookings, self.audience, self.decide, self.keep_opt_outs, agency.clock
        )
        self.recheck = Recheck(
            bookings=agency.bookings,
            audience=self.audience,
            decide=self.decide,
            one_person=self.one_person,
            rows=self.rows,
            staff=agency.staff,
            connections=self.connections,
            limit=AddressLimit(agency.ledger, agency.clock),
            caveats=Caveats(agency.sights, agency.seen_at, agency.clock),
            held=agency.handlings,
            clock=agency.clock,
        )
        paces = dict.fromkeys(Channel, PACE)
        self.reconcile = Reconcile(
            outbox=agency.ledger,
            bookings=agency.bookings,
            staff=agency.staff,
            channels=agency.channels,
            paces=paces,
            clock=agency.clock,
        )
        self.forget = ForgetPeople(
            agency.bookings,
            agency.ledger,
            agency.tasks,
            ForgetNotes(agency.flights, agency.handlings),
            address_key,
        )
        self.fallback = Fallback(
            agency.bookings,
            agency.ledger,
            agency.tasks,
            self.rows,
            self.audience,
            channels=list(agency.channels),
            clock=agency.clock,
            holding=agency.manner.holding,
        )
        self.resend = Resend(
            bookings=agency.bookings,
            audience=self.audience,
            ledger=agency.ledger,
            decide=self.decide,
            one_person=self.one_person,
            rows=self.rows,
            held=agency.handlings,
            channels=list(agency.channels),
            clock=agency.clock,
        )
        self.acts = DeskActs(
            handlings=agency.handlings,
            search=FakeFlightSearch(agency.flights),
            flights=agency.flights,
            ledger=agency.ledger,
            resend=self.resend,
            audit=agency.audit,
            clock=agency.clock,
        )
        self.show_now = ShowNow(
            search=FakeFlightSearch(agency.flights),
            ours=Ours(FakeFlightSearch(agency.flights), agency.bookings, ticks=lambda: agency.seconds),
            travellers=LookAtTravellers(
                changes=FakeChangeSearch(agency.flights),
                audience=self.audience,
                words=FakeMessageSearch(agency.ledger, agency.bookings),
                silences=agency.silences,
                connections=FakeToldOfConnections(agency.ledger),
                person_key=address_key,
            ),
            handlings=agency.handlings,
            tasks=agency.tasks,
            sights=agency.sights,
            clock=agency.clock,
        )
        self.look_at_holds = LookAtHolds(
            handlings=agency.handlings,
            flights=agency.flights,
            waiting=agency.ledger,
            tasks=agency.tasks,
            audit=agency.audit,
            clock=agency.clock,
        )
        self.settle = Settle(agency.ledger, agency.ledger, self.fallback, self.decide)
        self.take_receipt = TakeReceipt(agency.ledger)
        self.sender = Deliver(
            outbox=agency.ledger,
            recheck=self.recheck,
            reconcile=self.reconcile,
            hand_over=HandOver(
                withdraw=self.withdraw,
                outbox=agency.ledger,
                renderer=agency.renderer,
                staff_renderer=agency.staff_renderer,
                channels=agency.channels,
                paces=paces,
                clock=agency.clock,
                shadow=agency.manner.shadow,
            ),
            rates={channel: FakeRate(agency.per_second, agency.ticks) for channel in agency.channels},
            clock=agency.clock,
            owner=name,
            ticks=agency.ticks,
        )

    async def deliver(self) -> int:
        """Send one claim of each channel; give how many rows there were."""
        return sum(await asyncio.gather(*(self.sender(channel) for channel in self.sender.channels)))


class Agency:
    """One agency, on a clock that stands until a test moves it."""

    def __init__(
        self,
        *,
        channels: Sequence[Channel] = tuple(Channel),
        manner: Manner = USUAL,
        minimums: MinimumTimes | None = None,
    ) -> None:
        self.manner = manner
        self.minimums = minimums or MinimumTimes()
        self.journal: Journal = []
        self.clock = SetClock()
        self.seconds = 0.0
        self.publisher = FakePublisher(self.journal)
        self.flights = FakeFlights(self.journal)
        self.bookings = FakeBookings(self.journal)
        self.ledger = FakeLedger(LEASE, self.journal)
        self.handlings = FakeHandlings(self.flights)
        self.ledger.held = self.handlings.held
        self.audit = FakeAudit()
        self.tasks = FakeTasks()
        self.opt_outs = FakeOptOuts()
        self.silences = FakeSilences()
        self.sights = FakeSights()
        self.archive = FakeArchive()
        self.renderer = FakeRenderer()
        self.staff_renderer = FakeStaffRenderer()
        self.staff = FakeJudge()
        self.per_second = 10_000.0
        self.ticks = Ticks()
        self.email, self.sms = FakeChannel(Channel.EMAIL), FakeChannel(Channel.SMS)
        both = {Channel.EMAIL: self.email, Channel.SMS: self.sms}
        self.channels: Mapping[Channel, FakeChannel] = {name: both[name] for name in channels}
        self.worker = Worker(self, "worker-1")
        self._states: dict[str, FlightState] = {}
        self._run = 0
        self._looked_at = self.clock.now()

    # What goes in

    async def books(self, *bookings: Booking) -> list[Booked]:
        return await self.worker.take_bookings(bookings)

    def looks(self, *rows: dict[str, Any]) -> list[Change]:
        """Give what a run of the feed changes, a minute and a bit after the last one."""
        self._run += 1
        if self._run > 1:
            self.clock.move(MINUTE + SECOND)
        self._looked_at = self.clock.now()
        found: list[Change] = []
        for record in run_of(list(rows), self._run, self.clock.now()):
            state, changes = advance(self._states.get(record.flight), record)
            self._states[record.flight] = state
            found.extend(changes)
        return found

    async def hears(self, changes: Sequence[Change]) -> None:
        """Let the alert agent have them."""
        await self.worker.alert(messages(*map(encode, changes), topic=CHANGE_TOPIC))

    async def shows(self, *rows: dict[str, Any]) -> None:
        await self.hears(self.looks(*rows))

    async def is_late(self, minutes: int | None) -> None:
        """Let the feed show BA117 this much late."""
        await self.shows(row(delay=minutes))

    async def at_rest(self, booking: Booking) -> None:
        """Have a booking, and BA117 on time."""
        await self.books(booking)
        await self.is_late(None)

    async def seen_at(self, flight: str) -> datetime | None:
        """Give when the feed was looked at last; all flights are in each look."""
        return self._looked_at if flight in self._states else None

    # What comes out

    async def delivers(self, worker: Worker | None = None) -> None:
        """Send what is due, and decide again, until nothing is due any more."""
        worker = worker or self.worker
        for _ in range(50):
            if not await worker.deliver():
                return
            await worker.settle()
        raise AssertionError(f"it goes round in circles: {self.journal[-20:]}")

    def wait(self, duration: timedelta) -> None:
        """Let time pass, real and simulated."""
        self.ledger.wait(duration)
        self.clock.move(duration)
        self.ticks.move(duration)

    @property
    def told(self) -> list[str]:
        """Give what arrived, email first."""
        return [*self.email.texts, *self.sms.texts]

    @property
    def rows(self) -> list[Notification]:
        return self.ledger.rows

    @property
    def states(self) -> list[State]:
        return [each.state for each in self.rows]

    @property
    def row(self) -> Notification:
        """Give the only row."""
        (found,) = self.rows
        return found


def zone_of(airport: str) -> str | None:
    known = AIRPORTS.get(airport)
    return known.zone if known else None


def address_key(address: str) -> str:
    return f"key of {address.lower()}"
