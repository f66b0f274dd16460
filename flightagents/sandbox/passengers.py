"""Travellers for a simulated day: a file of bookings on flights that leave while somebody watches."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from flightagents.handlers.booking_file import COLUMNS
from flightagents.sandbox.abroad import TAXI_IN, TAXI_OUT
from flightagents.sandbox.codeshares import marketed
from flightagents.sandbox.day import Flight, airport

_FIRST = ("Ada", "Ben", "Chloe", "Dev", "Elena", "Farid", "Grace", "Hugo", "Ines", "Kemi", "Omar")
_LAST = ("Abara", "Berg", "Costa", "Dubois", "Evans", "Garcia", "Haddad", "Ito", "Khan", "Novak")

FLIGHTS = 90
LATEST = timedelta(hours=7)
"""Beyond this a flight is not in the feed yet, nor will be while somebody watches."""
_SHARE_WITH_NEWS = 0.7
_SHARE_WITH_ROUTE = 0.8
_SHARE_WITH_TIME = 0.5
_SHARE_WITH_PHONE = 0.6
_SHARE_WITHOUT_CONSENT = 0.05
_SHARE_WITH_CONNECTION = 0.25
_ONWARD = ("SEA", "SAN", "PDX", "YVR")
ONWARD_TAKES = timedelta(hours=3)
_LANGUAGES = {"en": 12, "de": 2, "fr": 2, "es": 2, "pt-BR": 1, "is": 1}
"""How many of twenty ask for each; nobody has translated the last one."""


def bookings_csv(flights: Sequence[Flight], start: datetime, seed: int) -> bytes:
    """Write a file as an agency would: a line a traveller, some under a partner's number."""
    rng = Random(f"{seed}|passengers")
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS)
    lines.writeheader()
    for reference, flight, sold_as in _booked(flights, start, seed, rng):
        for person in range(rng.choice((1, 1, 1, 2, 3))):
            line = _line(rng, flight, sold_as, reference, person)
            line["language"] = _language(seed, reference, person)
            line["flights"] += _ticket(onward(seed, reference, flight))
            lines.writerow(line)
    return out.getvalue().encode()


def onward_flights(flights: Sequence[Flight], start: datetime, seed: int) -> list[Flight]:
    """Give the flights that those of the file fly on with: the feed shows them, far from New York."""
    booked = _booked(flights, start, seed, Random(f"{seed}|passengers"))
    found = (onward(seed, reference, flight) for reference, flight, _ in booked)
    return [flight for flight in found if flight is not None]


def _booked(
    flights: Sequence[Flight], start: datetime, seed: int, rng: Random
) -> list[tuple[str, Flight, str]]:
    """Give each booking's reference, flight, and the number that it was sold under."""
    chosen = _chosen(flights, start, seed, rng)
    return [(f"FA{number:04d}", *each) for number, each in enumerate(chosen)]


def _chosen(flights: Sequence[Flight], start: datetime, seed: int, rng: Random) -> list[tuple[Flight, str]]:
    """Choose flights of which most will be late or cancelled: the others tell their travellers nothing.

    And all of those abroad that somebody may still be on.
    """
    soon: list[tuple[Flight, str]] = []
    abroad: list[tuple[Flight, str]] = []
    for flight, sellers in zip(flights, marketed(flights, seed), strict=True):
        numbers = [flight.designator, *(seller.designator for seller in sellers)]
        if flight.invented and start < (flight.on or flight.scheduled_departure):
            abroad.append((flight, rng.choice(numbers)))
        elif start < flight.scheduled_departure < start + LATEST:
            soon.append((flight, rng.choice(numbers)))
    with_news = [each for each in soon if _has_news(each[0])]
    quiet = [each for each in soon if each not in with_news]
    wanted = min(int(FLIGHTS * _SHARE_WITH_NEWS), len(with_news))
    chosen = rng.sample(with_news, wanted) + rng.sample(quiet, min(FLIGHTS - wanted, len(quiet)))
    return chosen + abroad


def _has_news(flight: Flight) -> bool:
    return flight.cancelled or (flight.delay or timedelta()) >= timedelta(minutes=30)


def _language(seed: int, reference: str, person: int) -> str:
    """Draw one by itself: the other draws stay what they were before there were languages."""
    rng = Random(f"{seed}|{reference}|{person}|language")
    return rng.choices(list(_LANGUAGES), list(_LANGUAGES.values()))[0]


def onward(seed: int, reference: str, flight: Flight) -> Flight | None:
    """Invent, for some, a flight on from where they land, as it should be."""
    rng = Random(f"{seed}|{reference}|onward")
    if flight.invented or rng.random() >= _SHARE_WITH_CONNECTION:
        return None
    place = flight.destination
    leaves = flight.scheduled_arrival + timedelta(minutes=rng.randrange(70, 140))
    goes_to = rng.choice([each for each in _ONWARD if each != place.iata])
    return Flight(
        carrier="AA",
        number=str(rng.randrange(5000, 5900)),
        tail=None,
        origin=place,
        destination=airport(goes_to),
        scheduled_departure=leaves,
        scheduled_arrival=leaves + ONWARD_TAKES,
        cancelled=False,
        delay=timedelta(),
        off=leaves + TAXI_OUT,
        on=leaves + ONWARD_TAKES - TAXI_IN,
        invented=True,
    )


def _ticket(flight: Flight | None) -> str:
    """Write a flight as it stands on a ticket."""
    if flight is None:
        return ""
    leaves = flight.scheduled_departure.astimezone(flight.origin.zone)
    route = f"{flight.origin.iata}-{flight.destination.iata}"
    return f"|{flight.designator} {leaves:%Y-%m-%d} {route} {leaves:%H:%M}"


def _line(rng: Random, flight: Flight, sold_as: str, reference: str, person: int) -> dict[str, str]:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    local = flight.scheduled_departure.astimezone(flight.origin.zone)
    route = f" {flight.origin.iata}-{flight.destination.iata}" if rng.random() < _SHARE_WITH_ROUTE else ""
    ticketed = f" {local:%H:%M}" if route and rng.random() < _SHARE_WITH_TIME else ""
    by_sms = rng.random() < _SHARE_WITH_PHONE
    return {
        "reference": reference,
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{reference}.{person}@example.org".lower(),
        "phone": f"+1202555{rng.randrange(100, 200):04d}" if by_sms else "",
        "channels": "",
        "consent_email": "no" if rng.random() < _SHARE_WITHOUT_CONSENT else "yes",
        "consent_sms": "yes" if by_sms else "",
        "protected": "yes",
        "flights": f"{sold_as} {local:%Y-%m-%d}{route}{ticketed}",
    }
