"""Which time zone an airport's clock is in, where the feed says it badly or not at all."""

import re
from functools import cache, lru_cache

import airportsdata

from flightagents.domain.times import zone

_FIXED = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?")


@lru_cache(maxsize=16_384)
def zone_name(feeds_word: str | None, iata: str | None, icao: str | None) -> str | None:
    """Name the zone: the feed's own, else the airport table's, else a fixed offset ("+8"), else None."""
    for name in (feeds_word, _table("IATA").get(iata or ""), _table("ICAO").get(icao or "")):
        if name and _is_zone(name):
            return name
    return _fixed_offset(feeds_word or "")


def zones_without_a_clock() -> list[str]:
    """Name the zones of the airport table that this machine knows no clock of."""
    names = {name for name in (*_table("IATA").values(), *_table("ICAO").values()) if name}
    return sorted(name for name in names if not _is_zone(name))


def _is_zone(name: str) -> bool:
    if "/" not in name and name != "UTC":
        return False
    try:
        zone(name)
    except KeyError:
        return False
    return True


def _fixed_offset(text: str) -> str | None:
    match = _FIXED.fullmatch(text.strip())
    if match is None or int(match[2]) > 14:  # noqa: PLR2004 - no clock is farther from UTC
        return None
    return f"{match[1]}{int(match[2]):02d}:{match[3] or '00'}"


@cache
def _table(key: str) -> dict[str, str]:
    """Read the airport table once: about 0.2 s and 28,000 ICAO codes."""
    return {code: row["tz"] for code, row in airportsdata.load(key).items()}
