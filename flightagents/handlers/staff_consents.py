"""What staff note of a traveller's consent: who noted it, when, and nothing that the person took back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flightagents.domain.bookings import Booking, Channel, Consent
from flightagents.handlers.booking_fields import yes_or_no
from flightagents.settings import ConsentBasis


@dataclass(frozen=True, slots=True)
class SaidOfConsent:
    """A field of a form: about which address, and who fills it in, when."""

    channel: Channel
    address: str | None
    name: str
    who: str
    at: datetime

    def read(self, known: Booking | None, basis: ConsentBasis, text: str) -> Consent | None:
        """Read yes or no into the consent that stands then; empty leaves what stands for the address.

        Raises ValueError where nothing can be given.
        """
        given = yes_or_no(text, self.name)
        if self.address is None:
            if given:
                raise ValueError("there is no address for it")
            return None
        same = known is not None and known.address(self.channel) == self.address
        standing = known.consents.get(self.channel) if known is not None and same else None
        if given is None:
            in_the_service = basis is ConsentBasis.SERVICE and not same
            return Consent(source="service", at=self._at) if in_the_service else standing
        return self._yes(standing) if given else self._no(standing)

    def _yes(self, standing: Consent | None) -> Consent:
        if standing is None or (standing.revoked_at and standing.revoked_by.startswith("staff:")):
            return Consent(source=self._by, at=self._at)
        if standing.revoked_at is not None:
            raise ValueError(
                f"they took it back themselves ({standing.revoked_by}, {standing.revoked_at:%Y-%m-%d}): only "
                "they can give it again"
            )
        return standing

    def _no(self, standing: Consent | None) -> Consent | None:
        if standing is None or standing.revoked_at is not None:
            return standing
        return replace(standing, revoked_at=self._at, revoked_by=self._by)

    @property
    def _by(self) -> str:
        return f"staff:{self.who}"

    @property
    def _at(self) -> datetime:
        return self.at.astimezone(UTC)
