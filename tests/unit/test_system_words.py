"""The words of /system."""

from dataclasses import replace
from typing import Any

import pytest

from flightagents.domain.health import Partition
from flightagents.domain.vital_signs import Latency, Measure
from flightagents.web.staff import system_words
from tests.support.health import REAL

READ = Partition("flight-topic", 0, owner="one", lag=0)


@pytest.mark.parametrize(
    ("duration", "text"),
    [(0.0, "0 ms"), (0.0042, "4 ms"), (1.24, "1.2 s"), (45.2, "45 s"), (180.0, "3 min"), (7200, "120 min")],
)
def test_durations_are_short(duration: float, text: str) -> None:
    assert system_words.seconds(duration) == text


def test_counts_and_rates_are_short() -> None:
    assert [system_words.rate(each) for each in (0.04, 9.94, 1234.5)] == ["0.0", "9.9", "1,234"]
    assert [system_words.counted(each) for each in (999, 1000)] == ["999", "1,000 or more"]
    assert system_words.megabytes(90 * 1024 * 1024) == "90 MB"


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, "all read"),
        ({"lag": 999}, "at work"),
        ({"lag": 1000}, "far behind"),
        ({"lag": None}, "not known"),
        ({"lag": 5, "still_since": REAL}, "stands still"),
        ({"lag": 5, "owner": None}, "nobody reads it"),
    ],
)
def test_each_partition_has_a_word(changed: dict[str, Any], word: str) -> None:
    found = replace(READ, **changed)
    assert system_words.partition(found).word == word
    assert system_words.topic([READ, found, READ]).word == word


@pytest.mark.parametrize(
    ("measure", "latency", "word"),
    [
        (Measure.EVENT_LOOP_DELAY, Latency(2.0, 0.9, 2.0, 1), "well"),
        (Measure.EVENT_LOOP_DELAY, Latency(0.0, 1.1, 2.0, 1), "overloaded"),
        (Measure.MONGODB_WRITE, Latency(0.4, 9.0, 9.0, 1), "well"),
        (Measure.MONGODB_WRITE, Latency(0.6, 9.0, 9.0, 1), "slow"),
        (Measure.MONGODB_WRITE, Latency(5.1, 9.0, 9.0, 1), "very slow"),
    ],
)
def test_what_has_a_limit_is_judged(measure: Measure, latency: Latency, word: str) -> None:
    said = system_words.latency(latency, measure)
    assert said is not None
    assert said.word == word


def test_what_has_no_limit_is_not() -> None:
    assert system_words.latency(Latency(99.0, 99.0, 99.0, 1), Measure.POLL_TO_CHANGE) is None


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("failed; it is tried again", "failed; it is tried again"),
        ("a line of mode.timers", "a timer was late: the worker is busy"),
        ("a line of aiokafka.consumer.group_coordinator", "Kafka moved partitions between workers"),
        ("a line of aiokafka.cluster", "Kafka did not answer as it should"),
        ("a line of aiokafkaesque", "a message of aiokafkaesque, see the worker's log"),
        ("a line of asyncio", "a message of asyncio, see the worker's log"),
    ],
)
def test_the_lines_of_libraries_are_said_in_words(event: str, said: str) -> None:
    assert system_words.event(event) == said
