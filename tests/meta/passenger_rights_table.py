"""The tables of docs/passenger-rights.md. `python -m tests.meta.passenger_rights_table` writes them."""

from collections.abc import Sequence

from flightagents.domain import passenger_rules as rules
from flightagents.domain.passenger_hints import MARGIN, span
from flightagents.domain.passenger_rules import PROVISIONS
from tests.meta.repository import ROOT

DOCUMENT = ROOT / "docs" / "passenger-rights.md"
BEGIN = "<!-- made by python -m tests.meta.passenger_rights_table -->"

_EUROPE = (
    f"For an arrival {span(rules.LATE)} late or more; beyond {rules.LONG_KM:,} km {rules.EU_HALF} or "
    f"{rules.UK_HALF} below {span(rules.HALVED_BELOW)}. The fare back from a departure "
    f"{span(rules.REFUND_AFTER)} late."
)


def tables() -> str:
    """Give everything that comes from the code."""
    provisions = [
        (
            f"`{rule}`",
            each.gives,
            f"{each.law}, {each.article}",
            str(each.since),
            f"[{each.as_of}]({each.source})",
        )
        for rule, each in PROVISIONS.items()
    ]
    bands = (f"to {rules.SHORT_KM:,} km", f"to {rules.LONG_KM:,} km, and all within the Union", "beyond")
    money = [
        (band, eu, uk, span(care))
        for band, eu, uk, care in zip(
            bands, rules.EU_AMOUNTS, rules.UK_AMOUNTS, rules.CARE_AFTER, strict=True
        )
    ]
    canada = [(span(late), f"CAD {large}", f"CAD {small}") for late, large, small in rules.CA_COMPENSATION]
    parts = [
        BEGIN,
        "## Rules",
        "The last column is the day of the text, or of the newest report that it stood, and the text.",
        _table(("rule", "may give", "where it stands", "in force since", "as of"), provisions),
        "## Europe",
        _table(("distance", "EU 261", "UK 261", "care from a departure this late"), money),
        _EUROPE,
        "## Canada",
        _table(("arrival late by", "large airline", "small airline"), canada),
        "## United States",
        f"Moved by {span(rules.US_DOMESTIC)} at home, {span(rules.US_INTERNATIONAL)} abroad.",
        f"All of these with a margin of {span(MARGIN)} to either side.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))


def written() -> str:
    """Give the document with the tables as they should be."""
    return DOCUMENT.read_text(encoding="utf-8").split(BEGIN)[0] + tables()


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
