"""The routes about what a traveller told the agency: write to me no more, write again, forget me."""

from collections.abc import Sequence

from flightagents.domain.users import Role
from flightagents.web.api.answers_bookings import Consented, ConsentNoted, Forgetting, Forgotten
from flightagents.web.api.calls import Routes
from flightagents.web.api.routes import Asked, NoQuery, RefusalError, Route, missing


class PeopleRoutes(Routes):
    """Answers them."""

    def routes(self) -> Sequence[Route]:
        """List them."""
        return (
            Route(
                method="POST",
                path="/bookings/{key}/consent",
                name="note_consent",
                group="Bookings",
                says="Note that somebody wants no more messages at an address, or wants them again.",
                handler=self.consent,
                body=ConsentNoted,
                answer=Consented,
                role=Role.AGENT,
                example='{"channel": "sms", "given": false}',
                errors=(404,),
            ),
            Route(
                method="POST",
                path="/bookings/{key}/forget",
                name="forget_booking",
                group="Bookings",
                says="Erase all people of a booking's reference, for good.",
                handler=self.forget,
                body=Forgetting,
                answer=Forgotten,
                role=Role.AGENT,
                example='{"reference": "ABC123"}',
                errors=(404, 409),
            ),
        )

    async def consent(self, asked: Asked[NoQuery, ConsentNoted]) -> object:
        """Note it, for every booking with that address."""
        key, body = asked.path["key"], asked.body
        if not await self._calls().on_bookings.consent(key, body.channel, asked.who, given=body.given):
            raise missing("booking, or it has no address of that channel")
        return {"key": key, "channel": body.channel, "given": body.given}

    async def forget(self, asked: Asked[NoQuery, Forgetting]) -> object:
        """Forget them; the reference says that they are meant, for nothing brings them back."""
        key = asked.path["key"]
        known = await self._calls().people.one(key)
        if known is None:
            raise missing("booking")
        if known.reference != asked.body.reference.strip().upper():
            raise RefusalError(409, "this booking has another reference", "reference")
        return {"forgotten": await self._calls().on_bookings.forget(key, asked.who)}
