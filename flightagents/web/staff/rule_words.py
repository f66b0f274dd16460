"""The words for rules of the staff: whom they tell, of what, when, and why they keep silent."""

from collections.abc import Callable, Mapping

from flightagents.domain.changes import Severity
from flightagents.domain.office_hours import DAYS, OfficeHours
from flightagents.domain.rules import RuleReason, StaffRule
from flightagents.web.staff.times import count
from flightagents.web.staff.words import KINDS, TONES

SILENT: Mapping[RuleReason, str] = {
    RuleReason.OTHER_AIRPORT: "another airport",
    RuleReason.OTHER_AIRLINE: "another airline",
    RuleReason.OTHER_KIND: "another kind of change",
    RuleReason.NOT_GRAVE_ENOUGH: "not grave enough",
    RuleReason.OUT_OF_HOURS: "outside of its hours",
    RuleReason.SAME_RUNG: "a delay that had not reached the next step",
}
LEAST: Mapping[Severity, str] = {
    Severity.INFO: "everything, gates and times as well",
    Severity.MINOR: "minor and worse",
    Severity.MAJOR: "major and worse",
    Severity.CRITICAL: "critical only",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def filters(rule: StaffRule) -> list[str]:
    """Say which changes a rule tells of, a line each."""
    lines = [
        f"at {_any(rule.airports)}" if rule.airports else "",
        f"flown or sold by {_any(rule.airlines)}" if rule.airlines else "",
        "; ".join(KINDS[kind].removesuffix(", confirmed") for kind in rule.kinds),
        LEAST[rule.min_severity] if rule.min_severity is not Severity.INFO or not rule.kinds else "",
    ]
    return [line for line in lines if line]


def hours(when: OfficeHours) -> str:
    """Say when a rule tells: "Mon to Fri, 06:00 to 22:00", or "always"."""
    days = ", ".join(_DAYS[day] for day in when.days) if len(when.days) < len(DAYS) else ""
    first, last = when.days[0], when.days[-1]
    if days and len(when.days) > 2 and last - first == len(when.days) - 1:  # noqa: PLR2004 - a pair is listed
        days = f"{_DAYS[first]} to {_DAYS[last]}"
    return ", ".join(filter(None, (days, when.hours_written.replace("-", " to ")))) or "always"


def _any(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"


FILTERS: dict[str, Callable[..., object]] = {
    "rule_filters": filters,
    "rule_hours": hours,
    "rule_silent": SILENT.__getitem__,
    "rule_least": LEAST.__getitem__,
    "severity_tone": TONES.__getitem__,
    "counted_people": lambda number: count(number, "address", "addresses"),
}
