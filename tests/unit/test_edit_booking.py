"""Bookings changed by hand: one clear error a field, nothing overwritten unseen, consents with a name."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from flightagents.domain.booking_edits import BookingDraft, Edit, SegmentDraft
from flightagents.domain.bookings import Booking, Channel, Consent, Match, Segment, SegmentStatus
from flightagents.handlers.booking_draft import draft_of
from flightagents.handlers.edit_booking import EditBooking, version_of
from flightagents.settings import ConsentBasis
from tests.support.agency import Agency
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import MINUTE, NOON, row
from tests.support.travellers import CONSENT, booking, segment

BA117 = SegmentDraft(designator="ba 117", flight_date="2026-11-22", departure="lhr", arrival="JFK")
BA119 = SegmentDraft(designator="BA119", flight_date="2026-11-22", ticketed="18:05")
NEW = BookingDraft(reference="abc123", name="Anna", email="Anna@example.com", segments=(BA117,))
BY_IDA = Consent(source="staff:Ida", at=NOON)
KEY = "ABC123|anna@example.com"


class Office:
    """An agency, and those who edit its bookings."""

    def __init__(self, basis: ConsentBasis = ConsentBasis.EXPLICIT) -> None:
        self.agency = Agency()
        worker = self.agency.worker
        self.editor = EditBooking(
            self.agency.bookings, worker.audience, worker.take_bookings, self.agency.clock, basis
        )

    async def has(self, given: Booking) -> str:
        """Have a booking; give its version."""
        await self.agency.books(given)
        return version_of(await self.stored())

    async def stored(self) -> Booking:
        (found,) = await self.agency.bookings.everyone()
        return found


# Adding


async def test_a_draft_becomes_a_booking() -> None:
    office = Office()
    draft = replace(NEW, consent_email="yes", vip="yes", client="ACME", language="de", protected="no")
    added = await office.editor.add(draft, "Ida")
    assert added.edit is Edit.SAVED
    assert added.booking == await office.stored()
    assert added.booking == Booking(
        id=KEY,
        reference="ABC123",
        name="Anna",
        email=ANNA,
        phone=None,
        language="de",
        channels=(Channel.EMAIL,),
        consents={Channel.EMAIL: BY_IDA},
        protected=False,
        client="acme",
        vip=True,
        segments=(
            Segment(designator="BA117", flight_date=date(2026, 11, 22), departure="LHR", arrival="JFK"),
        ),
    )
    assert [match for _, match, _ in added.matches] == [Match.NOT_YET]


async def test_whoever_is_added_to_a_late_flight_is_told_and_that_is_said_before() -> None:
    office = Office()
    await office.agency.is_late(90)
    draft = replace(NEW, consent_email="yes")
    seen = await office.editor.add(draft, "Ida", store=False)
    assert (seen.edit, len(seen.messages)) == (Edit.PREVIEWED, 1)
    assert await office.agency.bookings.everyone() == []
    assert office.agency.rows == []
    assert len((await office.editor.add(draft, "Ida")).messages) == 1
    await office.agency.delivers()
    assert office.agency.told == ["later 16:05 not 14:35 (BA117)"]


async def test_a_booking_that_is_there_is_not_added_again() -> None:
    office = Office()
    version = await office.has(booking())
    again = await office.editor.add(NEW, "Ida")
    assert (again.edit, again.version) == (Edit.EXISTS, version)
    assert again.booking == await office.stored()


# What is wrong


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"reference": " "}, {"reference": "reference is empty"}),
        ({"email": ""}, {"email": "neither email nor phone: nobody could be told"}),
        (
            {"phone": "12"},
            {"phone": "phone is no number: write it with + and the country, such as +44 20 7946 0000"},
        ),
        ({"language": "xx"}, {"language": "language 'xx': write a tag such as en, de or pt-BR"}),
        ({"channels": "sms"}, {"channels": "channels names sms, but there is no address for it"}),
        ({"consent_sms": "yes"}, {"consent_sms": "there is no address for it"}),
        (
            {"vip": "perhaps"},
            {"vip": "vip 'perhaps': write yes or no (or true, false, 1, 0)"},
        ),
        ({"name": "x" * 201}, {"name": "at most 200 characters of one line"}),
        ({"client": "a\nb"}, {"client": "at most 200 characters of one line"}),
        ({"segments": ()}, {"segments": "a booking needs a flight"}),
        ({"segments": (BA117,) * 31}, {"segments": "at most 30 flights"}),
        ({"segments": (BA117, BA117)}, {"segments.1.designator": "this flight is in the booking already"}),
        (
            {
                "segments": (
                    BA117,
                    SegmentDraft(designator="FR", flight_date="soon", departure="?", status="x"),
                )
            },
            {
                "segments.1.designator": "write a flight number, such as BA117",
                "segments.1.flight_date": "write a date, such as 2026-11-22",
                "segments.1.departure": "write an airport's code, such as LHR",
                "segments.1.status": "write confirmed, rebooked, cancelled",
            },
        ),
        (
            {"segments": (replace(BA117, arrival="", ticketed="25:00"),)},
            {
                "segments.0.arrival": "a route needs both ends",
                "segments.0.ticketed": "the ticketed time: '25:00' is no time of day",
            },
        ),
    ],
)
async def test_each_field_that_is_wrong_has_one_clear_error(
    wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    office = Office()
    refused = await office.editor.add(replace(NEW, **wrong), "Ida")
    assert refused.edit is Edit.WRONG
    assert refused.errors == errors
    assert await office.agency.bookings.everyone() == []


async def test_all_fields_are_told_at_once_and_no_address_is_repeated() -> None:
    refused = await Office().editor.add(
        BookingDraft(reference="", email="anna@example", phone="1234567890123456789"), "Ida"
    )
    assert set(refused.errors) == {"reference", "email", "phone", "segments"}
    assert "anna@" not in str(refused.errors)
    assert "1234567" not in str(refused.errors)


# Editing


async def test_a_form_that_nobody_touched_changes_nothing() -> None:
    office = Office()
    wall_clock = datetime(2026, 11, 22, 14, 35)  # noqa: DTZ001 - a ticket shows the wall clock
    known = booking(segment(ticketed=wall_clock), segment("BA118", departure="JFK", arrival="LHR"), vip=True)
    version = await office.has(known)
    edited = await office.editor.edit(KEY, version, draft_of(known), "Ida")
    assert (edited.edit, edited.version, edited.messages) == (Edit.SAVED, version, ())
    assert await office.stored() == known


async def test_of_two_who_edit_the_same_booking_the_second_is_told() -> None:
    office = Office()
    version = await office.has(booking())
    form = draft_of(await office.stored())
    first = await office.editor.edit(KEY, version, replace(form, name="Anna M."), "Ida")
    second = await office.editor.edit(KEY, version, replace(form, vip="yes"), "Bob")
    assert (first.edit, second.edit) == (Edit.SAVED, Edit.CONFLICT)
    assert second.booking == first.booking == await office.stored()
    assert second.version == first.version
    assert (await office.editor.edit(KEY, second.version, replace(form, vip="yes"), "Bob")).edit is Edit.SAVED


async def test_who_takes_consent_back_while_staff_write_is_not_overwritten() -> None:
    office = Office()
    version = await office.has(booking())
    form = draft_of(await office.stored())
    replace_it = office.agency.bookings.replace

    async def meanwhile(before: Booking | None, after: Booking) -> bool:
        await office.agency.worker.withdraw(Channel.EMAIL, ANNA, "link")
        return await replace_it(before, after)

    office.agency.bookings.replace = meanwhile  # type: ignore[method-assign]
    edited = await office.editor.edit(KEY, version, replace(form, name="Anna M."), "Ida")
    assert edited.edit is Edit.CONFLICT
    stored = await office.stored()
    assert (stored.name, stored.allows(Channel.EMAIL)) == ("Anna Müller", False)


async def test_flights_that_are_not_in_the_form_any_more_are_cancelled() -> None:
    office = Office()
    version = await office.has(booking(segment("BA117"), segment("BA118")))
    form = draft_of(await office.stored())
    await office.editor.edit(KEY, version, replace(form, segments=form.segments[:1]), "Ida")
    assert [(each.designator, each.status) for each in (await office.stored()).segments] == [
        ("BA117", SegmentStatus.CONFIRMED),
        ("BA118", SegmentStatus.CANCELLED),
    ]


async def test_a_reference_stays() -> None:
    office = Office()
    version = await office.has(booking())
    form = replace(draft_of(await office.stored()), reference="OTHER1")
    edited = await office.editor.edit(KEY, version, form, "Ida")
    assert edited.errors == {"reference": "a booking keeps its reference: cancel this one and add another"}


async def test_another_contact_keeps_the_booking_and_the_next_import_finds_it() -> None:
    office = Office()
    version = await office.has(booking())
    form = replace(draft_of(await office.stored()), email="new@example.com", consent_email="yes")
    edited = await office.editor.edit(KEY, version, form, "Ida")
    assert edited.booking is not None
    assert (edited.booking.id, edited.booking.email) == (KEY, "new@example.com")
    await office.agency.books(booking(segment("BA118"), email="new@example.com"))
    stored = await office.stored()
    assert (stored.id, stored.email) == (KEY, "new@example.com")
    assert [each.designator for each in stored.segments] == ["BA118", "BA117"]
    assert stored.consents == {Channel.EMAIL: BY_IDA}


async def test_a_booking_that_is_gone_is_unknown() -> None:
    office = Office()
    assert (await office.editor.edit(KEY, "", NEW, "Ida")).edit is Edit.UNKNOWN
    assert (await office.editor.cancel(KEY, "")).edit is Edit.UNKNOWN


# Consents


async def edited_consent(
    office: Office, known: Booking, *, email: str = ANNA, consent_email: str = ""
) -> tuple[Consent | None, dict[str, str]]:
    version = await office.has(known)
    office.agency.clock.move(MINUTE)
    form = replace(draft_of(await office.stored()), email=email, consent_email=consent_email)
    edited = await office.editor.edit(KEY, version, form, "Ida")
    return (await office.stored()).consents.get(Channel.EMAIL), dict(edited.errors)


LATER_BY_IDA = replace(BY_IDA, at=NOON + MINUTE)
TAKEN_BACK = replace(CONSENT, revoked_at=NOON + MINUTE, revoked_by="staff:Ida")


@pytest.mark.parametrize(
    ("consents", "word", "then"),
    [
        ({}, "yes", LATER_BY_IDA),
        ({}, "", None),
        ({}, "no", None),
        ({Channel.EMAIL: CONSENT}, "", CONSENT),
        ({Channel.EMAIL: CONSENT}, "yes", CONSENT),
        ({Channel.EMAIL: CONSENT}, "no", TAKEN_BACK),
        ({Channel.EMAIL: TAKEN_BACK}, "yes", LATER_BY_IDA),
        ({Channel.EMAIL: TAKEN_BACK}, "no", TAKEN_BACK),
    ],
)
async def test_a_consent_says_who_noted_it_and_when(
    consents: dict[Channel, Consent], word: str, then: Consent | None
) -> None:
    found, errors = await edited_consent(Office(), booking(consents=consents), consent_email=word)
    assert (found, errors) == (then, {})


async def test_what_a_person_took_back_staff_cannot_give() -> None:
    theirs = replace(CONSENT, revoked_at=NOON, revoked_by="link")
    found, errors = await edited_consent(
        Office(), booking(consents={Channel.EMAIL: theirs}), consent_email="yes"
    )
    assert found == theirs
    assert errors == {
        "consent_email": "they took it back themselves (link, 2026-11-22): only they can give it again"
    }


async def test_another_address_has_no_consent_of_the_old_one() -> None:
    found, _ = await edited_consent(Office(), booking(), email="new@example.com")
    assert found is None


async def test_where_notices_are_part_of_the_service_another_address_has_that() -> None:
    found, _ = await edited_consent(Office(ConsentBasis.SERVICE), booking(), email="new@example.com")
    assert found == Consent(source="service", at=NOON + MINUTE)


async def test_an_opt_out_of_an_address_stands_against_what_staff_note() -> None:
    office = Office()
    await office.agency.worker.withdraw(Channel.EMAIL, ANNA, "link")
    added = await office.editor.add(replace(NEW, consent_email="yes"), "Ida")
    assert added.booking is not None
    assert not added.booking.allows(Channel.EMAIL)
    assert added.booking == await office.stored()


# Rebooking and cancelling


async def test_rebooking_marks_the_old_flight_and_adds_the_new_one_in_its_place() -> None:
    office = Office()
    version = await office.has(booking(segment("BA117"), segment("BA118")))
    rebooked = await office.editor.rebook(KEY, version, 0, BA119)
    assert rebooked.edit is Edit.SAVED
    assert [(each.designator, each.status) for each in (await office.stored()).segments] == [
        ("BA117", SegmentStatus.REBOOKED),
        ("BA119", SegmentStatus.CONFIRMED),
        ("BA118", SegmentStatus.CONFIRMED),
    ]


@pytest.mark.parametrize(
    ("place", "new", "errors"),
    [
        (7, BA119, {"segment": "there is no such flight in the booking"}),
        (-1, BA119, {"segment": "there is no such flight in the booking"}),
        (0, replace(BA119, flight_date=""), {"new.flight_date": "write a date, such as 2026-11-22"}),
        (
            0,
            SegmentDraft(designator="BA117", flight_date="2026-11-22"),
            {"new.designator": "this flight is in the booking already"},
        ),
    ],
)
async def test_a_wrong_rebooking_says_what_is_wrong(
    place: int, new: SegmentDraft, errors: dict[str, str]
) -> None:
    office = Office()
    version = await office.has(booking())
    assert (await office.editor.rebook(KEY, version, place, new)).errors == errors


async def test_whoever_is_rebooked_hears_no_more_of_the_old_flight() -> None:
    office = Office()
    await office.agency.at_rest(booking())
    await office.editor.rebook(KEY, version_of(await office.stored()), 0, BA119)
    await office.agency.is_late(90)
    await office.agency.delivers()
    assert office.agency.told == []


async def has_landed(office: Office, *others: Segment) -> str:
    """Anna has flown on BA117; give the version of her booking, which has other flights too."""
    await office.agency.books(booking(segment("BA117"), *others))
    await office.agency.shows(row())
    office.agency.wait(timedelta(hours=11))
    await office.agency.shows(row(status="landed", took_off="14:40", landed="17:30"))
    return version_of(await office.stored())


LANDED = {
    "segment": "BA117 of 22 Nov has landed: it can be neither rebooked nor cancelled; if the booking is "
    "wrong, edit it"
}


async def test_what_has_landed_is_neither_rebooked_nor_cancelled() -> None:
    office = Office()
    version = await has_landed(office)
    before = await office.stored()
    for refused in (
        await office.editor.rebook(KEY, version, 0, BA119),
        await office.editor.cancel(KEY, version, 0),
    ):
        assert (refused.edit, refused.errors) == (Edit.WRONG, LANDED)
    whole = await office.editor.cancel(KEY, version)
    assert whole.errors == {"segment": "all flights of this booking are over: there is nothing to cancel"}
    assert await office.stored() == before


async def test_of_a_booking_that_is_half_flown_the_rest_is_cancelled() -> None:
    office = Office()
    back = segment("BA112", flight_date=date(2026, 11, 29))
    version = await has_landed(office, back)
    assert (await office.editor.cancel(KEY, version)).edit is Edit.SAVED
    assert [(each.designator, each.status) for each in (await office.stored()).segments] == [
        ("BA117", SegmentStatus.CONFIRMED),
        ("BA112", SegmentStatus.CANCELLED),
    ]


async def test_what_was_flown_may_be_edited_all_the_same() -> None:
    office = Office()
    version = await has_landed(office)
    form = draft_of(await office.stored())
    edited = await office.editor.edit(KEY, version, replace(form, name="Anna M.", phone=ANNAS_PHONE), "Ida")
    assert (edited.edit, (await office.stored()).name) == (Edit.SAVED, "Anna M.")


@pytest.mark.parametrize(("place", "cancelled"), [(1, ["BA118"]), (None, ["BA117", "BA118"])])
async def test_one_flight_or_the_whole_booking_is_cancelled(place: int | None, cancelled: list[str]) -> None:
    office = Office()
    version = await office.has(booking(segment("BA117"), segment("BA118"), phone=ANNAS_PHONE))
    seen = await office.editor.cancel(KEY, version, place, store=False)
    assert (seen.edit, seen.version) == (Edit.PREVIEWED, version)
    assert (await office.editor.cancel(KEY, version, place)).edit is Edit.SAVED
    segments = (await office.stored()).segments
    assert [each.designator for each in segments if each.status is SegmentStatus.CANCELLED] == cancelled
    assert (await office.editor.cancel(KEY, version, place)).edit is Edit.CONFLICT
