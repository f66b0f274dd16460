"""What a booking is found and sorted by, beside what is in it: written by whoever writes the booking.

`words` are folded (domain/people_text.py). `place`, a keyed hash, names a booking in addresses of pages, and
so in logs of proxies: its own id holds an address, which whoever has a plain hash of it could guess.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pymongo import ASCENDING, UpdateOne

from flightagents.domain import people_text
from flightagents.domain.bookings import Booking
from flightagents.store.completing import complete
from flightagents.store.connection import Collection
from flightagents.store.reading import Document, Reader

_MADE_OF = ("name", "reference", "email", "phone", "segments")


Key = Callable[[str], str]
"""Hashes the id of a booking."""


def found_by(booking: Booking, key: Key) -> dict[str, Any]:
    """Give the fields of a booking."""
    return {
        "words": people_text.words_of(booking),
        "flies_until": max((each.flight_date.isoformat() for each in booking.segments), default=""),
        "place": key(booking.id),
    }


async def index(bookings: Collection) -> None:
    """Make the indexes: by words, by place, and in the order of travel.

    A long word finds few, who are sorted in memory; for a short one, that many names begin with, the order of
    travel is walked until a page is full. MongoDB tries both.
    """
    await bookings.create_index("words", name="words")
    await bookings.create_index("place", name="place")
    travel = [("flies_until", ASCENDING), ("place", ASCENDING)]
    await bookings.create_index(travel, name="travel")


async def bring_up_to_date(bookings: Collection, reader: Reader[Booking], key: Key) -> int:
    """Give the bookings of an earlier version their fields; one that was saved anew meanwhile has them."""

    def updates(found: Sequence[Document]) -> list[UpdateOne]:
        made_of = {each["_id"]: {field: each.get(field) for field in _MADE_OF} for each in found}
        return [
            UpdateOne({"_id": each.id, "words": None, **made_of[each.id]}, {"$set": found_by(each, key)})
            for each in reader.read_all(found)
        ]

    return await complete(bookings, "words", updates)
