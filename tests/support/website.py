"""The public pages on an agency in memory, behind a real HTTP server."""

import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from flightagents.domain.budget_sheet import BudgetSheet
from flightagents.domain.changes import Change
from flightagents.domain.delivery import Receipt
from flightagents.domain.disruptions_now import Disruption
from flightagents.domain.notifications import Notification
from flightagents.domain.plans import Plan
from flightagents.domain.system_health import SystemHealth, health_of
from flightagents.handlers.bearers import Bearers
from flightagents.handlers.consents import GiveConsent, WithdrawConsent
from flightagents.handlers.desk_acts import DeskActs
from flightagents.handlers.in_hand import ShowInHand
from flightagents.handlers.page import ShowFlight
from flightagents.handlers.punctuality import ShowPunctuality
from flightagents.handlers.replies import TakeReply
from flightagents.handlers.subscriptions import Subscriptions
from flightagents.notify import gsm7
from flightagents.sandbox.twilio import signature
from flightagents.web.access.doors import Access
from flightagents.web.access.gate import FORM_FIELD
from flightagents.web.api.calls import ApiCalls
from flightagents.web.mount import mount
from flightagents.web.site import Agency as Name
from flightagents.web.site import Site
from flightagents.web.staff.flight import FlightDesk, OpenFile, Travellers
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.live import Live
from flightagents.web.staff.office import Office
from tests.support.agency import LINKS, Agency, address_key
from tests.support.consents import FakeOnce
from tests.support.desk import FakeLedger
from tests.support.desk_pages import LogPages, MessagePages, TaskPages
from tests.support.fakes import FakeFlights, SetClock
from tests.support.handling import FakeHandlings
from tests.support.health import facts
from tests.support.letters import letters_of
from tests.support.punctuality import FakePunctuality
from tests.support.rows import NOON
from tests.support.searches import FakeFlightSearch
from tests.support.staff import rules_of
from tests.support.travelling import travellers_of
from tests.support.users import PASSWORD, Staff

PUBLIC_URL = "https://alerts.agency.example"
TWILIO_TOKEN = "a token of tests"
PHONE = "+1 202 555 0100"
Client = TestClient[web.Request, web.Application]


class FakePages:
    """Reads what the fakes of ledger and flights keep; `seen` gives the last look at a flight."""

    def __init__(self, ledger: FakeLedger, flights: FakeFlights) -> None:
        self.seen: dict[str, datetime] = {}
        self.asked: list[str] = []
        self._ledger = ledger
        self._flights = flights

    async def rows_of(self, link: str) -> list[Notification]:
        self.asked.append(link)
        return [row for row in self._ledger.rows if row.link == link]

    async def changes_of(self, flight: str) -> list[Change]:
        theirs = (change for change in self._flights.history.values() if change.flight == flight)
        return sorted(theirs, key=lambda change: change.ordinal)

    async def seen_at(self, flight: str) -> datetime | None:
        return self.seen.get(flight)


class Reports:
    """Keeps the receipts that come in; `rows` are those of Twilio's ids."""

    def __init__(self) -> None:
        self.taken: list[Receipt] = []
        self.rows: dict[str, str] = {}

    async def __call__(self, receipt: Receipt) -> bool:
        self.taken.append(receipt)
        return True

    async def by_provider_id(self, provider_id: str, *, delivered: bool, detail: str) -> bool:
        row = self.rows.get(provider_id)
        return row is not None and await self(Receipt(row, delivered, detail))


async def _no_file(flight: str, **asked: object) -> None:
    del flight, asked


async def _none(flights: object, also: object = ()) -> dict[str, Any]:
    del flights, also
    return {}


async def _nobody() -> Sequence[str]:
    return ()


NO_FLIGHTS = FlightDesk(
    open_file=cast("OpenFile", _no_file),
    rows=_none,
    sights=_none,
    travellers=cast("Travellers", _none),
    in_hand=ShowInHand(FakeHandlings(FakeFlights()), SetClock(NOON)),
    colleagues=_nobody,
    key=address_key,
    system="tests",
)
"""The pages of flights are tested on the real thing (tests/support/office.py)."""


class Quiet:
    """A day on which nothing is wrong."""

    disruptions: Sequence[Disruption] = ()
    cut = False

    async def shared_now(self) -> "Quiet":
        return self

    @property
    def acts(self) -> DeskActs:
        raise AssertionError("there is nothing to act on")

    async def colleagues(self) -> Sequence[str]:
        return ["ada", "ben"]


class Healthy:
    """A system of one worker; `facts` are what is known of it."""

    worker = "one"

    def __init__(self) -> None:
        self.facts = facts()
        self.sheet = BudgetSheet(at=NOON, tier=Plan.BASIC, has_key=True, plan=None)

    async def health(self) -> SystemHealth:
        return health_of(self.facts)

    async def health_anew(self) -> SystemHealth:
        return await self.health()

    async def budget(self) -> BudgetSheet:
        return self.sheet


async def nothing_waits() -> Mapping[str, int]:
    return {"/": 0, "/tasks": 0}


class Website:
    """What the pages call, built of the agency's fakes."""

    def __init__(
        self,
        agency: Agency,
        *,
        public_url: str = PUBLIC_URL,
        twilio_token: str = TWILIO_TOKEN,
        name: str = "Acme Travel",
        phone: str = PHONE,
        answers: bool = True,
    ) -> None:
        self.agency = agency
        self.pages = FakePages(agency.ledger, agency.flights)
        self.once = FakeOnce()
        self.reports = Reports()
        self.staff = Staff()
        self.system = Healthy()
        self.live = Live(None, count=lambda _count: None)
        bearers = Bearers(self.pages, agency.bookings, LINKS)
        self.withdraw = WithdrawConsent(
            agency.bookings, agency.opt_outs, agency.tasks, address_key, agency.clock
        )
        self.give = GiveConsent(agency.bookings, agency.opt_outs, address_key, agency.clock)
        self.show_flight = ShowFlight(
            bearers, agency.worker.audience, agency.flights, self.pages, agency.sights, clock=agency.clock
        )
        self.take_reply = TakeReply(
            bookings=agency.bookings,
            withdraw=self.withdraw,
            give=self.give,
            tasks=agency.tasks,
            once=self.once,
            address_key=address_key,
            clock=agency.clock,
            answers=answers,
        )
        self.site = Site(
            agency=Name(name, phone),
            public_url=public_url,
            twilio_token=twilio_token,
            show_flight=self.show_flight,
            subscriptions=Subscriptions(bearers, self.withdraw, self.give),
            take_reply=self.take_reply,
            take_receipt=self.reports,
            one_segment=lambda text: gsm7.cut(gsm7.transliterate(text), gsm7.SEGMENT),
            access=Access(
                sign_in=self.staff.sign_in, secret=b"a secret of tests", origins=frozenset({public_url})
            ),
            frame=Frame(
                agency=name,
                zone="Europe/London",
                clock=agency.clock,
                mode="live",
                secret=b"a secret of tests",
            ),
            live=self.live,
            office=Office(
                users=self.staff.keep,
                now=Quiet(),
                tasks=TaskPages(agency),
                messages=MessagePages(agency),
                log=LogPages(agency),
                counts=nothing_waits,
                flight=NO_FLIGHTS,
                flights=FakeFlightSearch(agency.flights),
                travellers=travellers_of(agency),
                punctuality=ShowPunctuality(FakePunctuality(agency.flights), agency.clock),
                troubled=FakeFlightSearch(agency.flights),
                letters=letters_of(agency),
                rules=rules_of(agency),
                system=self.system,
                api=cast("ApiCalls", None),  # nobody asks it here
            ),
        )

    def public_url(self, url: str) -> None:
        """Let travellers and Twilio reach us there."""
        self.site = replace(self.site, public_url=url)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Client]:
        """Serve the pages until the block ends; give a browser without cookies."""
        async with served(lambda: self.site) as client:
            yield client


@contextlib.asynccontextmanager
async def served(site: Callable[[], Site]) -> AsyncIterator[Client]:
    """Serve a site as a worker does; give a browser without cookies."""
    application = web.Application()
    mount(application, site)
    async with serve(application) as client:
        yield client


@contextlib.asynccontextmanager
async def serve(application: web.Application) -> AsyncIterator[Client]:
    """Serve an application until the block ends; give a browser."""
    server = TestServer(application)
    await server.start_server(auto_decompress=False)  # as a worker's
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield client


def signed(
    path: str, form: dict[str, str], *, token: str = TWILIO_TOKEN, url: str = PUBLIC_URL
) -> dict[str, str]:
    """Give the headers of a webhook that Twilio signed."""
    return {"X-Twilio-Signature": signature(f"{url}{path}", form, token)}


async def log_in(client: Client, name: str = "ben", password: str = PASSWORD) -> None:
    """Log in as a browser does."""
    form = await (await client.get("/login")).text()
    answer = await client.post(
        "/login",
        data={"name": name, "password": password, FORM_FIELD: form_token(form)},
        headers={"Origin": own_origin(client)},
        allow_redirects=False,
    )
    assert answer.status == 303, await answer.text()


def form_token(page: str) -> str:
    """Find the token that the forms of a page carry."""
    found = re.search(rf'name="{FORM_FIELD}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def own_origin(client: Client) -> str:
    """Give the origin that a browser on our own page sends."""
    return str(client.make_url("")).rstrip("/")
