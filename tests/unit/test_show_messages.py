"""The ledger as staff see it: with people and words, or without for who may not see them."""

from flightagents.domain.acts import Did
from flightagents.domain.bookings import Channel
from flightagents.domain.message_list import MessageQuery
from flightagents.domain.notifications import State
from tests.support.agency import BA117, Agency, address_key
from tests.support.desk_pages import MessagePages
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import row
from tests.support.travellers import booking

ANNAS = booking(phone=ANNAS_PHONE)
SECRETS = ("Anna", "ABC123", ANNA, ANNAS_PHONE, address_key(ANNAS.id))


async def late(*, deliver: bool = True) -> MessagePages:
    """Anna was told, or is to be told, that BA117 is late."""
    agency = Agency()
    await agency.books(ANNAS)
    await agency.shows(row())
    await agency.shows(row(delay=90))
    if deliver:
        await agency.delivers()
    return MessagePages(agency)


async def test_an_agent_sees_to_whom_a_message_went_and_its_words() -> None:
    pages = await late()
    (listed, *_) = (await pages.show.find(MessageQuery(), sees_people=True)).rows
    assert listed.told.person is not None
    assert (listed.told.person.reference, listed.key) == ("ABC123", address_key(ANNAS.id))
    found = await pages.show.one(listed.told.row, sees_people=True)
    assert found is not None
    assert found.told.text
    assert (found.flight, found.designator) == (BA117, "BA117")


async def test_a_viewer_is_given_nothing_of_people_and_no_word() -> None:
    pages = await late()
    listed = await pages.show.find(MessageQuery(), sees_people=False)
    assert listed.rows
    found = await pages.show.one(listed.rows[0].told.row, sees_people=False)
    assert found is not None
    assert (found.told.text, found.told.subject, found.html, found.provider_id) == ("", "", "", "")
    written = repr((listed, found))
    assert all(secret not in written for secret in SECRETS)


async def test_no_message_is_none() -> None:
    assert await (await late()).show.one("f" * 32, sees_people=True) is None


async def test_what_waits_since_its_flight_is_held_says_so() -> None:
    pages = await late(deliver=False)
    await pages.acts.hold([BA117], "ben")
    rows = (await pages.show.find(MessageQuery(), sees_people=False)).rows
    assert {each.flight_held for each in rows if each.told.state is State.PENDING} == {True}


async def test_what_staff_did_to_a_message_stands_with_it() -> None:
    pages = await late(deliver=False)
    (listed, *_) = (await pages.show.find(MessageQuery(), sees_people=True)).rows
    await pages.acts.hold_messages([listed.told.row], "ben")
    found = await pages.show.one(listed.told.row, sees_people=True)
    assert found is not None
    assert [(act.by, act.did) for act in found.acts] == [("ben", Did.HELD)]


async def test_how_sending_again_ended_is_said_in_words() -> None:
    pages = await late()
    rows = (await pages.show.find(MessageQuery(channels=frozenset({Channel.EMAIL})), sees_people=True)).rows
    sent = await pages.acts.resend_message(rows[0].told.row, Channel.EMAIL, "ben")
    assert (sent.done, sent.may_be_confirmed) == (False, True)
    assert "confirm to send it again" in sent.words
