"""A booking as somebody typed it into a form -> a booking, or one clear error for each field."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from flightagents.domain.booking_edits import BookingDraft, Errors, SegmentDraft
from flightagents.domain.bookings import Booking, Channel, Consent, Segment, SegmentStatus
from flightagents.domain.codes import airport, designator
from flightagents.handlers.booking_fields import channels_of, time_of_day, yes_or_no
from flightagents.handlers.contacts import email_address, language_tag, phone_number
from flightagents.handlers.staff_consents import SaidOfConsent
from flightagents.settings import ConsentBasis

LONGEST = 200
"""Characters of a field."""
MOST_SEGMENTS = 30
_FULL_TIME = re.compile(r"(?P<day>[\d-]{10})T(?P<clock>\d{2}:\d{2})(:00)?")

T = TypeVar("T")


def draft_of(booking: Booking) -> BookingDraft:
    """Give a booking as a form shows it; reading that again changes nothing."""
    return BookingDraft(
        reference=booking.reference,
        name=booking.name,
        email=booking.email or "",
        phone=booking.phone or "",
        language=booking.language,
        channels=" ".join(booking.channels),
        protected="" if booking.protected is None else _word(booking.protected),
        client=booking.client,
        vip=_word(booking.vip),
        segments=tuple(_segment_draft(each) for each in booking.segments),
    )


def read_draft(
    draft: BookingDraft, known: Booking | None, *, who: str, basis: ConsentBasis, now: datetime
) -> Booking | Errors:
    """Read a draft of a new booking, or of a change of `known`, which `who` has typed."""
    form = _Form()
    form.require_short(draft)
    email = form.read("email", email_address, draft.email.strip(), None)
    phone = form.read("phone", phone_number, draft.phone.strip(), None)
    addresses = {Channel.EMAIL: email, Channel.SMS: phone}
    reference = form.read("reference", lambda text: _reference(text, known), draft.reference, "")
    if email is None and phone is None and not form.errors.keys() & {"email", "phone"}:
        form.errors["email"] = "neither email nor phone: nobody could be told"
    language = form.read("language", language_tag, draft.language.strip(), "")
    none: tuple[Channel, ...] = ()
    channels = form.read("channels", lambda text: channels_of(text, addresses), draft.channels.strip(), none)
    if form.errors.keys() & {"email", "phone"}:
        form.errors.pop("channels", None)  # it may only say once more that an address is wrong
    consents: dict[Channel, Consent] = {}
    for channel, text in ((Channel.EMAIL, draft.consent_email), (Channel.SMS, draft.consent_sms)):
        said = SaidOfConsent(channel, addresses[channel], f"consent_{channel}", who, now)
        consent = form.read(said.name, partial(said.read, known, basis), text, None)
        if consent is not None:
            consents[channel] = consent
    protected = form.read("protected", lambda text: yes_or_no(text, "protected"), draft.protected, None)
    vip = form.read("vip", lambda text: yes_or_no(text, "vip"), draft.vip, None)
    segments = form.segments(draft.segments)
    if form.errors:
        return form.errors
    return Booking(
        id=known.id if known else f"{reference}|{email or phone}",
        reference=reference,
        name=draft.name.strip(),
        email=email,
        phone=phone,
        language=language,
        channels=channels,
        consents=consents,
        protected=protected,
        client=draft.client.strip().lower(),
        vip=bool(vip),
        segments=segments,
    )


def read_segment(draft: SegmentDraft, place: str) -> Segment | Errors:
    """Read a flight; errors are named as fields of `place`."""
    form = _Form()
    segment = form.segment(draft, place)
    return form.errors or segment


@dataclass(slots=True)
class _Form:
    """Collects one error for each field; a field that is wrong reads as its default."""

    errors: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, reader: Callable[[str], T], text: str, default: T) -> T:
        if name in self.errors:
            return default
        try:
            return reader(text)
        except ValueError as exc:
            self.errors[name] = str(exc)
            return default

    def require_short(self, draft: BookingDraft | SegmentDraft, place: str = "") -> None:
        for each in fields(draft):
            text = getattr(draft, each.name)
            if isinstance(text, str) and (len(text) > LONGEST or any(sign < " " for sign in text)):
                self.errors[place + each.name] = f"at most {LONGEST} characters of one line"

    def segments(self, drafts: tuple[SegmentDraft, ...]) -> tuple[Segment, ...]:
        if not drafts:
            self.errors["segments"] = "a booking needs a flight"
        if len(drafts) > MOST_SEGMENTS:
            self.errors["segments"] = f"at most {MOST_SEGMENTS} flights"
            return ()
        found: list[Segment] = []
        for number, draft in enumerate(drafts):
            place = f"segments.{number}"
            before = len(self.errors)
            segment = self.segment(draft, place)
            if len(self.errors) == before and any(each.key == segment.key for each in found):
                self.errors[f"{place}.designator"] = "this flight is in the booking already"
            found.append(segment)
        return tuple(found)

    def segment(self, draft: SegmentDraft, place: str) -> Segment:
        self.require_short(draft, f"{place}.")
        day = self.read(f"{place}.flight_date", _day, draft.flight_date.strip(), date.min)
        departure = self.read(f"{place}.departure", _airport, draft.departure.strip(), None)
        arrival = self.read(f"{place}.arrival", _airport, draft.arrival.strip(), None)
        if (departure is None) is not (arrival is None):
            missing = "departure" if departure is None else "arrival"
            self.errors.setdefault(f"{place}.{missing}", "a route needs both ends")
        clock = draft.ticketed.strip()
        return Segment(
            designator=self.read(f"{place}.designator", _designator, draft.designator, ""),
            flight_date=day,
            departure=departure,
            arrival=arrival,
            ticketed=self.read(f"{place}.ticketed", lambda text: _ticketed(text, day), clock, None),
            status=self.read(f"{place}.status", _status, draft.status, SegmentStatus.CONFIRMED),
        )


def _reference(text: str, known: Booking | None) -> str:
    reference = text.strip().upper()
    if not reference:
        raise ValueError("reference is empty")
    if known is not None and reference != known.reference:
        raise ValueError("a booking keeps its reference: cancel this one and add another")
    return reference


def _designator(text: str) -> str:
    if (found := designator(text.strip())) is None:
        raise ValueError("write a flight number, such as BA117")
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a date, such as 2026-11-22") from None


def _airport(text: str) -> str | None:
    code = airport(text, None)
    if text and code is None:
        raise ValueError("write an airport's code, such as LHR")
    return code


def _ticketed(text: str, day: date) -> datetime | None:
    """Read "14:35", or, as the API gives it, "2026-11-22T14:35:00"."""
    if not text:
        return None
    if full := _FULL_TIME.fullmatch(text):
        if full["day"] != day.isoformat():
            raise ValueError("the ticketed time is of another date than the flight")
        text = full["clock"]
    return datetime.combine(day, time_of_day(text, "the ticketed time"))


def _status(text: str) -> SegmentStatus:
    try:
        return SegmentStatus(text.strip().lower() or SegmentStatus.CONFIRMED)
    except ValueError:
        raise ValueError(f"write {', '.join(SegmentStatus)}") from None


def _segment_draft(segment: Segment) -> SegmentDraft:
    return SegmentDraft(
        designator=segment.designator,
        flight_date=segment.flight_date.isoformat(),
        departure=segment.departure or "",
        arrival=segment.arrival or "",
        ticketed=f"{segment.ticketed:%H:%M}" if segment.ticketed else "",
        status=segment.status.value,
    )


def _word(yes: bool) -> str:
    return "yes" if yes else "no"
