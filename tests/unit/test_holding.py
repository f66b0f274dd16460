"""When a message may wait: quiet hours, and clients whose staff come first."""

from datetime import UTC, datetime, time, timedelta

import pytest

from flightagents.domain.alerting import Current, Decision
from flightagents.domain.holding import Holding, Policies, QuietHours
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said
from flightagents.domain.tracking import advance
from tests.support.rows import MINUTE, row, run_of
from tests.support.travellers import booking

LONDON = "Europe/London"
HOUR = timedelta(hours=1)
NIGHT = QuietHours(time(22), time(6))
LEAVES = datetime(2026, 11, 22, 14, 35, tzinfo=UTC)
"""BA117, from London."""


def at(hour: int, minute: int = 0, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def flight(zone: str | None = LONDON) -> Current:
    (record,) = run_of([row()], 1, at(0))
    state, _ = advance(None, record)
    return Current(state=state, base=LEAVES, zone=zone)


def tell(said: Said = Said.LATER, **differs: object) -> Decision:
    return Decision(tell=True, reason=Reason.NEWS, said=said, **differs)  # type: ignore[arg-type]  # its fields


def held(
    decision: Decision, now: datetime, holding: Holding, *, since: datetime | None = None, client: str = ""
) -> Decision:
    whose = booking(client=client)
    return holding.hold(decision, flight(), [whose], since=since or now, now=now)


# Quiet hours


@pytest.mark.parametrize(
    ("text", "begin", "end"), [("22:00-06:00", time(22), time(6)), (" 1:30-5:00 ", time(1, 30), time(5))]
)
def test_quiet_hours_are_read(text: str, begin: time, end: time) -> None:
    assert QuietHours.parse(text) == QuietHours(begin, end)


def test_no_text_means_no_quiet_hours() -> None:
    assert QuietHours.parse("  ") is None


@pytest.mark.parametrize("text", ["22-6", "22:00", "at night", "25:00-06:00"])
def test_quiet_hours_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hour|span"):
        QuietHours.parse(text)


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (at(21, 59), None),
        (at(22), at(6, day=23)),
        (at(3), at(6)),
        (at(5, 59), at(6)),
        (at(6), None),
        (at(12), None),
    ],
)
def test_a_night_goes_over_midnight(now: datetime, over: datetime | None) -> None:
    assert NIGHT.over_at(now, LONDON) == over


@pytest.mark.parametrize(
    ("now", "over"), [(at(12), None), (at(13), at(15)), (at(14, 59), at(15)), (at(15), None)]
)
def test_quiet_hours_may_lie_within_a_day(now: datetime, over: datetime | None) -> None:
    assert QuietHours(time(13), time(15)).over_at(now, LONDON) == over


def test_it_is_night_where_the_traveller_is() -> None:
    assert NIGHT.over_at(at(4), "America/New_York") == at(11)  # 23:00 there
    assert NIGHT.over_at(at(23), "America/New_York") is None


def test_nobody_knows_whether_it_is_night_where_no_zone_is_known() -> None:
    assert NIGHT.over_at(at(3), None) is None


def test_a_delay_waits_until_the_night_is_over() -> None:
    decision = held(tell(), at(3), Holding(NIGHT))
    assert (decision.reason, decision.not_before) == (Reason.QUIET_HOURS, at(6))


def test_a_night_that_ends_shortly_before_departure_holds_nothing() -> None:
    late_night = QuietHours(time(22), time(9, 36))
    assert held(tell(), at(3), Holding(late_night)).not_before is None
    assert held(tell(), at(3), Holding(QuietHours(time(22), time(9, 35)))).not_before == at(9, 35)


@pytest.mark.parametrize("said", [Said.EARLIER, Said.ALL_CLEAR, Said.CANCELLED, Said.REINSTATED])
def test_what_is_more_urgent_than_sleep_is_never_quiet(said: Said) -> None:
    assert held(tell(said), at(3), Holding(NIGHT)).not_before is None


# Staff first


@pytest.mark.parametrize(
    ("text", "client", "vip", "minutes"),
    [
        ("", "acme", False, 0),
        ("acme=15;*=5", "acme", False, 15),
        ("acme=15;*=5", "other", False, 5),
        ("ACME = 15", "acme", False, 15),
        ("acme=15;vip=immediate", "acme", True, 0),
        ("acme=15;vip=immediate", "acme", False, 15),
        ("*=5", "", False, 5),
    ],
)
def test_a_policy_is_the_vips_the_clients_or_everyones(
    text: str, client: str, vip: bool, minutes: int
) -> None:
    first = Policies.parse(text).staff_first(booking(client=client, vip=vip))
    assert first == minutes * MINUTE


@pytest.mark.parametrize("text", ["acme", "acme=soon", "=5", "acme=-1", "acme=9999"])
def test_a_policy_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write client="):
        Policies.parse(text)


STAFF_FIRST = Holding(policies=Policies({"acme": 15}))


def test_staff_come_first_where_the_client_wants_it() -> None:
    decision = held(tell(), at(9), STAFF_FIRST, client="acme")
    assert (decision.reason, decision.not_before) == (Reason.STAFF_FIRST, at(9, 15))


def test_a_creeping_delay_does_not_make_staff_come_first_for_ever() -> None:
    decision = held(tell(), at(9, 14), STAFF_FIRST, since=at(9), client="acme")
    assert decision.not_before == at(9, 15)
    assert held(tell(), at(9, 15), STAFF_FIRST, since=at(9), client="acme").not_before is None


def test_shortly_before_departure_nobody_waits_for_staff() -> None:
    assert held(tell(), LEAVES - 3 * HOUR, STAFF_FIRST, client="acme").not_before is None
    soon = LEAVES - 3 * HOUR - MINUTE
    assert held(tell(), soon, STAFF_FIRST, client="acme").not_before == soon + MINUTE


@pytest.mark.parametrize("said", [Said.EARLIER, Said.ALL_CLEAR, Said.REINSTATED])
def test_what_is_more_urgent_than_bad_news_waits_for_nobody(said: Said) -> None:
    assert held(tell(said), at(9), STAFF_FIRST, client="acme").not_before is None


def test_the_longest_wait_counts_and_names_itself() -> None:
    waits = tell(Said.CANCELLED, not_before=at(9, 10))
    longer = held(waits, at(9), STAFF_FIRST, client="acme")
    assert (longer.reason, longer.not_before) == (Reason.STAFF_FIRST, at(9, 15))
    other = Decision(
        tell=True, reason=Reason.WAITS_FOR_SECOND_LOOK, said=Said.CANCELLED, not_before=at(9, 30)
    )
    assert held(other, at(9), STAFF_FIRST, client="acme").reason is Reason.WAITS_FOR_SECOND_LOOK


def test_silence_stays_silence() -> None:
    silent = Decision(tell=False, reason=Reason.NOT_MATERIAL)
    assert held(silent, at(3), Holding(NIGHT)) == silent
