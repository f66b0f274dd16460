"""`make bench` measures what was really done: a small run of it, for its counts and not its figures."""

from pathlib import Path

import pytest

from benchmarks import sending
from benchmarks.run import Options, measure
from benchmarks.sending import Load
from benchmarks.sending_worker import LANGUAGES, PARTS
from benchmarks.site import Site
from tests.support.kafka import Kafka

pytestmark = pytest.mark.mongodb


@pytest.mark.kafka
@pytest.mark.parametrize("new_flights", [False, True], ids=["known flights", "new flights"])
def test_the_benchmark_drains_all_that_waits_and_finds_all_changes(
    kafka: Kafka,
    mongodb: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    new_flights: bool,
) -> None:
    options = Options(
        records=400, flights=100, changed=0.1, first_version_records=50, new_flights=new_flights
    )
    # It raises where a record or a change is missing, or a change is false.
    (figures,) = measure(Site(kafka, mongodb, tmp_path), options)
    assert figures.drained.records == 400
    assert figures.ratio > 0
    assert "400 records of" in capsys.readouterr().out


def test_the_benchmark_sends_everybody_one_email(mongodb: str) -> None:
    # It raises where the mail server or the ledger knows of more or fewer.
    sent = sending.send(mongodb, Load(departures=3, travellers=40, connections=2), profile=True)
    assert sent.emails == 120
    assert sent.rendered == 3 * len(set(LANGUAGES))
    assert 0 < sent.rate_of_all < sent.rate_of_core
    assert 0 < sent.decided_seconds < sent.recorded_seconds
    assert all(sent.split[part] > 0 for part in PARTS)
