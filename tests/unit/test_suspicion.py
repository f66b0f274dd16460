"""Which answers that look well are not believed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flightagents.domain.query_standing import Look, QueryKind, QueryStanding, Suspicion
from flightagents.domain.suspicion import suspect, usual_after
from tests.support.feed_plans import LHR, standing
from tests.support.rows import MINUTE, NOON

HOUR = timedelta(hours=1)


def look(rows: int = 100, **changed: Any) -> Look:  # noqa: ANN401 - any field
    return replace(Look(query=LHR, kind=QueryKind.BOARD, at=NOON + MINUTE, rows=rows, total=rows), **changed)


def known(usual: int = 300, **changed: Any) -> QueryStanding:  # noqa: ANN401 - any field
    return standing(usual=usual, **changed)


def test_a_first_look_is_believed_whatever_it_shows() -> None:
    assert suspect(None, look(0)) is None
    assert suspect(None, look(300)) is None


def test_a_board_that_had_rows_and_has_none_is_not() -> None:
    assert suspect(known(1), look(0)) is Suspicion.EMPTY
    assert suspect(known(0), look(0)) is None


@pytest.mark.parametrize("kind", [QueryKind.FLIGHT, QueryKind.FILTER])
def test_that_one_flight_or_a_filter_brings_nothing_is_normal(kind: QueryKind) -> None:
    assert suspect(known(), look(0, kind=kind)) is None
    assert suspect(known(digest="d", same_since=NOON - 99 * HOUR), look(30, kind=kind, digest="d")) is None


@pytest.mark.parametrize(
    ("rows", "unreadable", "found"),
    [(2, 1, Suspicion.PLACEHOLDERS), (100, 49, None), (100, 50, Suspicion.PLACEHOLDERS), (1, 0, None)],
)
@pytest.mark.parametrize("kind", [QueryKind.BOARD, QueryKind.FLIGHT])
def test_rows_of_which_half_name_no_flight_are_placeholders(
    rows: int, unreadable: int, found: Suspicion | None, kind: QueryKind
) -> None:
    assert suspect(None, look(rows, unreadable=unreadable, kind=kind)) is found


@pytest.mark.parametrize(
    ("usual", "total", "found"),
    [(300, 60, None), (300, 59, Suspicion.COLLAPSED), (50, 9, Suspicion.COLLAPSED), (49, 1, None)],
)
def test_a_total_that_falls_to_a_fifth_has_collapsed(usual: int, total: int, found: Suspicion | None) -> None:
    assert suspect(known(usual), look(9, total=total)) is found


def test_without_a_total_the_rows_are_counted() -> None:
    assert suspect(known(300), look(59, total=None)) is Suspicion.COLLAPSED


def test_a_board_that_stays_small_is_believed_some_hours_later() -> None:
    last, looks = known(300), 0
    while suspect(last, look(30)) is not None:
        last = replace(last, usual=usual_after(last, look(30)))
        looks += 1
    assert 5 < looks < 24


def test_so_is_one_that_stays_empty() -> None:
    last, looks = known(300), 0
    while suspect(last, look(0)) is not None:
        last = replace(last, usual=usual_after(last, look(0)))
        looks += 1
    assert 24 < looks < 100


@pytest.mark.parametrize(
    ("total", "stood", "found"),
    [
        (600, HOUR, None),
        (600, HOUR + MINUTE, Suspicion.FROZEN),
        (3000, HOUR, None),
        (3000, HOUR + MINUTE, Suspicion.FROZEN),
        (100, 6 * HOUR, None),
        (100, 6 * HOUR + MINUTE, Suspicion.FROZEN),
        (25, 24 * HOUR, None),
        (24, 999 * HOUR, None),
    ],
)
def test_the_smaller_a_board_the_longer_it_may_stand_still(
    total: int, stood: timedelta, found: Suspicion | None
) -> None:
    last = known(total, digest="same", same_since=NOON)
    assert suspect(last, look(total, digest="same", at=NOON + stood)) is found
    assert suspect(last, look(total, digest="other", at=NOON + stood)) is None


def test_that_a_flight_had_rows_is_remembered_when_it_has_none() -> None:
    assert usual_after(known(1), look(0, kind=QueryKind.FLIGHT)) == 1
    assert usual_after(None, look(0, kind=QueryKind.FLIGHT)) == 0
