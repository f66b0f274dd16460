"""The shapes of settings that are more than a number or a line: each check refuses with ValueError.

What is refused is never repeated, for it may be a secret that stands in the wrong place.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator

from flightagents.mail_addresses import UnwritableAddressError, split_address, written_address
from flightagents.settings.base import HIGHEST_PORT, Shape, one_line


def matches(pattern: str) -> AfterValidator:
    """Take what matches as a whole."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError
        return text

    return AfterValidator(check)


def each_part(parse: Callable[[str], object], separator: str = ";", *, whole: bool = True) -> AfterValidator:
    """Take what can be read part by part, and as a `whole` where that matters; name the part that cannot."""

    def check(text: str) -> str:
        for place, part in enumerate(text.split(separator), start=1):
            _read(parse, part, f"part {place} is not")
        if whole:
            _read(parse, text, "its parts do not go together")
        return text

    return AfterValidator(check)


def read_by(parse: Callable[[str], object]) -> AfterValidator:
    """Take what can be read."""

    def check(text: str) -> str:
        _read(parse, text, "")
        return text

    return AfterValidator(check)


def _read(parse: Callable[[str], object], text: str, otherwise: str) -> None:
    try:
        parse(text)
    except ValueError:
        raise ValueError(otherwise) from None


def _host(text: str) -> None:
    if re.fullmatch(r"[\w.-]+", text) is None:
        ip_address(text)


def _host_and_port(text: str) -> None:
    host, _, port = text.strip().rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= HIGHEST_PORT:
        raise ValueError
    _host(host.removeprefix("[").removesuffix("]"))


def _mail_address(text: str) -> None:
    try:
        split_address(written_address(text)[1])
    except UnwritableAddressError:
        raise ValueError from None


Host = Annotated[str, read_by(_host), Shape("the name or address of a host, without port")]
Brokers = Annotated[
    str, each_part(_host_and_port, ",", whole=False), Shape("host:port, several separated by commas")
]
MailAddress = Annotated[
    str, read_by(_mail_address), read_by(one_line), Shape("an email address, or Name <address>")
]
Url = Annotated[
    str,
    matches(r"https?://[^\s/?#@]+(/[^\s?#]*)?"),
    Shape("an address with http:// or https:// before it, without a login or a query"),
]
Phone = Annotated[str, matches(r"\+[1-9]\d{6,14}"), Shape("a phone number with + and the country's code")]
