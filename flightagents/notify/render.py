"""Finds the words for a notice. Before it handlers/deliver.py claimed its row; after it a channel sends them.

A text is rendered once and kept with its row: Message-ID and Date are frozen, a retry is the same message.
"""

import re
from datetime import datetime

from flightagents.domain.alerting import Said
from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message, Notice
from flightagents.notify import gsm7
from flightagents.notify.texts import Texts, mail, texts
from flightagents.notify.wording import (
    flight_day,
    in_utc,
    long_day,
    moment,
    one_line,
    operated,
    place,
    short_day,
    span,
)

LOCALES = {"en": "en_GB"}
"""Babel's locale for a language of ours, where another than the language's own is meant."""

COLOURS = {
    Said.LATER: "#c77700",
    Said.EARLIER: "#c22f2f",
    Said.ALL_CLEAR: "#23803c",
    Said.CANCELLED: "#c22f2f",
    Said.REINSTATED: "#23803c",
    Said.DIVERTED: "#c22f2f",
    Said.GATE: "#0b5cab",
    Said.TERMINAL: "#0b5cab",
}

_LONGEST_AGENCY = 40
"""Letters of the agency's name in an SMS: about a quarter of a segment."""


class Renderer:
    """Writes messages in the name of an agency."""

    def __init__(
        self, *, agency_name: str = "", agency_phone: str = "", mail_domain: str = "localhost"
    ) -> None:
        """`mail_domain` is that of our sender's address: it stands in Message-IDs."""
        self._agency = one_line(agency_name)
        self._phone = one_line(agency_phone)
        self._mail_domain = mail_domain

    def render(self, notice: Notice, channel: Channel, *, row: str, now: datetime) -> Message:
        """Write a notice for a channel, in the recipient's language or else in English."""
        if channel is Channel.SMS:
            return Message(text=self._sms(notice))
        return self._email(notice, row, now)

    def _sms(self, notice: Notice) -> str:
        """Take the first wording that fits one segment; at the worst the agency's name is cut."""
        agency = gsm7.cut(gsm7.transliterate(self._agency).strip(), _LONGEST_AGENCY)
        wordings: list[str] = []
        language = texts(notice.language)
        while True:
            words = self._words(notice, language, agency, gsm7.transliterate(self._phone))
            wordings = [gsm7.transliterate(line) for line in language.lines(notice.said, "sms", words)]
            for wording in wordings:
                if gsm7.fits(wording):
                    return wording
            if not agency:
                return gsm7.cut(wordings[-1], gsm7.SEGMENT)
            excess = (gsm7.septets(wordings[-1]) or 0) - gsm7.SEGMENT
            agency = gsm7.cut(agency, max(0, (gsm7.septets(agency) or 0) - excess))

    def _email(self, notice: Notice, row: str, now: datetime) -> Message:
        language = texts(notice.language)
        words = self._words(notice, language, self._agency, self._phone)
        subject = language.line(notice.said, "subject", words)
        form = {
            **words,
            "subject": subject,
            "language": language.language,
            "colour": COLOURS[notice.said],
            "headline": language.line(notice.said, "headline", words),
            "advice": language.lines(notice.said, "advice", words),
            "facts": [line.split(" | ", 1) for line in language.common("facts", words)],
            "phone_link": re.sub(r"[^+\d]", "", self._phone),
            **{
                part: " ".join(language.common(part, words))
                for part in ("greeting", "what_to_do", "your_flight", "call", "footer")
            },
        }
        return Message(
            text=mail("mail.txt", form),
            subject=subject,
            html=mail("mail.html", form),
            message_id=f"<{row}@{self._mail_domain}>",
            date=in_utc(now),
            references=self._thread(notice),
        )

    def _words(self, notice: Notice, language: Texts, agency: str, phone: str) -> dict[str, object]:
        locale = LOCALES.get(language.language, language.language)
        day = short_day(flight_day(notice), locale)
        route = f"{notice.departure}-{notice.arrival}"
        sender = f"{agency}: " if agency else ""
        new, old = moment(notice, notice.new, locale), moment(notice, notice.old, locale)
        return {
            "said": notice.said.value,
            "agency": agency,
            "phone": phone,
            "questions": f" Questions: {phone}" if phone else "",
            "head": f"{sender}{notice.designator} {route} {day}",
            "flight": notice.designator,
            "operated": operated(notice),
            "route": route,
            "departure": notice.departure,
            "arrival": notice.arrival,
            "airport": notice.departure,
            "day": day,
            "long_day": long_day(flight_day(notice), locale),
            "new": new,
            "old": old,
            "moved": str(new) != str(old),
            "later": notice.new.replace(tzinfo=None) > notice.old.replace(tzinfo=None),
            "span": span(notice),
            "name": one_line(notice.name),
            "reference": one_line(notice.reference),
            "gate": place(notice.gate),
            "gate_from": place(notice.gate_from),
            "terminal": place(notice.terminal),
            "terminal_from": place(notice.terminal_from),
        }

    def _thread(self, notice: Notice) -> str:
        """Name the flight's thread: an id that no email has, so that the order of arrival does not matter."""
        flight = notice.flight or "|".join(
            (notice.designator, flight_day(notice).isoformat(), notice.departure, notice.arrival)
        )
        return f"<flight.{flight.replace('|', '.')}@{self._mail_domain}>"
