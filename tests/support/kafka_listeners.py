"""The other ways into the Kafka of the tests, beside plain text: TLS, logins and certificates of clients.

Each is a port of its own of the one broker, and clients that come in by it stay with it.
"""

from pathlib import Path
from typing import ClassVar

from flightagents.sandbox.processes import LOCALHOST
from flightagents.settings import SaslMechanism
from tests.support.certificates import HOST, Authority

USER = "worker"
PASSWORDS = {
    SaslMechanism.PLAIN: "plain-secret-1",
    SaslMechanism.SCRAM_SHA_256: "scram-secret-256",
    SaslMechanism.SCRAM_SHA_512: "scram-secret-512",
}
"""Different ones, so that a login proves which mechanism it came in by."""

PROTOCOLS = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL,BARE:SASL_PLAINTEXT"

_SCRAM = SaslMechanism.SCRAM_SHA_512
SCRAM_USER = f"{_SCRAM.value}=[name={USER},password={PASSWORDS[_SCRAM]}]"


class Listeners:
    """Their addresses, and the properties of the broker that open them."""

    NAMES: ClassVar = ("LOGIN", "MUTUAL", "BARE")

    def __init__(self, folder: Path, ports: list[int]) -> None:
        self.authority = Authority(folder, "kafka-authority")
        self._server = self.authority.certify("kafka-server")
        self._ports = dict(zip(self.NAMES, ports, strict=True))

    @property
    def login(self) -> str:
        """TLS and a login: SASL_SSL."""
        return f"{HOST}:{self._ports['LOGIN']}"

    @property
    def mutual(self) -> str:
        """TLS, where a client shows a certificate."""
        return f"{HOST}:{self._ports['MUTUAL']}"

    @property
    def bare(self) -> str:
        """A login in plain text: SASL_PLAINTEXT."""
        return f"{HOST}:{self._ports['BARE']}"

    def other_name(self, address: str) -> str:
        """Give the same port under a name for which the certificate is not."""
        return f"{LOCALHOST}:{address.rpartition(':')[2]}"

    def properties(self, plain: int, controller: int) -> str:
        ports = {"PLAINTEXT": plain, "CONTROLLER": controller, **self._ports}
        listeners = ",".join(f"{name}://{LOCALHOST}:{port}" for name, port in ports.items())
        announced = ",".join(
            [f"PLAINTEXT://{LOCALHOST}:{plain}", *(f"{n}://{HOST}:{p}" for n, p in self._ports.items())]
        )
        plain_login = (
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            f'user_{USER}="{PASSWORDS[SaslMechanism.PLAIN]}";'
        )
        scram_login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        lines = [
            f"listeners={listeners}",
            f"advertised.listeners={announced}",
            f"listener.security.protocol.map={PROTOCOLS}",
            "inter.broker.listener.name=PLAINTEXT",
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={self._server.both}",
            "ssl.truststore.type=PEM",
            f"ssl.truststore.location={self.authority.file}",
            "listener.name.mutual.ssl.client.auth=required",
        ]
        for name in ("login", "bare"):
            lines += [
                f"listener.name.{name}.sasl.enabled.mechanisms=PLAIN,{_SCRAM.value}",
                f"listener.name.{name}.plain.sasl.jaas.config={plain_login}",
                f"listener.name.{name}.{_SCRAM.value.lower()}.sasl.jaas.config={scram_login}",
            ]
        return "\n".join(lines)
