"""How far two airports lie apart, along the great circle that the rules of passenger rights measure by."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of WGS 84."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an airport lies: its country (GB), and degrees north and east."""

    country: str
    latitude: float
    longitude: float


def distance_km(one: Place, other: Place) -> float:
    """Give the great-circle distance (haversine); the earth's flattening makes it wrong by 0.5 % at most."""
    south, north = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))
