"""Finds the words for staff: plain English, the gravest thing first. See render.py for travellers'.

A text is rendered once and kept with its row: Message-ID and Date are frozen, a retry is the same message.
"""

from datetime import datetime

from flightagents.domain.bookings import Channel
from flightagents.domain.notifications import Message, StaffNotice
from flightagents.notify import gsm7
from flightagents.notify.texts import mail
from flightagents.notify.wording import in_utc, one_line

COLOURS = {"critical": "#c22f2f", "major": "#c77700", "minor": "#0b5cab", "info": "#55606d"}
_LONGEST_SUBJECT = 200


class StaffRenderer:
    """Writes alerts and digests."""

    def __init__(
        self, *, agency_name: str = "", mail_domain: str = "localhost", public_url: str = ""
    ) -> None:
        """`mail_domain` is that of our sender's address: it stands in Message-IDs.

        `public_url`: where the staff page is, with the rules; without it the command for them is named.
        """
        self._agency = one_line(agency_name)
        self._mail_domain = mail_domain
        self._rules = f"{public_url.rstrip('/')}/rules" if public_url else "flightagents rules list"

    def render(self, staff: StaffNotice, channel: Channel, *, row: str, now: datetime) -> Message:
        """Write a notice for a channel; an SMS is one segment of as much as fits."""
        title, lines = one_line(staff.title), [one_line(line) for line in staff.lines]
        if channel is Channel.SMS:
            return Message(text=_sms(staff.severity, title, lines))
        subject = f"[{staff.severity}] {title}"[:_LONGEST_SUBJECT]
        words = {
            "subject": subject,
            "title": title,
            "severity": staff.severity,
            "colour": COLOURS[staff.severity],
            "lines": [line for line in lines if line != title],
            "agency": self._agency,
            "rules": self._rules,
        }
        return Message(
            text=mail("staff.txt", words),
            subject=subject,
            html=mail("staff.html", words),
            message_id=f"<{row}@{self._mail_domain}>",
            date=in_utc(now),
            references=self._thread(staff),
        )

    def _thread(self, staff: StaffNotice) -> str:
        """One flight's alerts stand together; a digest of many stands alone."""
        if len(staff.flights) != 1:
            return ""
        return f"<staff.{staff.flights[0].replace('|', '.')}@{self._mail_domain}>"


def _sms(severity: str, title: str, lines: list[str]) -> str:
    """Brackets take two septets each: here the severity stands before a colon."""
    text = gsm7.cut(gsm7.transliterate(f"{severity.upper()}: {title}"), gsm7.SEGMENT)
    for line in lines:
        longer = gsm7.transliterate(f"{text.removesuffix('.')}. {line}")
        if line != title and gsm7.fits(longer):
            text = longer
    return text
