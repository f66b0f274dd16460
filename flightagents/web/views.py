"""The pages of travellers: their flight at /f/TOKEN, and the end of emails at /u/TOKEN.

A request that only reads changes nothing: mail scanners follow every link. A POST needs the token and nothing
else, whatever site it comes from: there is no cookie or login that another site could ride on, one-click
posts come from the servers of mail providers, and whoever has the token could post it themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from flightagents.domain.page import Reader
from flightagents.web import pages
from flightagents.web.flight import FlightView
from flightagents.web.forms import posted
from flightagents.web.site import Site
from flightagents.web.words import Words, words_accepted, words_for

PATIENCE_SECONDS = 10
"""How long a page waits for the database; then it says so."""

T = TypeVar("T")


class TravellerPages:
    """Answers requests; `site` is asked at each of them, for the web server starts before all is wired."""

    def __init__(self, site: Callable[[], Site]) -> None:
        self._site = site

    async def flight(self, request: web.Request) -> web.Response:
        """Show how a flight stands."""
        site = self._site()
        try:
            page = await _soon(site.show_flight(request.match_info["token"]))
        except TimeoutError:
            return _later(request, site)
        if page is None:
            return _unknown(request, site)
        words, token = words_for(page.language), request.match_info["token"]
        return pages.page("flight.html", words, site.agency, flight=FlightView(page, words), token=token)

    async def ask(self, request: web.Request) -> web.Response:
        """Ask whether emails are to end."""
        site = self._site()
        try:
            reader = await _soon(site.subscriptions.reader(request.match_info["token"]))
        except TimeoutError:
            return _later(request, site)
        return _emails(request, site, reader)

    async def change(self, request: web.Request) -> web.Response:
        """End emails, by one click of a mail program (RFC 8058) or by our form; or begin them again.

        What says none of that, or cannot be read, is answered with the question and 400.
        """
        site, token = self._site(), request.match_info["token"]
        form = await posted(request) or {}
        subscriptions = site.subscriptions
        try:
            if form.get("List-Unsubscribe") == "One-Click":
                reader = await _soon(subscriptions.end(token, "one-click"))
            elif form.get("confirm") == "end":
                reader = await _soon(subscriptions.end(token, "link"))
            elif form.get("confirm") == "resume":
                reader = await _soon(subscriptions.resume(token))
            else:
                return _emails(request, site, await _soon(subscriptions.reader(token)), status=400)
        except TimeoutError:
            return _later(request, site)
        return _emails(request, site, reader)


async def _soon(answer: Awaitable[T]) -> T:
    return await asyncio.wait_for(answer, PATIENCE_SECONDS)


def _accepted(request: web.Request) -> Words:
    return words_accepted(request.headers.get("Accept-Language", ""))


def _unknown(request: web.Request, site: Site) -> web.Response:
    return pages.notice("notice.unknown", _accepted(request), site.agency, status=404)


def _later(request: web.Request, site: Site) -> web.Response:
    return pages.notice("notice.later", _accepted(request), site.agency, status=503)


def _emails(request: web.Request, site: Site, reader: Reader | None, status: int = 200) -> web.Response:
    if reader is None:
        return _unknown(request, site)
    words = words_for(reader.language)
    return pages.page("emails.html", words, site.agency, status=status, gets_emails=reader.gets_emails)
