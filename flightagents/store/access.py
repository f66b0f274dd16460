"""Why no MongoDB server lets us in: its client waits for one that does, and loses what each of them said."""

import asyncio
import ssl
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import OperationFailure, PyMongoError

from flightagents.access.server import PATIENCE, Server, handshake, speaks_tls
from flightagents.errors import AccessError, LoginRefusedError, SecurityMismatchError
from flightagents.settings import PREFIX

Client = AsyncIOMotorClient[dict[str, Any]]

_NAMED = f"{PREFIX}MONGODB"
_REFUSED = (13, 18)
"""Unauthorized, AuthenticationFailed."""


def of_refusal(exc: PyMongoError, database: str) -> AccessError | None:
    """Tell whether MongoDB refuses our credentials, or that we have none."""
    if isinstance(exc, OperationFailure) and exc.code in _REFUSED:
        return LoginRefusedError(
            f"MongoDB refuses us (code {exc.code})",
            f"set a user and a password in {_NAMED}_URL that may read and write the database {database}, "
            "with authSource where the user is of another one",
        )
    return None


async def why_kept_out(motors: Client) -> AccessError | None:
    """Knock at each server that the client does not get into; None where it is an outage."""
    client = motors.delegate
    # What its settings and its URL say together is told nowhere else.
    tls: ssl.SSLContext | None = client.options.pool_options._ssl_context  # noqa: SLF001
    for (host, port), last in client.topology_description.server_descriptions().items():
        if port is None or last.error is None:  # a socket of this machine, or a server that answers
            continue
        found = await _knock(Server("MongoDB", _NAMED, "URL", host, port), tls)
        if found is not None:
            return found
    return None


async def _knock(server: Server, tls: ssl.SSLContext | None) -> AccessError | None:
    if tls is None:
        if not await speaks_tls(server.host, server.port):
            return None
        return SecurityMismatchError(
            f"{server} talks TLS, and {_NAMED}_URL does not say so",
            f"set {_NAMED}_CA_FILE to the PEM file of the authority that its certificate comes from, or add "
            f"tls=true to {_NAMED}_URL where this machine trusts it already",
        )
    found = await handshake(server, tls)
    if found is None and await _answers_in_plain_text(server.host, server.port):
        return SecurityMismatchError(
            f"{server} does not encrypt, and our settings ask for TLS",
            f"switch TLS on in MongoDB (net.tls.mode), or leave tls=true out of {_NAMED}_URL, and "
            f"{_NAMED}_CA_FILE and {_NAMED}_CERT_FILE unset",
        )
    return found


async def _answers_in_plain_text(host: str, port: int) -> bool:
    """A greeting: no login goes over it."""
    client: Client = AsyncIOMotorClient(
        host,
        port,
        directConnection=True,
        tls=False,
        serverSelectionTimeoutMS=1_000,
    )
    try:
        async with asyncio.timeout(2 * PATIENCE.total_seconds()):
            await client.admin.command("hello")
    except (PyMongoError, TimeoutError):
        return False
    finally:
        client.close()
    return True
