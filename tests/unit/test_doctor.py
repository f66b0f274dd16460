"""Looking at one part after the other: none keeps the others from being looked at."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from flightagents.domain.delivery import Misconfigured, Retry
from flightagents.domain.faults import Fault, Gravity, Problem
from flightagents.domain.polls import PollEnd
from flightagents.errors import SettingsError
from flightagents.handlers.doctor import OF_FEED, Finding, Verdict, examine, of_channel, of_feed, of_problems
from flightagents.settings import Settings
from flightagents.store.condition import Condition, Standing
from flightagents.wiring.doctor.database import of_condition
from flightagents.wiring.doctor.machine import LITTLE_SPACE, NO_SPACE
from flightagents.wiring.doctor.stream import brokers_found
from tests.support.health import facts


async def well() -> Sequence[Finding]:
    return [Finding("well", Verdict.OK, "it is")]


async def ours() -> Sequence[Finding]:
    raise SettingsError("set FLIGHTAGENTS_SMTP_PORT")


async def foreign() -> Sequence[Finding]:
    raise OSError("anna@example.com")


async def hangs() -> Sequence[Finding]:
    await asyncio.Event().wait()
    return []


async def test_each_part_is_looked_at_whatever_becomes_of_the_others() -> None:
    looks = {"one": ours, "two": foreign, "three": hangs}
    found = await examine(looks, timedelta())
    assert [(each.check, each.verdict) for each in found] == [(check, Verdict.FAILED) for check in looks]
    assert all(each.do for each in found)
    assert (await examine({"well": well, "one": ours}))[0] == Finding("well", Verdict.OK, "it is")


async def test_only_our_own_errors_are_quoted() -> None:
    one, two = await examine({"one": ours, "two": foreign})
    assert one.what == "set FLIGHTAGENTS_SMTP_PORT"
    assert two.what == "OSError"


def test_a_channel_is_well_where_the_provider_lets_us_in() -> None:
    assert of_channel("email", None).verdict is Verdict.OK
    for trouble in (Misconfigured("the login is refused"), Retry("the login is refused", timedelta(1))):
        found = of_channel("email", trouble)
        assert (found.verdict, found.what) == (Verdict.FAILED, "the login is refused")


def test_the_feed_is_as_its_last_run_was() -> None:
    good = facts().poll
    assert good is not None
    assert of_feed("feed", None).verdict is Verdict.WARNING
    assert of_feed("feed", good) == Finding("feed", Verdict.OK, "run 9 brought 100 rows")
    failing = of_feed("feed", replace(good, failures=3, report=replace(good.report, end=PollEnd.OUTAGE)))
    assert (failing.verdict, failing.what) == (Verdict.WARNING, "the last 3 runs failed: outage")


def test_what_is_wrong_with_the_workers_is_found() -> None:
    problems = [
        Problem(Fault.NO_WORKER, Gravity.CRITICAL, "none runs", "start one"),
        Problem(Fault.SHADOW, Gravity.NOTE, "nothing is sent", "go live"),
    ]
    assert of_problems("workers", problems) == [
        Finding("workers", Verdict.FAILED, "none runs", "start one"),
        Finding("workers", Verdict.WARNING, "nothing is sent", "go live"),
    ]


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.WELL])
def test_whatever_is_wrong_with_mongodb_there_is_something_to_do(standing: Standing) -> None:
    (found,) = of_condition(Condition(standing, "code 1"))
    assert (found.check, found.verdict) == ("MongoDB", Verdict.FAILED)
    assert found.do


def test_an_old_mongodb_is_a_warning_and_a_full_disk_a_failure() -> None:
    version, disk = of_condition(Condition(Standing.WELL, version="5.0.3", free=NO_SPACE - 1))
    assert (version.verdict, disk.verdict) == (Verdict.WARNING, Verdict.FAILED)
    assert "5.0.3 is older than 6.0" in version.what
    version, disk = of_condition(Condition(Standing.WELL, version="10.0.0", free=LITTLE_SPACE - 1))
    assert (version.verdict, disk.verdict) == (Verdict.OK, Verdict.WARNING)


def test_how_many_copies_are_asked_for_is_compared_with_the_brokers() -> None:
    def told(brokers: int, copies: int) -> Verdict:
        return brokers_found(Settings(topic_replication=copies), brokers, ours=True)[0].verdict

    assert [told(1, 1), told(3, 3), told(3, 1), told(1, 3)] == [
        Verdict.OK,
        Verdict.OK,
        Verdict.WARNING,
        Verdict.FAILED,
    ]


def test_what_is_wrong_with_the_feed_is_said_of_the_feed() -> None:
    """Not "ok" there, and a warning of the workers."""
    shown = {Fault.FLIGHTS_BLIND, Fault.ANSWERS_DOUBTED, Fault.FEED_BLIND, Fault.KEY_REFUSED}
    assert shown <= OF_FEED
