"""The filters of AviationStack's flights: one value each, all of them must hold."""

from collections.abc import Callable, Mapping
from datetime import date
from operator import ge, le

from flightagents.sandbox.refusals import Refusal, invalid
from flightagents.sandbox.row_story import FeedRow, Row

STATUSES = ("scheduled", "active", "landed", "cancelled", "incident", "diverted")

# Parameter -> where in the row; compared without regard to case.
_EQUAL: dict[str, tuple[str, str]] = {
    "dep_iata": ("departure", "iata"),
    "dep_icao": ("departure", "icao"),
    "arr_iata": ("arrival", "iata"),
    "arr_icao": ("arrival", "icao"),
    "airline_iata": ("airline", "iata"),
    "airline_icao": ("airline", "icao"),
    "airline_name": ("airline", "name"),
    "flight_iata": ("flight", "iata"),
    "flight_icao": ("flight", "icao"),
    "flight_number": ("flight", "number"),
}
_DELAYS = {
    "min_delay_dep": ("departure", ge),
    "max_delay_dep": ("departure", le),
    "min_delay_arr": ("arrival", ge),
    "max_delay_arr": ("arrival", le),
}

Test = Callable[[Row], bool]


class RefusedParameterError(Exception):
    """A parameter that AviationStack would refuse; `refusal` is how."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.body)
        self.refusal = refusal


def day_asked_for(query: Mapping[str, str]) -> date | None:
    """Read `flight_date`."""
    text = query.get("flight_date")
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = "The flight date must be a valid date in the format YYYY-MM-DD."
        raise RefusedParameterError(invalid("flight_date", message)) from error


def whole_number(query: Mapping[str, str], parameter: str, default: int) -> int:
    """Read a parameter that must be a whole number, 0 or more."""
    text = query.get(parameter, str(default))
    if not text.isdecimal():
        raise RefusedParameterError(invalid(parameter, f"The {parameter} must be a number."))
    return int(text)


def filtered(rows: list[FeedRow], query: Mapping[str, str]) -> list[FeedRow]:
    """Keep the rows for which every filter of the query holds; a parameter it does not know is ignored."""
    tests = [test for parameter, value in query.items() if (test := _test(parameter, value, query))]
    return [row for row in rows if all(test(row.row) for test in tests)] if tests else rows


def _test(parameter: str, value: str, query: Mapping[str, str]) -> Test | None:
    if parameter == "flight_status":
        if value not in STATUSES:
            raise RefusedParameterError(invalid(parameter, "The flight status is not one of the six."))
        return lambda row: bool(row["flight_status"] == value)
    if parameter in _EQUAL:
        end, key = _EQUAL[parameter]
        wanted = value.casefold()
        return lambda row: (row[end][key] or "").casefold() == wanted
    if parameter in _DELAYS:
        end, holds = _DELAYS[parameter]
        limit = whole_number(query, parameter, 0)
        # null is neither more nor less than anything.
        return lambda row: row[end]["delay"] is not None and holds(row[end]["delay"], limit)
    return None
