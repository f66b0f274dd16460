"""Authorities and certificates for tests, made anew each time, as PEM files."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

HOST = "localhost"
"""The only name that a server's certificate is for; 127.0.0.1 is another."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of one."""

    chain: Path
    key: Path
    both: Path
    locked: Path
    """The key with `PASSWORD`."""


PASSWORD = "open sesame"


class Authority:
    """Signs certificates; `file` is what others trust."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def certify(self, name: str, host: str = HOST) -> Certificate:
        """Make a key and a certificate for a host, in files of this name."""
        leaf = self._ca.issue_cert(host)
        chain = b"".join(part.bytes() for part in leaf.cert_chain_pems)
        key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
        # PKCS #8, which Java reads too.
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        locking = BestAvailableEncryption(PASSWORD.encode())
        locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locking)
        made = Certificate(*(self._folder / f"{name}.{end}" for end in ("crt", "key", "pem", "locked")))
        for path, content in (
            (made.chain, chain),
            (made.key, plain),
            (made.both, plain + chain),
            (made.locked, locked),
        ):
            path.write_bytes(content)
        return made
