"""The routes about bookings. For agents alone: whatever they answer is about a person."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from msgspec import Struct

from flightagents.domain.booking_edits import BookingDraft, Edit, Edited, SegmentDraft
from flightagents.domain.booking_intake import TakenDraft
from flightagents.domain.bookings import Booking, Channel
from flightagents.domain.people_text import PeopleQuery
from flightagents.domain.users import Role
from flightagents.web.api.answers import Page
from flightagents.web.api.answers_bookings import (
    BookingAnswer,
    BookingsTyped,
    BookingTyped,
    EditAnswer,
    Rebooking,
    SegmentTyped,
    TakingAnswer,
    VersionSeen,
)
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import (
    Asked,
    Listed,
    NoQuery,
    Paged,
    RefusalError,
    Route,
    Text,
    missing,
    refusal_of,
    same,
)
from flightagents.web.api.shown import match_of, message_of

MOST_BYTES = 5 * 1024 * 1024


class BookingsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who: a name, reference, email address or phone number, or its beginning; still to travel on a day."""

    text: Text = ""
    travels_from: date | None = None


class DryRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `dry_run` nothing is stored or sent."""

    dry_run: bool = False


class Taking(DryRun, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would send more than 20 messages at once is taken only `anyway`."""

    anyway: bool = False


class BookingRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        segment = '{"designator": "BA117", "flight_date": "2026-11-22", "departure": "LHR", "arrival": "JFK"}'
        booking = (
            '{"reference": "ABC123", "name": "Jane Doe", "email": "jane@example.org", '
            f'"consent_email": "yes", "segments": [{segment}]}}'
        )
        one: dict[str, Any] = {
            "group": "Bookings",
            "query": DryRun,
            "answer": EditAnswer,
            "role": Role.AGENT,
            "errors": (404, 409),
        }
        edit = f'{{"version": "0f3c...", {booking[1:]}'
        return (
            Route(
                method="GET",
                path="/bookings",
                name="bookings",
                group="Bookings",
                says="Search bookings by who is on them.",
                handler=self.search,
                query=BookingsAsked,
                answer=Page[BookingAnswer],
                role=Role.AGENT,
            ),
            Route(
                method="POST",
                path="/bookings",
                name="take_bookings",
                group="Bookings",
                says=(
                    "Take in bookings, one or a list. Each is taken or refused by itself; the same reference "
                    "and contact is the same booking, so that sending it again changes nothing. "
                    "What was read here may come back, with its key; another contact wants PUT."
                ),
                handler=self.take,
                query=Taking,
                body=BookingsTyped,
                answer=TakingAnswer,
                role=Role.AGENT,
                example=f"[{booking}]",
                errors=(409,),
                most_bytes=MOST_BYTES,
            ),
            Route(
                method="GET",
                path="/bookings/{key}",
                name="booking",
                group="Bookings",
                says="One booking.",
                handler=self.one,
                answer=BookingAnswer,
                role=Role.AGENT,
                errors=(404,),
            ),
            Route(
                method="PUT",
                path="/bookings/{key}",
                name="edit_booking",
                says=(
                    "Put a booking, as it was read and with what is to change, in the place of the version "
                    "that was seen; flights that are not in it any more are cancelled."
                ),
                handler=self.edit,
                body=BookingTyped,
                example=edit,
                **one,
            ),
            Route(
                method="POST",
                path="/bookings/{key}/rebook",
                name="rebook_booking",
                says="Put another flight in the place of one that is not over.",
                handler=self.rebook,
                body=Rebooking,
                example=f'{{"version": "0f3c...", "segment": 0, "new": {segment}}}',
                **one,
            ),
            Route(
                method="POST",
                path="/bookings/{key}/cancel",
                name="cancel_booking",
                says="Cancel one flight of a booking, or all that are not over.",
                handler=self.cancel,
                body=VersionSeen,
                example='{"version": "0f3c..."}',
                **one,
            ),
        )

    async def search(self, asked: Asked[BookingsAsked, None]) -> object:
        """Search."""
        wanted = asked.query
        query = PeopleQuery(text=wanted.text, travels_from=wanted.travels_from)
        page = await self._calls().people.search(query, limit=wanted.limit, after=wanted.after)
        return Listed([self._shown(each) for each in page.rows], page.after)

    async def one(self, asked: Asked[NoQuery, None]) -> object:
        """Give one."""
        return self._shown(await self._known(asked.path["key"]))

    async def take(self, asked: Asked[Taking, list[BookingTyped] | BookingTyped]) -> object:
        """Take them in."""
        typed = asked.body if isinstance(asked.body, list) else [asked.body]
        dry_run, anyway = asked.query.dry_run, asked.query.anyway
        taken = await self._calls().take(
            [draft_of(each) for each in typed], asked.who, store=not dry_run, anyway=anyway
        )
        if not dry_run and not taken.stored:
            raise too_many(len(taken.messages))
        return {
            "items": [self._taken(each) for each in taken.items],
            "dry_run": dry_run,
            "messages": [message_of(each, self._calls().key) for each in taken.messages],
        }

    async def edit(self, asked: Asked[DryRun, BookingTyped]) -> object:
        """Edit one."""
        key, body = asked.path["key"], asked.body
        if not body.version:
            raise RefusalError(400, "say which version of the booking was seen", "version")
        if body.key not in ("", key):
            raise RefusalError(400, "this is another booking's", "key")
        edited = await self._calls().on_bookings.edit(
            key, body.version, draft_of(body), asked.who, store=not asked.query.dry_run
        )
        return self._edited(edited)

    async def rebook(self, asked: Asked[DryRun, Rebooking]) -> object:
        """Rebook a flight of one."""
        key, body = asked.path["key"], asked.body
        edited = await self._calls().on_bookings.rebook(
            key,
            body.version,
            body.segment,
            segment_draft_of(body.new),
            asked.who,
            store=not asked.query.dry_run,
        )
        return self._edited(edited)

    async def cancel(self, asked: Asked[DryRun, VersionSeen]) -> object:
        """Cancel one."""
        key, body = asked.path["key"], asked.body
        edited = await self._calls().on_bookings.cancel(
            key, body.version, body.segment, asked.who, store=not asked.query.dry_run
        )
        return self._edited(edited)

    async def _known(self, key: str) -> Booking:
        found = await self._calls().people.one(key)
        if found is None:
            raise missing("booking")
        return found

    def _edited(self, edited: Edited) -> object:
        match edited.edit:
            case Edit.WRONG:
                raise refusal_of(edited.errors)
            case Edit.CONFLICT | Edit.EXISTS:
                raise RefusalError(
                    409, "the booking was changed meanwhile: look at it as it is now", "version"
                )
            case Edit.UNKNOWN:
                raise missing("booking")
            case Edit.SAVED | Edit.PREVIEWED:
                pass
        if edited.booking is None:
            raise missing("booking")
        return {
            "edit": edited.edit.value,
            "booking": {**self._shown(edited.booking), "version": edited.version},
            "segments": [match_of(each) for each in edited.matches],
            "messages": [message_of(each, self._calls().key) for each in edited.messages],
        }

    def _shown(self, booking: Booking) -> dict[str, object]:
        calls = self._calls()
        consents = {
            f"consent_{channel}": booking.allows(channel) if channel in booking.consents else None
            for channel in Channel
        }
        return {
            **same(booking, BookingAnswer),
            **consents,
            "key": calls.key(booking.id),
            "version": calls.version(booking),
        }

    def _taken(self, taken: TakenDraft) -> object:
        return {
            "outcome": taken.outcome.value,
            "key": self._calls().key(taken.booking.id) if taken.booking else None,
            "errors": dict(taken.errors),
            "segments": [match_of(each) for each in taken.matches],
        }


def too_many(messages: int) -> RefusalError:
    """Say that nothing was taken, for it would send many messages that nobody has looked at."""
    return RefusalError(
        409,
        f"this would send {messages} messages at once, so nothing was taken: look at it with dry_run=true, "
        "and send it with anyway=true",
    )


def segment_draft_of(typed: SegmentTyped) -> SegmentDraft:
    """Give what a form would give."""
    return SegmentDraft(**{each.name: getattr(typed, each.name) or "" for each in fields(SegmentDraft)})


def draft_of(typed: BookingTyped) -> BookingDraft:
    """Give what a form would give."""
    names = (each.name for each in fields(BookingDraft) if each.name != "segments")
    texts = {name: _typed(getattr(typed, name)) for name in names}
    return BookingDraft(**texts, segments=tuple(segment_draft_of(each) for each in typed.segments))


def _typed(value: bool | str | tuple[str, ...] | None) -> str:
    """Write a value as a form has it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(value)
        case str():
            return value
