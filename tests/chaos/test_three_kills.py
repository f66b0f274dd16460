"""A short run of the chaos that `make chaos` runs at length."""

from pathlib import Path

import pytest

from tests.chaos.crew import plan
from tests.chaos.run import run
from tests.support.kafka import Kafka
from tests.support.post import Post
from tests.support.site import Site

pytestmark = [pytest.mark.kafka, pytest.mark.mongodb]


def test_three_kills_lose_nothing_and_tell_nothing_false(kafka: Kafka, mongodb: str, tmp_path: Path) -> None:
    with (
        Post() as post,
        Site(kafka, mongodb, tmp_path, environment=post.environment(), **post.settings()) as site,
    ):
        blows = plan(seed=3, kills=3, terms=1)
        assert run(site, post, blows, flights=1000, records=6_000, rate=400, seed=3) == []
