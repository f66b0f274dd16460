"""Why no Kafka broker lets us in: aiokafka tells that to its log alone, and to the caller nothing.

Asked after a client of aiokafka has failed, and before anybody waits for what does not change by itself.
"""

import asyncio
from dataclasses import replace

from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.admin import SaslHandShakeRequest
from aiokafka.protocol.metadata import MetadataRequest

from flightagents.access.server import PATIENCE, Server, causes, of_tls, speaks_tls
from flightagents.errors import AccessError, LoginRefusedError, SecurityMismatchError
from flightagents.settings import PREFIX, KafkaAccess, KafkaSecurity

_NAMED = f"{PREFIX}KAFKA"
_MILLISECONDS = int(PATIENCE.total_seconds() * 1000)


async def why_kept_out(access: KafkaAccess) -> AccessError | None:
    """Knock at the brokers, and at those that they name; None where it is an outage, which may pass."""
    to_ask = [_server(*each.rsplit(":", 1)) for each in access.servers]
    asked: set[Server] = set()
    while to_ask:
        server = to_ask.pop(0)
        if server in asked:
            continue
        asked.add(server)
        try:
            async with asyncio.timeout(2 * PATIENCE.total_seconds()):
                named = await _knock(server, access)
        except (KafkaError, OSError, TimeoutError) as exc:
            found = await _told(server, access, exc) or await _tried_otherwise(server, access)
            if found is not None:
                return found
        else:
            to_ask.extend(named)
    return None


def _server(host: str, port: str | int) -> Server:
    return Server("Kafka", _NAMED, "BROKERS", host.removeprefix("[").removesuffix("]"), int(port))


async def _knock(server: Server, access: KafkaAccess) -> list[Server]:
    connection = await _connected(server, access)
    try:
        answer = await connection.send(MetadataRequest([]))
    finally:
        await _leave(connection)
    return [_server(host, port) for _node, host, port, *_rack in answer.brokers]


async def _connected(server: Server, access: KafkaAccess) -> AIOKafkaConnection:
    return await create_conn(server.host, server.port, request_timeout_ms=_MILLISECONDS, **access.way_in())


async def _told(server: Server, access: KafkaAccess, exc: Exception) -> AccessError | None:
    """Tell it by what the broker said."""
    for cause in causes(exc):
        match cause:
            case SaslAuthenticationFailed():
                return LoginRefusedError(
                    f"{server} refuses our user name or password ({access.mechanism.value})",
                    f"correct {_NAMED}_USERNAME and {_NAMED}_PASSWORD; with SCRAM the broker keeps a user "
                    f"for each mechanism, see {_NAMED}_SASL_MECHANISM",
                )
            case UnsupportedSaslMechanismError():
                taken = ", ".join(await _mechanisms(server, access))
                return LoginRefusedError(
                    f"{server} takes no login by {access.mechanism.value}",
                    f"set {_NAMED}_SASL_MECHANISM to one that it takes ({taken})",
                )
            case IllegalSaslStateError():
                wanted = "ssl" if access.security.is_encrypted else "plaintext"
                return SecurityMismatchError(
                    f"{server} asks for no login here, and {_NAMED}_SECURITY is {access.security.value}",
                    f"set {_NAMED}_SECURITY={wanted}, or name the port of its SASL listener in "
                    f"{_NAMED}_BROKERS",
                )
    return of_tls(server, exc)


async def _tried_otherwise(server: Server, access: KafkaAccess) -> AccessError | None:
    """A broker hangs up on whoever talks otherwise than it does: see whether it answers in another way."""
    if access.security.is_encrypted:
        if await _answers_in_plain_text(server):
            return _other(server, access, "does not encrypt here", "sasl_plaintext, or plaintext")
    elif await speaks_tls(server.host, server.port):
        return _other(server, access, "talks TLS here", "sasl_ssl, or ssl where there is no login")
    if not access.security.has_login:
        mechanisms = await _mechanisms(server, access)
        if mechanisms:
            with_login = "sasl_ssl" if access.security.is_encrypted else "sasl_plaintext"
            return _other(server, access, f"wants a login ({', '.join(mechanisms)})", with_login)
    return None


def _other(server: Server, access: KafkaAccess, what: str, better: str) -> SecurityMismatchError:
    return SecurityMismatchError(
        f"{server} {what}, and {_NAMED}_SECURITY is {access.security.value}",
        f"set {_NAMED}_SECURITY={better}, or name another port of it in {_NAMED}_BROKERS",
    )


async def _answers_in_plain_text(server: Server) -> bool:
    """It asks only which versions it speaks; no login goes over it."""
    try:
        connection = await _connected(server, KafkaAccess(f"{server.host}:{server.port}"))
    except (KafkaError, OSError, TimeoutError):
        return False
    await _leave(connection)
    return True


async def _mechanisms(server: Server, access: KafkaAccess) -> list[str]:
    """Name the ways of a login that a broker takes; none where it wants none, or does not answer."""
    bare = KafkaSecurity.SSL if access.security.is_encrypted else KafkaSecurity.PLAINTEXT
    try:
        connection = await _connected(server, replace(access, security=bare))
        try:
            answer = await connection.send(SaslHandShakeRequest(access.mechanism.value))
        finally:
            await _leave(connection)
    except (KafkaError, OSError, TimeoutError):
        return []
    return [str(each) for each in answer.enabled_mechanisms]


async def _leave(connection: AIOKafkaConnection) -> None:
    """Close it, and wait for that, but not for a broker that hangs."""
    closed = connection.close()
    if closed is not None:
        await asyncio.wait([closed], timeout=1)
