"""A token -> the page of a traveller's flight, before web/ finds the words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from flightagents.clock import Clock
from flightagents.domain import page
from flightagents.domain.alerting import UNCONFIRMED_PATIENCE
from flightagents.domain.bookings import Channel
from flightagents.domain.flight import FlightId, FlightState
from flightagents.domain.notifications import Notice
from flightagents.domain.page import FlightPage, Standing
from flightagents.domain.reasons import Reason
from flightagents.domain.sights import is_stale
from flightagents.handlers.audience import Audience
from flightagents.handlers.bearers import Bearer, Bearers
from flightagents.handlers.cases import Case
from flightagents.ports import FlightStore, Pages, Sights


class ShowFlight:
    """Puts a page together. It reads only, and says nothing of who the traveller is."""

    def __init__(
        self,
        bearers: Bearers,
        audience: Audience,
        flights: FlightStore,
        pages: Pages,
        sights: Sights,
        *,
        clock: Clock,
        patience: timedelta = UNCONFIRMED_PATIENCE,
    ) -> None:
        """`patience`: how long a cancellation waits for its second look."""
        self._bearers = bearers
        self._audience = audience
        self._flights = flights
        self._pages = pages
        self._sights = sights
        self._clock = clock
        self._patience = patience

    async def __call__(self, token: str) -> FlightPage | None:
        """Give the page; None where the token, its people or its flight are not known (any more)."""
        bearer = await self._bearers(token)
        if bearer is None:
            return None
        flight = bearer.rows[0].flight
        state = (await self._flights.known_states([flight])).get(flight)
        if state is None:
            return None
        return await self._page(bearer, state)

    async def _page(self, bearer: Bearer, state: FlightState) -> FlightPage:
        booking = bearer.booking
        cases = await self._audience.of_bookings([booking], whole=True)
        case = next((each for each in cases if each.state.flight == state.flight), None)
        # Whoever does not fly it any more is still shown how it stands, under the number that they knew.
        base = case.current().base if case else state.departure.base
        operating = FlightId.parse(state.flight).designator
        notice = _newest_notice(bearer)
        designator = notice.designator if notice else operating
        seen_at = max(state.seen_at, await self._pages.seen_at(state.flight) or state.seen_at)
        story = page.story(await self._pages.changes_of(state.flight), bearer.rows)
        now = self._clock.now()
        moved_to = _moved_to(case, cases) if case else page.moved_to(story)
        kept = (await self._sights.of([state.flight])).get(state.flight)
        stale = is_stale(kept, seen_at, now)
        standing = page.standing(state, base, story, stale=stale, now=now, patience=self._patience)
        if case is not None and case.aside is Reason.DEPARTED:  # under its name another flight goes by now
            state = replace(state, departure=replace(state.departure, actual=state.predecessor_left))
            standing = Standing.LEFT
        return FlightPage(
            language=booking.language,
            designator=designator,
            operated_as=operating if operating != designator else None,
            state=state,
            base=base,
            standing=standing if moved_to is None else Standing.MOVED,
            moved_to=moved_to,
            seen_at=seen_at,
            story=story,
            emails=booking.email is not None and booking.allows(Channel.EMAIL),
        )


def _moved_to(case: Case, cases: Sequence[Case]) -> date | None:
    """Give the day of the flight that counts, where this one does not; the old one may count again."""
    if case.aside is not Reason.MOVED:
        return None
    counts = (
        each.state.flight
        for each in cases
        if each.aside is not Reason.MOVED and case.state.flight in each.story
    )
    return next((FlightId.parse(flight).date for flight in counts), None)


def _newest_notice(bearer: Bearer) -> Notice | None:
    return next((row.notice for row in reversed(bearer.rows) if row.notice is not None), None)
