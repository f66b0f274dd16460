"""The Apache Kafka that all tests of a session share; each test uses topics and groups of its own."""

import os
from collections.abc import Iterator

import pytest

from tests.support.kafka import Kafka, missing_programs


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """Start it; skip where Java or Maven is missing, unless the environment demands the real thing."""
    if reason := missing_programs():
        if os.environ.get("FLIGHTAGENTS_REQUIRE_REAL") == "1":
            pytest.fail(f"{reason}, and FLIGHTAGENTS_REQUIRE_REAL=1")
        pytest.skip(reason)
    broker = Kafka(tmp_path_factory.mktemp("kafka"))
    try:
        yield broker
    finally:
        broker.stop()
