"""How figures of punctuality are said: today, what is usual, and the difference, or why there is none."""

from dataclasses import dataclass

from flightagents.domain.punctuality import Counts
from flightagents.domain.usual import (
    LEAST_DAYS,
    LEAST_FLIGHTS,
    Bar,
    Basis,
    Comparison,
    Measure,
    Punctuality,
)
from flightagents.web.charts import Part
from flightagents.web.staff.times import minutes

LABELS = {
    Measure.DEPARTURES: "Departures",
    Measure.LATE: "Late",
    Measure.CANCELLED: "Cancelled",
    Measure.SHARE_LATE: "Late",
    Measure.SHARE_CANCELLED: "Cancelled",
    Measure.MEDIAN_DELAY: "Median delay",
}
REMARKABLE = {Measure.SHARE_LATE: 0.05, Measure.SHARE_CANCELLED: 0.02, Measure.MEDIAN_DELAY: 5}
"""From which difference on a figure is coloured; of the departures neither more nor fewer is good or bad."""
WHY_NOT = {
    Basis.FEW_DAYS: (
        "few days counted",
        f"fewer than {LEAST_DAYS} of the last 28 days are counted yet.",
    ),
    Basis.FEW_FLIGHTS: (
        "few flights",
        f"fewer than {LEAST_FLIGHTS} flights tell nothing.",
    ),
    Basis.FEW_KNOWN: (
        "few known yet",
        "of fewer than half it is known whether they are late.",
    ),
}
"""In a cell, and in a sentence."""
_SHARES = (Measure.SHARE_LATE, Measure.SHARE_CANCELLED)
_WHOLE = 9.95
"""From here on a number is written without decimals: 10, but 9.9."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is shown. `usual` is empty where there is none, `why` where the two are compared."""

    measure: Measure
    label: str
    today: str
    usual: str
    difference: str
    kind: str
    """How a remarkable difference is marked: late, good or not at all."""
    short: str
    why: str


@dataclass(frozen=True, slots=True)
class HourRow:
    """An hour in a table: today and usual of each measure, as words."""

    hour: str
    cells: tuple[tuple[str, str], ...]


def figure(measure: Measure, found: Comparison) -> Figure:
    """Say a comparison."""
    short, why = WHY_NOT.get(found.basis, ("", ""))
    return Figure(
        measure=measure,
        label=LABELS[measure],
        today=told(measure, found.today),
        usual="" if found.usual is None else told(measure, found.usual),
        difference=_difference(measure, found.difference),
        kind=_kind(measure, found.difference),
        short=short,
        why=why,
    )


def told(measure: Measure, value: float | None) -> str:
    """Write a value with its unit; a dash where nothing is known."""
    if value is None:
        return "-"
    if measure in _SHARES:
        return f"{_number(100 * value)} %"
    return minutes(value) if measure is Measure.MEDIAN_DELAY else _number(value)


def _number(value: float) -> str:
    """Write 1,583, 14, 1.6, 0."""
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.1f}".removesuffix(".0").replace("-0", "0")


def _difference(measure: Measure, difference: float | None) -> str:
    if difference is None:
        return ""
    value = 100 * difference if measure in _SHARES else difference
    written = minutes(abs(value)) if measure is Measure.MEDIAN_DELAY else _number(abs(value))
    if written in ("0", "0 min"):
        return "as usual"
    points = f" point{'' if written == '1' else 's'}" if measure in _SHARES else ""
    return f"{written}{points} {'more' if value > 0 else 'less' if measure not in _COUNTS else 'fewer'}"


_COUNTS = (Measure.DEPARTURES, Measure.LATE, Measure.CANCELLED)


def _kind(measure: Measure, difference: float | None) -> str:
    least = REMARKABLE.get(measure)
    if difference is None or least is None or abs(difference) < least:
        return ""
    return "late" if difference > 0 else "good"


def parts(counts: Counts) -> list[Part]:
    """Give what became of the departures, for one bar."""
    numbers = (
        ("good", "on time", counts.known - counts.late),
        ("late", "late", counts.late),
        ("bad", "cancelled", counts.cancelled),
        ("open", "not known yet", counts.planned - counts.known - counts.cancelled),
    )
    return [Part(kind, label, number, f"{number:,}") for kind, label, number in numbers]


TABLE = (Measure.DEPARTURES, Measure.SHARE_LATE, Measure.SHARE_CANCELLED, Measure.MEDIAN_DELAY)
"""The columns of the table of hours."""


def hours(found: Punctuality) -> list[HourRow]:
    """Write the hours in which anything leaves, today or usually."""
    columns = [found.series(measure).bars for measure in TABLE]
    return [
        HourRow(f"{each.hour:02}:00", tuple(_cells(columns, each.hour)))
        for each in found.hours
        if each.today.planned or each.usual.planned
    ]


def _cells(columns: list[tuple[Bar, ...]], hour: int) -> list[tuple[str, str]]:
    return [
        (told(measure, bars[hour].today), told(measure, bars[hour].usual))
        for measure, bars in zip(TABLE, columns, strict=True)
    ]
