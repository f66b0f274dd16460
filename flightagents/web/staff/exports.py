"""The links of a list to the exports of its days: whole days, whatever else the list leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flightagents.web.api.exports import EXPORTS, LONGEST
from flightagents.web.api.routes import ROOT
from flightagents.web.staff import asked

_LONGEST_STEP = LONGEST.days - 1
"""Days from the first to the last."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Some days, both included, of which something can be exported."""

    begin: date
    end: date

    @classmethod
    def of(cls, begin: date | None, end: date | None, today: date) -> "Offered":
        """Give the days that are asked for; a missing one is today, too many are the last of them."""
        begin = begin or min(end or today, today)
        end = max(end or today, begin)
        if (end - begin).days > _LONGEST_STEP:
            begin = date.fromordinal(end.toordinal() - _LONGEST_STEP)
        return cls(begin, end)

    def links(self, name: str) -> Mapping[str, str]:
        """Give the address of each form of an export, by its ending."""
        days = {"from": self.begin.isoformat(), "to": self.end.isoformat()}
        (export,) = (each for each in EXPORTS if each.name == name)
        return {
            form.ending: asked.address(f"{ROOT}{export.path}.{form.ending}", days) for form in export.forms
        }
