"""The link under each email: whoever has it may end the emails to that address, and have them back."""

from flightagents.domain.bookings import Channel
from flightagents.domain.page import Reader
from flightagents.handlers.bearers import Bearer, Bearers
from flightagents.handlers.consents import GiveConsent, WithdrawConsent


class Subscriptions:
    """Emails to the address of the booking that a token was made for."""

    def __init__(self, bearers: Bearers, withdraw: WithdrawConsent, give: GiveConsent) -> None:
        self._bearers = bearers
        self._withdraw = withdraw
        self._give = give

    async def reader(self, token: str) -> Reader | None:
        """Tell how it stands; changes nothing. None where the token leads to nobody."""
        bearer = await self._bearers(token)
        return _reader(bearer) if bearer else None

    async def end(self, token: str, how: str) -> Reader | None:
        """End the emails."""
        bearer = await self._bearers(token)
        if bearer is not None and bearer.booking.email is not None:
            await self._withdraw(Channel.EMAIL, bearer.booking.email, how)
            bearer = await self._bearers(token)
        return _reader(bearer) if bearer else None

    async def resume(self, token: str) -> Reader | None:
        """Begin them again, for somebody who had ended them: a link alone is no first consent."""
        bearer = await self._bearers(token)
        if bearer is not None and bearer.booking.email is not None:
            address = bearer.booking.email
            if await self._give.had_stopped(Channel.EMAIL, address):
                await self._give(Channel.EMAIL, address, "link")
                bearer = await self._bearers(token)
        return _reader(bearer) if bearer else None


def _reader(bearer: Bearer) -> Reader:
    return Reader(bearer.booking.language, gets_emails=bearer.booking.allows(Channel.EMAIL))
