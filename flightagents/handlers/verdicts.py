"""What is found about a row that is about to be sent, when everything is looked at again."""

from dataclasses import dataclass
from datetime import timedelta

from flightagents.domain.notifications import Notice, StaffNotice, State
from flightagents.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Still true: send it to this address, in the words of this notice, a traveller's or one for staff."""

    address: str
    notice: Notice | None = None
    staff: StaffNotice | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """Not to be sent."""

    state: State
    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: an older row is on its way to the same address, or the time has not come."""

    why: str = "waits"
    real: timedelta = timedelta(seconds=1)
    """How long until it is judged again, in real time."""


Verdict = Send | SetAside | Wait
