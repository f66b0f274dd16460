"""What the tests of a whole worker share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kafka import Kafka
from tests.support.site import Site


@pytest.fixture
def site(kafka: Kafka, mongodb: str, tmp_path: Path) -> Iterator[Site]:
    """Give an empty system; its topics and its database are deleted afterwards."""
    with Site(kafka, mongodb, tmp_path) as site:
        yield site
