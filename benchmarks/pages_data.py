"""Fills a database with what an agency's staff page has to bear: flights, changes, bookings, the ledger.

The documents are those that the store itself would write, made from plausible states, and go in in bulk;
only then the indexes are made. The same seed makes the same data.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from flightagents.domain.bookings import Booking, Channel, Consent, Segment
from flightagents.domain.changes import Change, ChangeEnd, Kind, Reason, severity
from flightagents.domain.flight import End, FlightId, FlightState, Status, identity
from flightagents.domain.notifications import Notice, Notification, State
from flightagents.domain.reasons import Reason as Why
from flightagents.domain.said import Said
from flightagents.store import bookings, flights, ledger_rows
from flightagents.store.addresses import ADDRESS_KEY, AddressKeys
from flightagents.store.setup import IN_FORCE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""Business time at which the pages are looked at."""
AIRPORTS = ("LHR", "JFK", "MAD", "CDG", "AMS", "FRA", "ATL", "ORD", "LAX", "DFW", "DXB", "SIN", "HND", "SYD")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ZONES = ("Europe/London", "America/New_York", "Europe/Madrid", "Asia/Tokyo", "America/Chicago")
GIVEN = ("Anna", "Ben", "Carla", "Dev", "Elif", "Farid", "Grace", "Hiro", "Ines", "Jan", "Kim", "Lena", "Zoë")
ROOTS = ("Müll", "Smi", "Garc", "Rossi", "Ivan", "Tana", "Okon", "Silv", "Nguy", "Kowal", "Lind", "Haddad")
ENDINGS = ("er", "th", "ia", "ini", "ov", "ka", "kwo", "a", "en", "ski", "gren", "i", "mann", "son", "ez")
BATCH = 5_000
KEY = b"a key of benchmarks"
"""Hashes the ids of bookings."""
HELD_EACH = 2_000
"""Messages, of which one is held; all others have been told, or not."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of everything."""

    flights: int = 100_000
    changes_each: int = 10
    bookings: int = 200_000
    rows: int = 200_000


def fill(url: str, name: str, amounts: Amounts, seed: int = 1) -> None:
    """Fill a database that is empty."""
    rng = random.Random(seed)
    client: MongoClient[dict[str, Any]] = MongoClient(url, tz_aware=True)
    with client:
        database = client.get_database(name, write_concern=WriteConcern(1, j=False))
        flown: Counter[tuple[str, date]] = Counter()
        made = (_state(rng, place, flown) for place in range(amounts.flights))
        states = list({state.flight: state for state in made}.values())
        _insert(database, flights.FLIGHTS, (flights.latest(state) for state in states))
        told = (change for state in states for change in _changes(state, amounts.changes_each))
        _insert(database, flights.CHANGES, ({"_id": each.id, **flights.history(each)} for each in told))
        people = [_booking(rng, place, states) for place in range(amounts.bookings)]
        database[IN_FORCE].insert_one({"_id": ADDRESS_KEY, "value": KEY})
        documents = (bookings.document(each, AddressKeys(KEY)) for each in people)
        _insert(database, bookings.COLLECTION, ({**each, "decided": True} for each in documents))
        _insert(database, ledger_rows.COLLECTION, _rows(rng, states, people, amounts.rows))


def _insert(database: "Database[dict[str, Any]]", name: str, documents: Iterable[dict[str, Any]]) -> None:
    left = iter(documents)
    while batch := list(itertools.islice(left, BATCH)):
        database[name].insert_many(batch, ordered=False)


def _code(rng: random.Random, known: tuple[str, ...], others: int, length: int) -> str:
    """Half of all are of the few that everybody knows."""
    if rng.random() < 0.5:  # noqa: PLR2004
        return rng.choice(known)
    number = rng.randrange(others)
    return "".join(LETTERS[number // 26**place % 26] for place in range(length))


def _state(rng: random.Random, place: int, flown: Counter[tuple[str, date]]) -> FlightState:
    """Give a flight of the five days around now, as the feed would show it by then.

    `flown` counts those of each airline and day: no two have one number.
    """
    airline = _code(rng, ("BA", "AA", "IB", "LH", "DL", "UA", "AF", "KL"), 120, 2)
    start = _code(rng, AIRPORTS, 400, 3)
    end = next(code for code in iter(lambda: _code(rng, AIRPORTS, 400, 3), "") if code != start)
    leaves = NOW + timedelta(minutes=rng.randrange(-3 * 1440, 2 * 1440))
    late = timedelta(minutes=rng.choice((0, 0, 0, 0, 0, 0, 3, 8, 20, 45, 90, 200)))
    lasts = timedelta(minutes=rng.randrange(60, 700))
    disruption = rng.choices((None, Status.CANCELLED, Status.DIVERTED), (97, 2.6, 0.4))[0]
    departed = leaves + late < NOW and disruption is not Status.CANCELLED
    landed = departed and leaves + late + lasts < NOW
    flown[airline, leaves.date()] += 1
    number = flown[airline, leaves.date()]
    name = identity(f"{airline}{number}", f"{leaves:%Y-%m-%d}", start, end)
    expected = leaves + late
    return FlightState(
        flight=name,
        carrier=airline,
        ordinal=10,
        first_run=1,
        first_record=f"{name}/1",
        run=100,
        seen_at=min(expected, NOW) - timedelta(seconds=rng.randrange(7200)),
        marketed_as=tuple(f"{code}{4000 + place % 5000}" for code in ("VS", "QF", "JL")[: place % 4]),
        status=disruption or (Status.LANDED if landed else Status.ACTIVE if departed else Status.SCHEDULED),
        departure=_end(start, leaves, expected, expected if departed else None, place),
        arrival=_end(end, leaves + lasts, expected + lasts, expected + lasts if landed else None, place + 1),
        departed=departed,
        landed=landed,
        said_expected=expected,
        delay=int(late / _MINUTE) or None,
        disruption=disruption,
        disruption_confirmed=disruption is None or place % 5 > 0,
    )


def _end(airport: str, base: datetime, expected: datetime, actual: datetime | None, place: int) -> End:
    return End(
        airport=airport,
        zone=ZONES[place % len(ZONES)],
        base=base,
        scheduled=base,
        expected=expected,
        actual=actual,
        terminal=str(place % 5 + 1),
        gate=f"{LETTERS[place % 6]}{place % 60 + 1}",
    )


def _changes(state: FlightState, number: int) -> Iterator[Change]:
    kinds = (Kind.FIRST_SEEN, Kind.GATE_CHANGED, Kind.DELAYED, Kind.MARKETED_AS_GROWN, Kind.TERMINAL_CHANGED)
    late = state.departure.expected - state.departure.base
    for ordinal in range(1, number + 1):
        kind = kinds[ordinal % len(kinds)]
        if ordinal == number and state.disruption is not None:
            kind = Kind(state.disruption.value)
        yield Change(
            id=f"{state.flight}/{ordinal}/{kind}",
            flight=state.flight,
            kind=kind,
            at=state.seen_at - (number - ordinal) * 7 * _MINUTE,
            ordinal=ordinal,
            before={"gate": "A1"},
            after={"gate": state.departure.gate},
            severity=severity(kind, late),
            reason=Reason.ROW_CHANGED,
            departure=ChangeEnd.of(state.departure),
            arrival=ChangeEnd.of(state.arrival),
            carrier=state.carrier,
            marketed_as=state.marketed_as,
            record=state.first_record,
        )


def _booking(rng: random.Random, place: int, states: list[FlightState]) -> Booking:
    """One in twenty flights carries our travellers; most have one flight, some two."""
    ours = len(states) // 20
    flown = [FlightId.parse(states[rng.randrange(ours) * 20].flight) for _ in range(1 + place % 2)]
    reference, number = f"R{place:06X}", f"+4477{rng.randrange(10**8):08}"
    consent = Consent(source="import:nightly.csv", at=NOW)
    email = f"traveller{place}@example.com"
    return Booking(
        id=f"{reference}|{email}",
        reference=reference,
        name=f"{rng.choice(GIVEN)} {rng.choice(ROOTS)}{rng.choice(ENDINGS)}",
        email=email,
        phone=number,
        language="en",
        channels=(Channel.EMAIL, Channel.SMS),
        consents={Channel.EMAIL: consent, Channel.SMS: consent},
        protected=None,
        segments=tuple(Segment(designator=f.designator, flight_date=f.date) for f in flown),
    )


def _rows(
    rng: random.Random, states: list[FlightState], people: list[Booking], number: int
) -> Iterator[dict[str, Any]]:
    names = ((FlightId.parse(state.flight), state) for state in states)
    on = {(name.designator, name.date): state for name, state in names}
    said = (Said.LATER, Said.LATER, Said.LATER, Said.CANCELLED, Said.GATE, Said.EARLIER)
    ended = (State.DELIVERED, State.ACCEPTED, State.ACCEPTED, State.SUPERSEDED, State.FAILED)
    for place in range(number):
        person = people[place % len(people)]
        segment = person.segments[0]
        state, what = on[segment.designator, segment.flight_date], said[place % len(said)]
        at = state.seen_at + timedelta(seconds=rng.randrange(3600))
        held = place % HELD_EACH == 0
        notice = Notice(
            said=what,
            designator=segment.designator,
            operated_as=None,
            departure=state.departure.airport,
            arrival=state.arrival.airport,
            zone=state.departure.zone,
            old=state.departure.base,
            new=state.departure.expected,
            language="en",
            flight=state.flight,
            name=person.name,
            reference=person.reference,
        )
        row = Notification(
            id=f"{place:032x}",
            flight=state.flight,
            ordinal=state.ordinal,
            booking=person.id,
            channel=tuple(Channel)[place % 2],
            address_key=f"{place:032x}",
            said=what,
            notice=notice,
            created_at=at,
            expires_at=(NOW if held else at) + timedelta(hours=6),
            state=State.PENDING if held else rng.choices(ended, (60, 20, 13, 6, 1))[0],
            reason=rng.choices((Why.NEWS, Why.QUIET_HOURS, Why.NO_CONSENT, Why.FALLBACK), (90, 6, 3, 1))[0],
            hold=held,
        )
        yield {"_id": row.id, **ledger_rows.document(row), "settled": True, "retry_at": None, "trace": []}
