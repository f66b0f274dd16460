"""A poller and all around it, in memory."""

from collections.abc import Sequence
from typing import Any

from flightagents.domain.watched import Watched
from flightagents.handlers.plan_calls import PlanCalls
from flightagents.handlers.poll import PollFeed
from flightagents.records import (
    DEAD_LETTER_TOPIC,
    FLIGHT_TOPIC,
    DeadLetter,
    FlightRecord,
    decode_dead_letter,
    decode_flight_record,
)
from flightagents.settings import PartitionBy
from tests.support.fakes import FakeFeed, FakeLease, FakePublisher, LeaseBook, SetClock
from tests.support.feed_plans import AskAll, FakeCallBook, FakeCallPlans, FakeQueryStandings
from tests.support.health import FakePolls

JFK, LHR = "dep_iata=JFK", "dep_iata=LHR"
Page = list[dict[str, Any]] | Exception


class Desk:
    """A poller and all around it."""

    def __init__(
        self,
        *pages: Page,
        queries: dict[str, list[Page]] | None = None,
        partition_by: PartitionBy = PartitionBy.FLIGHT,
    ) -> None:
        self.feed = FakeFeed(queries or {LHR: pages})
        self.book = LeaseBook()
        self.clock = SetClock()
        self.publisher = FakePublisher()
        self.polls = FakePolls()
        self.calls = FakeCallBook(self.clock)
        self.standings = FakeQueryStandings()
        self.plans = FakeCallPlans()
        self.planner = AskAll(self.feed.pages)
        self.seen: list[str] = []
        self.epoch = 1000.0
        self.poll = self.worker(partition_by)

    def worker(
        self, partition_by: PartitionBy = PartitionBy.FLIGHT, lease: FakeLease | None = None
    ) -> PollFeed:
        """Give the poller of a worker that has just started."""
        return PollFeed(
            PlanCalls(
                planner=self.planner,
                watched=self.watched,
                calls=self.calls,
                standings=self.standings,
                plans=self.plans,
                clock=self.clock,
                epoch=lambda: self.epoch,
            ),
            self.feed,
            lease or FakeLease(self.book, "me"),
            self.publisher,
            self.clock,
            partition_by=partition_by,
            calls=self.calls,
            standings=self.standings,
            polls=self.polls,
            seen=self,
            worker="me",
            epoch=lambda: self.epoch,
            draw=lambda: 1.0,
        )

    async def watched(self) -> list[Watched]:
        return []

    def saw(self, records: Sequence[FlightRecord]) -> None:
        self.seen += [record.designator for record in records]

    @property
    def records(self) -> list[FlightRecord]:
        return [decode_flight_record(value) for value in self.publisher.values(FLIGHT_TOPIC)]

    @property
    def letters(self) -> list[DeadLetter]:
        return [decode_dead_letter(value) for value in self.publisher.values(DEAD_LETTER_TOPIC)]

    def lose_lease(self) -> None:
        self.book.owner = "another"
