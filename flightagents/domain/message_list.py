"""Lists of the ledger: what they are asked for, and how far each person of a flight was reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import State
from flightagents.domain.reasons import Reason
from flightagents.domain.said import Said


class Audience(StrEnum):
    """For whom rows of the ledger are."""

    TRAVELLERS = "travellers"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery:
    """Which rows of the ledger; what is empty asks for nothing, and all that is given has to hold.

    Several values of one field mean any of them. `since` is included, `until` is not; both are UTC.
    """

    flight: str = ""
    """An identity."""
    reference: str = ""
    """Of a booking, in any case."""
    states: frozenset[State] = frozenset()
    channels: frozenset[Channel] = frozenset()
    said: frozenset[Said] = frozenset()
    reasons: frozenset[Reason] = frozenset()
    audience: Audience | None = None
    only_held: bool = False
    """Those that staff hold back."""
    since: datetime | None = None
    until: datetime | None = None


class Reach(StrEnum):
    """How far the last news of a flight got to a person, the best first."""

    TOLD = "told"
    UNSURE = "unsure"
    """It may have left, and nobody knows yet."""
    WAITING = "waiting"
    NOT_TOLD = "not_told"


_BEST_FIRST = tuple(Reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """The last row of the ledger about a flight for a person, on one channel."""

    flight: str
    booking: str
    channel: Channel
    ordinal: int
    turn: int
    created_at: datetime
    said: Said
    state: State
    reason: Reason
    hold: bool
    stuck: bool

    @property
    def reach(self) -> Reach:
        """Tell how far it got."""
        match self.state:
            case State.ACCEPTED | State.DELIVERED:
                return Reach.TOLD
            case State.UNCERTAIN:
                return Reach.UNSURE
            case State.PENDING | State.SENDING:
                return Reach.WAITING
            case State.FAILED | State.DEAD | State.SUPPRESSED | State.SUPERSEDED | State.EXPIRED:
                return Reach.NOT_TOLD


def last_words(rows: Iterable[LastWord]) -> dict[str, dict[str, LastWord]]:
    """Give the last word by flight and booking: of several channels, the one that got farthest."""
    found: dict[str, dict[str, LastWord]] = {}
    for row in rows:
        people = found.setdefault(row.flight, {})
        known = people.get(row.booking)
        if known is None or _rank(row) > _rank(known):
            people[row.booking] = row
    return found


def _rank(row: LastWord) -> tuple[int, int, int, datetime]:
    return row.ordinal, row.turn, -_BEST_FIRST.index(row.reach), row.created_at
