"""`bookings`: who is on which flight. The only place, beside the ledger's message, with personal data."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, ReplaceOne
from pymongo.errors import DuplicateKeyError

from flightagents.domain.bookings import Booking, Channel, Consent, Segment, SegmentStatus, Ticket
from flightagents.store import people_fields
from flightagents.store.addresses import AddressKeys, address_keys
from flightagents.store.connection import Database, bulk_write, until_stored
from flightagents.store.people_fields import found_by
from flightagents.store.reading import Document, Reader, pages

COLLECTION = "bookings"
Number = tuple[str, str]
"""A designator and a local date, as they stand on a ticket."""

_FIELDS = {Channel.EMAIL: "email", Channel.SMS: "phone"}
"""Where a channel's address stands."""


class MongoBookings:
    """Bookings by id. `decided` is false until somebody has decided what the person has to be told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bookings = database[COLLECTION]
        self._keys: AddressKeys | None = None

    async def prepare(self) -> None:
        """Make the indexes, and bring what an earlier version wrote up to date."""
        await self.index()
        await self.bring_up_to_date()

    @until_stored
    async def index(self) -> None:
        """Make the indexes."""
        number = [("segments.designator", ASCENDING), ("segments.flight_date", ASCENDING)]
        await self._bookings.create_index(number, name="number")
        await self._bookings.create_index("segments.flight_date", name="date")
        for field in ("reference", "email", "phone"):
            await self._bookings.create_index(field, name=field)
        undecided = {"decided": False}
        await self._bookings.create_index("decided", name="decided", partialFilterExpression=undecided)
        await people_fields.index(self._bookings)

    @until_stored
    async def bring_up_to_date(self) -> None:
        """Give the bookings of an earlier version their fields."""
        await people_fields.bring_up_to_date(self._bookings, reader, await self._key())

    @until_stored
    async def get(self, ids: Sequence[str]) -> dict[str, Booking]:
        """Give those of these bookings that exist."""
        return {row.id: row for row in await self._read({"_id": {"$in": list(ids)}})}

    @until_stored
    async def everyone(self) -> list[Booking]:
        """Give all bookings."""
        return await self._read({})

    @until_stored
    async def on(self, numbers: Iterable[Number]) -> list[Booking]:
        """Give the bookings with a segment of one of these numbers and dates."""
        wanted = set(numbers)
        found = await self._read(_flown(wanted)) if wanted else []
        return [each for each in found if any(_number(segment) in wanted for segment in each.segments)]

    @until_stored
    async def numbers_flown(self, designators: Sequence[str], days: Sequence[date]) -> set[str]:
        """Give those of these designators that somebody is booked on, on one of these local dates."""
        found = self._bookings.aggregate(numbers_flown(designators, days))
        return {row["_id"] async for page in pages(found) for row in page}

    @until_stored
    async def segments_flown(self, since: date, until: date) -> list[Segment]:
        """Give the confirmed segments of these local dates, both included, each once however many fly it."""
        return await _segments.read(self._bookings.aggregate(segments_flown(since, until)))

    @until_stored
    async def flown_by(self, since: date, until: date) -> list[tuple[Segment, int]]:
        """Give the same segments, with how many people fly each."""
        counted = [*flown(since, until), {"$group": {"_id": "$segments", "people": {"$sum": 1}}}]
        return await _flown_by.read(self._bookings.aggregate(counted))

    @until_stored
    async def tickets(self, numbers: Iterable[Number]) -> list[Ticket]:
        """Give the confirmed segments of these numbers and dates, with whose they are, by booking."""
        wanted = set(numbers)
        rows = self._bookings.find(_flown(wanted), {"reference": 1, "segments": 1})
        found = await _tickets.read(rows) if wanted else []
        theirs = (ticket for each in found for ticket in each if _number(ticket.segment) in wanted)
        return sorted(theirs, key=lambda ticket: ticket.booking)

    @until_stored
    async def undecided(self) -> list[Booking]:
        """Give the bookings that were stored and never decided on: whoever stored them died."""
        return await self._read({"decided": False})

    @until_stored
    async def save(self, bookings: Sequence[Booking]) -> None:
        """Store bookings, as not decided on."""
        if not bookings:
            return
        key = await self._key()
        writes = [
            ReplaceOne({"_id": each.id}, {**document(each, key), "decided": False}, upsert=True)
            for each in bookings
        ]
        with bulk_write():
            await self._bookings.bulk_write(writes, ordered=False)

    @until_stored
    async def replace(self, before: Booking | None, after: Booking) -> bool:
        """Store a booking, as not decided on, in the place of what stood there; None: of nothing.

        False, and nothing is stored, where it does not stand like that any more. The condition is the whole
        document as it was read, so that nobody's write in between is lost, whichever version wrote it.
        """
        found = await self._bookings.find_one({"_id": after.id})
        if found is not None and _booking(found) == after:
            return True  # also where a try before this one has stored it, and was not told so
        undecided = {**document(after, await self._key()), "decided": False}
        if before is None:
            return found is None and await self._insert(undecided)
        if found is None or before.id != after.id or _booking(found) != before:
            return False
        condition = {name: value for name, value in found.items() if name != "decided"}
        return (await self._bookings.replace_one(condition, undecided)).matched_count == 1

    async def _insert(self, undecided: dict[str, Any]) -> bool:
        try:
            await self._bookings.insert_one(undecided)
        except DuplicateKeyError:  # its text holds an address
            return False
        return True

    @until_stored
    async def mark_decided(self, ids: Sequence[str]) -> None:
        """Note that these bookings were decided on."""
        await self._bookings.update_many({"_id": {"$in": list(ids)}}, {"$set": {"decided": True}})

    @until_stored
    async def revoke(self, channel: Channel, address: str, at: datetime, how: str) -> None:
        """Take back the consent of an address in every booking; one that was taken back before stays so."""
        consent = f"consents.{channel}"
        given = {_FIELDS[channel]: address, f"{consent}.at": {"$ne": None}, f"{consent}.revoked_at": None}
        taken_back = {f"{consent}.revoked_at": msgspec.to_builtins(at), f"{consent}.revoked_by": how}
        await self._bookings.update_many(given, {"$set": taken_back})

    @until_stored
    async def give(self, channel: Channel, address: str, consent: Consent) -> None:
        """Note the consent of an address in every booking, and that they are to be decided on again."""
        given = {f"consents.{channel}": msgspec.to_builtins(consent), "decided": False}
        await self._bookings.update_many({_FIELDS[channel]: address}, {"$set": given})

    @until_stored
    async def of(self, reference: str) -> list[Booking]:
        """Give the bookings of a reference."""
        return await self._read({"reference": reference})

    @until_stored
    async def at(self, addresses: Sequence[str], days: tuple[date, date] | None = None) -> list[Booking]:
        """Give the bookings with one of these addresses; with `days`, those that fly between them."""
        same = {"$in": list(addresses)}
        theirs: dict[str, Any] = {"$or": [{"email": same}, {"phone": same}]}
        if days is not None:
            between = {"$gte": days[0].isoformat(), "$lte": days[1].isoformat()}
            theirs["segments"] = {"$elemMatch": {"flight_date": between}}
        return await self._read(theirs)

    @until_stored
    async def forget(self, ids: Sequence[str]) -> None:
        """Delete bookings."""
        await self._bookings.delete_many({"_id": {"$in": list(ids)}})

    async def _key(self) -> AddressKeys:
        """Give what names bookings in addresses of pages: the same in every worker."""
        if self._keys is None:
            self._keys = await address_keys(self._database)
        return self._keys

    async def _read(self, query: dict[str, Any]) -> list[Booking]:
        return await reader.read(self._bookings.find(query))


def _number(segment: Segment) -> Number:
    return segment.designator, segment.flight_date.isoformat()


def _flown(numbers: Collection[Number]) -> dict[str, Any]:
    """Match a number or a date of these with any other of them, too."""
    names, days = {name for name, _ in numbers}, {day for _, day in numbers}
    flown = {"designator": {"$in": sorted(names)}, "flight_date": {"$in": sorted(days)}}
    return {"segments": {"$elemMatch": flown}}


def numbers_flown(designators: Iterable[str], days: Iterable[date]) -> list[dict[str, Any]]:
    """Look for whoever is booked on one of these designators, on one of these local dates."""
    names, dates = {"$in": sorted(set(designators))}, {"$in": sorted(day.isoformat() for day in days)}
    return [
        {"$match": {"segments": {"$elemMatch": {"designator": names, "flight_date": dates}}}},
        {"$unwind": "$segments"},
        {"$match": {"segments.designator": names, "segments.flight_date": dates}},
        {"$group": {"_id": "$segments.designator"}},
    ]


def segments_flown(since: date, until: date) -> list[dict[str, Any]]:
    """Look for the confirmed segments of these local dates. MongoDB reads the bookings; no worker does."""
    return [*flown(since, until), {"$group": {"_id": "$segments"}}, {"$replaceWith": "$_id"}]


def flown(since: date, until: date) -> list[dict[str, Any]]:
    """Part bookings into the confirmed segments of these local dates."""
    wanted = {
        "flight_date": {"$gte": since.isoformat(), "$lte": until.isoformat()},
        "status": SegmentStatus.CONFIRMED.value,
    }
    return [
        {"$match": {"segments": {"$elemMatch": wanted}}},
        {"$project": {"segments": 1}},
        {"$unwind": "$segments"},
        {"$match": {f"segments.{field}": value for field, value in wanted.items()}},
    ]


def document(booking: Booking, key: AddressKeys) -> dict[str, Any]:
    """Give the document of a booking: all of it, and what it is found and sorted by."""
    fields: dict[str, Any] = msgspec.to_builtins(booking)
    fields["_id"] = fields.pop("id")
    return {**fields, **found_by(booking, key)}


def _booking(row: Document) -> Booking:
    return msgspec.convert({**row, "id": row["_id"]}, Booking)


def _segment(row: Document) -> Segment:
    return msgspec.convert(row, Segment)


def _segment_flown_by(row: Document) -> tuple[Segment, int]:
    return msgspec.convert(row["_id"], Segment), int(row["people"])


def _tickets_of(row: Document) -> list[Ticket]:
    segments = msgspec.convert(row["segments"], list[Segment])
    flown = (each for each in segments if each.status is SegmentStatus.CONFIRMED)
    return [Ticket(row["_id"], row["reference"], segment) for segment in flown]


reader = Reader(COLLECTION, _booking, named_by="reference")
_tickets = Reader(COLLECTION, _tickets_of, named_by="reference")
_segments = Reader(COLLECTION, _segment, named_by="designator")
_flown_by = Reader(COLLECTION, _segment_flown_by, named_by="people")
