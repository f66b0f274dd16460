"""What a page says of a flight, and what it must not: times of another day, old news, what was taken back."""

import html
from datetime import timedelta

import pytest

from tests.support.agency import BA117
from tests.support.pages import read, told
from tests.support.rows import row
from tests.support.website import PHONE


@pytest.mark.parametrize(
    ("language", "late", "told_so"),
    [
        (
            "en",
            "expected to leave at 00:35 on Mon 23 Nov , not at 14:35",
            "expected to leave at 00:35 on Mon 23",
        ),
        ("de", "Abflug voraussichtlich um 00:35 am Mo 23. Nov statt 14:35", "um 00:35 am Mo 23. Nov"),
        ("fr", "départ prévu à 00:35 le lun 23 nov au lieu de 14:35", "départ prévu à 00:35 le lun 23 nov"),
        (
            "es",
            "salida prevista 00:35 del lun 23 nov en vez de 14:35",
            "salida prevista 00:35 del lun 23 nov",
        ),
        (
            "pt",
            "partida prevista 00:35 de seg 23 nov em vez de 14:35",
            "prevista 00:35 de seg 23 nov",
        ),
    ],
)
async def test_a_time_of_another_day_reads_well_in_a_sentence(language: str, late: str, told_so: str) -> None:
    site = await told(minutes=10 * 60, language=language)
    async with site.open() as client:
        page = await read(client)
    headline, _, story = page.partition(late)
    assert headline != page
    assert told_so in story


async def test_no_delay_in_the_feed_is_not_called_on_time() -> None:
    site = await told()
    for _ in range(2):
        await site.agency.shows(row())
    async with site.open() as client:
        text = await read(client)
    assert "✓ No delay reported: leaves at 14:35" in text
    assert "✓ On time" not in text


async def test_on_a_silent_page_the_arrival_is_what_was_last_known() -> None:
    site = await told()
    site.agency.clock.move(timedelta(minutes=31))
    async with site.open() as client:
        text = await read(client)
    assert "Departure, as last known 16:05 (LHR) Arrival, as last known 19:05 (JFK)" in text
    assert "Expected" not in text


async def test_a_reinstated_flight_leaves_when_it_is_expected() -> None:
    site = await told()
    for status in ("cancelled", "cancelled", "scheduled", "scheduled"):
        await site.agency.shows(row(delay=90, status=status))
        await site.agency.delivers()
    async with site.open() as client:
        text = await read(client)
    story = text.partition("What happened")[2]
    assert "On again: expected to leave at 16:05" in story
    assert "We told you by email and SMS: on again, expected to leave at 16:05" in story
    assert "14:35" not in story


async def test_after_a_diversion_that_is_withdrawn_nobody_is_told_when_to_leave() -> None:
    site = await told()
    for status in ("diverted", "diverted", "active", "active"):
        await site.agency.shows(row(delay=90, status=status))
    await site.agency.delivers()
    site.agency.clock.move(timedelta(hours=5))
    site.pages.seen[BA117] = site.agency.clock.now()
    async with site.open() as client:
        text = await read(client)
    assert "No longer shows as diverted: landing where planned" in text
    assert "On again" not in text
    assert "✓ Has left LHR" in text
    assert "gate" not in text
    assert "Expected departure" not in text


async def test_a_cancelled_flight_offers_help_and_another_asks_for_questions() -> None:
    site = await told()
    async with site.open() as client:
        assert "Questions, or plans that no longer fit?" in await read(client)
        for _ in range(2):
            await site.agency.shows(row(delay=90, status="cancelled"))
        cancelled = await read(client)
    assert f"Let's find your options: Call {PHONE}" in html.unescape(cancelled)
    assert "Questions" not in cancelled
