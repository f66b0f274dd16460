"""Writes the email that an envelope asks for: headers, text and HTML, as the bytes that go over the wire."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256

import idna

from flightagents.domain.notifications import Envelope
from flightagents.errors import SettingsError
from flightagents.notify.headers import ROW_HEADER, policy
from flightagents.notify.wording import one_line

# Python quotes a display name wrongly when it folds one that is long and not ASCII, and a comma that is not
# quoted makes two recipients of one. A name can do without these.
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,"]+')
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
"""As the web and every sign-up form know it: no quoted strings, and nothing that needs SMTPUTF8."""
_LONGEST_NAME = 78
_LONGEST_PART = 64
"""Letters of an address before the @ (RFC 5321, 4.5.3.1.1)."""


class UnwritableAddressError(ValueError):
    """An address that cannot stand in an envelope. The text does not repeat it."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in the form that SMTP wants: the domain in ASCII."""

    local: str
    domain: str
    name: str = ""

    @classmethod
    def parse(cls, text: str, name: str = "") -> "Mailbox":
        """Read local@domain. Raises UnwritableAddressError."""
        local, _, domain = text.strip().rpartition("@")
        if not _LOCAL_PART.fullmatch(local) or len(local) > _LONGEST_PART:
            raise UnwritableAddressError("no email address: what stands before the @")
        try:
            ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise UnwritableAddressError("no email address: the domain") from None
        return cls(local, ascii_domain, one_line(_SPECIAL.sub(" ", name))[:_LONGEST_NAME].strip())

    @classmethod
    def sender(cls, mail_from: str, name: str = "") -> "Mailbox":
        """Read FLIGHTAGENTS_MAIL_FROM: an address, or Name <address>. Raises SettingsError."""
        given_name, bracket, address = mail_from.strip().removesuffix(">").rpartition("<")
        try:
            return cls.parse(address, given_name.strip(' "') if bracket and given_name.strip() else name)
        except UnwritableAddressError:
            raise SettingsError(
                "FLIGHTAGENTS_MAIL_FROM must be an email address, such as alerts@agency.example"
            ) from None

    @property
    def address(self) -> str:
        """Write local@domain, for the envelope."""
        return f"{self.local}@{self.domain}"

    @property
    def header(self) -> Address:
        """Give it for a header."""
        return Address(self.name, self.local, self.domain)


def domain_of(mail_from: str) -> str:
    """Give the domain of our sender, which Message-IDs carry. Raises SettingsError."""
    return Mailbox.sender(mail_from).domain


def write(envelope: Envelope, sender: Mailbox, recipient: Mailbox) -> bytes:
    """Write the email; the same envelope gives the same letter, to the byte."""
    message = envelope.message
    email = EmailMessage(policy=policy())
    email["From"] = sender.header
    email["To"] = recipient.header
    email["Subject"] = one_line(message.subject)
    if message.date is not None:
        email["Date"] = message.date
    email["Message-ID"] = _tokens(message.message_id)
    if message.references:
        email["References"] = _tokens(message.references)
    email["Auto-Submitted"] = "auto-generated"
    email[ROW_HEADER] = _tokens(envelope.row)
    email.set_content(message.text)
    if message.html is not None:
        email.add_alternative(message.html, subtype="html")
        # Python would draw one by lot. "=_" stands in no body: quoted-printable writes the sign as =3D.
        email.set_boundary(f"=_{sha256(envelope.row.encode()).hexdigest()[:32]}")
    return email.as_bytes()


def _tokens(text: str) -> str:
    """Make ids fit for a header that is never encoded; ours are ASCII, whatever an airport's code may be."""
    return one_line(text).encode("ascii", "ignore").decode("ascii")
