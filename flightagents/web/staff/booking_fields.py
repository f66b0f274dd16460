"""The fields of a booking's form: from what was posted to a draft, and what two drafts differ in."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import NamedTuple

from flightagents.domain.booking_edits import BookingDraft, SegmentDraft

MOST_SEGMENTS = 31
"""One more than a booking may have, so that too many are noticed."""
LABELS = {
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "language": "Language",
    "channels": "Channels",
    "protected": "All on one ticket",
    "client": "Client",
    "vip": "VIP",
}
_SEGMENT = re.compile(r"segments\.(\d{1,2})\.[a-z_]+")
_TEXTS = tuple(each.name for each in fields(BookingDraft) if each.name != "segments")
_PARTS = tuple(each.name for each in fields(SegmentDraft))


class Difference(NamedTuple):
    """A field in which a booking as it stands is not as somebody typed it."""

    label: str
    stands: str
    typed: str


def blank() -> BookingDraft:
    """Give the draft of an empty form."""
    return BookingDraft(language="en", vip="no")


def draft_from(form: Mapping[str, str]) -> BookingDraft:
    """Read a form; rows of flights that were left empty count as none."""
    numbers = sorted({int(found[1]) for name in form if (found := _SEGMENT.fullmatch(name))})
    segments = [segment_from(form, f"segments.{number}") for number in numbers[:MOST_SEGMENTS]]
    return BookingDraft(
        **{name: form.get(name, "") for name in _TEXTS},
        segments=tuple(each for each in segments if _is_filled(each)),
    )


def segment_from(form: Mapping[str, str], place: str) -> SegmentDraft:
    """Read one flight of a form."""
    return SegmentDraft(**{name: form.get(f"{place}.{name}", "") for name in _PARTS})


def _is_filled(segment: SegmentDraft) -> bool:
    return any(getattr(segment, name).strip() for name in _PARTS if name != "status")


def differences(stands: BookingDraft, typed: BookingDraft) -> list[Difference]:
    """Tell in which fields two drafts differ."""
    pairs = [(label, getattr(stands, name), getattr(typed, name)) for name, label in LABELS.items()]
    pairs.append(("Flights", _flights(stands), _flights(typed)))
    return [Difference(label, old, new) for label, old, new in pairs if old.strip() != new.strip()]


def _flights(draft: BookingDraft) -> str:
    return "; ".join(
        " ".join(filter(None, (getattr(each, name).strip() for name in _PARTS))) for each in draft.segments
    )
