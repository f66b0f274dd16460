"""An email address in the form that SMTP wants, read from a setting, a booking or a rule."""

import re
from functools import lru_cache

import idna

_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
"""As the web and every sign-up form know it: no quoted strings, and nothing that needs SMTPUTF8."""
_LONGEST_PART = 64
"""Letters of an address before the @ (RFC 5321, 4.5.3.1.1)."""


class UnwritableAddressError(ValueError):
    """An address that cannot stand in an envelope. The text does not repeat it."""


def split_address(text: str) -> tuple[str, str]:
    """Read local@domain; give both, the domain in ASCII. Raises UnwritableAddressError."""
    local, _, domain = text.strip().rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or len(local) > _LONGEST_PART:
        raise UnwritableAddressError("no email address: what stands before the @")
    try:
        return local, _ascii(domain)
    except idna.IDNAError:
        raise UnwritableAddressError("no email address: the domain") from None


def written_address(text: str) -> tuple[str, str]:
    """Part a name from its address: what stands in Name <address>, or no name and the address."""
    name, bracket, address = text.strip().removesuffix(">").rpartition("<")
    return (name.strip(' "') if bracket else ""), address


@lru_cache(maxsize=4096)  # most travellers of an agency are at a few domains
def _ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode("ascii")
