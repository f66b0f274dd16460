"""A sample message to oneself: whether the settings work, and how it reads."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from flightagents.clock import Clock
from flightagents.domain.bookings import Channel
from flightagents.domain.delivery import Envelope, Outcome
from flightagents.domain.notifications import Notice
from flightagents.domain.said import Said
from flightagents.errors import ConfigurationError
from flightagents.ports import DeliveryChannel, Renderer

VALID = timedelta(minutes=10)


class SendSample:
    """Sends one message past the ledger: it is about no flight that anybody is on."""

    def __init__(self, channels: Mapping[Channel, DeliveryChannel], renderer: Renderer, clock: Clock) -> None:
        self._channels = channels
        self._renderer = renderer
        self._clock = clock

    async def __call__(self, channel: Channel, address: str, said: Said, language: str) -> Outcome:
        """Send it; give how that ended. Raises ConfigurationError where the channel is off."""
        if channel not in self._channels:
            raise ConfigurationError(f"{channel} is off: its settings are missing; .env.example lists them")
        row = f"sample-{uuid.uuid4().hex[:12]}"
        message = self._renderer.render(self._notice(said, language), channel, row=row, now=self._clock.now())
        envelope = Envelope(row=row, address=address, message=message, valid_for=VALID)
        return await self._channels[channel].send(envelope, _nothing_to_note)

    def _notice(self, said: Said, language: str) -> Notice:
        """Tell of a flight that leaves in five hours, as nobody's booking."""
        old = (self._clock.now() + timedelta(hours=5)).replace(minute=35, second=0, microsecond=0)
        moves = {
            Said.EARLIER: -timedelta(minutes=40),
            Said.ALL_CLEAR: -timedelta(minutes=125),
            Said.LATER: timedelta(minutes=125),
        }
        return Notice(
            said=said,
            designator="BA117",
            operated_as=None,
            departure="LHR",
            arrival="JFK",
            zone="Europe/London",
            old=old,
            new=old + moves.get(said, timedelta()),
            language=language,
            name="Sample Traveller",
            reference="SAMPLE",
            gate_from="A10" if said is Said.GATE else None,
            gate="B22" if said is Said.GATE else None,
            terminal_from="3" if said is Said.TERMINAL else None,
            terminal="5" if said is Said.TERMINAL else None,
        )


async def _nothing_to_note() -> None:
    """A sample has no row to mark."""
