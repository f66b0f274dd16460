"""The rules of passenger rights, dated, with their sources; passenger_rights.py applies them to a flight.

docs/passenger-rights.md shows this table, and a test holds the two together. Whoever checks a rule anew sets
its `as_of`: the day of the text that was read, or of the newest report that it stood, not the day of reading.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Rule(StrEnum):
    """One thing that the law may give to a passenger."""

    EU_DELAY = "eu_delay"
    EU_CANCELLATION = "eu_cancellation"
    EU_CARE = "eu_care"
    EU_REFUND = "eu_refund"
    UK_DELAY = "uk_delay"
    UK_CANCELLATION = "uk_cancellation"
    UK_CARE = "uk_care"
    UK_REFUND = "uk_refund"
    US_REFUND = "us_refund"
    CA_DELAY = "ca_delay"
    CA_CANCELLATION = "ca_cancellation"
    CA_CARE = "ca_care"
    CA_REFUND = "ca_refund"


CALLED = {
    Rule.EU_DELAY: "EU 261, late arrival",
    Rule.EU_CANCELLATION: "EU 261, cancellation",
    Rule.EU_CARE: "EU 261, care",
    Rule.EU_REFUND: "EU 261, fare back",
    Rule.UK_DELAY: "UK 261, late arrival",
    Rule.UK_CANCELLATION: "UK 261, cancellation",
    Rule.UK_CARE: "UK 261, care",
    Rule.UK_REFUND: "UK 261, fare back",
    Rule.US_REFUND: "US law, fare back",
    Rule.CA_DELAY: "Canadian law, late arrival",
    Rule.CA_CANCELLATION: "Canadian law, cancellation",
    Rule.CA_CARE: "Canadian law, care",
    Rule.CA_REFUND: "Canadian law, fare back",
}
"""What people call them."""


@dataclass(frozen=True, slots=True)
class Provision:
    """Where a rule stands. `since`: in force; `as_of`: known to be the law of that day."""

    law: str
    article: str
    gives: str
    since: date
    as_of: date
    source: str


HOUR = timedelta(hours=1)
NOTICE = timedelta(days=14)
"""Who hears of a cancellation earlier than that gets no compensation: EU and UK Art. 5(1)(c)(i), APPR 12."""

EU_AMOUNTS = ("EUR 250", "EUR 400", "EUR 600")
UK_AMOUNTS = ("GBP 220", "GBP 350", "GBP 520")
"""By distance: to 1,500 km, to 3,500 km, beyond."""
EU_HALF, UK_HALF = "EUR 300", "GBP 260"
"""Beyond 3,500 km, for an arrival less than four hours late."""
SHORT_KM, LONG_KM = 1500, 3500
LATE = 3 * HOUR
HALVED_BELOW = 4 * HOUR
CARE_AFTER = (2 * HOUR, 3 * HOUR, 4 * HOUR)
"""By the same distances; of a departure."""
REFUND_AFTER = 5 * HOUR

US_DOMESTIC, US_INTERNATIONAL = 3 * HOUR, 6 * HOUR

CA_COMPENSATION = ((3 * HOUR, 400, 125), (6 * HOUR, 700, 250), (9 * HOUR, 1000, 500))
"""Arrival late by so much: CAD of a large carrier, CAD of a small one."""
CA_CARE_AFTER, CA_REFUND_AFTER = 2 * HOUR, 3 * HOUR

_EU = "Regulation (EC) No 261/2004"
_EU_TEXT = "https://eur-lex.europa.eu/eli/reg/2004/261/oj"
_EU_FROM, _EU_READ = date(2005, 2, 17), date(2026, 6, 3)
_UK = "Regulation (EC) No 261/2004 as it has effect in the United Kingdom"
_UK_TEXT = "https://www.legislation.gov.uk/eur/2004/261"
_UK_FROM, _UK_READ = date(2020, 12, 31), date(2026, 1, 1)
_US = "14 CFR part 260, 49 U.S.C. 42305"
_CA = "Air Passenger Protection Regulations (SOR/2019-150)"
_CA_FROM, _CA_READ = date(2019, 12, 15), date(2026, 3, 17)

PROVISIONS = {
    Rule.EU_DELAY: Provision(
        _EU,
        "Art. 7, and the Court of Justice in C-402/07 Sturgeon and C-581/10 Nelson",
        "compensation for an arrival three hours late or more",
        date(2009, 11, 19),
        _EU_READ,
        "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62007CJ0402",
    ),
    Rule.EU_CANCELLATION: Provision(
        _EU,
        "Art. 5(1)(c), 5(3), 7",
        "compensation for a cancellation at less than 14 days' notice",
        _EU_FROM,
        _EU_READ,
        _EU_TEXT,
    ),
    Rule.EU_CARE: Provision(
        _EU,
        "Art. 6(1), 9",
        "meals, two calls and, overnight, a hotel, from 2, 3 or 4 hours' wait, by distance",
        _EU_FROM,
        _EU_READ,
        _EU_TEXT,
    ),
    Rule.EU_REFUND: Provision(
        _EU,
        "Art. 5(1)(a), 6(1)(iii), 8",
        "the fare back for a departure five hours late, or of a cancelled flight the choice of the fare or "
        "another flight",
        _EU_FROM,
        _EU_READ,
        _EU_TEXT,
    ),
    Rule.UK_DELAY: Provision(
        _UK,
        "Art. 6 and 7, as amended by S.I. 2023/1370",
        "compensation for an arrival three hours late or more",
        date(2023, 12, 14),
        _UK_READ,
        "https://www.legislation.gov.uk/uksi/2023/1370",
    ),
    Rule.UK_CANCELLATION: Provision(
        _UK,
        "Art. 5(1)(c), 5(3), 7, as amended by S.I. 2019/278",
        "compensation for a cancellation at less than 14 days' notice",
        _UK_FROM,
        _UK_READ,
        _UK_TEXT,
    ),
    Rule.UK_CARE: Provision(
        _UK,
        "Art. 6(1), 9",
        "meals, two calls and, overnight, a hotel, from 2, 3 or 4 hours' wait, by distance",
        _UK_FROM,
        _UK_READ,
        _UK_TEXT,
    ),
    Rule.UK_REFUND: Provision(
        _UK,
        "Art. 5(1)(a), 6(1)(iii), 8",
        "the fare back for a departure five hours late, or of a cancelled flight the choice of the fare or "
        "another flight",
        _UK_FROM,
        _UK_READ,
        _UK_TEXT,
    ),
    Rule.US_REFUND: Provision(
        _US,
        "260.2, 260.6",
        "the fare back, to whoever does not fly, of a flight that is cancelled or moved by three hours "
        "(six, where the itinerary is international)",
        date(2024, 10, 28),
        date(2025, 12, 5),
        "https://www.ecfr.gov/current/title-14/chapter-II/subchapter-A/part-260",
    ),
    Rule.CA_DELAY: Provision(
        _CA,
        "12(2)(d), 19(1)",
        "compensation for an arrival 3, 6 or 9 hours late that was within the carrier's control",
        _CA_FROM,
        _CA_READ,
        "https://laws-lois.justice.gc.ca/eng/regulations/SOR-2019-150/section-19.html",
    ),
    Rule.CA_CANCELLATION: Provision(
        _CA,
        "12(3)(d), 19",
        "compensation for a cancellation within the carrier's control, told 14 days before or less",
        _CA_FROM,
        _CA_READ,
        "https://laws-lois.justice.gc.ca/eng/regulations/SOR-2019-150/section-19.html",
    ),
    Rule.CA_CARE: Provision(
        _CA,
        "11, 12, 14",
        "food, drink, a means to call and, overnight, a hotel, after two hours' wait",
        _CA_FROM,
        _CA_READ,
        "https://laws-lois.justice.gc.ca/eng/regulations/SOR-2019-150/section-14.html",
    ),
    Rule.CA_REFUND: Provision(
        _CA,
        "11, 12, 17, 18",
        "another flight, or the fare back where none suits, for a flight cancelled or three hours late",
        date(2022, 9, 8),
        _CA_READ,
        "https://laws-lois.justice.gc.ca/eng/regulations/SOR-2019-150/section-17.html",
    ),
}

# fmt: off
EU_27 = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
    "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})
# fmt: on
OUTERMOST = frozenset({"GP", "GF", "MQ", "YT", "RE", "MF"})
"""French regions that belong to the Union and have a country code of their own (TFEU Art. 349)."""
EU_AREA = EU_27 | OUTERMOST | {"AX", "IS", "NO", "CH", "LI"}
"""Where the regulation holds: with Iceland and Norway by the EEA, and Switzerland by treaty."""
US_AREA = frozenset({"US", "PR", "VI", "GU", "MP", "AS"})
