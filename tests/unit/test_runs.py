"""A run put in order: each row once, and for each flight the row that may speak."""

from itertools import permutations

from flightagents.domain.runs import put_in_order
from tests.support.rows import DAY, parsed, row, run_of

OPERATING = row("BA117")
AMERICAN = row("AA6143", operated_by="BA117")
IBERIA = row("IB4222", operated_by="BA117")


def test_the_operating_row_leads_whatever_its_number() -> None:
    records = run_of([AMERICAN, IBERIA, OPERATING])
    assert [(record.designator, record.leads) for record in records] == [
        ("BA117", True),
        ("AA6143", False),
        ("IB4222", False),
    ]


def test_without_the_operating_row_the_smallest_number_leads() -> None:
    records = run_of([IBERIA, AMERICAN])
    assert [(record.designator, record.leads) for record in records] == [("AA6143", True), ("IB4222", False)]


def test_leading_rows_of_all_flights_come_first_then_all_others_by_number() -> None:
    others = [row("AA100"), row("AY5471", operated_by="AA100"), row("ZZ9")]
    records = run_of([AMERICAN, *others, OPERATING, IBERIA])
    assert [record.designator for record in records] == [
        "AA100",
        "BA117",
        "ZZ9",
        "AA6143",
        "AY5471",
        "IB4222",
    ]
    assert [record.leads for record in records] == [True] * 3 + [False] * 3


def test_every_row_carries_all_marketing_numbers_of_its_run_and_never_the_operating_one() -> None:
    for record in run_of([IBERIA, OPERATING, AMERICAN, row("BA119")]):
        assert record.marketed_as == (() if record.designator == "BA119" else ("AA6143", "IB4222"))


def test_a_row_found_on_two_pages_is_published_once() -> None:
    assert [record.designator for record in run_of([OPERATING, AMERICAN, OPERATING, AMERICAN])] == [
        "BA117",
        "AA6143",
    ]


def test_of_two_copies_the_one_that_knows_more_of_the_runway_is_the_later() -> None:
    copies = [row(took_off="14:50", status="active"), row(delay=20), row(took_off="14:50", landed="17:40")]
    for pages in permutations(copies):
        (record,) = run_of(list(pages))
        assert record.arrival.actual is not None


def test_the_order_of_the_pages_makes_no_difference() -> None:
    back = row(route="JFK-LHR", departs="19:00", arrives="2026-11-23T07:00")
    rows = [OPERATING, row(delay=20), AMERICAN, IBERIA, back]
    assert len({tuple(record.id for record in run_of(list(pages))) for pages in permutations(rows)}) == 1
    assert all(run_of(list(pages)) == run_of(rows) for pages in permutations(rows))


def test_putting_in_order_leaves_the_rows_that_it_was_given_alone() -> None:
    record = parsed(OPERATING)
    put_in_order([record, parsed(AMERICAN)])
    assert not record.leads
    assert record.marketed_as == ()


def test_one_number_on_two_days_leads_twice() -> None:
    records = run_of([row(), row(day=DAY.replace(day=23))])
    assert [record.leads for record in records] == [True, True]
