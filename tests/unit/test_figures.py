"""Figures are said in words that anybody understands, and never compared where nothing can be told."""

import pytest

from flightagents.domain.punctuality import Counts
from flightagents.domain.usual import Basis, Comparison, Measure
from flightagents.web.staff.figures import figure, parts, told


@pytest.mark.parametrize(
    ("measure", "value", "written"),
    [
        (Measure.DEPARTURES, 1583, "1,583"),
        (Measure.DEPARTURES, 4.82, "4.8"),
        (Measure.DEPARTURES, 9.96, "10"),
        (Measure.DEPARTURES, 0, "0"),
        (Measure.SHARE_LATE, 0.314, "31 %"),
        (Measure.SHARE_CANCELLED, 0.0164, "1.6 %"),
        (Measure.SHARE_CANCELLED, 1, "100 %"),
        (Measure.MEDIAN_DELAY, 9, "9 min"),
        (Measure.MEDIAN_DELAY, -3, "-3 min"),
        (Measure.MEDIAN_DELAY, None, "-"),
    ],
)
def test_a_value_is_written_with_its_unit(measure: Measure, value: float | None, written: str) -> None:
    assert told(measure, value) == written


@pytest.mark.parametrize(
    ("measure", "today", "usual", "said", "kind"),
    [
        (Measure.SHARE_LATE, 0.36, 0.13, "23 points more", "late"),
        (Measure.SHARE_LATE, 0.14, 0.13, "1 point more", ""),
        (Measure.SHARE_LATE, 0.05, 0.13, "8 points less", "good"),
        (Measure.SHARE_LATE, 0.1304, 0.13, "as usual", ""),
        (Measure.SHARE_CANCELLED, 0.052, 0.02, "3.2 points more", "late"),
        (Measure.MEDIAN_DELAY, 9, 3, "6 min more", "late"),
        (Measure.MEDIAN_DELAY, 3, 3, "as usual", ""),
        (Measure.DEPARTURES, 100, 151, "51 fewer", ""),
        (Measure.DEPARTURES, 176, 151, "25 more", ""),
    ],
)
def test_a_difference_is_said_in_points_minutes_or_flights(
    measure: Measure, today: float, usual: float, said: str, kind: str
) -> None:
    found = figure(measure, Comparison(today, usual, today - usual, Basis.ENOUGH))
    assert (found.difference, found.kind, found.why) == (said, kind, "")


@pytest.mark.parametrize(
    ("basis", "why"),
    [
        (Basis.FEW_DAYS, "fewer than 7 of the last 28 days are counted yet."),
        (Basis.FEW_FLIGHTS, "fewer than 20 flights tell nothing."),
        (Basis.FEW_KNOWN, "of fewer than half it is known whether they are late."),
    ],
)
def test_what_cannot_be_compared_says_why(basis: Basis, why: str) -> None:
    found = figure(Measure.SHARE_LATE, Comparison(0.5, 0.1, None, basis))
    assert (found.today, found.usual, found.difference, found.kind) == ("50 %", "10 %", "", "")
    assert found.why == why


def test_what_became_of_a_day_adds_up_to_all_its_departures() -> None:
    counts = Counts(planned=100, known=60, late=20, cancelled=10)
    assert [(each.kind, each.value) for each in parts(counts)] == [
        ("good", 40),
        ("late", 20),
        ("bad", 10),
        ("open", 30),
    ]
