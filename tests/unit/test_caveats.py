"""A message that soothes is as old as the last look; one that names a departure knows if it has passed."""

from datetime import timedelta

import pytest

from flightagents.domain.flight import Status
from flightagents.domain.freshness import NEAR_STALE
from flightagents.domain.notifications import Notice
from flightagents.domain.said import Said
from tests.support.agency import SECOND, Agency
from tests.support.due import ON_BA117
from tests.support.rows import MINUTE, NOON, row

LEAVES = NOON + timedelta(hours=2, minutes=35)
HOUR = timedelta(hours=1)


async def told_late() -> Agency:
    agency = Agency()
    await agency.at_rest(ON_BA117)
    await agency.is_late(60)
    await agency.delivers()
    return agency


def last(agency: Agency) -> Notice:
    notice = agency.rows[-1].notice
    assert notice is not None
    return notice


async def test_an_all_clear_of_just_now_needs_no_caveat() -> None:
    agency = await told_late()
    await agency.is_late(0)
    agency.wait(NEAR_STALE)
    await agency.delivers()
    assert (last(agency).said, last(agency).as_of, last(agency).overdue) == (Said.ALL_CLEAR, None, False)


async def test_an_all_clear_that_nobody_has_checked_for_a_while_says_since_when() -> None:
    agency = await told_late()
    await agency.is_late(0)
    looked_at = agency.clock.now()
    agency.wait(NEAR_STALE + SECOND)
    await agency.delivers()
    assert (last(agency).said, last(agency).as_of) == (Said.ALL_CLEAR, looked_at)
    assert len(agency.email.texts) == 2


async def test_a_delay_is_told_as_it_is_however_old() -> None:
    agency = await told_late()
    await agency.is_late(120)
    agency.wait(NEAR_STALE + SECOND)
    await agency.delivers()
    assert (last(agency).said, last(agency).as_of) == (Said.LATER, None)


@pytest.mark.parametrize(("minutes", "said"), [(0, Said.ALL_CLEAR), (30, Said.EARLIER)])
async def test_a_departure_that_has_passed_is_no_time_to_go_by(minutes: int, said: Said) -> None:
    agency = await told_late()
    await agency.is_late(minutes)
    agency.clock.time = LEAVES + minutes * MINUTE
    agency._looked_at = agency.clock.now()
    await agency.delivers()
    assert (last(agency).said, last(agency).overdue, last(agency).as_of) == (said, True, None)


async def test_a_diversion_that_is_withdrawn_in_the_air_names_no_departure() -> None:
    agency = await told_late()
    for status in (Status.DIVERTED, Status.DIVERTED, Status.ACTIVE, Status.ACTIVE):
        agency.clock.time = max(agency.clock.now(), LEAVES + HOUR)
        await agency.shows(row(status=status.value, took_off="15:40"))
        await agency.delivers()
    assert (last(agency).said, last(agency).was_diverted, last(agency).overdue) == (
        Said.REINSTATED,
        True,
        False,
    )


async def test_a_cancellation_that_is_withdrawn_is_no_diversion() -> None:
    agency = await told_late()
    for status in ("cancelled", "cancelled", "scheduled", "scheduled"):
        await agency.shows(row(status=status))
        await agency.delivers()
    assert (last(agency).said, last(agency).was_diverted) == (Said.REINSTATED, False)


async def test_a_cancelled_flight_was_planned_when_it_was_planned_whatever_was_told() -> None:
    agency = await told_late()
    for _ in range(2):
        await agency.shows(row(status="cancelled", delay=60))
    await agency.delivers()
    assert (last(agency).said, last(agency).old) == (Said.CANCELLED, LEAVES)
