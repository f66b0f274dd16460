"""Plays a month for budget.py: the planner against the feed's story, and asking in turn beside it."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from benchmarks.budget_feed import Feed, Watchable
from benchmarks.budget_known import Known, ages, left_at, ticket, truth
from flightagents.aviationstack.budget import Planner
from flightagents.domain.call_plan import Call, Spent, Why
from flightagents.domain.plans import Limits
from flightagents.domain.polls import PollEnd
from flightagents.domain.query_standing import QueryStanding
from flightagents.domain.watched import Outlook, Watched

TICK = timedelta(seconds=30)
LONGEST_NAP = timedelta(minutes=5)
WINDOW = timedelta(hours=24)
"""Before departure: from then on the flights are asked in turn."""
_PAST = timedelta(days=28)
_PAST_OF_MANY = timedelta(days=7)
_MANY = 1_000
_NEAR = timedelta(days=2)
_PARTY = (1, 1, 1, 2, 2, 2, 3, 4, 5, 6)
_AIRPORTS = ("EWR", "JFK", "LGA")


@dataclass(frozen=True, slots=True)
class Booking:
    """A flight that becomes watched."""

    each: Watchable
    travellers: int
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class Played:
    """What a month of calls came to."""

    ages: list[timedelta]
    calls: int
    pages_of: dict[Why, int]
    seconds: float = 0.0


def draw(
    flights: Sequence[Watchable], count: int, begins: datetime, ends: datetime, rng: Random
) -> list[Booking]:
    """Book so many of a month's flights, each some days ahead: half of them more than nine."""
    early, late = begins + timedelta(hours=6), ends - timedelta(hours=12)
    fit = [each for each in flights if early <= each.flight.scheduled_departure < late]
    return [
        Booking(
            each,
            rng.choice(_PARTY),
            each.flight.scheduled_departure - timedelta(days=1 + rng.expovariate(1 / 12)),
        )
        for each in rng.sample(fit, count)
    ]


def flown(count: int, begins: datetime, ends: datetime, rng: Random) -> list[Watched]:
    """Give flights of the weeks before, as many a day: all that is left of them is that they were booked."""
    found = []
    for number in range(round(count * (_PAST / (ends - begins)))):
        leaves_at = begins - rng.random() * _PAST
        found.append(
            Watched(
                designator=f"XX{number + 1}",
                flight_date=leaves_at.date(),
                departure=rng.choice(_AIRPORTS),
                arrival=None,
                travellers=rng.choice(_PARTY),
                leaves_at=leaves_at,
                arrives_at=None,
                outlook=Outlook.OVER,
            )
        )
    return found


class Month:
    """One month, one plan, some bookings."""

    def __init__(
        self,
        feed: Feed,
        limits: Limits,
        bookings: Sequence[Booking],
        past: Sequence[Watched],
        *,
        begins: datetime,
        ends: datetime,
    ) -> None:
        self._feed = feed
        self._limits = limits
        self._bookings = bookings
        self._past = past
        self._begins = begins
        self._ends = ends

    def planned(self) -> Played:
        """Play the planner."""
        planner = Planner(self._limits, queries="", interval=TICK, max_pages=1)
        desk = _Desk(self._bookings, self._past)
        spent, pages_of = 0, dict.fromkeys(Why, 0)
        now = self._begins
        while now < self._ends:
            desk.tidy(now)
            plan = planner(desk.watched(), desk.standings, Spent(spent), now)
            for call in plan.due:
                pages = self._make(call, now, desk)
                spent += pages
                pages_of[call.why] += pages
            soonest = plan.coming[0].due_at if plan.coming else now + LONGEST_NAP
            nap = min(max(soonest - now, TICK), LONGEST_NAP)
            now += -(-nap // TICK) * TICK
        if spent > self._limits.monthly_calls:
            raise AssertionError(f"{spent} calls of {self._limits.monthly_calls}")
        found = [age for each in desk.known.values() for age in self._ages(each.each, each.looks)]
        return Played(found, spent, pages_of)

    def _make(self, call: Call, now: datetime, desk: "_Desk") -> int:
        """Make a call; give the pages that it took."""
        page_size = self._limits.page_size
        answer = self._feed.answer(call.query, call.pages, page_size, now, desk.near(call.query))
        for each, row in answer.shown:
            desk.known[each.key].look(row, now)
        desk.standings[call.query] = QueryStanding(
            query=call.query,
            asked_at=now,
            end=PollEnd.DONE,
            rows=answer.rows,
            total=answer.total,
            good_at=now,
        )
        return max(1, min(call.pages, -(-answer.total // page_size)))

    def in_turn(self) -> Played:
        """Ask one flight after the other, from a day ahead until it is seen to have left or to be off."""
        opens = sorted(
            (each.each.flight.scheduled_departure - WINDOW, n) for n, each in enumerate(self._bookings)
        )
        known = [Known(each.each, ticket(each.each, 1)) for each in self._bookings]
        interval = self._busy() / self._limits.monthly_calls
        turn: list[tuple[datetime, int]] = []
        opens.reverse()
        now, calls = self._begins, 0
        while turn or opens:
            if not turn:
                now = max(now, opens[-1][0])
            while opens and opens[-1][0] <= now:
                at, number = opens.pop()
                heapq.heappush(turn, (at, number))
            if now >= self._ends:
                break
            _, number = heapq.heappop(turn)
            each = known[number]
            calls += 1
            query = f"flight_iata={each.each.designator}"
            query += f"&flight_date={each.each.day}" if self._limits.asks_by_date else ""
            answer = self._feed.answer(query, 1, self._limits.page_size, now, [each.each])
            for _, row in answer.shown:
                each.look(row, now)
            if not self._gone(each, now):
                heapq.heappush(turn, (now, number))
            now += interval
        return Played([age for each in known for age in self._ages(each.each, each.looks)], calls, {})

    def _gone(self, each: Known, now: datetime) -> bool:
        over = each.watched.outlook not in (Outlook.EXPECTED, Outlook.WAITING)
        return over or now > each.each.flight.scheduled_departure + timedelta(hours=6)

    def _busy(self) -> timedelta:
        """Give the time in which there is a flight to ask for: in turn, calls are spent then alone."""
        spans = sorted(
            (each.each.flight.scheduled_departure - WINDOW, min(left_at(each.each), self._ends))
            for each in self._bookings
        )
        busy, until = timedelta(), self._begins
        for begins, ends in spans:
            busy += max(ends - max(begins, until), timedelta())
            until = max(until, ends)
        return busy

    def _ages(self, each: Watchable, looks: list[datetime]) -> list[timedelta]:
        dated = self._limits.asks_by_date
        shown = each.story.visible.times
        first = each.flight.scheduled_departure - WINDOW
        if not dated:
            first = shown[0] if shown else self._ends
        news = [time for time in truth(each, first, dated=dated) if time < self._ends]
        return ages(each, news, looks)


class _Desk:
    """What is booked by now, and what is known of it."""

    def __init__(self, bookings: Sequence[Booking], past: Sequence[Watched]) -> None:
        self._kept = _PAST_OF_MANY if len(bookings) > _MANY else _PAST
        self._past = list(past)
        self.known = {
            each.each.key: Known(each.each, ticket(each.each, each.travellers)) for each in bookings
        }
        self.standings: dict[str, QueryStanding] = {}
        self._to_come = sorted(((each.booked_at, each.each.key) for each in bookings), reverse=True)
        self._watching: list[Known] = []
        self._near: dict[str, list[Watchable]] = {}
        self._tidied: datetime | None = None

    def watched(self) -> list[Watched]:
        """Give the flights that are booked, those of the past week too."""
        return [*self._past, *(each.watched for each in self._watching)]

    def near(self, query: str) -> list[Watchable]:
        """Give those that a query may show."""
        return self._near.get(query.partition("&")[0].removeprefix("dep_iata="), self._near.get("", []))

    def tidy(self, now: datetime) -> None:
        """Take in new bookings; once an hour forget what is long over."""
        new = []
        while self._to_come and self._to_come[-1][0] <= now:
            new.append(self.known[self._to_come.pop()[1]])
        self._watching += new
        if not new and self._tidied is not None and now - self._tidied < timedelta(hours=1):
            return
        self._tidied = now
        self._past = [each for each in self._past if now - each.leaves_at < self._kept]
        self._watching = [each for each in self._watching if now - each.watched.leaves_at < self._kept]
        self.standings = {
            query: each for query, each in self.standings.items() if now - each.asked_at < _NEAR
        }
        self._near = {"": []}
        for each in self._watching:
            if abs(each.watched.leaves_at - now) < _NEAR and each.watched.outlook is not Outlook.OVER:
                self._near[""].append(each.each)
                self._near.setdefault(each.each.flight.origin.iata, []).append(each.each)
