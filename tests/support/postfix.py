"""A real Postfix for tests: an instance of its own under a temporary directory, which touches no other.

It delivers to maildirs that can be read back. Its daemons run as other users, so its directory cannot lie
under pytest's, which only we may enter.
"""

import asyncio
import email
import email.policy
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from flightagents.sandbox.processes import LOCALHOST, free_port

START_DEADLINE = timedelta(seconds=30)
DELIVERY_DEADLINE = timedelta(seconds=30)
OWNER = 5000
"""The number of the user that maildirs belong to; it needs no name."""
DAEMONS = "/usr/lib/postfix/sbin"
"""Where Debian has them."""
DOMAIN, OURS, ELSEWHERE = "example.com", "agency.example", "elsewhere.example"
CROWD = "crowd.example"
"""Whoever is written to there, all of it comes into one maildir, `crowd`."""
GONE, BEHIND = f"gone@{DOMAIN}", "anna@behind.example"
"""Whose mail comes back once it was accepted, and whose goes on to what a test runs at `next_hop`."""

GUARD = '"$@" & master=$!; read -r _; kill "$master"; wait "$master"'
"""Ends the daemon when our end of its pipe closes, however we end. (The signal that the kernel sends when a
parent dies is of no use: it is forgotten where a process changes its user, as this one does.)
"""

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = {daemons}
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = postfix.localhost
mydomain = localhost
mynetworks = 192.0.2.1
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = {domain}, {ours}, {crowd}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{ {{anna@{domain} = anna/}}, {{ben@{domain} = ben/}},
    {{busy@{domain} = busy/}}, {{alerts@{ours} = alerts/}}, {{@{crowd} = crowd/}} }}
virtual_alias_maps = inline:{{ {{gone@{domain} = nobody@{domain}}} }}
relay_domains = behind.example
transport_maps = inline:{{ {{behind.example = smtp:[127.0.0.1]:{next_hop}}} }}
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{busy@{domain} = 450 4.2.0 Try later}} }}
smtpd_sender_restrictions = check_sender_access inline:{{ {{spoofed.example = 553 5.7.1 Not yours}} }}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = {home}/key.pem
smtpd_client_connection_count_limit = 0
"""

MASTER = """
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
proxymap unix - - n - - proxymap
"""


class Postfix:
    """Runs until `stop`."""

    def __init__(self) -> None:
        self.host, self.port = LOCALHOST, free_port()
        self.next_hop = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="flightagents-postfix-"))
        self.home.chmod(0o755)
        self._read: dict[Path, EmailMessage] = {}
        self.certificate = self.home / "certificate.pem"
        config = self.home / "config"
        config.mkdir()
        for directory in ("queue", "data", "mail"):
            (self.home / directory).mkdir()
        os.chown(self.home / "mail", OWNER, OWNER)
        os.chown(self.home / "data", pwd.getpwnam("postfix").pw_uid, -1)
        self._make_certificate()
        settings = MAIN.format(
            home=self.home,
            daemons=DAEMONS,
            owner=OWNER,
            domain=DOMAIN,
            ours=OURS,
            crowd=CROWD,
            next_hop=self.next_hop,
        )
        (config / "main.cf").write_text(settings)
        (config / "master.cf").write_text(MASTER.format(port=f"{self.host}:{self.port}"))
        subprocess.run([_program() or "postfix", "-c", str(config), "check"], check=True, capture_output=True)
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", f"{DAEMONS}/master", "-c", str(config), "-s"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_until_it_listens()

    def stop(self) -> None:
        self._guard.communicate()
        shutil.rmtree(self.home, ignore_errors=True)

    async def until(self, box: str, here: Callable[[EmailMessage], bool], times: int = 1) -> EmailMessage:
        """Wait until such a mail is in a maildir so many times; give the first."""
        deadline = time.monotonic() + DELIVERY_DEADLINE.total_seconds()
        while True:
            found = list(filter(here, self.mails(box)))
            if len(found) >= times:
                return found[0]
            assert time.monotonic() < deadline, f"no such mail for {box}\n{self.log()}"
            await asyncio.sleep(0.02)

    def mails(self, box: str) -> list[EmailMessage]:
        """Give what is in a maildir now."""
        folder = self.home / "mail" / box / "new"
        files = sorted(folder.iterdir()) if folder.exists() else []
        for file in files:
            if file not in self._read:
                self._read[file] = email.message_from_bytes(
                    file.read_bytes(), _class=EmailMessage, policy=email.policy.default
                )
        return [self._read[file] for file in files]

    def maildir(self, box: str) -> Path:
        """Give a maildir, made where nothing has come to it yet."""
        folder = self.home / "mail" / box
        for each in (folder, folder / "new", folder / "cur", folder / "tmp"):
            each.mkdir(exist_ok=True)
            os.chown(each, OWNER, OWNER)
        return folder

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way through it."""
        queues = (self.home / "queue" / name for name in ("maildrop", "incoming", "active", "deferred"))
        return not any(path.is_file() for queue in queues for path in queue.rglob("*"))

    def log(self) -> str:
        file = self.home / "log"
        words = file.read_text() if file.exists() else "(no log)"
        return words[-4000:]

    def _make_certificate(self) -> None:
        key = self.home / "bare-key.pem"
        make_certificate(self.certificate, key)
        chain = self.home / "key.pem"
        chain.touch(0o600)
        chain.write_text(key.read_text() + self.certificate.read_text())

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_DEADLINE.total_seconds()
        while True:
            try:
                with socket.create_connection((self.host, self.port), timeout=5) as connection:
                    if connection.recv(3) == b"220":
                        return
            except OSError:
                pass
            if time.monotonic() > deadline:
                words = self.log()
                self.stop()
                raise RuntimeError(f"Postfix does not come up:\n{words}")
            time.sleep(0.05)


def make_certificate(certificate: Path, key: Path) -> None:
    """Make a key and a certificate for localhost that nobody has signed but itself."""
    subprocess.run(
        (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
            f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
        ).split(),
        check=True,
        capture_output=True,
    )


def missing() -> str | None:
    """Say why Postfix cannot run here, if it cannot."""
    if _program() is None:
        return "Postfix is not installed (apt-get install postfix)"
    if shutil.which("openssl") is None:
        return "openssl is not installed (apt-get install openssl)"
    return None if os.geteuid() == 0 else "Postfix starts as root alone"


def _program() -> str | None:
    """Find it; where system programs lie is not on everybody's path."""
    return shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def skip_without_postfix() -> None:
    """Skip where it cannot run, unless the environment demands the real thing."""
    if reason := missing():
        if os.environ.get("FLIGHTAGENTS_REQUIRE_REAL") == "1":
            pytest.fail(f"{reason}, and FLIGHTAGENTS_REQUIRE_REAL=1")
        pytest.skip(reason)


def running_postfix() -> Iterator[Postfix]:
    """For a fixture: start it, where it can run."""
    skip_without_postfix()
    server = Postfix()
    try:
        yield server
    finally:
        server.stop()
