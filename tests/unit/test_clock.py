"""Business time: the machine's, or a simulated day that every process reads the same."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from flightagents.clock import SimulatedClock, SystemClock, clock_from


def test_the_systems_clock_is_utc_and_real() -> None:
    clock = clock_from("system")
    assert isinstance(clock, SystemClock)
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC
    assert clock.real(timedelta(minutes=5)) == timedelta(minutes=5) == clock.business(timedelta(minutes=5))


def test_a_simulated_clock_starts_at_its_anchor_and_runs_at_its_speed() -> None:
    anchor = time.time() - 60
    clock = clock_from(f"simulated:2013-03-08T05:00:00Z@120@{anchor}")
    run = clock.now() - datetime(2013, 3, 8, 5, tzinfo=UTC)
    assert timedelta(hours=2) <= run < timedelta(hours=3)
    assert clock.real(timedelta(minutes=2)) == timedelta(seconds=1)
    assert clock.business(timedelta(seconds=1)) == timedelta(minutes=2)


def test_two_processes_with_the_same_setting_read_the_same_time() -> None:
    text = f"simulated:2013-03-08T05:00:00Z@1@{time.time()}"
    assert clock_from(text) == clock_from(text)
    assert abs(clock_from(text).now() - clock_from(text).now()) < timedelta(seconds=5)


def test_a_start_in_another_zone_is_turned_into_utc() -> None:
    clock = clock_from("simulated:2013-03-08T00:00:00-05:00@1@0")
    assert isinstance(clock, SimulatedClock)
    assert clock.start == datetime(2013, 3, 8, 5, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "System",
        "simulated",
        "simulated:",
        "simulated:2013-03-08T05:00:00Z",
        "simulated:2013-03-08T05:00:00Z@120",
        "simulated:yesterday@120@0",
        "simulated:2013-03-08T05:00:00Z@fast@0",
        "simulated:2013-03-08T05:00:00Z@0@0",
        "simulated:2013-03-08T05:00:00Z@-1@0",
        "simulated:2013-03-08T05:00:00Z@120@0@0",
        "simulated:2013-03-08T05:00:00Z@nan@0",
        "simulated:2013-03-08T05:00:00Z@inf@0",
        "simulated:2013-03-08T05:00:00Z@120@nan",
        "real:2013-03-08T05:00:00Z@120@0",
    ],
)
def test_what_names_no_clock_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="no clock") as refused:
        clock_from(text)
    assert "simulated:START@SPEED@ANCHOR" in str(refused.value)
