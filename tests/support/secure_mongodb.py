"""A MongoDB for tests that talks TLS alone."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from flightagents.sandbox.mongodb import find_mongod
from flightagents.sandbox.processes import LOCALHOST, Child, free_port
from tests.support.certificates import HOST, Authority, Certificate
from tests.support.kafka import wait_until

READY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SecureMongoDB:
    """Where it is, whom it trusts, and a certificate that it takes."""

    port: int
    authority: Authority
    ours: Certificate

    def url(self, host: str = HOST, options: str = "") -> str:
        return f"mongodb://{host}:{self.port}/?directConnection=true{options}"


@contextmanager
def secure_mongodb(folder: Path) -> Iterator[SecureMongoDB]:
    """Start it; it wants a certificate of each client. Its host is `localhost`, and no other name."""
    authority = Authority(folder, "mongodb-authority")
    server = authority.certify("mongodb-server")
    found = SecureMongoDB(free_port(), authority, authority.certify("mongodb-client"))
    (folder / "data").mkdir()
    argv = [str(find_mongod()), "--dbpath", str(folder / "data"), "--bind_ip", LOCALHOST]
    argv += ["--port", str(found.port), "--replSet", "secure", "--nounixsocket", "--oplogSize", "64"]
    argv += ["--wiredTigerCacheSizeGB", "0.25", "--tlsMode", "requireTLS"]
    argv += ["--tlsCertificateKeyFile", str(server.both), "--tlsCAFile", str(authority.file)]
    argv += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
    child = Child("secure MongoDB", argv, log=folder / "mongod.log")
    try:
        with MongoClient[dict[str, Any]](
            found.url(),
            tlsCAFile=str(authority.file),
            tlsCertificateKeyFile=str(found.ours.both),
            serverSelectionTimeoutMS=500,
        ) as client:
            wait_until(lambda: _is_primary(client, found.port), READY, child.last_words)
        yield found
    finally:
        child.stop()


def _is_primary(client: MongoClient[dict[str, Any]], port: int) -> bool:
    with suppress(PyMongoError):
        hello = client.admin.command("hello")
        if hello["isWritablePrimary"]:
            return True
        if not hello.get("setName"):
            member = {"_id": 0, "host": f"{HOST}:{port}"}
            client.admin.command("replSetInitiate", {"_id": "secure", "members": [member]})
    return False
