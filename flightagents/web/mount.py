"""Puts our pages on a web application: Faust's own in a worker, a plain one in a test."""

from collections.abc import Callable, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from flightagents.errors import StartingError
from flightagents.web import headers, static_files
from flightagents.web.access.doors import Doors, Handler
from flightagents.web.access.gate import Gate
from flightagents.web.access.login import LoginPages
from flightagents.web.answers import Answers
from flightagents.web.api.mount import mount_api
from flightagents.web.faust_statistics import Figure
from flightagents.web.health import HealthPages, Readiness
from flightagents.web.site import Site
from flightagents.web.staff.account import AccountPage
from flightagents.web.staff.booking_forms import BookingForms
from flightagents.web.staff.counts import CountsList
from flightagents.web.staff.flight import FlightPage
from flightagents.web.staff.flights import FlightsPage
from flightagents.web.staff.frame import Frame
from flightagents.web.staff.letter import LetterPage
from flightagents.web.staff.letters import LettersPage
from flightagents.web.staff.log import LogPage
from flightagents.web.staff.message import MessagePage
from flightagents.web.staff.messages import MessagesPage
from flightagents.web.staff.now import NowPage
from flightagents.web.staff.place import PlacePages
from flightagents.web.staff.places import PlacesPages
from flightagents.web.staff.rules import RulesPages
from flightagents.web.staff.stream import COUNTS, LiveStream
from flightagents.web.staff.system import SystemPage
from flightagents.web.staff.tasks import TasksPage
from flightagents.web.staff.traveller_desk import TravellersDesk
from flightagents.web.staff.travellers import TravellerPages
from flightagents.web.staff.upload import UploadPages
from flightagents.web.staff.users import UsersPages
from flightagents.web.twilio import INBOUND, STATUS, Webhooks
from flightagents.web.views import TravellerPages as PublicPages


def mount(
    application: web.Application,
    site: Callable[[], Site],
    readiness: Callable[[], Readiness | None] = lambda: None,
    figures: Callable[[], Sequence[Figure]] = list,
) -> Doors:
    """Add gate and routes, and give the doors for more; `site` is asked at each request.

    `figures` are what Faust counts of this worker.
    The web server starts before all is wired.
    aiohttp takes bodies of at most 1 MiB and answers 413 to others.
    """
    doors = Doors(application)
    answers = Answers(lambda: site().frame, doors)
    gate = Gate(lambda: site().access, doors)

    @web.middleware
    async def say(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await answers(request, handler)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await gate(request, handler)

    application.middlewares.extend([say, guard])
    application.on_response_prepare.append(headers.adding(lambda: _is_secure(site)))
    _mount_public(doors, site)
    HealthPages(readiness).mount(doors)
    static_files.mount(doors)
    LoginPages(lambda: site().access, lambda: site().frame).mount(doors)
    stream = LiveStream(lambda: site().live, gate.lets_in_still)
    stream.mount(doors)
    _mount_staff(doors, stream, site)
    SystemPage(lambda: site().office.system, lambda: site().frame, figures).mount(doors, stream)
    return doors


def _mount_staff(doors: Doors, stream: LiveStream, site: Callable[[], Site]) -> None:
    """Add the staff page."""

    def frame() -> Frame:
        return site().frame

    def travellers() -> TravellersDesk:
        return site().office.travellers

    stream.add(COUNTS, CountsList(lambda: site().office.counts))
    NowPage(lambda: site().office.now, frame).mount(doors, stream)
    TasksPage(lambda: site().office.tasks, frame).mount(doors, stream)
    MessagesPage(lambda: site().office.messages, frame).mount(doors, stream)
    MessagePage(lambda: site().office.messages, frame).mount(doors, stream)
    LogPage(lambda: site().office.log, frame).mount(doors)
    FlightsPage(lambda: site().office.flights, frame).mount(doors, stream)
    FlightPage(lambda: site().office.flight, frame).mount(doors, stream)
    LettersPage(lambda: site().office.letters, frame).mount(doors, stream)
    LetterPage(lambda: site().office.letters, frame).mount(doors)
    RulesPages(lambda: site().office.rules, frame).mount(doors)
    UsersPages(lambda: site().office.users, frame).mount(doors)
    AccountPage(lambda: site().access, lambda: site().office.users, frame).mount(doors)
    TravellerPages(travellers, frame).mount(doors, stream)
    BookingForms(travellers, frame).mount(doors)
    UploadPages(travellers, frame).mount(doors)
    PlacesPages(lambda: site().office.punctuality, frame).mount(doors, stream)
    PlacePages(lambda: site().office.punctuality, lambda: site().office.troubled, frame).mount(doors, stream)
    mount_api(doors, lambda: site().office.api, frame)


def _is_secure(site: Callable[[], Site]) -> bool:
    try:
        return site().public_url.startswith("https://")
    except StartingError:
        return False


def _mount_public(doors: Doors, site: Callable[[], Site]) -> None:
    """Add what needs no login: it has a token or signature of its own, or tells nothing of anybody."""
    travellers, webhooks = PublicPages(site), Webhooks(site)
    doors.add("GET", "/f/{token}", travellers.flight, None)
    doors.add("GET", "/u/{token}", travellers.ask, None)
    doors.add("POST", "/u/{token}", travellers.change, None, in_parts=True)  # as RFC 8058 has it
    doors.add("POST", INBOUND, webhooks.inbound, None)
    doors.add("POST", STATUS, webhooks.status, None)
    doors.add("GET", "/metrics", _metrics, None)


async def _metrics(_request: web.Request) -> web.Response:
    """Show the counts for Prometheus; no label is about a person."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
