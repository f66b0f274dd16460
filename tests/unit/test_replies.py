"""A traveller's SMS to us: stop, start, or words for a person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from flightagents.domain.bookings import Booking, Channel, SegmentStatus
from flightagents.domain.replies import Answer, Answered, InboundSms, Meaning, meaning, twilio_answers
from flightagents.domain.tasks import TaskKind
from tests.support.agency import Agency
from tests.support.messages import ANNA, ANNAS_PHONE
from tests.support.rows import DAY, row
from tests.support.travellers import booking, segment
from tests.support.website import Website

ON_BA117 = booking(phone=ANNAS_PHONE)


def sms(text: str, sid: str = "SM1", sender: str = ANNAS_PHONE) -> InboundSms:
    return InboundSms(sid, sender, text)


async def website(*bookings: Booking) -> Website:
    agency = Agency()
    await agency.bookings.save(bookings or [ON_BA117])
    return Website(agency)


async def allows(site: Website, channel: Channel) -> set[bool]:
    return {each.allows(channel) for each in await site.agency.bookings.everyone()}


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop\n",
        " Stop. ",
        "*STOP*",
        "“stop”",
        "stopall",
        "UNSUBSCRIBE",
        "Cancel",
        "END",
        "quit",
        "REVOKE",
        "OPTOUT",
        "opt-out",
        "Stopp!",
        "Arrêt",
        "ARRET",
        "parar",
        "Baja",
        "sair",
        "Abmelden",
        "désabonner",
        "Arrêtez",
        "CANCELAR",
        "\uff33\uff34\uff2f\uff30",
    ],
)
def test_a_single_word_of_our_languages_stops(text: str) -> None:
    assert meaning(text) is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Stop all",
        "stop stop",
        "STOP please",
        "Please stop!",
        "STOP IT NOW",
        "stop texting me",
        "Stop sending me these messages, thanks",
        "opt out",
        "please opt-out",
        "unsubscribe me",
        "STOP SMS",
        "STOP 👍",
        "Nein danke, STOP",
        "SMS bitte abbestellen",
        "Arrêtez les SMS s'il vous plaît",
        "Arrêter de m\u2019envoyer des SMS",
        "Darme de baja, por favor",
        "parar mensajes",
        "Pare de enviar mensagens",
    ],
)
def test_a_few_words_that_add_nothing_to_it_stop_as_well(text: str) -> None:
    assert meaning(text) is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "?",
        "STOP?",
        "Cancel?",
        "please don't stop",
        "Please don\u2019t stop the messages",
        "do not stop",
        "no stop",
        "non stop",
        "non-stop",
        "nonstop",
        "stopover",
        "stop over",
        "Stop over in Madrid",
        "one stop please",
        "stop at gate B2",
        "STOP! I still want to fly",
        "Don't cancel my flight",
        "cancel please",
        "Cancel all",
        "please end this",
        "the end",
        "Bitte nicht abmelden",
        "Nicht stoppen",
        "Bitte keine SMS stoppen",
        "N'arrêtez pas",
        "No parar, por favor",
        "não pare",
        "quero sair",
        "Quiero cancelar",
        "please",
        "stop " * 7,
        "👍",
    ],
)
def test_other_words_are_for_a_person(text: str) -> None:
    assert meaning(text) is Meaning.WORDS


@pytest.mark.parametrize(("text", "answers"), [("Stop.", True), ("opt-out", True), ("stop all", False)])
def test_twilio_confirms_only_its_own_words_by_themselves(text: str, answers: bool) -> None:
    assert twilio_answers(text) is answers


async def test_stop_takes_consent_back_in_every_booking_of_the_number() -> None:
    other = booking(phone=ANNAS_PHONE, reference="XYZ789", email="anna@work.example")
    ben = booking(phone="+447700900999", reference="BEN111", email="ben@example.com")
    site = await website(ON_BA117, other, ben)
    assert await site.take_reply(sms("STOP")) is None
    found = {each.id: each for each in await site.agency.bookings.everyone()}
    for id_ in (ON_BA117.id, other.id):
        assert found[id_].consents[Channel.SMS].revoked_at == site.agency.clock.now()
        assert found[id_].consents[Channel.SMS].revoked_by == "sms:STOP"
        assert found[id_].allows(Channel.EMAIL)
    assert found[ben.id] == ben
    tasks = site.agency.tasks.of_kind(TaskKind.CONSENT_WITHDRAWN)
    assert {task.booking for task in tasks} == {ON_BA117.id, other.id}
    assert {task.summary for task in tasks} == {"Wants no more SMS. Only email is left."}


async def test_after_stop_nothing_more_is_sent_to_the_number() -> None:
    site = await website()
    agency = site.agency
    await agency.is_late(None)
    await agency.is_late(90)
    await site.take_reply(sms("stop"))
    await agency.delivers()
    assert agency.sms.texts == []
    assert len(agency.email.texts) == 1


async def test_a_word_that_twilio_does_not_know_is_confirmed_in_their_language() -> None:
    site = await website(replace(ON_BA117, language="es"))
    assert await site.take_reply(sms("BAJA")) == Answered(Answer.STOPPED, "es")
    assert await allows(site, Channel.SMS) == {False}


async def test_a_number_of_no_booking_may_stop_before_it_is_booked() -> None:
    site = await website()
    stranger = "+447700900999"
    assert await site.take_reply(sms("STOP", sender=stranger)) is None
    await site.agency.books(booking(reference="NEW001", email=None, phone=stranger))
    found = await site.agency.bookings.of("NEW001")
    assert not found[0].allows(Channel.SMS)
    assert site.agency.tasks.all == []


@pytest.mark.parametrize("word", ["START", "unstop", "Start!", "YES"])
async def test_whoever_had_stopped_may_start_again(word: str) -> None:
    site = await website()
    await site.take_reply(sms("STOP"))
    await site.agency.bookings.mark_decided([ON_BA117.id])
    assert await site.take_reply(sms(word, "SM2")) is None
    (found,) = await site.agency.bookings.everyone()
    assert found.allows(Channel.SMS)
    assert found.consents[Channel.SMS].source == "sms:START"
    assert await site.agency.bookings.undecided() == [found]
    await site.agency.books(replace(found, name="Anna M."))
    assert await allows(site, Channel.SMS) == {True}


async def test_yes_from_whoever_had_not_stopped_is_an_answer_for_a_person() -> None:
    site = await website()
    await site.take_reply(sms("yes"))
    (task,) = site.agency.tasks.of_kind(TaskKind.REPLY)
    assert task.quote == "yes"
    assert (await site.agency.bookings.everyone()) == [ON_BA117]


async def test_a_reply_becomes_a_task_and_is_answered_once_a_day() -> None:
    site = await website(replace(ON_BA117, language="de"))
    assert await site.take_reply(sms("Wann denn?", "SM1")) == Answered(Answer.NOBODY_READS, "de")
    assert await site.take_reply(sms("Hallo?", "SM2")) is None
    site.agency.clock.move(timedelta(days=1))
    assert await site.take_reply(sms("Danke", "SM3")) == Answered(Answer.NOBODY_READS, "de")
    tasks = site.agency.tasks.of_kind(TaskKind.REPLY)
    assert [task.quote for task in tasks] == ["Wann denn?", "Hallo?", "Danke"]
    assert {task.booking for task in tasks} == {ON_BA117.id}
    assert tasks[0].summary == "Has answered by SMS: read it and call back."


async def test_a_long_reply_is_cut() -> None:
    site = await website()
    await site.take_reply(sms("x" * 1600))
    assert len(site.agency.tasks.all[0].quote) == 500


async def test_a_reply_belongs_to_the_booking_that_flies_next_and_names_the_others() -> None:
    def on(day: date, reference: str, status: SegmentStatus = SegmentStatus.CONFIRMED) -> Booking:
        return booking(segment(flight_date=day, status=status), reference=reference, phone=ANNAS_PHONE)

    site = await website(
        on(DAY - timedelta(days=9), "PAST01"),
        on(DAY + timedelta(days=5), "LATE05"),
        on(DAY + timedelta(days=2), "NEXT02"),
        on(DAY, "GONE00", SegmentStatus.CANCELLED),
    )
    await site.take_reply(sms("Hello"))
    (task,) = site.agency.tasks.all
    assert task.booking == f"NEXT02|{ANNA}"
    assert task.also == (f"LATE05|{ANNA}", f"PAST01|{ANNA}", f"GONE00|{ANNA}")
    assert task.summary == "Has answered by SMS: read it and call back."


async def test_a_reply_from_a_number_of_no_booking_is_a_task_without_one() -> None:
    site = await website()
    answered = await site.take_reply(sms("Who is this?", sender="+447700900999"))
    assert answered == Answered(Answer.NOBODY_READS, "")
    (task,) = site.agency.tasks.all
    assert task.booking is None
    assert "+4477" not in str(replace(task, quote=""))


@pytest.mark.parametrize("text", ["STOP", "START", "hello"])
async def test_a_webhook_that_comes_again_does_nothing_twice(text: str) -> None:
    site = await website()
    await site.take_reply(sms(text, "SM1"))
    await site.take_reply(sms("START" if text == "STOP" else "STOP", "SM2"))
    before = await site.agency.bookings.everyone(), site.agency.tasks.all
    assert await site.take_reply(sms(text, "SM1")) is None
    assert (await site.agency.bookings.everyone(), site.agency.tasks.all) == before


async def test_a_late_webhook_that_comes_again_after_a_crash_is_done_then() -> None:
    """Whoever dies before it is noted has done a part of it; doing it again adds the rest, nothing twice."""
    site = await website()
    await site.take_reply(sms("hello"))
    site.once.names.discard("sms|SM1")
    assert await site.take_reply(sms("hello")) is None, "it was answered that day"
    assert len(site.agency.tasks.all) == 1


async def test_stop_after_the_last_flight_is_no_task() -> None:
    agency = Agency()
    await agency.bookings.save([booking(segment(flight_date=DAY - timedelta(days=3)), phone=ANNAS_PHONE)])
    site = Website(agency)
    await site.take_reply(sms("STOP"))
    assert await allows(site, Channel.SMS) == {False}
    assert agency.tasks.all == []


async def test_whoever_starts_again_hears_of_a_flight_that_is_late() -> None:
    site = await website(booking(email=None, phone=ANNAS_PHONE))
    agency = site.agency
    await site.take_reply(sms("STOP"))
    await agency.is_late(None)
    await agency.shows(row(delay=90))
    await agency.delivers()
    assert agency.told == []
    await site.take_reply(sms("START", "SM2"))
    await agency.worker.take_bookings.catch_up()
    await agency.delivers()
    assert [text.split()[0] for text in agency.sms.texts] == ["later"]


@pytest.mark.parametrize("text", ["Hello?", "BAJA"])
async def test_where_nothing_is_to_be_sent_nothing_is_answered_and_all_else_is_done(text: str) -> None:
    agency = Agency()
    await agency.bookings.save([ON_BA117])
    site = Website(agency, answers=False)
    assert await site.take_reply(sms(text)) is None
    assert len(agency.tasks.all) == 1
    assert await allows(site, Channel.SMS) == {text != "BAJA"}
    live_again = Website(agency)
    assert await live_again.take_reply(sms("Hello?", "SM2")) == Answered(Answer.NOBODY_READS, "en")
