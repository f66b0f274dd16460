"""Builds what encrypts a connection, and proves who we are, from the PEM files that the settings name.

Chains and host names are always verified. Nothing connects before all files have been read.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from flightagents.errors import SettingsError

_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Which files; `named` begins the names of their variables, as FLIGHTAGENTS_KAFKA does."""

    named: str
    authority: Path | None
    certificate: Path | None
    key: Path | None
    """None where it stands in the certificate's file."""
    password: SecretStr | None
    """Of the key."""

    def context(self) -> ssl.SSLContext:
        """Trust the given authority alone, else those of this machine. Raises SettingsError."""
        made = ssl.create_default_context()
        if self.authority is not None:
            made = ssl.create_default_context(cadata=self._trusted(self.authority))
        if self.certificate is not None:
            self._show(made, self.certificate)
        return made

    def mistakes(self) -> Iterator[str]:
        """Say what is wrong with the files."""
        try:
            self.context()
        except SettingsError as exc:
            yield from exc.mistakes

    def _trusted(self, path: Path) -> str:
        variable, what = f"{self.named}_CA_FILE", "a PEM file of the authorities to trust"
        text = _text(variable, path, what, "ca.pem")
        try:
            ssl.create_default_context(cadata=text)
        except (ssl.SSLError, ValueError):  # not chained: it tells nothing more
            text = ""
        if _CERTIFICATE not in text:
            raise _wrong(variable, what, "ca.pem", f"no {_CERTIFICATE} that can be read is in it")
        return text

    def _show(self, made: ssl.SSLContext, path: Path) -> None:
        variable = f"{self.named}_CERT_FILE"
        what = "a PEM file of our certificate with those between it and the authority"
        if _CERTIFICATE not in _text(variable, path, what, "worker.pem"):
            raise _wrong(variable, what, "worker.pem", f"no {_CERTIFICATE} is in it")
        if self.key is not None:
            _text(f"{self.named}_KEY_FILE", self.key, "a PEM file of the private key", "worker.key")
        password = self.password.get_secret_value() if self.password else ""
        with self._refused():
            # A function in any case: OpenSSL asks the terminal for a password that it is not given.
            made.load_cert_chain(path, self.key, password=lambda: password)

    @contextmanager
    def _refused(self) -> Iterator[None]:
        where = f"{self.named}_KEY_FILE" if self.key is not None else f"{self.named}_CERT_FILE"
        try:
            yield
        except ssl.SSLError as exc:
            if exc.reason == "KEY_VALUES_MISMATCH":
                what = f"a PEM file of the private key that belongs to {self.named}_CERT_FILE"
                raise _wrong(where, what, "worker.key", "it is another one") from None
            what = (
                "a PEM file with -----BEGIN PRIVATE KEY-----, or -----BEGIN ENCRYPTED PRIVATE KEY----- and "
                f"its password in {self.named}_KEY_PASSWORD"
            )
            raise _wrong(where, what, "worker.key", "no private key that can be read is in it") from None


def _text(variable: str, path: Path, what: str, example: str) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as exc:
        raise _wrong(variable, what, example, exc.strerror or type(exc).__name__) from None


def _wrong(variable: str, what: str, example: str, why: str) -> SettingsError:
    """The path is not repeated: it may be the secret itself, in the wrong variable."""
    return SettingsError(f"{variable}: must be {what}, for example /etc/flightagents/{example} ({why})")
