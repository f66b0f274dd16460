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

    def _trusted(self, path: Path) -> str:
        variable = f"{self.named}_CA_FILE"
        text = _text(variable, path, "certificates of the authorities to trust", "ca.pem")
        try:
            ssl.create_default_context(cadata=text)
        except (ssl.SSLError, ValueError):  # not chained: it tells nothing more
            text = ""
        if _CERTIFICATE not in text:
            raise SettingsError(
                f"{variable} names {path}, which is no PEM file of certificates: it has to hold "
                f"{_CERTIFICATE} for each authority to trust, for example /etc/flightagents/ca.pem"
            )
        return text

    def _show(self, made: ssl.SSLContext, path: Path) -> None:
        shape = "our certificate with those between it and the authority"
        text = _text(f"{self.named}_CERT_FILE", path, shape, "worker.pem")
        if _CERTIFICATE not in text:
            raise SettingsError(
                f"{self.named}_CERT_FILE names {path}, which is no PEM file of a certificate: it has to hold "
                f"{_CERTIFICATE}, for example /etc/flightagents/worker.pem"
            )
        if self.key is not None:
            _text(f"{self.named}_KEY_FILE", self.key, "the certificate's private key", "worker.key")
        password = self.password.get_secret_value() if self.password else ""
        with self._refused(path):
            # A function in any case: OpenSSL asks the terminal for a password that it is not given.
            made.load_cert_chain(path, self.key, password=lambda: password)

    @contextmanager
    def _refused(self, path: Path) -> Iterator[None]:
        where = f"{self.named}_KEY_FILE" if self.key is not None else f"{self.named}_CERT_FILE"
        try:
            yield
        except ssl.SSLError as exc:
            if exc.reason == "KEY_VALUES_MISMATCH":
                raise SettingsError(
                    f"{where}: the private key in {self.key or path} is not that of the certificate in {path}"
                ) from None
            raise SettingsError(
                f"{where}: {self.key or path} holds no private key that can be read: it has to be a PEM file "
                "with -----BEGIN PRIVATE KEY-----, or -----BEGIN ENCRYPTED PRIVATE KEY----- and its password "
                f"in {self.named}_KEY_PASSWORD"
            ) from None


def _text(variable: str, path: Path, what: str, example: str) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as exc:
        raise SettingsError(
            f"{variable} names {path}, which cannot be read ({exc.strerror}): it has to be a PEM file of "
            f"{what}, for example /etc/flightagents/{example}"
        ) from exc
