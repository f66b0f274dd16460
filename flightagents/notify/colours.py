"""The colour at the top of an email: how grave the news is, before a word is read."""

from flightagents.domain.caution import Caution
from flightagents.domain.said import Said

_GOOD, _LATE, _GRAVE, _PLACE = "#23803c", "#c77700", "#c22f2f", "#0b5cab"

COLOURS: dict[str, str] = {
    Said.LATER: _LATE,
    Said.EARLIER: _GRAVE,
    Said.ALL_CLEAR: _GOOD,
    Said.CANCELLED: _GRAVE,
    Said.REINSTATED: _GOOD,
    Said.DIVERTED: _GRAVE,
    Said.GATE: _PLACE,
    Said.TERMINAL: _PLACE,
    Said.NO_NEWS: _LATE,
    Said.CONNECTION_AT_RISK: _LATE,
    Said.CONNECTION_MISSED: _GRAVE,
    Said.CONNECTION_SAFE: _GOOD,
    Caution.DIVERSION_WITHDRAWN: _GOOD,
    Caution.OVERDUE: _GRAVE,
    Caution.ALL_CLEAR_AS_OF: _LATE,
    Caution.REINSTATED_AS_OF: _LATE,
    Caution.CONNECTION_SAFE_AS_OF: _LATE,
}
"""By the name of the texts."""
