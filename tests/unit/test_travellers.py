"""Travellers as staff see them: which flight is next, and what the log says of acts."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.acts import Did
from flightagents.domain.bookings import Booking, Match, SegmentStatus
from flightagents.domain.travellers import Leg, next_leg
from flightagents.handlers.traveller_acts import TravellerActs
from tests.support.agency import Agency, address_key
from tests.support.rows import DAY, NOON, row
from tests.support.travellers import booking, segment
from tests.support.travelling import travellers_of

ONE_DAY = timedelta(days=1)
CANCELLED = SegmentStatus.CANCELLED
MORNING, EVENING = datetime(2026, 11, 22, 9), datetime(2026, 11, 22, 19)  # noqa: DTZ001 - of a ticket


def leg(designator: str = "BA117", **differs: Any) -> Leg:  # noqa: ANN401 - any field of a segment
    return Leg(segment(designator, **differs), Match.NOT_YET, ())


@pytest.mark.parametrize(
    ("legs", "designator"),
    [
        ([], None),
        ([leg("BA1", flight_date=DAY + ONE_DAY), leg("BA2")], "BA2"),
        ([leg("BA1", ticketed=EVENING), leg("BA2", ticketed=MORNING)], "BA2"),
        ([leg("BA1", status=SegmentStatus.REBOOKED), leg("BA2", flight_date=DAY + ONE_DAY)], "BA2"),
        ([leg("BA1", status=SegmentStatus.CANCELLED)], None),
        ([leg("BA1", flight_date=DAY - 2 * ONE_DAY)], None),
        ([leg("BA1", flight_date=DAY - ONE_DAY)], None),
    ],
)
def test_the_next_flight_is_the_first_that_is_still_ahead(legs: list[Leg], designator: str | None) -> None:
    found = next_leg(legs, NOON + timedelta(hours=2))
    assert (found.segment.designator if found else None) == designator


def test_it_is_still_yesterday_somewhere() -> None:
    yesterday = leg("BA1", flight_date=DAY - ONE_DAY)
    assert next_leg([yesterday], NOON) == yesterday


async def test_a_flight_that_has_landed_is_behind_them() -> None:
    agency = Agency()
    await agency.books(booking())
    show = travellers_of(agency).show
    await agency.shows(row())
    (listed,) = (await show.find("")).travellers
    assert listed.next is not None
    assert listed.key == address_key(booking().id)
    agency.wait(timedelta(hours=11))
    await agency.shows(row(status="landed", took_off="14:40", landed="17:30"))
    (listed,) = (await show.find("")).travellers
    assert listed.next is None


async def test_what_only_looks_is_not_in_the_log() -> None:
    agency = Agency()
    await agency.books(booking())
    desk, key = travellers_of(agency), address_key(booking().id)
    seen = await desk.show.one(key)
    assert seen is not None
    await desk.acts.cancel(key, seen.version, None, "ben", store=False)
    await desk.acts.edit(key, seen.version, seen.draft, "ben")
    await desk.acts.edit(key, "an old version", replace(seen.draft, name="Ana"), "ben")
    await desk.acts.consent("nobody", seen.booking.channels[0], "ben", given=False)
    assert (await agency.audit.read()).rows == ()


async def test_all_of_a_reference_are_cancelled_and_each_is_logged_though_somebody_is_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agency, faster = Agency(), "Anna M."
    await agency.books(booking(), booking(email="carl@example.com"), booking(reference="XYZ789"))
    acts, replace_ = travellers_of(agency).acts, agency.bookings.replace

    async def later(before: Booking | None, after: Booking) -> bool:
        if before is not None and before.id == booking().id and before.name != faster:
            await replace_(before, replace(before, name=faster))
        return await replace_(before, after)

    monkeypatch.setattr(agency.bookings, "replace", later)
    assert isinstance(acts, TravellerActs)
    assert await acts.cancel_reference("ABC123", "kim") == 2
    found = {each.id: each for each in await agency.bookings.everyone()}
    assert found[booking().id].name == faster
    cancelled = {each.reference for each in found.values() if each.segments[0].status is CANCELLED}
    assert cancelled == {"ABC123"}
    assert [(act.by, act.did) for act in agency.audit.acts] == [("kim", Did.CANCELLED)] * 2
    assert await acts.cancel_reference("NOBODY", "kim") == 0
