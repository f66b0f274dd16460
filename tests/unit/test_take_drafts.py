"""Bookings that a program brings: each by itself, again and again, and no consent that nobody gave."""

from dataclasses import replace

from flightagents.domain.acts import Did, Thing
from flightagents.domain.booking_edits import BookingDraft, SegmentDraft
from flightagents.domain.booking_intake import Intake, TakenDrafts
from flightagents.domain.bookings import Booking, Channel, Match, SegmentStatus
from flightagents.handlers.take_drafts import TakeDrafts
from flightagents.settings import ConsentBasis
from tests.support.agency import Agency, address_key
from tests.support.messages import ANNA
from tests.support.rows import MINUTE, row

BA117 = SegmentDraft(designator="BA117", flight_date="2026-11-22", departure="LHR", arrival="JFK")
BA119 = SegmentDraft(designator="BA119", flight_date="2026-11-22")
DRAFT = BookingDraft(
    reference="abc123", name="Anna", email=ANNA, consent_email="yes", vip="no", segments=(BA117,)
)


class Intakes:
    """An agency, and what takes bookings in for it."""

    def __init__(self, basis: ConsentBasis = ConsentBasis.EXPLICIT) -> None:
        self.agency = Agency()
        worker = self.agency.worker
        self.take = TakeDrafts(
            bookings=self.agency.bookings,
            take_bookings=worker.take_bookings,
            audit=self.agency.audit,
            key=address_key,
            clock=self.agency.clock,
            basis=basis,
        )

    async def __call__(self, *drafts: BookingDraft, store: bool = True, anyway: bool = False) -> TakenDrafts:
        return await self.take(list(drafts), "ben (nightly)", store=store, anyway=anyway)

    async def stored(self) -> Booking:
        (found,) = await self.agency.bookings.everyone()
        return found


def outcomes(taken: TakenDrafts) -> list[Intake]:
    return [each.outcome for each in taken.items]


async def test_one_wrong_booking_leaves_its_neighbours_alone() -> None:
    intake = Intakes()
    wrong = replace(DRAFT, reference="", email="no address", consent_email="")
    taken = await intake(DRAFT, wrong, replace(DRAFT, reference="DEF456"))
    assert outcomes(taken) == [Intake.NEW, Intake.REFUSED, Intake.NEW]
    assert set(taken.items[1].errors) == {"reference", "email"}
    assert {each.reference for each in await intake.agency.bookings.everyone()} == {"ABC123", "DEF456"}


async def test_bringing_the_same_again_changes_nothing() -> None:
    intake = Intakes()
    await intake(DRAFT)
    intake.agency.clock.move(MINUTE)
    before = await intake.stored()
    assert outcomes(await intake(DRAFT)) == [Intake.UNCHANGED]
    assert await intake.stored() == before
    assert [(act.did, act.about.thing) for act in intake.agency.audit.acts] == [(Did.ADDED, Thing.BOOKING)]


async def test_the_later_of_two_counts() -> None:
    intake = Intakes()
    taken = await intake(DRAFT, replace(DRAFT, name="Anna Müller"))
    assert outcomes(taken) == [Intake.NEW, Intake.NEW]
    assert (await intake.stored()).name == "Anna Müller"


async def test_a_flight_that_is_not_brought_any_more_is_cancelled() -> None:
    intake = Intakes()
    await intake(DRAFT)
    taken = await intake(replace(DRAFT, segments=(BA119,)))
    assert outcomes(taken) == [Intake.CHANGED]
    statuses = {each.designator: each.status for each in (await intake.stored()).segments}
    assert statuses == {"BA119": SegmentStatus.CONFIRMED, "BA117": SegmentStatus.CANCELLED}
    assert [segment.designator for segment, _, _ in taken.items[0].matches] == ["BA119"]


async def test_an_empty_consent_leaves_what_stands_and_no_takes_it_back() -> None:
    intake = Intakes()
    await intake(DRAFT)
    await intake(replace(DRAFT, consent_email="", name="Anna M"))
    assert (await intake.stored()).allows(Channel.EMAIL)
    await intake(replace(DRAFT, consent_email="no"))
    assert not (await intake.stored()).allows(Channel.EMAIL)


async def test_a_consent_that_somebody_took_back_is_not_given_for_them_and_the_rest_is_taken() -> None:
    intake = Intakes()
    await intake(DRAFT)
    await intake.agency.bookings.revoke(Channel.EMAIL, ANNA, intake.agency.clock.time, "unsubscribed")
    taken = await intake(replace(DRAFT, segments=(BA117, BA119)))
    assert outcomes(taken) == [Intake.CHANGED]
    stored = await intake.stored()
    assert not stored.allows(Channel.EMAIL)
    assert {each.designator for each in stored.segments} == {"BA117", "BA119"}


async def test_it_tells_what_the_feed_knows_and_what_would_be_sent_and_does_nothing() -> None:
    intake = Intakes()
    await intake.agency.shows(row())
    await intake.agency.shows(row(delay=90))
    taken = await intake(DRAFT, store=False)
    assert not taken.stored
    assert [(match, flights) for _, match, flights in taken.items[0].matches] == [
        (Match.SEEN, ("BA117|2026-11-22|LHR|JFK",))
    ]
    assert await intake.agency.bookings.everyone() == []
    assert intake.agency.audit.acts == []


async def test_what_would_send_many_messages_is_taken_only_anyway() -> None:
    intake = Intakes()
    await intake.agency.shows(row())
    await intake.agency.shows(row(delay=90))
    many = [replace(DRAFT, reference=f"R{number}", email=f"a{number}@example.com") for number in range(21)]
    taken = await intake(*many)
    assert len(taken.messages) == 21
    assert not taken.stored
    assert await intake.agency.bookings.everyone() == []
    assert (await intake(*many, anyway=True)).stored
    assert len(await intake.agency.bookings.everyone()) == 21
