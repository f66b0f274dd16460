"""What the page can do a program can do: each address of the page has its route in the API, or a reason.

Whoever adds a form to the page, or another act to one, says here how a program does the same.
"""

import inspect
import re
from collections.abc import Iterator, Mapping

import pytest
from aiohttp import web

from flightagents.web.api.calls import ApiCalls
from flightagents.web.api.listing import routes_of
from flightagents.web.mount import mount
from flightagents.web.site import Site

PUBLIC = "it needs no login: a traveller's link, or a provider's signed report"
SESSION = "a program has a token and no session"
USERS = "whoever gives rights is a person who is logged in: docs/dashboards.md"
FORM = "the form of a write, which a program fills in by itself"
DRAWN = "a program takes the same file as JSON: docs/dashboards.md"
LIVE = "a program asks again with the ETag: docs/dashboards.md"
PAGE = "a style, a script or a picture of the page"
FOR_PROGRAMS = "it is for programs already"

WRITES: dict[str, str | tuple[str, ...]] = {
    "/login": SESSION,
    "/logout": SESSION,
    "/u/{token}": PUBLIC,
    "/twilio/inbound": PUBLIC,
    "/twilio/status": PUBLIC,
    "/account": SESSION,
    "/users": USERS,
    "/users/{name}": USERS,
    "/users/{name}/tokens": USERS,
    "/now/acknowledge": ("acknowledge_disruptions",),
    "/now/take": ("assign_disruptions",),
    "/now/drop": ("assign_disruptions",),
    "/now/assign": ("assign_disruptions",),
    "/now/snooze": ("snooze_disruptions",),
    "/now/note": ("note_disruptions",),
    "/now/hold": ("hold_disruptions",),
    "/now/release": ("release_disruptions",),
    "/tasks/take": ("assign_tasks",),
    "/tasks/give": ("assign_tasks",),
    "/tasks/release": ("release_tasks",),
    "/tasks/done": ("finish_tasks",),
    "/tasks/reopen": ("reopen_tasks",),
    "/tasks/note": ("note_tasks",),
    "/messages/hold": ("hold_notifications",),
    "/messages/release": ("release_notifications",),
    "/messages/again": ("replay_notifications",),
    "/messages/{id}/resend": ("resend_notification",),
    "/travellers": ("bookings",),
    "/travellers/new": ("take_bookings",),
    "/travellers/{key}/edit": ("edit_booking",),
    "/travellers/{key}/rebook/{segment}": ("rebook_booking",),
    "/travellers/{key}/cancel": ("cancel_booking",),
    "/travellers/{key}/consent": ("note_consent",),
    "/travellers/{key}/forget": ("forget_booking",),
    "/travellers/upload": ("take_file",),
    "/travellers/upload/{digest}": ("take_file",),
    "/rules/save": ("put_rule",),
    "/rules/remove": ("delete_rule",),
    "/rules/try": ("back_test_rule",),
    "/dead-letters/replay": ("replay_dead_letter",),
    "/dead-letters/dismiss": ("dismiss_dead_letter",),
    "/dead-letters/replay-all": ("replay_dead_letters",),
    "/dead-letters/{id}/check": ("preview_dead_letter",),
    "/dead-letters/{id}/replay": ("replay_dead_letter",),
    "/dead-letters/{id}/dismiss": ("dismiss_dead_letter",),
}
READS: dict[str, str | tuple[str, ...]] = {
    "/": ("disruptions",),
    "/tasks": ("tasks",),
    "/messages": ("notifications",),
    "/messages/{id}": ("notification",),
    "/travellers": ("bookings",),
    "/travellers/{key}": ("booking", "notifications", "audit"),
    "/travellers/new": FORM,
    "/travellers/{key}/edit": FORM,
    "/travellers/{key}/rebook/{segment}": FORM,
    "/travellers/{key}/forget": FORM,
    "/travellers/upload": FORM,
    "/travellers/upload/template.csv": FORM,
    "/travellers/upload/{digest}": ("take_file",),
    "/travellers/upload/{digest}/taken": ("take_file",),
    "/travellers/upload/{digest}/refused.csv": ("take_file",),
    "/flights": ("flights", "changes"),
    "/flights/{flight}": ("flight", "flight_file"),
    "/flights/{flight}/evidence.json": ("flight_file",),
    "/flights/{flight}/evidence.pdf": DRAWN,
    "/places": ("airports_punctuality", "airlines_punctuality"),
    "/places/airports/{code}": ("airport_punctuality", "flights"),
    "/places/airlines/{code}": ("airline_punctuality", "flights"),
    "/rules": ("rules",),
    "/rules/new": FORM,
    "/rules/edit/{name}": FORM,
    "/dead-letters": ("dead_letters",),
    "/dead-letters/{id}": ("dead_letter",),
    "/system": ("system", "budget"),
    "/log": ("audit",),
    "/account": SESSION,
    "/users": USERS,
    "/live/{name}": LIVE,
    "/login": SESSION,
    "/f/{token}": PUBLIC,
    "/u/{token}": PUBLIC,
    "/static/{name}": PAGE,
    "/metrics": FOR_PROGRAMS,
    "/healthz": FOR_PROGRAMS,
    "/readyz": FOR_PROGRAMS,
}


def mounted() -> web.Application:
    """The pages as a worker has them; nobody asks them for anything."""

    def site() -> Site:
        raise AssertionError("nothing is asked of a site while it is mounted")

    application = web.Application()
    mount(application, site)
    return application


def addresses(method: str) -> Iterator[str]:
    """Give what the page answers; where an address ends in an act, each act."""
    for route in mounted().router.routes():
        path = route.resource.canonical if route.resource else ""
        if route.method != method or path.startswith("/api"):
            continue
        if path.endswith("{act}"):
            cases = re.findall(r"case ((?:\"\w+\"(?: \| )?)+)", inspect.getsource(route.handler))
            acts = [act for case in cases for act in re.findall(r"\w+", case)]
            assert acts, f"no act of {path} is found in its handler"
            yield from (path.removesuffix("{act}") + act for act in acts)
        else:
            yield path


@pytest.mark.parametrize(("method", "counterparts"), [("POST", WRITES), ("GET", READS)])
def test_each_address_of_the_page_has_a_route_for_programs_or_a_reason(
    method: str, counterparts: Mapping[str, str | tuple[str, ...]]
) -> None:
    of_the_page = set(addresses(method))
    assert of_the_page - counterparts.keys() == set(), "say how a program does this, or why it does not"
    assert counterparts.keys() - of_the_page == set(), "the page does this no more"
    named = {name for names in counterparts.values() if isinstance(names, tuple) for name in names}
    assert named - {route.name for route in routes_of(_nobody)} == set()


def test_no_route_for_programs_writes_what_the_page_cannot() -> None:
    named = {name for names in WRITES.values() if isinstance(names, tuple) for name in names}
    assert {route.name for route in routes_of(_nobody) if route.writes} - named == set()


def _nobody() -> ApiCalls:
    raise AssertionError("nothing is asked of the API while its routes are listed")
