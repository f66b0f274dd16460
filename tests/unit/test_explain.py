"""Each message and each silence about a flight is explained."""

from datetime import timedelta

from flightagents.domain.bookings import Channel
from flightagents.domain.holding import Holding, Policies
from flightagents.domain.notifications import Notification
from flightagents.domain.reasons import MEANING, Reason
from flightagents.handlers.decide import Manner
from flightagents.handlers.explain import FORGOTTEN, Explain, counted
from flightagents.handlers.flight_people import FlightPeople
from tests.support.agency import BA117, Agency, address_key
from tests.support.messages import ANNA
from tests.support.rows import row
from tests.support.travellers import booking

HOUR = timedelta(hours=1)


class Told:
    """The ledger in memory, as the command reads it."""

    def __init__(self, agency: Agency) -> None:
        self._agency = agency

    async def newest(self, limit: int, flight: str | None = None) -> list[Notification]:
        rows = [row for row in self._agency.rows if flight in (None, row.flight)]
        return sorted(rows, key=lambda row: row.created_at, reverse=True)[:limit]


def explain(agency: Agency) -> Explain:
    people = FlightPeople(agency.flights, agency.bookings)
    return Explain(Told(agency), agency.silences, people, address_key)


async def test_a_message_and_the_silences_around_it_are_told_in_order() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    for minutes in (45, 56):
        await agency.is_late(minutes)
        await agency.delivers()
    found = await explain(agency)(BA117, 100)
    assert [(each.ordinal, each.row is not None, each.reason) for each in found] == [
        (1, False, Reason.NOT_MATERIAL),
        (2, True, Reason.NEWS),
        (3, False, Reason.NOT_MATERIAL),
    ]
    assert {each.reference for each in found} == {"ABC123"}
    assert counted(found) == {"not_material": 2}


async def test_a_silence_about_what_a_person_was_told_is_not_repeated() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(45)
    await agency.delivers()
    await agency.worker.decide.for_flights([BA117])
    assert [each.ordinal for each in await explain(agency)(BA117, 100)] == [1, 2]


async def test_what_had_to_wait_and_was_sent_says_that_it_had_to() -> None:
    agency = Agency(manner=Manner(holding=Holding(policies=Policies.parse("*=15"))))
    agency.clock.move(-6 * HOUR)
    await agency.at_rest(booking())
    await agency.is_late(45)
    (waits,) = [each for each in await explain(agency)(BA117, 100) if each.row]
    assert waits.words == MEANING[Reason.STAFF_FIRST]
    agency.wait(HOUR)
    await agency.delivers()
    (sent,) = [each for each in await explain(agency)(BA117, 100) if each.row]
    assert sent.words == f"it had to wait: {MEANING[Reason.STAFF_FIRST]}"


async def test_a_silence_stands_beside_a_message_that_was_set_aside() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(45)
    await agency.bookings.revoke(Channel.EMAIL, ANNA, agency.clock.now(), "STOP")
    await agency.delivers()
    changes = agency.looks(row(delay=0))
    await agency.flights.move_on(change.state for change in changes if change.state is not None)
    await agency.worker.decide.for_flights([BA117])
    why = [(each.ordinal, each.reason) for each in await explain(agency)(BA117, 100)]
    assert (2, Reason.NO_CONSENT) in why
    assert (3, Reason.NOT_MATERIAL) in why


async def test_a_silence_has_the_time_of_its_own_decision() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    agency.clock.move(HOUR)
    await agency.books(booking(reference="XYZ789", email="ben@example.com"))
    first, second = await explain(agency)(BA117, 100)
    assert (first.reference, second.reference) == ("ABC123", "XYZ789")
    assert second.at - first.at == HOUR


async def test_whoever_was_forgotten_has_no_name_in_it() -> None:
    agency = Agency()
    await agency.at_rest(booking())
    await agency.is_late(45)
    await agency.delivers()
    await agency.worker.forget("ABC123")
    assert {each.reference for each in await explain(agency)(BA117, 100)} == {FORGOTTEN}


def test_every_reason_has_a_meaning() -> None:
    assert set(MEANING) == set(Reason)
    assert len(set(MEANING.values())) == len(MEANING)
