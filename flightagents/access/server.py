"""A server that we may not get into, and what its answer to TLS means."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flightagents.errors import (
    AccessError,
    HostNameError,
    OurCertificateError,
    UntrustedCertificateError,
)

PATIENCE = timedelta(seconds=5)
"""With each server; who knocks has waited for one already."""
_FIRST_WORDS = timedelta(seconds=1)
_TIMES = 3
_BETWEEN = timedelta(seconds=0.5)

_OTHER_NAME = (62, 64)
"""OpenSSL's codes for a certificate of another host name, or of another address."""
_ABOUT_OURS = ("CERTIFICATE_REQUIRED", "CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "ACCESS_DENIED")


@dataclass(frozen=True, slots=True)
class Server:
    """Whom we knock at, and the settings to name: `named` begins them, as FLIGHTAGENTS_KAFKA does."""

    kind: str
    named: str
    address: str
    """The setting of the address, without what `named` says."""
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.kind} at {self.host}:{self.port}"


def causes(exc: BaseException | None) -> Iterator[BaseException]:
    """Go from an error to what lies behind it."""
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield exc
        exc = exc.__cause__ or exc.__context__


def of_tls(server: Server, exc: BaseException) -> AccessError | None:
    """Tell what a failed TLS handshake means; None where it is no such thing, or tells nothing."""
    for cause in causes(exc):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _unverified(server, cause)
        if isinstance(cause, ssl.SSLError) and _is_about_ours(cause):
            return _refused_ours(server, _reason(cause))
    return None


def _refused_ours(server: Server, how: str) -> OurCertificateError:
    return OurCertificateError(
        f"{server} refuses the certificate that we show, or wants one and we show none ({how})",
        f"set {server.named}_CERT_FILE to a PEM file of a certificate from an authority that it trusts, "
        "valid today, with its private key",
    )


def _unverified(server: Server, exc: ssl.SSLCertVerificationError) -> AccessError:
    if exc.verify_code in _OTHER_NAME:
        return HostNameError(
            f"the certificate of {server} is for another host name ({exc.verify_message})",
            f"write the name that the certificate holds in {server.named}_{server.address}, and have the "
            "server announce itself by that name; or give the server a certificate that holds this one "
            "(subjectAltName)",
        )
    return UntrustedCertificateError(
        f"the certificate of {server} is not trusted ({exc.verify_message})",
        f"set {server.named}_CA_FILE to the PEM file of the authority that it comes from; of one that is "
        "out of date, the server needs a new one, or this machine's clock is wrong",
    )


def _is_about_ours(exc: ssl.SSLError) -> bool:
    reason = _reason(exc)
    return "ALERT" in reason and any(word in reason for word in _ABOUT_OURS)


def _reason(exc: ssl.SSLError) -> str:
    return exc.reason or ""


async def handshake(server: Server, context: ssl.SSLContext) -> AccessError | None:
    """Go through TLS as our client does, for one that does not tell what went wrong in it.

    MongoDB hangs up on a certificate of ours that it does not take, without the word that TLS has for that:
    where it hangs up time and again before we have said anything, that is what it means.
    """
    for _ in range(_TIMES):
        try:
            if not await _hangs_up(server, context):
                return None
        except (OSError, TimeoutError) as exc:
            return of_tls(server, exc)
        await asyncio.sleep(_BETWEEN.total_seconds())
    return _refused_ours(server, "it hangs up as soon as TLS stands")


async def _hangs_up(server: Server, context: ssl.SSLContext) -> bool:
    """Whether the first thing that it does, once TLS stands, is to hang up."""
    async with asyncio.timeout(PATIENCE.total_seconds()):
        reader, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
    try:
        async with asyncio.timeout(_FIRST_WORDS.total_seconds()):
            return not await reader.read(1)
    except TimeoutError:  # it waits for us to speak, as it should
        return False
    finally:
        await _leave(writer)


async def speaks_tls(host: str, port: int) -> bool:
    """Tell whether a server answers a TLS handshake; nothing is sent over it, so anybody may answer."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            _, writer = await asyncio.open_connection(host, port, ssl=anybody)
    except ssl.SSLError as exc:
        return "ALERT" in _reason(exc)
    except (OSError, TimeoutError):
        return False
    await _leave(writer)
    return True


async def _leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_FIRST_WORDS.total_seconds()):
            await writer.wait_closed()
