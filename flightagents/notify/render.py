"""Finds the words for a notice. Before it handlers/deliver.py claimed its row; after it a channel sends them.

A text is rendered once and kept with its row: Message-ID and Date are frozen, a retry is the same message.
What recipients share is rendered once for all of them; each one's own words are filled in.
"""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from flightagents import metrics
from flightagents.domain import codes
from flightagents.domain.bookings import Channel
from flightagents.domain.caution import Caution, caution
from flightagents.domain.notifications import Message, Notice, Onward
from flightagents.domain.said import CONNECTIONS, FOR_STAFF
from flightagents.notify import gsm7
from flightagents.notify.blanks import OWN, Blanks, Form, own_words
from flightagents.notify.colours import COLOURS
from flightagents.notify.dates import STYLES, Moment, Style
from flightagents.notify.texts import Texts, mail, texts
from flightagents.notify.wording import apart, duration, flight_day, in_utc, local, one_line, place

_LONGEST_AGENCY = 40
"""Letters of the agency's name in an SMS: about a quarter of a segment."""
_NUMBER = re.compile(r"\+?\d[\d\s()./-]*", re.ASCII)
_KEPT = 512
"""Shared texts: some kilobytes each."""
_PHRASES = ("greeting", "what_to_do", "your_flight", "call", "follow", "unsubscribe", "footer", "colon")


class SharedEmail(NamedTuple):
    """What all recipients of the same news get by email."""

    subject: str
    text: Form
    html: Form
    references: str


class Wording(NamedTuple):
    """A text for an SMS, and the septets that it takes."""

    text: str
    septets: int


class Renderer:
    """Writes messages in the name of an agency."""

    def __init__(
        self, *, agency_name: str = "", agency_phone: str = "", mail_domain: str = "localhost"
    ) -> None:
        """`mail_domain` is that of our sender's address: it stands in Message-IDs."""
        self._agency = one_line(agency_name)
        self._phone = one_line(agency_phone)
        self._mail_domain = mail_domain
        self._blanks = Blanks()
        self._shared_email = lru_cache(_KEPT)(self._write_email)
        self._shared_sms = lru_cache(_KEPT)(self._write_sms)

    def render(self, notice: Notice, channel: Channel, *, row: str, now: datetime) -> Message:
        """Write a notice for a channel, in the recipient's language or else, which is counted, in English.

        Raises ValueError for one that is no traveller's, or about a connection without its onward flight.
        """
        if notice.said in FOR_STAFF or (notice.said in CONNECTIONS and notice.onward is None):
            raise ValueError(f"a notice that says {notice.said} lacks what a traveller's has")
        missing = texts(notice.language).missing
        if missing is not None:
            metrics.LANGUAGE_FALLBACKS.labels(language=missing).inc()
        if channel is Channel.SMS:
            return Message(text=self._sms(notice))
        return self._email(notice, row, now)

    def _sms(self, notice: Notice) -> str:
        """Take the first wording that has room for the page's address, else the longest without it.

        The last wording is too bare for that: what to do is worth more than an address.
        """
        wordings = self._shared_sms(self._blanks.shared(notice, dict.fromkeys(OWN, "")))
        page = one_line(notice.page)
        length = gsm7.septets(page) if page else None
        if length is not None:
            for text, septets in wordings[:-1]:
                if septets + 1 + length <= gsm7.SEGMENT:
                    return f"{text} {page}"
        return wordings[0].text

    def _write_sms(self, notice: Notice) -> tuple[Wording, ...]:
        """Give the wordings that fit one segment, the best first; at the worst the agency's name is cut."""
        agency = gsm7.cut(gsm7.transliterate(self._agency).strip(), _LONGEST_AGENCY)
        phone = gsm7.transliterate(self._phone)
        language = texts(notice.language)
        while True:
            words = self._words(notice, language, agency, phone)
            lines = [gsm7.transliterate(line) for line in language.lines(_texts_of(notice), "sms", words)]
            lengths = [Wording(line, gsm7.septets(line) or 0) for line in lines]
            if fitting := tuple(wording for wording in lengths if wording.septets <= gsm7.SEGMENT):
                return fitting
            shortest = lengths[-1]
            if not agency:
                return (Wording(gsm7.cut(shortest.text, gsm7.SEGMENT), gsm7.SEGMENT),)
            excess = shortest.septets - gsm7.SEGMENT
            agency = gsm7.cut(agency, max(0, (gsm7.septets(agency) or 0) - excess))

    def _email(self, notice: Notice, row: str, now: datetime) -> Message:
        own = own_words(notice)
        shared = self._shared_email(self._blanks.shared(notice, own))
        return Message(
            text=shared.text.filled(own),
            subject=shared.subject,
            html=shared.html.as_html(own),
            message_id=f"<{row}@{self._mail_domain}>",
            date=in_utc(now),
            references=shared.references,
            unsubscribe=own["unsubscribe"],
        )

    def _write_email(self, notice: Notice) -> SharedEmail:
        language, name = texts(notice.language), _texts_of(notice)
        words = self._words(notice, language, self._agency, self._phone)
        subject = language.line(name, "subject", words)
        form = {
            **words,
            "subject": subject,
            "language": language.language,
            "colour": COLOURS[name],
            "headline": language.line(name, "headline", words),
            "advice": language.lines(name, "advice", words),
            "facts": [line.split(" | ", 1) for line in language.common("facts", words)],
            "phone_link": _dialled(self._phone),
            "page": notice.page,
            "unsubscribe_page": notice.unsubscribe,
            **{part: language.phrase(part, words) for part in _PHRASES},
        }
        return SharedEmail(
            subject=subject,
            text=self._blanks.form(mail("mail.txt", form)),
            html=self._blanks.form(mail("mail.html", form)),
            references=self._thread(notice),
        )

    def _words(self, notice: Notice, language: Texts, agency: str, phone: str) -> dict[str, object]:
        style, day = STYLES[language.language], flight_day(notice)
        route = f"{notice.departure}-{notice.arrival}"
        sender = f"{agency}: " if agency else ""
        new = Moment.of(local(notice.new, notice.zone), day, style)
        old = Moment.of(local(notice.old, notice.zone), day, style)
        span = apart(notice.old, notice.new)
        other = notice.operated_as if notice.operated_as != notice.designator else None
        words: dict[str, object] = {
            "said": notice.said.value,
            "in_the_air": caution(notice) is Caution.DIVERSION_WITHDRAWN,
            "seen": _last_look(notice, style, day),
            "agency": agency,
            "phone": phone,
            "sender": sender,
            "head": f"{sender}{notice.designator} {route} {style.short_day(day)}",
            "flight": notice.designator,
            "operator": codes.carrier(other) if other else "",
            "operated_as": other or "",
            "route": route,
            "departure": notice.departure,
            "arrival": notice.arrival,
            "airport": notice.departure,
            "day": style.short_day(day),
            "long_day": style.long_day(day),
            "new": new,
            "old": old,
            "moved": str(new) != str(old),
            "later": notice.new.replace(tzinfo=None) > notice.old.replace(tzinfo=None),
            "span": duration(abs(span)) if span is not None else "",
            "name": notice.name,
            "reference": notice.reference,
            "gate": place(notice.gate),
            "gate_from": place(notice.gate_from),
            "terminal": place(notice.terminal),
            "terminal_from": place(notice.terminal_from),
            **_connection(notice.onward, style),
        }
        questions = language.phrase("questions", words)
        return {
            **words,
            "contact": language.phrase("contact", words),
            "contact_now": language.phrase("contact_now", words),
            "questions": f" {questions}" if questions else "",
        }

    def _thread(self, notice: Notice) -> str:
        """Name the flight's thread: an id that no email has, so that the order of arrival does not matter."""
        flight = notice.flight or "|".join(
            (notice.designator, flight_day(notice).isoformat(), notice.departure, notice.arrival)
        )
        return f"<flight.{flight.replace('|', '.')}@{self._mail_domain}>"


def _texts_of(notice: Notice) -> str:
    """Name the texts that it is written with: its kind's, or those that say less."""
    return caution(notice) or notice.said


def _last_look(notice: Notice, style: Style, day: date) -> Moment | str:
    """Give when the flight was last seen, at the clock that the message is about; else empty."""
    if notice.as_of is None:
        return ""
    zone, onward = notice.zone, notice.onward
    if onward is not None:
        zone, day = onward.zone, local(onward.leaves, onward.zone).date()
    seen = Moment.of(local(notice.as_of, zone), day, style)
    # A look is nobody's wall clock: where the zone is unknown it stays in UTC, and says so.
    return seen if zone else replace(seen, clock=f"{seen.clock} UTC", oclock="")


def _dialled(phone: str) -> str:
    """Give what a link dials: "+1 (800) 555-0100 ext. 12" without the extension, which no link can."""
    number = _NUMBER.search(phone)
    return re.sub(r"[^+\d]", "", number[0]) if number else ""


def _connection(onward: Onward | None, style: Style) -> dict[str, object]:
    """Give the words for a connection, at the wall clock of the airport where they change."""
    if onward is None:
        return {"onward": ""}
    leaves, arrives = local(onward.leaves, onward.zone), local(onward.arrives, onward.zone)
    margin = apart(onward.arrives, onward.leaves)
    return {
        "onward": onward.designator,
        "onward_arrival": onward.arrival,
        "hub": onward.departure,
        "hub_day": style.short_day(leaves.date()),
        "leaves": Moment.of(leaves, leaves.date(), style),
        "arrives": Moment.of(arrives, leaves.date(), style),
        "margin": duration(margin) if margin and margin > timedelta() and not onward.diverted else "",
        "diverted": onward.diverted,
        "protected": onward.protected,
    }
