"""What a worker gathers of itself: rates over a minute, what stands still, and how its clock goes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flightagents.domain.faults import Fault
from flightagents.domain.problems import problems_of
from flightagents.domain.vital_signs import Latency, Measure, Owned, Rates, Stream, VitalSigns
from flightagents.handlers.vital_signs import INTERVAL, Process, TellVitalSigns
from flightagents.pulse import Durations
from tests.support.fakes import SetClock
from tests.support.health import IDENTITY, REAL, SECOND, STREAM, FakeWorkers, facts, signs, worker
from tests.support.judges import Ticks

MINUTE = timedelta(minutes=1)


class Bench:
    """A worker under test; one clock moves everything that is real."""

    def __init__(self) -> None:
        self.ticks = Ticks()
        self.real = REAL
        self.ahead = timedelta()
        self.takes = timedelta()
        self.stream = STREAM
        self.process = Process(memory=1, cpu=2.0, accepted=0)
        self.workers = FakeWorkers(self._database_now)
        self.pulse = {measure: Durations(self.ticks) for measure in Measure}
        self.tell = TellVitalSigns(
            self.workers,
            "one",
            IDENTITY,
            stream=self._stream,
            channels=list,
            noticed=list,
            process=lambda: self.process,
            pulse=self.pulse,
            clock=SetClock(),
            ticks=self.ticks,
            now=lambda: self.real + self.ahead,
        )

    async def _stream(self) -> Stream:
        return self.stream

    def _database_now(self) -> datetime:
        """The write takes a while, and the database looks at its clock in the middle."""
        self.wait(self.takes / 2)
        seen_at = self.real
        self.wait(self.takes / 2)
        return seen_at

    def wait(self, by: timedelta) -> None:
        self.ticks.move(by)
        self.real += by

    def owns(self, *owned: Owned) -> None:
        self.stream = replace(self.stream, owned=owned)

    async def signs(self) -> VitalSigns:
        await self.tell()
        return self.workers.told["one"].signs

    async def after(self, by: timedelta) -> VitalSigns:
        self.wait(by)
        return await self.signs()

    async def owned(self, by: timedelta, *owned: Owned) -> Sequence[Owned]:
        self.owns(*owned)
        return (await self.after(by)).stream.owned


def partition(committed: int, end: int | None) -> Owned:
    return Owned("flight-topic", 0, committed, end)


async def test_rates_are_those_of_the_last_minute() -> None:
    bench = Bench()
    assert (await bench.signs()).rates == Rates()
    for looks in range(1, 25):
        bench.stream = replace(
            STREAM, handed={"flight-topic": 140 + 50 * looks, "flight-change-topic": 5 * looks}
        )
        bench.process = replace(bench.process, accepted=10 * looks)
        rates = (await bench.after(INTERVAL)).rates
    assert rates == Rates(10.0, 1.0, 2.0)
    for _ in range(12):
        rates = (await bench.after(INTERVAL)).rates
    assert rates == Rates(), "nothing more for a minute"


async def test_a_partition_stands_still_from_when_something_waits_and_nothing_is_committed() -> None:
    bench = Bench()
    (found,) = await bench.owned(INTERVAL, partition(10, 10))
    assert found.still_since is None
    (found,) = await bench.owned(INTERVAL, partition(10, 15))
    began = bench.real - INTERVAL
    assert found.still_since == began, "it has waited since the last look at most"
    (found,) = await bench.owned(MINUTE, partition(10, 20))
    assert found.still_since == began
    (found,) = await bench.owned(INTERVAL, partition(11, 20))
    assert found.still_since is None
    (found,) = await bench.owned(INTERVAL, partition(11, None))
    assert found.still_since is None, "nobody knows whether something waits"


async def test_a_partition_that_came_back_does_not_stand_still_since_long_ago() -> None:
    bench = Bench()
    await bench.owned(INTERVAL, partition(10, 15))
    await bench.owned(INTERVAL)
    (found,) = await bench.owned(MINUTE, partition(10, 15))
    assert found.still_since is None


async def test_the_least_lag_of_the_last_minute_stands_beside_that_of_the_minute_before() -> None:
    bench = Bench()
    (found,) = await bench.owned(INTERVAL, partition(0, 100))
    assert (found.least_lag, found.least_lag_before) == (100, None)
    (found,) = await bench.owned(INTERVAL, partition(0, None))
    assert (found.least_lag, found.least_lag_before) == (100, None), "the broker does not say"
    for lag in range(300, 2500, 100):
        (found,) = await bench.owned(INTERVAL, partition(0, lag))
    assert (found.lag, found.least_lag, found.least_lag_before) == (2400, 1300, 100)


async def lag_after(lags: Sequence[int]) -> list[Fault]:
    """Look at these lags, one after the other, and give what is wrong."""
    bench = Bench()
    for lag in lags:
        owned = await bench.owned(INTERVAL, partition(0, lag))
    known = facts([worker(owned=owned, topics={"flight-topic": 1})])
    return [problem.fault for problem in problems_of(known)]


async def test_what_each_poll_brings_and_is_done_before_the_next_is_no_growing_lag() -> None:
    bursts = [1500, 700, 0, 1571, 600, 0] * 3 + [1500, 700, 0, 2500, 900, 0]
    for looks in range(1, len(bursts) + 1):
        assert await lag_after(bursts[:looks]) == []


async def test_a_lag_that_never_falls_back_to_where_it_was_grows() -> None:
    bursts = [poll * 500 + left for poll in range(2, 10) for left in (1500, 700, 300)]
    assert await lag_after(bursts) == [Fault.LAG_GROWS]


async def test_the_worker_learns_how_its_clock_goes_and_how_long_a_write_takes() -> None:
    bench = Bench()
    bench.ahead, bench.takes = 7 * SECOND, 2 * SECOND
    assert (await bench.signs()).skew is None
    second = await bench.signs()
    assert second.skew == 7.0
    assert second.latencies == {Measure.MONGODB_WRITE: Latency(2.0, 2.0, 2.0, 1)}


async def test_the_table_and_all_that_was_read_is_told() -> None:
    bench = Bench()
    found = await bench.signs()
    assert found.stream.flights == 12
    assert (found.memory, found.cpu, found.identity) == (1, 2.0, IDENTITY)


async def test_a_worker_that_ends_in_order_says_so() -> None:
    bench = Bench()
    await bench.signs()
    await bench.tell.stop()
    assert bench.workers.told["one"].stopped


def test_signs_of_a_builder_are_healthy() -> None:
    assert signs(leader=False).stream.leader is False
