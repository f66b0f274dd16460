"""How POLL_QUERIES is written: `dep_iata=JFK;arr_iata=JFK&flight_status=cancelled`, in the vendor's words."""

from urllib.parse import parse_qsl

_BY_PART = {
    "dep": ("iata", "icao"),
    "arr": ("iata", "icao"),
    "airline": ("iata", "icao", "name"),
    "flight": ("iata", "icao", "number", "status", "date"),
    "min_delay": ("dep", "arr"),
    "max_delay": ("dep", "arr"),
}
FILTERS = frozenset(f"{part}_{what}" for part, names in _BY_PART.items() for what in names)
"""The parameters that AviationStack documents; one value each."""


def parse_queries(text: str) -> dict[str, dict[str, str]]:
    """Read the filters of each query, by the query as it is written. Raises ValueError."""
    queries: dict[str, dict[str, str]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        filters = dict(parse_qsl(part, keep_blank_values=True))
        if not filters or not all(filters.values()) or not filters.keys() <= FILTERS:
            raise ValueError(f"write filter=value, joined by &, from: {', '.join(sorted(FILTERS))}")
        queries[part] = filters
    return queries
