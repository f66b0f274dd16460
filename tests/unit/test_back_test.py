"""What a back-test says: its counts, its bounds, and its sentence."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from flightagents.domain.back_test import BackTest, Span
from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Change, Kind, Severity
from flightagents.domain.office_hours import OfficeHours
from flightagents.domain.overtaking import OVERTAKING
from flightagents.domain.rules import RuleReason, StaffRule
from flightagents.handlers.back_test import LONGEST_SPAN, BackTestRule, query_for
from flightagents.handlers.staff_rows import Office
from tests.support.agency import address_key
from tests.support.fakes import FakeFlights, SetClock
from tests.support.judges import Ticks
from tests.support.rows import MINUTE, NOON, row
from tests.support.staff import OPS, OPS_PHONE, FakeHistory, rule, story

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = Span(NOON - 7 * DAY, NOON)


class Past:
    """A history, and a clock that stands a while after it."""

    def __init__(self, *changes: Change, hourly: int = 10, zone: str = "UTC") -> None:
        self.flights = FakeFlights()
        self.flights.history = {change.id: change for change in changes}
        self.history = FakeHistory(self.flights)
        self.clock = SetClock(NOON + 6 * HOUR)
        self.ticks = Ticks()
        self.office = Office(zone=zone, hourly=hourly)

    async def test(self, asked: StaffRule, length: timedelta = 7 * DAY, most: int = 1000) -> BackTest:
        try_rule = BackTestRule(
            self.history,
            address_key=address_key,
            clock=self.clock,
            office=self.office,
            most=most,
            ticks=self.ticks,
        )
        return await try_rule(asked, length)


def late(number: int, delay: int = 65, *, after: timedelta = timedelta()) -> Change:
    """A flight of 14:35 that becomes late, some time after noon."""
    change = story(row(f"BA{number}"), row(f"BA{number}", delay=delay), apart=MINUTE)[-1]
    return replace(change, at=NOON + after)


# Counts


async def test_it_tells_when_to_whom_and_of_what() -> None:
    past = Past(late(1), late(2, 200, after=HOUR), zone="Europe/Madrid")
    found = await past.test(rule("ops", OPS, OPS_PHONE))
    assert (found.would_send, found.recipients, found.digests) == (4, 2, 0)
    assert found.by_kind == {Kind.DELAYED: 4}
    assert found.by_channel == {Channel.EMAIL: 2, Channel.SMS: 2}
    assert (found.by_day, found.by_hour) == ({date(2026, 11, 22): 4}, {13: 2, 14: 2})
    assert found.median_before_departure == timedelta(hours=3, minutes=40)
    assert [(each.flight[:3], each.severity) for each in found.examples] == [
        ("BA2", Severity.CRITICAL),
        ("BA1", Severity.MAJOR),
    ]


async def test_it_tells_why_the_rule_would_have_kept_silent() -> None:
    changes = story(row(), row(status="cancelled"), row(status="cancelled"))
    found = await Past(*changes).test(rule(hours=OfficeHours.parse("22:00-06:00")))
    assert found.would_send == 0
    assert found.changes_looked_at == 2  # the first sight is mere information
    assert found.silent == {RuleReason.OUT_OF_HOURS: 2}


@pytest.mark.parametrize("gravest", [1, 2, 3])
async def test_the_gravest_of_a_moment_go_singly(gravest: int) -> None:
    past = Past(*(late(number, 200 if number == gravest else 65) for number in (1, 2, 3)), hourly=1)
    found = await past.test(rule())
    assert (found.would_send, found.digests) == (2, 1)
    singly = [each.flight[:3] for each in found.examples if not each.gathered]
    assert singly == [f"BA{gravest}"]


@pytest.mark.parametrize(("third", "digests"), [(13, 1), (14.5, 2)])
async def test_what_is_set_aside_just_before_a_digest_makes_the_next_one_due(
    third: float, digests: int
) -> None:
    past = Past(late(1), late(2), late(3, after=third * MINUTE), late(4, after=16 * MINUTE), hourly=1)
    past.clock.time = NOON + 30 * MINUTE
    assert (await past.test(rule())).digests == digests


async def test_what_a_digest_left_out_is_no_news_two_hours_later() -> None:
    """Flight 2 is set aside, overtaken when the digest is due, and late again three hours later."""
    first, second = late(1, 200), late(2)
    rows = (row("BA2"), row("BA2", delay=65), row("BA2", delay=20), row("BA2", delay=65))
    _, _, back, again = story(*rows)
    past = Past(
        first,
        second,
        replace(back, at=NOON + MINUTE),
        late(3, after=3 * HOUR),
        replace(again, at=NOON + 3 * HOUR + MINUTE),
        hourly=1,
    )
    asked = rule(min_severity=Severity.MAJOR, kinds=(Kind.DELAYED,))
    assert (await past.test(asked)).by_kind == {Kind.DELAYED: 3}


async def test_a_digest_that_is_not_due_yet_is_not_counted() -> None:
    past = Past(late(1), late(2), hourly=1)
    past.clock.time = NOON + 14 * MINUTE
    assert (await past.test(rule())).would_send == 1
    past.clock.time = NOON + 15 * MINUTE
    assert (await past.test(rule())).would_send == 2


async def test_a_median_after_the_departure_is_negative() -> None:
    found = await Past(late(1, after=5 * HOUR)).test(rule())
    assert found.median_before_departure == timedelta(hours=-1, minutes=-20)
    assert "1 message to 1 person, median 1 hour 20 minutes after departure." in found.summary()


async def test_of_a_departure_in_no_known_zone_there_is_no_median() -> None:
    changes = story(row(route="QQQ-JFK"), row(route="QQQ-JFK", delay=65))
    found = await Past(*changes).test(rule())
    assert (found.would_send, found.median_before_departure) == (1, None)


# Bounds


async def test_only_the_span_is_looked_at() -> None:
    past = Past(late(1), late(2, after=HOUR))
    past.clock.time = NOON + DAY + HOUR
    assert (await past.test(rule(), DAY)).would_send == 1
    assert (await past.test(rule(), DAY - MINUTE)).would_send == 0


@pytest.mark.parametrize("length", [timedelta(), -DAY, LONGEST_SPAN + MINUTE])
async def test_another_span_is_refused(length: timedelta) -> None:
    with pytest.raises(ValueError, match="28 days at most"):
        await Past().test(rule(), length)


async def test_beyond_so_many_changes_it_is_cut() -> None:
    past = Past(late(1), late(2, after=HOUR), late(3, after=2 * HOUR))
    found = await past.test(rule(), most=2)
    assert (found.changes_looked_at, found.would_send, found.cut) == (2, 2, True)
    assert found.looked_until == NOON + HOUR
    whole = await past.test(rule(), most=3)
    assert (whole.would_send, whole.cut, whole.looked_until) == (3, False, past.clock.now())


async def test_a_database_that_is_too_slow_cuts_it() -> None:
    past = Past(*(late(number, after=number * MINUTE) for number in range(1, 6)))
    past.history.slow_after = 1
    found = await past.test(rule())
    assert (found.would_send, found.cut, found.looked_until) == (1, True, NOON + MINUTE)
    past.history.slow_after = 0
    nothing = await past.test(rule())
    assert (nothing.would_send, nothing.cut, nothing.looked_until) == (0, True, nothing.span.begin)


async def test_after_ten_seconds_it_is_cut() -> None:
    past = Past(late(1), late(2, after=HOUR))
    times = iter([0.0, 9.9, 10.0])
    try_rule = BackTestRule(
        past.history,
        address_key=address_key,
        clock=past.clock,
        office=past.office,
        ticks=lambda: next(times),
    )
    found = await try_rule(rule())
    assert (found.would_send, found.cut) == (1, True)


# What is asked for


def test_no_more_is_asked_for_than_what_may_be_told_or_overtakes_it() -> None:
    minor = query_for(rule(airports=("JFK",), airlines=("BA",)), WEEK)
    assert (minor.airports, minor.airlines, minor.begin, minor.end) == (("JFK",), ("BA",), WEEK.begin, NOON)
    assert Severity.INFO not in minor.severities
    assert Kind.GATE_CHANGED in minor.kinds
    assert Kind.LANDED not in minor.kinds
    critical = query_for(rule(min_severity=Severity.CRITICAL), WEEK)
    assert set(critical.kinds) == OVERTAKING | {Kind.INCIDENT}
    everything = query_for(rule(min_severity=Severity.INFO), WEEK)
    assert (everything.kinds, everything.severities) == ((), ())
    landed = query_for(rule(min_severity=Severity.INFO, kinds=(Kind.LANDED,)), WEEK)
    assert set(landed.kinds) == OVERTAKING | {Kind.LANDED}


# The sentence


def said(
    would_send: int = 43,
    recipients: int = 3,
    *,
    days: float = 7,
    median: timedelta | None = 52 * MINUTE,
    digests: int = 0,
    begins: timedelta | None = 100 * DAY,
    cut: bool = False,
) -> str:
    return BackTest(
        span=Span(NOON - days * DAY, NOON),
        looked_until=NOON - HOUR if cut else NOON,
        history_begins=NOON - begins if begins is not None else None,
        changes_looked_at=500,
        would_send=would_send,
        digests=digests,
        recipients=recipients,
        median_before_departure=median,
        by_kind=Counter(),
        cut=cut,
    ).summary("Europe/Madrid")


def test_a_sentence_says_it_all() -> None:
    assert said() == (
        "In the last 7 days this rule would have sent 43 messages to 3 people, "
        "median 52 minutes before departure."
    )
    assert said(1, 1, days=1, median=MINUTE) == (
        "In the last 24 hours this rule would have sent 1 message to 1 person, "
        "median 1 minute before departure."
    )
    assert said(1200, 1, digests=1, median=None) == (
        "In the last 7 days this rule would have sent 1,200 messages to 1 person, 1 of them a digest."
    )
    assert "to 3 people, 5 of them digests, median 3 hours before departure" in said(
        digests=5, median=3 * HOUR
    )


def test_it_is_honest_where_there_is_nothing_or_not_all() -> None:
    assert said(0, 0, median=None) == "In the last 7 days this rule would have sent nothing."
    assert said(begins=None) == "There is no history of flights in the last 7 days to try this rule on."
    assert said(begins=3 * DAY).endswith("The history of flights begins only Thu 19 Nov 13:00.")
    assert said(0, 0, cut=True) == (
        "In the last 7 days this rule would have sent nothing. "
        "There was too much to look at: what came after Sun 22 Nov 12:00 is not counted."
    )
