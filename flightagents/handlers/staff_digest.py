"""Many alerts of one address in one message: what an hour's limit has set aside, the most frequent first.

staff_recheck.py sets rows aside and sees to it that a digest is due; what it says is found when it is sent.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flightagents.domain.changes import Kind
from flightagents.domain.flight import FlightId
from flightagents.domain.notifications import Notification, StaffNotice
from flightagents.domain.rules import CONFIRMED_BY, GRAVITY
from flightagents.domain.said import Said
from flightagents.domain.times import to_local
from flightagents.handlers.staff_rows import NEWS_FOR, row_id
from flightagents.handlers.staff_words import STATE_WORDS, flight_words, people

GATHER_FOR = timedelta(minutes=15)
"""From the first alert that goes beyond the limit to the digest that tells it."""
TOO_SOON = timedelta(minutes=1)
"""A digest that is due within this much may be on its way already: what is set aside now gets the next."""
MOST_LINES = 20
MOST_NAMED = 3
"""Flights that a line about many names: those with the most travellers."""
_DELAYS = (180, 60, 15)

Item = tuple[Notification, StaffNotice]


class Group(NamedTuple):
    """Flights of which the same is told, at one airport."""

    label: str
    airport: str
    items: list[Item]


def needs_another(due: datetime | None, now: datetime) -> bool:
    """Tell whether what is set aside now needs a digest of its own; `due` is when the last waiting one is."""
    return due is None or due <= now + TOO_SOON


def digest_row(gathered: Notification, previous: str | None, now: datetime) -> Notification:
    """Give the next digest of the address of a row that is set aside.

    Named by the one before it, of the last hours, it is one row whoever makes it.
    """
    key, channel = gathered.address_key, gathered.channel
    return Notification(
        id=row_id("digest", key, channel, previous or f"{now:%Y-%m-%dT%H}"),
        flight="",
        ordinal=0,
        booking=None,
        channel=channel,
        address_key=key,
        said=Said.STAFF_DIGEST,
        notice=None,
        created_at=now,
        expires_at=now + GATHER_FOR + NEWS_FOR,
        not_before=now + GATHER_FOR,
        rule=gathered.rule,
        staff=StaffNotice(title="What else has happened", lines=()),
    )


def digest_of(rows: Sequence[Notification], zone: str) -> StaffNotice:
    """Say what set-aside alerts tell, the newest of each flight; times are by the agency's clock.

    There has to be at least one.
    """
    newest = {row.flight: (row, row.staff) for row in sorted(rows, key=lambda row: row.ordinal) if row.staff}
    items = list(newest.values())
    groups = _groups(items)
    shown = [_line(group, zone) for group in groups[:MOST_LINES]]
    title, first = shown[0], groups[0]
    if rest := sum(len(group.items) for group in groups[MOST_LINES:]):
        shown.append(f"and {rest} more")
    if len(groups) > 1:
        size = len(first.items)
        biggest = f", {size} of them at {first.airport} {first.label}" if size > 1 else ""
        title = f"{len(items)} flights since {_since(items, zone)}{biggest}: {people(_travellers(items))}"
    return StaffNotice(
        title=title,
        lines=tuple(shown),
        flights=tuple(newest),
        severity=max((notice.severity for _, notice in items), key=GRAVITY.__getitem__),
        travellers=_travellers(items),
        changes=tuple(sorted({change for row in rows for change in row.changes})),
    )


def _groups(items: Sequence[Item]) -> list[Group]:
    """Take the largest group, of one kind at one airport, at either end; then the largest of the others.

    What is alone of its kind stands behind them, the flight with the most travellers first; so does what
    there is no line for any more.
    """
    left = sorted(items, key=_weight, reverse=True)
    groups: list[Group] = []
    while left and len(groups) < MOST_LINES:
        sizes = Counter((_label(notice), airport) for row, notice in left for airport in set(_airports(row)))
        (label, airport), size = min(sizes.items(), key=lambda each: (-each[1], each[0]))
        if size == 1:
            break
        group = [each for each in left if _label(each[1]) == label and airport in _airports(each[0])]
        groups.append(Group(label, airport, group))
        taken = {row.id for row, _ in group}
        left = [each for each in left if each[0].id not in taken]
    return groups + [Group(_label(each[1]), _airports(each[0])[0], [each]) for each in left]


def _weight(item: Item) -> tuple[int, int, str]:
    _, notice = item
    return notice.travellers, GRAVITY[notice.severity], notice.title


def _label(notice: StaffNotice) -> str:
    """What is seen once and what is confirmed belong together: by now most of it is confirmed."""
    kind = notice.kind or Kind.FIRST_SEEN
    if kind is Kind.DELAYED:
        least = next((step for step in _DELAYS if notice.late >= step), _DELAYS[-1])
        return f"delayed {least} min or more"
    return STATE_WORDS[CONFIRMED_BY.get(kind, kind)]


def _airports(row: Notification) -> tuple[str, str]:
    name = FlightId.parse(row.flight)
    return name.departure, name.arrival


def _line(group: Group, zone: str) -> str:
    items = group.items
    if len(items) == 1:
        return items[0][1].title
    since, who = _since(items, zone), people(_travellers(items))
    line = f"{len(items)} flights at {group.airport} {group.label} since {since}: {who}"
    booked = [(row, notice) for row, notice in items if notice.travellers]
    if not booked:
        return line
    named = ", ".join(
        f"{flight_words(row.flight)} ({notice.travellers})" for row, notice in booked[:MOST_NAMED]
    )
    more = f" and {len(booked) - MOST_NAMED} more" if len(booked) > MOST_NAMED else ""
    return f"{line} on {named}{more}"


def _since(items: Iterable[Item], zone: str) -> str:
    return f"{to_local(min(row.created_at for row, _ in items), zone):%H:%M}"


def _travellers(items: Iterable[Item]) -> int:
    return sum(notice.travellers for _, notice in items)
