"""What a digest says: the largest group first, and the flights with travellers by name."""

from datetime import timedelta

from flightagents.domain.bookings import Channel
from flightagents.domain.changes import Kind
from flightagents.domain.notifications import Notification, StaffNotice, State
from flightagents.domain.reasons import Reason
from flightagents.domain.rules import CONFIRMED_BY
from flightagents.domain.said import Said
from flightagents.handlers.staff_digest import MOST_LINES, digest_of, digest_row
from flightagents.handlers.staff_rows import beyond
from tests.support.rows import MINUTE, NOON


def gathered(
    number: int,
    kind: Kind = Kind.CANCELLED_UNCONFIRMED,
    *,
    route: str = "JFK|LHR",
    late: int = 0,
    travellers: int = 0,
    severity: str = "major",
    after: timedelta = timedelta(),
    ordinal: int = 1,
) -> Notification:
    """An alert that was left to a digest."""
    flight = f"BA{number}|2026-11-22|{route}"
    return Notification(
        id=f"{flight}/{ordinal}",
        flight=flight,
        ordinal=ordinal,
        booking=None,
        channel=Channel.EMAIL,
        address_key="ops",
        said=Said.STAFF_ALERT,
        notice=None,
        created_at=NOON + after,
        expires_at=NOON + timedelta(hours=2),
        state=State.SUPPRESSED,
        reason=Reason.RATE_LIMIT,
        rule="ops",
        staff=StaffNotice(
            title=f"BA{number} {kind}",
            lines=(),
            flights=(flight,),
            severity=severity,
            kind=kind,
            late=late,
            travellers=travellers,
        ),
        changes=(f"{flight}/{ordinal}/{kind}",),
    )


def waiting(
    number: int, *, after: timedelta = timedelta(), travellers: int = 0, severity: str = "major"
) -> Notification:
    row = gathered(number, after=after, travellers=travellers, severity=severity)
    return _with(row, State.PENDING)


def _with(row: Notification, state: State, *, wired: bool = False) -> Notification:
    fields = {name: getattr(row, name) for name in Notification.__dataclass_fields__}
    return Notification(
        **fields | {"state": state, "reason": Reason.NEWS, "wire_at": NOON if wired else None}
    )


# What it says


def test_groups_stand_by_size_and_single_flights_behind_them() -> None:
    rows = [
        *(gathered(number, Kind.DELAYED, late=70 + number, severity="major") for number in (1, 2)),
        *(gathered(number, after=number * MINUTE) for number in range(11, 16)),
        gathered(30, Kind.INCIDENT, severity="critical"),
        gathered(31, Kind.GATE_CHANGED, severity="minor", travellers=4),
    ]
    digest = digest_of(rows, "America/New_York")
    assert digest.lines == (
        "5 flights at JFK cancelled since 07:11: no travellers",
        "2 flights at JFK delayed 60 min or more since 07:00: no travellers",
        "BA31 gate_changed",
        "BA30 incident",
    )
    assert digest.title == "9 flights since 07:00, 5 of them at JFK cancelled: 4 travellers"
    assert (digest.severity, digest.travellers) == ("critical", 4)
    assert set(digest.flights) == {row.flight for row in rows}


def test_a_group_is_made_at_the_airport_that_most_have_in_common_at_either_end() -> None:
    rows = [gathered(1, route="LHR|JFK"), gathered(2, route="JFK|MAD"), gathered(3, route="MAD|LHR")]
    rows.append(gathered(4, route="JFK|AKL"))
    assert digest_of(rows, "UTC").lines == (
        "3 flights at JFK cancelled since 12:00: no travellers",
        "BA3 cancelled_unconfirmed",
    )


def test_flights_with_the_most_travellers_are_named() -> None:
    rows = [gathered(number, travellers=number) for number in range(6)]
    (line,) = digest_of(rows, "UTC").lines
    assert line == (
        "6 flights at JFK cancelled since 12:00: 15 travellers on BA5 JFK-LHR Sun 22 Nov (5), "
        "BA4 JFK-LHR Sun 22 Nov (4), BA3 JFK-LHR Sun 22 Nov (3) and 2 more"
    )


def test_what_is_seen_once_and_what_is_confirmed_are_one_group() -> None:
    rows = [gathered(1), gathered(2, Kind.CANCELLED)]
    assert digest_of(rows, "UTC").title == "2 flights at JFK cancelled since 12:00: no travellers"


def test_delays_are_grouped_by_how_long_they_are() -> None:
    rows = [
        gathered(number, Kind.DELAYED, late=late) for number, late in enumerate((200, 180, 90, 60, 59, 15))
    ]
    assert [line.partition(" since")[0] for line in digest_of(rows, "UTC").lines] == [
        "2 flights at JFK delayed 15 min or more",
        "2 flights at JFK delayed 180 min or more",
        "2 flights at JFK delayed 60 min or more",
    ]


def test_only_the_newest_of_a_flight_is_told_and_all_count_as_told() -> None:
    rows = [gathered(1, Kind.CANCELLED, ordinal=3), gathered(1, Kind.DELAYED, late=70, ordinal=2)]
    digest = digest_of(rows, "UTC")
    assert digest.lines == ("BA1 cancelled",)
    assert digest.title == "BA1 cancelled"
    assert len(digest.changes) == 2


def test_beyond_twenty_lines_the_others_are_counted() -> None:
    kinds = sorted(set(Kind) - set(CONFIRMED_BY) - {Kind.DELAYED})
    pairs = [
        gathered(100 * place + number, kind) for place, kind in enumerate(kinds, start=1) for number in (1, 2)
    ]
    routes = ("JFK|LHR", "AKL|HNL", "MAD|APW", "PPG|CDG", "FRA|ZRH", "OSL|ARN", "DUB|CPH")
    single = [
        gathered(5000 + place, Kind.DELAYED, late=70, route=route) for place, route in enumerate(routes)
    ]
    digest = digest_of([*pairs, *single], "UTC")
    assert (len(kinds), len(digest.flights)) == (18, 43)
    assert len(digest.lines) == MOST_LINES + 1
    assert [line.startswith("2 flights at") for line in digest.lines] == [True] * 18 + [False] * 3
    assert digest.lines[-1] == "and 5 more"


# Which row it is


def test_whoever_makes_the_next_digest_makes_the_same_row() -> None:
    one, other = digest_row(gathered(1), "last", NOON), digest_row(gathered(2), "last", NOON + MINUTE)
    assert one.id == other.id
    assert digest_row(gathered(1), "another", NOON).id != one.id
    first, minutes_later = (digest_row(gathered(1), None, NOON + step * MINUTE) for step in (0, 5))
    assert first.id == minutes_later.id
    assert digest_row(gathered(1), None, NOON + timedelta(hours=3)).id != first.id


# Who has to wait for one


def test_the_gravest_and_the_fullest_are_told_singly() -> None:
    rows = [
        waiting(1),
        waiting(2, travellers=3),
        waiting(3, severity="critical"),
        waiting(4, travellers=9),
        waiting(5, severity="minor", travellers=99),
    ]
    over = beyond(rows, 3)
    assert {row.id for row in rows} - over == {rows[1].id, rows[2].id, rows[3].id}


def test_what_came_first_is_told_first() -> None:
    early, late = waiting(1, after=MINUTE), waiting(2, after=2 * MINUTE, severity="critical")
    assert beyond([late, early], 1) == {late.id}


def test_what_has_left_takes_a_place_and_what_failed_does_not() -> None:
    new = waiting(9, after=30 * MINUTE)
    for state in (State.ACCEPTED, State.DELIVERED, State.UNCERTAIN, State.SENDING, State.PENDING):
        assert beyond([_with(gathered(1), state, wired=True), new], 1) == {new.id}
    for state in (State.FAILED, State.DEAD, State.EXPIRED, State.SUPERSEDED):
        assert beyond([_with(gathered(1), state, wired=True), new], 1) == set()
    assert beyond([gathered(1), new], 1) == set()


def test_an_hour_later_the_place_is_free() -> None:
    sent = _with(gathered(1), State.ACCEPTED, wired=True)
    assert beyond([sent, waiting(2, after=timedelta(hours=1))], 1) == set()
    just_before = waiting(2, after=timedelta(minutes=59))
    assert beyond([sent, just_before], 1) == {just_before.id}
