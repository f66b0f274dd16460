"""Why no MongoDB server lets us in: its client waits for one that does, and keeps what each of them said."""

import asyncio
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import OperationFailure, PyMongoError

from flightagents.access.server import PATIENCE, Server, of_tls, speaks_tls
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


async def why_kept_out(client: Client) -> AccessError | None:
    """Look at what each server said last, and try the other way; None where it is an outage."""
    encrypted = client.options.pool_options._ssl_context is not None  # noqa: SLF001 - told nowhere else
    for (host, port), said in client.topology_description.server_descriptions().items():
        if port is None or said.error is None:  # a socket of this machine, or a server that answers
            continue
        server = Server("MongoDB", _NAMED, "URL", host, port)
        found = of_tls(server, said.error)
        if found is not None:
            return found
        if not encrypted and await speaks_tls(host, port):
            return SecurityMismatchError(
                f"{server} talks TLS, and {_NAMED}_URL does not say so",
                f"set {_NAMED}_CA_FILE to the PEM file of the authority that its certificate comes from, or "
                f"add tls=true to {_NAMED}_URL where this machine trusts it already",
            )
        if encrypted and await _answers_in_plain_text(host, port):
            return SecurityMismatchError(
                f"{server} does not encrypt, and our settings ask for TLS",
                f"switch TLS on in MongoDB (net.tls.mode), or leave tls=true out of {_NAMED}_URL, and "
                f"{_NAMED}_CA_FILE and {_NAMED}_CERT_FILE unset",
            )
    return None


async def _answers_in_plain_text(host: str, port: int) -> bool:
    """A greeting: no login goes over it."""
    client: Client = AsyncIOMotorClient(
        host,
        port,
        directConnection=True,
        tls=False,
        serverSelectionTimeoutMS=int(PATIENCE.total_seconds() * 1000),
    )
    try:
        async with asyncio.timeout(2 * PATIENCE.total_seconds()):
            await client.admin.command("hello")
    except (PyMongoError, TimeoutError):
        return False
    finally:
        client.close()
    return True
