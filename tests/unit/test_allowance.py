"""Lists take a share of a worker's time: a small one beside a stream of records, a large one alone."""

import pytest

from flightagents.web.staff.allowance import ALONE, BESIDE_OTHERS, BURST, Allowance


class Process:
    """A clock, and a processor that other work of the process keeps busy by a share."""

    def __init__(self, busy: float) -> None:
        self._busy = busy
        self.passed = self.used = 0.0
        self.allowance = Allowance(lambda: self.passed, lambda: self.used)

    def work(self, seconds: float) -> float:
        """Make lists for some seconds; give how long to wait then."""
        self.wait(seconds)
        self.used += seconds
        return self.allowance.spend(seconds)

    def wait(self, seconds: float) -> None:
        self.passed += seconds
        self.used += seconds * self._busy


@pytest.mark.parametrize(("busy", "share"), [(0.9, BESIDE_OTHERS), (0.1, ALONE)])
def test_after_a_quiet_time_some_work_is_done_at_once_and_then_a_share_of_the_time(
    busy: float, share: float
) -> None:
    process = Process(busy)
    process.wait(60)
    assert process.work(BURST / 2) == 0
    worked = waited = 0.0
    for _ in range(100):
        waits = process.work(BURST / 2)
        process.wait(waits)
        worked, waited = worked + BURST / 2, waited + waits
    assert worked / (worked + waited) == pytest.approx(share, rel=0.05)


def test_whether_the_process_is_busy_tells_which_share_it_is() -> None:
    process = Process(0.1)
    assert process.work(1.2) == pytest.approx((1.2 - BURST) / ALONE)
    process = Process(0.9)
    assert process.work(1.2) == pytest.approx((1.2 - BURST) / BESIDE_OTHERS)
