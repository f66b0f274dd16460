"""The route that takes a whole file of bookings, as the page does: looked at with `dry_run`, then taken."""

from collections.abc import Sequence

from flightagents.domain.booking_intake import MANY
from flightagents.domain.users import Role
from flightagents.errors import BookingFileError
from flightagents.web.api.answers_bookings import FileAnswer, FileTyped
from flightagents.web.api.bookings import Taking, too_many
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Asked, RefusalError, Route
from flightagents.web.api.shown import match_of, message_of

MOST_BYTES = 8 * 1024 * 1024
"""A file may have 5 MB; in JSON each line's end and each quote is longer."""


class FileRoutes(Routes):
    """Answers it."""

    def routes(self) -> Sequence[Route]:
        """List it."""
        return (
            Route(
                method="POST",
                path="/bookings/file",
                name="take_file",
                group="Bookings",
                says="Take in a file of bookings; lines that are none are named, and the others taken.",
                handler=self.take,
                query=Taking,
                body=FileTyped,
                answer=FileAnswer,
                role=Role.AGENT,
                example=(
                    '{"name": "today.csv", '
                    '"content": "reference,email,flights\\nABC123,jane@example.org,BA117 2026-11-22"}'
                ),
                errors=(409,),
                most_bytes=MOST_BYTES,
                slow=True,
            ),
        )

    async def take(self, asked: Asked[Taking, FileTyped]) -> object:
        """Take it in."""
        uploads, key, who = self._calls().uploads, self._calls().key, asked.who
        content, name = asked.body.content.encode(), asked.body.name
        try:
            seen = await uploads.preview_sent(content, name)
        except BookingFileError as exc:
            raise RefusalError(400, str(exc), "content") from None
        if not asked.query.dry_run:
            if len(seen.would_send) > MANY and not asked.query.anyway:
                raise too_many(len(seen.would_send))
            await uploads.take_sent(content, name, who)
        return {
            "dry_run": asked.query.dry_run,
            "items": [
                {
                    "outcome": each.standing,
                    "key": key(each.booking.id),
                    "errors": {},
                    "segments": [match_of((it.segment, it.match, it.flights)) for it in each.segments],
                }
                for each in seen.bookings
            ],
            "refused": seen.refused,
            "ignored_columns": seen.ignored_columns,
            "messages": [message_of(each, key) for each in seen.would_send],
        }
